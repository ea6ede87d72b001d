import type { FixProposal } from "../../../audit/fix.ts";
import type { Project } from "../../../project/project.ts";
import { placeholderFor } from "../../../project/settings/placeholder.ts";
import type { RefusedDefault } from "../../../project/settings/refused-defaults.ts";
import { nearestChoice } from "../../../project/settings/setting-type.ts";
import type { SettingsField } from "../../../project/settings/settings-class.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName, walk } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** Ways to bring a default and its type together, the smallest first. */
export function waysToFit(project: Project, refused: RefusedDefault): FixProposal[] {
	const { kind, value, type, reading } = refused;
	const [only] = type.members ?? [];
	if (kind === "none") return [makeOptional(project, reading.field)];
	if (value.kind === "instance") return kind === "random-bytes" ? asHexadecimal(reading.field) : asItself(refused);
	if (type.choices !== null && value.kind === "constant" && typeof value.value === "string")
		return choiceFixes(refused, value.value, type.choices);
	const text = value.kind === "constant" && typeof value.value === "string" ? value.value : null;
	if (text === "") return [emptyAsNone(project, refused)].flatMap((fix) => fix ?? []);
	if (only === "str" && value.kind === "constant" && typeof value.value === "number") return quoted(refused);
	if (only !== undefined && isList(only) && text !== null) return inList(refused, text);
	if (refused.wanted === null) return retyped(refused);
	if (kind === "text" && /(Url|Dsn)$/.test(only ?? "")) return retyped(refused);
	return replaced(project, refused);
}

