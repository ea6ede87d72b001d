import type { ClassValue, Value } from "../../values.ts";
import type { Machine } from "../machine.ts";
import { findInClass } from "./class-members.ts";

/**
 * What Python says of a column that a mapped class does not have, `User.nmae`; null where the class may have it. All that makes attributes must be
 * in sight: the bodies of the class and of its own bases, and no `backref` of another class.
 */
export function missingColumnMessage(machine: Machine, owner: ClassValue, name: string): string | null {
	if (name.startsWith("_") || ofBases.test(name) || !isMapped(owner) || !isInSight(owner, name, 0)) return null;
	// A backref gives the attribute that its text names.
	if (machine.classes.some(({ value: { module } }) => module.text.includes("backref") && mentions(module.text, name)))
		return null;
	if (
		machine.classes.some(({ value }) =>
			/\b(automap_base|DeferredReflection|autoload\w*|add_property|instrument_class)\b/.test(value.module.text),
		)
	)
		return null;
	// pydantic's metaclass raises with the bare name.
	return owner.keywords.has("table") ? name : `type object '${owner.node.name.name}' has no attribute '${name}'`;
}

/** Does the text have the name in quotes, or build texts of which it may come? */
function mentions(text: string, name: string): boolean {
	return text.includes(`"${name}"`) || text.includes(`'${name}'`) || /\bbackref(?: ?= ?|\()(?!["']|backref\()/.test(text);
}

/** Attributes that SQLAlchemy's and SQLModel's own classes bring. */
const ofBases =
	/^(metadata|registry|query|type_annotation_map|awaitable_attrs|mro|model_\w+|dict|json|copy|parse_\w+|construct|validate|from_orm|schema(_json)?|sqlmodel_\w+|update_forward_refs)$/;

/** Is the class mapped by its own statement: a table of SQLModel, or one with a name under a declarative base? */
function isMapped(owner: ClassValue): boolean {
	const table = owner.keywords.get("table");
	if (table !== undefined) return table.kind === "constant" && table.value === true;
	return findInClass(owner, "__tablename__")?.value.kind === "constant";
}

function isInSight({ namespace, decorators, keywords, node, bases }: ClassValue, name: string, depth: number): boolean {
	if (depth > 12 || namespace.dynamic || decorators.length > 0 || namespace.names.has(name)) return false;
	if ([...keywords.keys()].some((key) => key !== "table")) return false;
	if (["__getattr__", "__init_subclass__", "__table__"].some((each) => namespace.names.has(each))) return false;
	const isPlain = node.body.every((each) => {
		if (each.type === "AnnAssign") return each.target.type === "Name" && each.target.id !== name;
		return ["Assign", "FunctionDef", "ClassDef", "Pass", "ExpressionStatement"].includes(each.type);
	});
	return isPlain && bases.every((base) => (base.kind === "class" ? isInSight(base, name, depth + 1) : isKnownBase(base)));
}

/** Bases of mapped classes that bring nothing but what `ofBases` lists. */
function isKnownBase(base: Value): boolean {
	if (base.kind === "external")
		return /^(builtins\.object|abc\.ABC|typing\.Generic|sqlmodel\.main\.SQLModel|sqlalchemy\.(orm\.decl_api\.DeclarativeBase|ext\.asyncio\.session\.AsyncAttrs))$/.test(
			base.canonical,
		);
	if (base.kind !== "instance" || base.of.kind !== "external" || base.call === null || base.call.open) return false;
	const { args, keywords } = base.call;
	const isPlain = args.length === 0 && !["cls", "metaclass", "mapper"].some((key) => keywords.has(key));
	return isPlain && /^sqlalchemy\.(.*\.)?declarative_base$/.test(base.of.canonical);
}
