import { applicationClass, constructionsOf, isObjectOf } from "../imports/library-objects.ts";
import type { Call } from "../imports/trace.ts";
import type { InstanceValue, Value } from "../imports/values.ts";
import type { Project } from "../project.ts";

/** Is the value an application, of FastAPI's or Starlette's class or of an own one that derives from it? */
export function isApplication(value: Value | undefined): boolean {
	return isObjectOf(value, applicationClass);
}

/**
 * The call that made the application whose lifespan and middleware the server runs: the one that the target names, through wrappers such as
 * `CORSMiddleware(app)`, or the only one that start-up makes. Null where that is not certain.
 */
export function servedApplication(project: Project): Call | null {
	const named = unwrapped(project.trace.served.value);
	const built = constructionsOf(project.trace.calls, applicationClass).filter(({ reached }) => reached);
	if (named !== null) return built.find((call) => call.result === named) ?? null;
	const [only, ...others] = built;
	return only !== undefined && others.length === 0 && !only.guarded && only.stage === "import" ? only : null;
}

/** An application, or the one that a wrapper of a library was given first. */
function unwrapped(value: Value, depth = 0): InstanceValue | null {
	if (value.kind !== "instance") return null;
	if (isApplication(value)) return value;
	if (value.of.kind !== "external" || value.call === null || depth > 4) return null;
	const inner = value.call.args[0] ?? value.call.keywords.get("app") ?? value.call.keywords.get("other_asgi_app");
	return inner === undefined ? null : unwrapped(inner, depth + 1);
}
