import { findInClass } from "../../imports/simulator/classes/class-members.ts";
import type { Value } from "../../imports/values.ts";
import { isPydanticModel } from "../../models/pydantic-schema.ts";
import type { Project } from "../../project.ts";
import { isDependency, markerOf } from "./marker.ts";

/** An object where the type of a parameter belongs: `db: SessionLocal`, `db: Depends(get_db)`, `limit: Query(10)`. */
export interface ObjectAnnotation {
	readonly kind: "dependency" | "marker" | "session-factory" | "object";
	/** For people. */
	readonly named: string;
	readonly value: Value;
}

/** Classes whose objects FastAPI hands to a route itself. */
const handedObject =
	/^(fastapi|starlette)\.(background\.BackgroundTasks|requests\.(Request|HTTPConnection)|responses\.Response|websockets\.WebSocket)$/;

const sessionFactory = /^sqlalchemy\.(.*\.)?(async_)?(sessionmaker|scoped_session)$/;

/** What an annotation evaluates to, where that is an object that pydantic certainly has no schema for; null for all else. */
export function objectAnnotation(project: Project, value: Value): ObjectAnnotation | null {
	if (value.kind !== "instance") return null;
	const marker = markerOf(value);
	if (marker !== null && marker.name !== "FieldInfo") {
		const named = isDependency(marker) ? "a dependency" : `an object of ${marker.name}`;
		return { kind: isDependency(marker) ? "dependency" : "marker", named, value };
	}
	const { of } = value;
	if (of.kind === "external")
		return sessionFactory.test(of.canonical)
			? { kind: "session-factory", named: "a session factory", value }
			: handedObject.test(of.canonical) && value.call?.callee === of
				? { kind: "object", named: `an object of ${of.canonical.slice(of.canonical.lastIndexOf(".") + 1)}`, value }
				: null;
	const isOpen = of.decorators.length > 0 || of.keywords.size > 0 || of.namespace.dynamic || isPydanticModel(of) !== false;
	const hasSchema = ["__get_pydantic_core_schema__", "__get_validators__", "__supertype__", "__origin__", "__getattr__"].some(
		(name) => findInClass(of, name) !== null,
	);
	const isPlain = of.bases.every(
		(base) => base.kind === "class" || (base.kind === "external" && base.canonical === "builtins.object"),
	);
	return isOpen || hasSchema || !isPlain || project.environment.distributions.get("pydantic") === undefined
		? null
		: { kind: "object", named: `an object of ${of.node.name.name}`, value };
}
