import type { Value } from "../../values.ts";
import { findInClass } from "../classes/class-members.ts";
import { isValueEnum } from "../classes/enumerations.ts";
import type { CallArguments, Machine } from "../machine.ts";

interface Refusal {
	readonly exception: "TypeError" | "ValueError";
	readonly message: string;
	readonly more?: undefined;
}

/** The `Enum` of Python where that of SQLAlchemy is meant, or the other way round: a file that imports both has the later one. */
export function refusedByEnum(machine: Machine, canonical: string, { args, keywords, open }: CallArguments): Refusal | null {
	const [only, ...more] = args;
	if (open || only?.kind !== "class" || more.length > 0) return null;
	if (canonical === "enum.Enum") return ofPython(only, keywords, machine.environment.python.minor);
	return canonical === "sqlalchemy.sql.sqltypes.Enum" ? ofSqlalchemy(only) : null;
}

const namesTaken: ReadonlySet<string> = new Set(["names", "module", "qualname", "type", "start", "boundary"]);

/** `Enum(Status)`: a look-up in the class that all enumerations share, which has no members. */
function ofPython(given: Value & { kind: "class" }, keywords: CallArguments["keywords"], minor: number): Refusal | null {
	if (given.keywords.has("metaclass")) return null;
	const [wrong] = [...keywords.keys()].filter((name) => !namesTaken.has(name));
	if (wrong !== undefined) {
		const owner = minor < 10 ? "" : minor < 11 ? "EnumMeta." : "EnumType.";
		const hint = minor >= 13 && wrong === "name" ? ". Did you mean 'names'?" : "";
		return { exception: "TypeError", message: `${owner}__call__() got an unexpected keyword argument '${wrong}'${hint}` };
	}
	if (keywords.size > 0) return null;
	if (minor < 11)
		return isValueEnum(given)
			? { exception: "ValueError", message: `<enum '${given.node.name.name}'> is not a valid Enum` }
			: null;
	const hint = minor < 12 ? " defined" : "; specify `names=()` if you meant to create a new, empty, enum";
	return { exception: "TypeError", message: `<enum 'Enum'> has no members${hint}` };
}

/** SQLAlchemy takes the members of an enumeration, or texts; a class that derives from its own type, or from none, is neither. */
function ofSqlalchemy(given: Value & { kind: "class" }): Refusal | null {
	if (given.keywords.size > 0 || given.decorators.length > 0 || given.namespace.dynamic) return null;
	if (given.bases.length !== given.node.bases.length || findInClass(given, "__members__") !== null) return null;
	const metaclasses = new Set(given.bases.map(metaclassOf));
	const [only = "type", ...more] = [...metaclasses];
	return only === null || more.length > 0 ? null : { exception: "TypeError", message: `object of type '${only}' has no len()` };
}

/** The metaclass that a base brings, as Python prints it; null where that is not known, or counts as an enumeration's. */
function metaclassOf(base: Value): string | null {
	if (base.kind !== "external") return null;
	if (/^(sqlalchemy\.sql\.sqltypes\.Enum|builtins\.(str|int|object))$/.test(base.canonical)) return "type";
	return base.canonical === "pydantic.main.BaseModel" ? "ModelMetaclass" : null;
}
