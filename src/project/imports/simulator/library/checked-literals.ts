import data from "../../../../../data/checked-literals.json" with { type: "json" };
import type { RaisesException } from "../../trace.ts";
import type { ConstantValue, Value } from "../../values.ts";
import type { CallArguments, Machine } from "../machine.ts";

/** An argument whose text a library looks up at once; recorded from the library itself, see scripts/checked-literals. */
interface CheckedArgument {
	readonly argument: string;
	/** Position among the positional arguments; null for what is given by name only. */
	readonly position: number | null;
	/** `list`: each text of a list. */
	readonly form: string;
	/** What the library does to the text first: `lower` makes small letters of it, `lower_` underscores of other signs, too. */
	readonly fold: string;
	readonly exception: string;
	/** `{}` stands for the text. */
	readonly message: string;
	readonly values: readonly string[];
}

const table: Readonly<Record<string, readonly CheckedArgument[]>> = data;

export interface RefusedLiteral {
	readonly exception: string;
	readonly message: string;
	readonly more: Pick<RaisesException, "key">;
}

/** What a library says of a text that it does not know: `CryptContext(schemes=["bcrpyt"])`. Null for all other calls. */
export function refusedLiteral(machine: Machine, canonical: string, args: CallArguments): RefusedLiteral | null {
	const name = canonical.replace(/^_?io\.open$/, "builtins.open");
	for (const checked of (Object.hasOwn(table, name) ? table[name] : undefined) ?? []) {
		const given =
			args.keywords.get(checked.argument) ?? (checked.position === null || args.open ? undefined : args.args[checked.position]);
		for (const text of textsOf(given, checked.form)) {
			const written = String(text.value);
			if (checked.values.includes(folded(written, checked.fold)) || mayBeAdded(machine, written)) continue;
			return {
				exception: checked.exception,
				message: checked.message.replace("{}", written),
				more: { key: { wanted: written, keys: checked.values, origin: text.origin } },
			};
		}
	}
	return null;
}

function textsOf(value: Value | undefined, form: string): readonly ConstantValue[] {
	const items = value?.kind === "sequence" && form === "list" ? value.items : value === undefined ? [] : [value];
	return items.filter(
		(each): each is ConstantValue =>
			each.kind === "constant" && typeof each.value === "string" && each.isConverted === undefined && /^[\w-]+$/.test(each.value),
	);
}

function folded(text: string, fold: string): string {
	if (fold === "") return text;
	return fold === "lower_" ? text.toLowerCase().replace(/\W+/g, "_") : text.toLowerCase();
}

/** Programs may register texts of their own: does one name it anywhere in a call that adds something? */
function mayBeAdded({ calls }: Machine, text: string): boolean {
	return calls.some(({ callee, args }) => {
		const name = callee.kind === "external" ? callee.canonical : callee.kind === "bound-method" ? callee.name : "";
		return /register|level|add/i.test(name) && args.some((each) => each.kind === "constant" && each.value === text);
	});
}
