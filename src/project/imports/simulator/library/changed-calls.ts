import { type ChangedCallable, changedCallable } from "../../../../environment/changed-calls.ts";
import type { ArgumentCondition } from "../../../../environment/release-losses.ts";
import type { InstanceValue, Value } from "../../values.ts";
import { missingArguments, tooManyPositional } from "../argument-words.ts";
import { builtin } from "../external.ts";
import { type CallArguments, failAt } from "../machine.ts";
import type { LibraryCall } from "./library-call.ts";

/**
 * A call that newer releases of a package refuse where its code does not tell, or is not at hand: `read_csv(error_bad_lines=False)`,
 * `anthropic.Client("key")`, `jwt.decode(token, key)`.
 */
export function failOnChangedCall({ machine, frame, canonical, args, node }: LibraryCall): void {
	const changed = changedCallable(machine.environment, canonical);
	const refusal = changed === undefined ? null : (misfit(changed, args) ?? refusedCall(changed, args));
	if (changed === undefined || refusal === null) return;
	const { exception, message, from, keyword } = refusal;
	const since = { distribution: changed.distribution, release: from };
	const more = keyword === undefined ? {} : { keyword: { name: keyword, parameters: [] } };
	failAt(machine, frame, node, { detail: { type: "raises", exception, by: "call", since, ...more }, exception, message });
}

interface Refusal {
	readonly exception: string;
	readonly message: string;
	/** The first release that refuses it. */
	readonly from: string;
	readonly keyword?: string;
}

/** What a call gives that gave something else in older releases: `jwt.encode(…)` a text; null where that is not on record. */
export function changedResult({ machine, canonical }: LibraryCall): InstanceValue | null {
	const type = changedCallable(machine.environment, canonical)?.gives?.match(/^builtins\.(\w+)$/)?.[1];
	return type === undefined ? null : { kind: "instance", of: builtin(type), attributes: new Map(), call: null };
}

/** Why Python cannot bind the arguments to the parameters that are left, in its words. */
function misfit({ dotted, parameters, positional, required }: ChangedCallable, args: CallArguments): Refusal | null {
	const exception = "TypeError";
	for (const keyword of args.keywords.keys()) {
		const from = parameters.get(keyword);
		if (from === undefined) continue;
		const name = dotted.slice(dotted.lastIndexOf(".") + 1);
		const shown = /^[A-Z]/.test(name) ? `${name}.__init__()` : `${name}()`;
		return { exception, message: `${shown} got an unexpected keyword argument '${keyword}'`, from, keyword };
	}
	if (args.open) return null;
	if (positional !== null && args.args.length > positional.most) {
		const { shown, least, most, bound, from } = positional;
		const places = Array.from({ length: most + bound }, (_, index) => ({ hasDefault: index >= least + bound }));
		// Where nothing is taken by its place, all keywords are keyword-only parameters.
		const message = tooManyPositional(shown, places, args.args.length + bound, most === 0 ? args.keywords.size : 0);
		return { exception, message, from };
	}
	const lacking = [...required].filter(
		([name, { place }]) => !args.keywords.has(name) && (place === null || args.args.length <= place),
	);
	const [first] = lacking;
	if (first === undefined) return null;
	const [, { place, shown, from }] = first;
	const kind = place === null ? "keyword-only" : "positional";
	const names = lacking.filter(([, each]) => (each.place === null) === (place === null)).map(([name]) => name);
	return { exception, message: missingArguments(shown, names, kind), from };
}

/** What a call raises that was really made, and refused. */
function refusedCall({ calls }: ChangedCallable, args: CallArguments): Refusal | null {
	const refused = calls.find(({ when }) => when.every((condition) => holds(condition, args)));
	const [, exception, message] = /^([\w.]+)(?:: (.*))?$/.exec(refused?.error ?? "") ?? [];
	return refused === undefined || exception === undefined ? null : { exception, message: message ?? "", from: refused.from };
}

/** Is the call one of those meant? What cannot be known is not. */
function holds({ argument, place, is, value }: ArgumentCondition, args: CallArguments): boolean {
	const given = args.keywords.get(argument) ?? (place === undefined || place === null ? undefined : args.args[place]);
	if (is === "absent") return given === undefined && !args.open;
	if (given === undefined) return false;
	switch (is) {
		case "given":
			return true;
		case "equal":
			return given.kind === "constant" && given.value === value;
		case "like":
			return isLike(given, String(value));
		case "item like":
			return itemsOfList(given).some((item) => isLike(item, String(value)));
		case "item without":
			return itemsOfList(given).some((item) => item.kind === "dict" && item.complete && !item.entries.has(String(value)));
		case "of":
			return given.kind === "instance" && given.of.kind === "external" && given.of.canonical.startsWith(`${value}.`);
		default:
			return false;
	}
}

function isLike(value: Value, pattern: string): boolean {
	return value.kind === "constant" && typeof value.value === "string" && new RegExp(pattern).test(value.value);
}

function itemsOfList(value: Value): readonly Value[] {
	return value.kind === "sequence" ? value.items : [];
}
