import { annotatedItems } from "../../python/annotated.ts";
import type * as ast from "../../python/ast.ts";

/** What a settings field takes, as far as its annotation tells. */
export interface SettingType {
	/** Names of the members of the union, without `None`: `str`, `list`. Null where one of them is not a plain name. */
	readonly members: readonly string[] | null;
	readonly isOptional: boolean;
	/** `json`: the text is decoded as JSON before anything else; `tried`: it is where that works; `text`: it is taken as it stands. */
	readonly decoding: "json" | "tried" | "text" | "unknown";
	/** Name of what a list or set holds: `str` of `list[str]`; null where it holds none, or is not known. */
	readonly itemType: string | null;
	/** The values that a `Literal` allows, or null. */
	readonly choices: readonly string[] | null;
	/** The numbers and truth values of a `Literal` that allows nothing else: no text is one of them. Null for other types. */
	readonly numbers: readonly string[] | null;
}

const collections = new Set("list List set Set frozenset FrozenSet tuple Tuple Sequence deque Deque".split(" "));
const mappings = new Set("dict Dict Mapping".split(" "));

/**
 * Types that take their text as it stands. Any other name may be a model, which is decoded
 * (`_annotation_is_complex` in pydantic_settings/sources/utils.py).
 */
const plain = new Set(
	(
		"str int float bool bytes Path Decimal UUID datetime date time timedelta SecretStr SecretBytes AnyUrl AnyHttpUrl HttpUrl PostgresDsn " +
		"MySQLDsn RedisDsn MongoDsn AmqpDsn KafkaDsn EmailStr NameEmail IPvAnyAddress Literal Any PositiveInt NonNegativeInt " +
		"FilePath DirectoryPath NewPath"
	).split(" "),
);

/** Reads the annotation of a settings field. */
export function readSettingType(annotation: ast.Expression): SettingType {
	const { type, isDecoded, isSeenFirst } = withoutAnnotated(annotation);
	const members: ast.Expression[] = [];
	const isOptional = flatten(type, members);
	const names = members.map(nameOf);
	const known = names.every((name) => name !== null) ? names : null;
	const [only] = members;
	const decoding = isDecoded ? decodingOf(known, isOptional) : "text";
	return {
		// What has no JSON to be decoded may be made into anything before its type is asked.
		members: isSeenFirst && decoding !== "json" ? null : known,
		isOptional,
		decoding,
		itemType: only?.type === "Subscript" && members.length === 1 ? itemTypeOf(only) : null,
		choices: only?.type === "Subscript" && members.length === 1 && nameOf(only) === "Literal" ? choicesOf(only) : null,
		numbers: only?.type === "Subscript" && members.length === 1 && nameOf(only) === "Literal" ? numbersOf(only) : null,
	};
}

export function isCollection(name: string): boolean {
	return collections.has(name);
}

export function isMapping(name: string): boolean {
	return mappings.has(name);
}

/** `production` for `prod` or `Production`; null where several choices, or none, resemble the text. */
export function nearestChoice(choices: readonly string[], written: string): string | null {
	const text = written.trim().toLowerCase();
	if (text === "") return null;
	const near = choices.filter((choice) => {
		const folded = choice.toLowerCase();
		return folded.startsWith(text) || text.startsWith(folded);
	});
	return near.length === 1 ? (near[0] ?? null) : null;
}

function decodingOf(names: readonly string[] | null, isOptional: boolean): SettingType["decoding"] {
	if (names === null || names.length === 0) return "unknown";
	const complex = names.filter((name) => collections.has(name) || mappings.has(name));
	if (complex.length === 0) return names.every((name) => plain.has(name)) ? "text" : "unknown";
	return names.length > 1 || isOptional ? "tried" : "json";
}

/** `Annotated[list[str], NoDecode]` is a list that is not decoded. */
function withoutAnnotated(annotation: ast.Expression): {
	readonly type: ast.Expression;
	readonly isDecoded: boolean;
	/** True where a validator of the metadata may see the value before its type does. */
	readonly isSeenFirst: boolean;
} {
	const [type, ...metadata] = annotatedItems(annotation);
	return {
		type: type ?? annotation,
		isDecoded: !metadata.some((item) => nameOf(item) === "NoDecode"),
		isSeenFirst: metadata.some((item) => {
			const name = nameOf(item.type === "Call" ? item.callee : item);
			return item.type !== "Constant" && (name === null || !harmlessMetadata.has(name));
		}),
	};
}

/** Metadata that only asks more of what the type has taken already. */
const harmlessMetadata = new Set(
	"NoDecode Field FieldInfo StringConstraints AfterValidator Ge Gt Le Lt Len MinLen MaxLen Interval Strict PlainSerializer".split(
		" ",
	),
);

/** Collects the members of a union; true where `None` is among them. */
function flatten(type: ast.Expression, members: ast.Expression[]): boolean {
	if (type.type === "Constant" && type.literal === "none") return true;
	if (type.type === "BinOp" && type.operator === "|") {
		const left = flatten(type.left, members);
		return flatten(type.right, members) || left;
	}
	const name = nameOf(type);
	if (type.type === "Subscript" && (name === "Optional" || name === "Union")) {
		const items = type.index.type === "Sequence" ? type.index.items : [type.index];
		const optional = items.map((item) => flatten(item, members));
		return name === "Optional" || optional.includes(true);
	}
	members.push(type);
	return false;
}

function nameOf(type: ast.Expression): string | null {
	if (type.type === "Name") return type.id;
	if (type.type === "Attribute") return type.attribute.name;
	if (type.type === "Call") return constrained[nameOf(type.callee) ?? ""] ?? null;
	return type.type === "Subscript" ? nameOf(type.value) : null;
}

/** pydantic's functions that give a type with constraints. */
const constrained: Readonly<Record<string, string>> = { conint: "int", confloat: "float", constr: "str" };

function itemTypeOf(type: ast.Subscript): string | null {
	const first = type.index.type === "Sequence" ? type.index.items[0] : type.index;
	return first === undefined ? null : nameOf(first);
}

function choicesOf(type: ast.Subscript): readonly string[] | null {
	const items = type.index.type === "Sequence" ? type.index.items : [type.index];
	const texts = items.map((item) => (item.type === "Constant" && typeof item.value === "string" ? item.value : null));
	return texts.every((text) => text !== null) ? texts : null;
}

function numbersOf(type: ast.Subscript): readonly string[] | null {
	const items = type.index.type === "Sequence" ? type.index.items : [type.index];
	const numbers = items.map((item) =>
		item.type === "Constant" && (typeof item.value === "number" || typeof item.value === "boolean") ? String(item.value) : null,
	);
	return numbers.every((number) => number !== null) ? numbers : null;
}
