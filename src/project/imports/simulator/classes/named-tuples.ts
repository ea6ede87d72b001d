import type * as ast from "../../../../python/ast.ts";
import type { ClassValue, InstanceValue, Value } from "../../values.ts";
import { missingArguments, tooManyPositional } from "../argument-words.ts";
import type { BindingProblem } from "../external-signature.ts";
import type { CallArguments, Machine } from "../machine.ts";

/** A named tuple: `namedtuple("Row", "title status")`, `NamedTuple("Row", [("title", str)])`, `class Row(NamedTuple)`. */
interface NamedTuple {
	readonly name: string;
	readonly fields: readonly string[];
	/** How many of the last fields have a default. */
	readonly defaults: number;
}

/** What Python says where a named tuple is called with arguments that do not fit its fields; null where they do. */
export function namedTupleProblem(
	machine: Machine,
	callee: InstanceValue | ClassValue,
	args: CallArguments,
): BindingProblem | null {
	const made = args.open ? null : callee.kind === "class" ? namedTupleClass(callee) : namedTuple(callee);
	if (made === null) return null;
	const { name, fields, defaults } = made;
	const shown = `${machine.environment.python.minor >= 10 ? `${name}.` : ""}__new__()`;
	const unexpected = [...args.keywords.keys()].find((each) => !fields.includes(each));
	if (unexpected !== undefined) {
		const parameters = fields.slice(args.args.length).filter((each) => !args.keywords.has(each));
		return {
			message: `${shown} got an unexpected keyword argument '${unexpected}'`,
			keyword: { name: unexpected, parameters },
		};
	}
	const repeated = fields.slice(0, args.args.length).find((each) => args.keywords.has(each));
	if (repeated !== undefined) return { message: `${shown} got multiple values for argument '${repeated}'` };
	if (args.args.length > fields.length) {
		// The class itself is the first of the parameters.
		const counted = ["", ...fields].map((_, index) => ({ hasDefault: index > fields.length - defaults }));
		return { message: tooManyPositional(shown, counted, args.args.length + 1, 0) };
	}
	const lacking = fields.slice(args.args.length, fields.length - defaults).filter((each) => !args.keywords.has(each));
	return lacking.length === 0 ? null : { message: missingArguments(shown, lacking, "positional") };
}

/** `class Row(NamedTuple)`: its annotated names are the fields, those with a value have a default. */
function namedTupleClass({ node, bases, namespace }: ClassValue): NamedTuple | null {
	const [base, ...others] = bases;
	if (base?.kind !== "external" || base.canonical !== "typing.NamedTuple" || others.length > 0) return null;
	if (namespace.dynamic || namespace.names.has("__new__")) return null;
	const declared = node.body.filter((each): each is ast.AnnAssign => each.type === "AnnAssign" && each.target.type === "Name");
	const fields = declared.map(({ target }) => (target.type === "Name" ? target.id : ""));
	return { name: node.name.name, fields, defaults: declared.filter(({ value }) => value !== null).length };
}

function namedTuple({ of, call }: InstanceValue): NamedTuple | null {
	if (of.kind !== "external" || !/^(collections\.namedtuple|typing\.NamedTuple)$/.test(of.canonical)) return null;
	if (call === null || call.open || call.keywords.has("rename")) return null;
	const name = textOf(call.args[0] ?? call.keywords.get("typename"));
	const fields = fieldNames(call.args[1] ?? call.keywords.get("field_names") ?? call.keywords.get("fields"));
	const given = call.keywords.get("defaults");
	const defaults = given === undefined ? 0 : given.kind === "sequence" && given.complete ? given.items.length : null;
	return name === null || fields === null || defaults === null ? null : { name, fields, defaults };
}

function fieldNames(written: Value | undefined): readonly string[] | null {
	const text = textOf(written);
	if (text !== null) return text.replaceAll(",", " ").split(/\s+/).filter(Boolean);
	if (written?.kind !== "sequence" || !written.complete || written.type === "set") return null;
	const names = written.items.map((item) => textOf(item.kind === "sequence" ? item.items[0] : item));
	return names.every((each) => each !== null) ? names : null;
}

function textOf(value: Value | undefined): string | null {
	return value?.kind === "constant" && typeof value.value === "string" ? value.value : null;
}
