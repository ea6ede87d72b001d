import type * as ast from "../../python/ast.ts";
import { walk } from "../../python/walk.ts";
import type { Call } from "../imports/trace.ts";
import type { FunctionValue, Value } from "../imports/values.ts";
import type { Module, Project } from "../project.ts";
import { servedApplication } from "./application.ts";

/** The lifespan of the application that the server runs. */
export interface GivenLifespan {
	/** The call that made the application. */
	readonly application: Call;
	readonly value: Value;
	/** Where it is handed over. */
	readonly module: Module;
	/** The expression that stands there; null where it comes in a `**mapping`. */
	readonly written: ast.Expression | null;
	/** Does FastAPI make a context manager of a bare generator function? Not of what is assigned to `router.lifespan_context`. */
	readonly isConverted: boolean;
}

/** What stands for the lifespan: `FastAPI(lifespan=…)`, also by `**options`, or what `app.router.lifespan_context` was set to later. */
export function givenLifespan(project: Project): GivenLifespan | null {
	const application = servedApplication(project);
	if (application === null) return null;
	const router = application.result.kind === "instance" ? application.result.attributes.get("router") : undefined;
	const assigned = router?.kind === "instance" ? router.attributes.get("lifespan_context") : undefined;
	if (assigned !== undefined) {
		const place = assignmentOf(project);
		return place && { application, value: assigned, ...place, isConverted: false };
	}
	const value = application.keywords.get("lifespan");
	if (value === undefined) return null;
	const written = application.node.keywords.find((each) => each.name?.name === "lifespan")?.value ?? null;
	return { application, value, module: application.module, written, isConverted: true };
}

/** The only assignment to `….lifespan_context` in a module that start-up runs; null where there are several. */
function assignmentOf(project: Project): { readonly module: Module; readonly written: ast.Expression } | null {
	const found: { readonly module: Module; readonly written: ast.Expression }[] = [];
	for (const { module, reached } of project.trace.runs.values()) {
		if (!reached || !module.text.includes("lifespan_context")) continue;
		walk(module.tree, (node) => {
			if (node.type === "Assign" && node.targets.some((target) => isContext(target))) found.push({ module, written: node.value });
		});
	}
	const [only, ...others] = found;
	return only !== undefined && others.length === 0 ? only : null;
}

function isContext(target: ast.Expression): boolean {
	return target.type === "Attribute" && target.attribute.name === "lifespan_context";
}

/** The function that the server calls for a lifespan: as it is, or as a method of an object; null for anything else. */
export function lifespanFunction(value: Value): FunctionValue | null {
	if (value.kind === "function") return value;
	return value.kind === "bound-method" ? value.function : null;
}
