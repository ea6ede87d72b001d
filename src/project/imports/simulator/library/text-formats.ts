import type * as ast from "../../../../python/ast.ts";
import type { Value } from "../../values.ts";
import type { CallArguments, Frame, Machine } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";
import { typeName } from "../value-types.ts";

/** `", ".join(ports)` and `"{host}".format(port=1)`, where what is put into the text does not fit it. */
export function failOnTextMethod(
	machine: Machine,
	frame: Frame,
	text: string,
	name: string,
	args: CallArguments,
	node: ast.Call,
): void {
	if (args.open) return;
	if (name === "join") {
		const [items] = args.args;
		if (items?.kind !== "sequence" || !items.complete || items.type === "view" || items.type === "set") return;
		const at = items.items.findIndex((item) => !mayBeText(item));
		if (at < 0) return;
		const type = typeOf(items.items[at]);
		failOperation(machine, frame, node, "TypeError", `sequence item ${at}: expected str instance, ${type} found`);
	} else if (name === "format") {
		const lacking = lackingField(text, args);
		if (lacking === null) return;
		if (typeof lacking === "string") failOperation(machine, frame, node, "KeyError", `'${lacking}'`);
		else failOperation(machine, frame, node, "IndexError", `Replacement index ${lacking} out of range for positional args tuple`);
	}
}

/** `"%s of %s" % ("a",)`: as many values as places (https://docs.python.org/3/library/stdtypes.html#printf-style-string-formatting). */
export function failOnPercentFormat(machine: Machine, frame: Frame, left: Value, right: Value, node: ast.BinOp): void {
	if (left.kind !== "constant" || typeof left.value !== "string") return;
	const given = right.kind === "sequence" && right.type === "tuple" && right.complete ? right.items.length : plainCount(right);
	const wanted = placesOf(left.value);
	if (given === null || wanted === null || given === wanted) return;
	const message =
		given < wanted ? "not enough arguments for format string" : "not all arguments converted during string formatting";
	failOperation(machine, frame, node, "TypeError", message);
}

function mayBeText(item: Value): boolean {
	return (
		item.kind !== "constant" ||
		item.isConverted === true ||
		typeof item.value === "string" ||
		item.value === null ||
		item.value === undefined
	);
}

function typeOf(item: Value | undefined): string {
	return (item && typeName(item)) ?? "object";
}

/** A single value that is no tuple and no mapping. */
function plainCount(right: Value): number | null {
	return right.kind === "constant" && right.value !== undefined && right.value !== null ? 1 : null;
}

/** How many values a text asks for; null where it names them, or takes a width from among them. */
function placesOf(text: string): number | null {
	let count = 0;
	for (const [, rest = ""] of text.matchAll(/%(%|[^%a-zA-Z]*[a-zA-Z]?)/g)) {
		if (rest === "%") continue;
		if (!/^[-#0 +]*(?:[1-9]\d*)?(?:\.\d+)?[hlL]?[diouxXeEfFgGcrsa]$/.test(rest)) return null;
		count++;
	}
	return count;
}

/** The first field of a format that no argument fills: a name, or an index; null where all are filled, or it is not simple. */
function lackingField(text: string, { args, keywords }: CallArguments): string | number | null {
	let next = 0;
	for (const [whole, field] of text
		.replaceAll("{{", "")
		.replaceAll("}}", "")
		.matchAll(/\{([^{}]*)\}|[{}]/g)) {
		if (field === undefined || whole === "") return null;
		const name = /^[^.[!:]*/.exec(field)?.[0] ?? "";
		const index = name === "" ? next++ : /^\d+$/.test(name) ? Number(name) : null;
		if (index !== null && index >= args.length) return index;
		if (index === null && !keywords.has(name)) return name;
	}
	return null;
}
