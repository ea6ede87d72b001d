import { type ClassValue, type InstanceValue, unknown, type Value } from "../../values.ts";
import { constant, isPlainExternalClass, symbolEntry } from "../external.ts";
import type { Machine } from "../machine.ts";
import { isInstance } from "./instance-checks.ts";
import type { LibraryCall } from "./library-call.ts";

/** `isinstance` and its like, as functions of libraries ask them of what they are handed; null for any other call. */
export function libraryType({ machine, canonical, args: { args } }: LibraryCall): Value | null {
	const [first, second] = args;
	switch (canonical) {
		case "builtins.isinstance": {
			const plain = isInstance(first, second);
			if (plain.kind === "constant") return plain;
			const answer = first === undefined || second === undefined ? null : isOf(machine, first, second);
			return answer === null ? unknown : constant(answer);
		}
		case "inspect.isclass":
			return first === undefined || first.kind === "unknown" || first.kind === "external"
				? unknown
				: constant(first.kind === "class");
		case "builtins.callable":
			return first?.kind === "function" || first?.kind === "class" ? constant(true) : unknown;
		default:
			return null;
	}
}

/** Null where it cannot be known. */
function isOf(machine: Machine, value: Value, type: Value): boolean | null {
	if (type.kind === "sequence" && type.complete) {
		const answers = type.items.map((each) => isOf(machine, value, each));
		if (answers.includes(true)) return true;
		return answers.includes(null) ? null : false;
	}
	if (type.kind !== "external" || type.entry?.kind !== "class") return null;
	const { canonical } = type;
	// What is asked for an ability, and not for its class, may be of any.
	if (/^(?:typing|typing_extensions|collections|abc|numbers|types|io)\b/.test(canonical) || isProtocol(machine, canonical))
		return null;
	if (canonical.startsWith("builtins.") ? !plainBuiltins.test(canonical) : !isPlainExternalClass(machine, type.entry))
		return null;
	switch (value.kind) {
		case "constant":
		case "sequence":
		case "dict":
			return canonical.startsWith("builtins.") ? null : false;
		case "external":
			return value.entry?.kind === "class" && isPlainExternalClass(machine, value.entry) ? false : null;
		case "function":
			return value.decorators.length === 0 ? false : null;
		case "class":
			return value.keywords.size === 0 && classesOf(machine, value) !== null ? false : null;
		case "instance": {
			const classes = lineOf(machine, value);
			return classes === null ? null : classes.has(canonical);
		}
		default:
			return null;
	}
}

const plainBuiltins = /^builtins\.(?:str|int|float|bool|bytes|list|tuple|set|dict)$/;

function isProtocol(machine: Machine, canonical: string, depth = 0): boolean {
	const entry = symbolEntry(machine, canonical);
	if (entry?.kind !== "class" || depth > 6) return true;
	return entry.bases.some(
		(base) =>
			/(?:^|\.)Protocol\b/.test(base) ||
			(/\./.test(base) && !/^(?:abc|typing|builtins)\./.test(base) && isProtocol(machine, base, depth + 1)),
	);
}

/** The names of all classes that an object is of; null where one of them is not known. */
function lineOf(machine: Machine, { of }: InstanceValue): ReadonlySet<string> | null {
	if (of.kind === "class") return classesOf(machine, of);
	return of.entry?.kind === "class" ? libraryClasses(machine, of.canonical) : null;
}

function classesOf(machine: Machine, { bases, decorators, keywords }: ClassValue, depth = 0): ReadonlySet<string> | null {
	if (decorators.length > 0 || keywords.size > 0 || depth > 8) return null;
	const found = new Set<string>();
	for (const base of bases) {
		const above =
			base.kind === "class"
				? classesOf(machine, base, depth + 1)
				: base.kind === "external"
					? libraryClasses(machine, base.canonical)
					: null;
		if (above === null) return null;
		for (const each of above) found.add(each);
	}
	return found;
}

function libraryClasses(machine: Machine, canonical: string, depth = 0): ReadonlySet<string> | null {
	if (canonical === "builtins.object" || canonical === "object" || /^typing\.Generic\b/.test(canonical)) return new Set();
	const entry = symbolEntry(machine, canonical);
	if (entry?.kind !== "class" || depth > 10) return null;
	const found = new Set([canonical]);
	for (const base of entry.bases) {
		const above = libraryClasses(machine, machine.environment.canonical(base), depth + 1);
		if (above === null) return null;
		for (const each of above) found.add(each);
	}
	return found;
}