/** `port: int = None` becomes `port: int | None = None`. */
function makeOptional(project: Project, { node, owner, name }: SettingsField): FixProposal {
	const { module } = owner;
	const { start, end } = node.annotation;
	const written = module.text.slice(start, end);
	const isNew = project.environment.python.minor >= 10 && !/^["']/.test(written);
	return {
		title: `Allow ${name} to be None`,
		explanation: `${name} then has the default that is written: None where nothing sets it. What uses ${name} has to do without a value there.`,
		applicability: "safe",
		edits: [isNew ? replaceText(module, end, end, " | None") : replaceText(module, start, end, `Optional[${written}]`)],
		...(isNew ? {} : { needs: [{ path: module.path, module: "typing", name: "Optional" }] }),
	};
}

/** `os.urandom(32)` becomes `os.urandom(32).hex()`. */
function asHexadecimal({ node, name, owner }: SettingsField): FixProposal[] {
	const call = findCall(node, /(^|\.)(urandom|token_bytes)$/);
	if (call === null) return [];
	return [
		{
			title: `Write the bytes of ${name} as a text`,
			explanation: "No text can be made of bytes of chance; written in hexadecimal digits they are as hard to guess.",
			applicability: "safe",
			edits: [replaceText(owner.module, call.end, call.end, ".hex()")],
		},
	];
}

/** The type that the default has, or for a path the text of it. */
function asItself({ reading, kind, type }: RefusedDefault): FixProposal[] {
	const { node, name, owner } = reading.field;
	const { module } = owner;
	const made = findCall(node, /(^|\.)(PurePath|Path|timedelta|SecretStr)$/);
	const fixes: FixProposal[] = [];
	if (made !== null) {
		const written = module.text.slice(made.callee.start, made.callee.end);
		fixes.push({
			title: `Annotate ${name} with ${written}`,
			explanation: `The default of ${name} is of that type, and pydantic makes one of what the environment gives.`,
			applicability: "review",
			edits: [replaceText(module, node.annotation.start, node.annotation.end, written)],
		});
	}
	const isInField = node.value?.type === "Call" && /(^|\.)Field$/.test(dottedName(node.value.callee) ?? "");
	if (kind === "path" && type.members?.[0] === "str" && node.value !== null && !isInField)
		fixes.unshift({
			title: `Make a text of the path in ${name}`,
			explanation: `${name} is a str, and pydantic makes no text of a Path.`,
			applicability: "review",
			edits: [
				replaceText(module, node.value.start, node.value.start, "str("),
				replaceText(module, node.value.end, node.value.end, ")"),
			],
		});
	return fixes;
}

function findCall(node: ast.Node, name: RegExp): ast.Call | null {
	let found: ast.Call | null = null;
	walk(node, (each) => {
		if (each.type === "Call" && name.test(dottedName(each.callee) ?? "")) found ??= each;
		return true;
	});
	return found;
}

/** An empty text stands for nothing: so does None, which the type then allows. */
function emptyAsNone(project: Project, { reading, value }: RefusedDefault): FixProposal | null {
	const optional = makeOptional(project, reading.field);
	const place = placeOf(reading.field, value);
	if (place === null) return null;
	return {
		...optional,
		title: `Let ${reading.field.name} be None where nothing sets it`,
		applicability: "review",
		edits: [...optional.edits, replaceText(reading.field.owner.module, place.start, place.end, "None")],
	};
}

function choiceFixes(refused: RefusedDefault, text: string, choices: readonly string[]): FixProposal[] {
	const { reading, value } = refused;
	const { field } = reading;
	const { module } = field.owner;
	const place = placeOf(field, value);
	const near = nearestChoice(choices, text);
	const fixes: FixProposal[] = [];
	if (near !== null && place !== null)
		fixes.push({
			title: `Make ${near} the default of ${field.name}`,
			explanation: `${text} is none of the values that ${field.name} allows; ${near} resembles it.`,
			applicability: "review",
			edits: [replaceText(module, place.start, place.end, JSON.stringify(near))],
		});
	const list = literalItems(field.node.annotation);
	if (list !== null)
		fixes.push({
			title: `Allow ${text} too`,
			explanation: `${field.name} then takes its own default. Code that asks for the other values one by one has to know ${text} as well.`,
			applicability: "review",
			edits: [replaceText(module, list.end, list.end, `, ${JSON.stringify(text)}`)],
		});
	const [first] = choices;
	if (fixes.length === 0 && first !== undefined && place !== null)
		fixes.push({
			title: `Make ${first} the default of ${field.name}`,
			explanation: `${text} is none of the values that ${field.name} allows. Write the one that you meant.`,
			applicability: "review",
			edits: [replaceText(module, place.start, place.end, JSON.stringify(first))],
		});
	return fixes;
}

/** What stands in the brackets of `Literal[...]`. */
function literalItems(annotation: ast.Expression): ast.Expression | null {
	if (annotation.type !== "Subscript") return null;
	const { index } = annotation;
	return index.type === "Sequence" ? (index.items.at(-1) ?? null) : index;
}

function quoted({ reading, value }: RefusedDefault): FixProposal[] {
	const place = placeOf(reading.field, value);
	if (place === null || value.kind !== "constant") return [];
	const { module } = reading.field.owner;
	return [
		{
			title: `Write the default of ${reading.field.name} as a text`,
			explanation: `${reading.field.name} is a str, and pydantic makes no text of a number.`,
			applicability: "safe",
			edits: [replaceText(module, place.start, place.end, `"${module.text.slice(place.start, place.end)}"`)],
		},
		...retyped({ reading, value, kind: "integer" }),
	];
}

function isList(name: string): boolean {
	return /^(list|set|frozenset|tuple)$/i.test(name);
}

function inList({ reading, value }: RefusedDefault, text: string): FixProposal[] {
	const place = placeOf(reading.field, value);
	if (place === null) return [];
	const items = text
		.split(",")
		.map((item) => item.trim())
		.filter((item) => item !== "");
	return [
		{
			title: `Write the default of ${reading.field.name} as a list`,
			explanation: "pydantic takes no text for a list; texts of the environment are decoded from JSON, defaults are not.",
			applicability: "review",
			edits: [
				replaceText(
					reading.field.owner.module,
					place.start,
					place.end,
					`[${items.map((item) => JSON.stringify(item)).join(", ")}]`,
				),
			],
		},
	];
}

const typeOfKind: Readonly<Record<string, string>> = {
	text: "str",
	fraction: "float",
	integer: "int",
	bool: "bool",
	list: "list",
	dict: "dict",
};

/** The type follows the default. */
function retyped({ reading, kind, value }: Pick<RefusedDefault, "reading" | "kind" | "value">): FixProposal[] {
	const { node, name, owner } = reading.field;
	const type = typeOfKind[kind];
	if (type === undefined) return [];
	const holdsTexts =
		value.kind === "sequence" &&
		value.complete &&
		value.items.length > 0 &&
		value.items.every((item) => item.kind === "constant" && typeof item.value === "string");
	const written = type === "list" && holdsTexts ? "list[str]" : type;
	return [
		{
			title: `Annotate ${name} with ${written}`,
			explanation: `The default of ${name} is of that type. A value that is set has to be one too.`,
			applicability: "review",
			edits: [replaceText(owner.module, node.annotation.start, node.annotation.end, written)],
		},
	];
}

/** A value of the right form, or within the bounds, in the place of the default. */
function replaced(project: Project, { reading, value, kind }: RefusedDefault): FixProposal[] {
	const { field } = reading;
	const place = placeOf(field, value);
	if (place === null) return [];
	const { least, most } = field.constraints;
	const bound = least === null ? most && most.value - (most.excluded ? 1 : 0) : least.value + (least.excluded ? 1 : 0);
	const better = kind === "text" ? JSON.stringify(placeholderFor(project, field)) : bound === null ? null : String(bound);
	if (better === null) return [];
	return [
		{
			title: `Make ${better} the default of ${field.name}`,
			explanation: `It is a value that ${field.name} takes. Write the one that you mean where that is another.`,
			applicability: "review",
			edits: [replaceText(field.owner.module, place.start, place.end, better)],
		},
	];
}

/** Where the default is written in the class body, or in the call that gives it there; with its quotes. */
function placeOf({ node, owner }: SettingsField, value: RefusedDefault["value"]): TextRange | null {
	const origin = value.kind === "constant" ? value.origin : null;
	const written = node.value;
	if (written === null || (origin !== null && (origin.type !== "source" || origin.path !== owner.module.path))) return null;
	let place: TextRange | null = written.type === "Sequence" || written.type === "Dict" ? written : null;
	walk(written, (each) => {
		const holds = origin?.type === "source" && each.start <= origin.range.start && origin.range.end <= each.end;
		if (each.type === "Constant" && (holds || each === written)) place = each;
		return true;
	});
	return place;
}
