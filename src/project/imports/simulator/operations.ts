import { pathText } from "../../path-values.ts";
import type { ConstantValue, DictValue, InstanceValue, Value } from "../values.ts";
import { unknown } from "../values.ts";
import { findInClass } from "./classes/class-members.ts";
import { membersInOrder } from "./classes/enum-look-up.ts";
import { isEnum } from "./classes/enumerations.ts";
import { dictKey, keysOf } from "./dict-keys.ts";
import { constant } from "./external.ts";
import { encoded } from "./library/encoded-texts.ts";
import { isSecret, shownSecret } from "./library/secret-objects.ts";

/** What iterating over a value gives, one after the other; null where that is not known. */
export function itemsOf(value: Value): readonly Value[] | null {
	if (value.kind === "sequence" && value.complete) return [...value.items];
	if (value.kind === "constant" && typeof value.value === "string" && !value.isConverted)
		return value.value.length > longestText ? null : [...value.value].map((character) => constant(character, value.origin));
	if (value.kind === "class") return isEnum(value) ? membersInOrder(value) : null;
	return value.kind === "dict" && value.complete ? keysOf(value) : null;
}

/** Whether a value counts as true; undefined where that is not known. */
export function truth(value: Value): boolean | undefined {
	switch (value.kind) {
		case "constant":
			return value.value === undefined ? true : Boolean(value.value);
		case "sequence":
			if (value.items.length > 0) return true;
			return value.complete ? false : undefined;
		case "dict":
			if (value.entries.size > 0) return true;
			return value.complete ? false : undefined;
		case "module":
		case "function":
		case "class":
			return true;
		case "bound-method":
			return mayBeNoMethod(value) ? undefined : true;
		case "instance":
			// pydantic's URLs say nothing of how true they are, so all of them are.
			return value.of.kind === "external" && /^pydantic\.networks\.\w+$/.test(value.of.canonical) ? true : undefined;
		default:
			return undefined;
	}
}

/** What an object of a library has by a name may be no method, whatever calling it gives. */
function mayBeNoMethod(value: Value): boolean {
	return value.kind === "bound-method" && value.function === null && value.receiver.kind === "instance";
}

/** One comparison; undefined where it cannot be known. */
export function compare(operator: string, left: Value, right: Value): boolean | undefined {
	if (operator === "is" || operator === "is not") {
		const same = isSame(left, right);
		return same === undefined ? undefined : operator === "is" ? same : !same;
	}
	if (operator === "in" || operator === "not in") {
		const inside = isIn(left, right);
		return inside === undefined ? undefined : operator === "in" ? inside : !inside;
	}
	if (left.kind === "sequence" && right.kind === "sequence")
		return compareSequences(operator, left.items, right.items, left.complete && right.complete);
	const sameMember = operator === "==" || operator === "!=" ? isSameMember(left, right) : undefined;
	if (sameMember !== undefined) return operator === "==" ? sameMember : !sameMember;
	if (left.kind !== "constant" || right.kind !== "constant") return undefined;
	return compareConstants(operator, left.value, right.value);
}

/** Are two members of one enumeration the same? Undefined for everything else. */
function isSameMember(left: Value, right: Value): boolean | undefined {
	if (left.kind !== "instance" || right.kind !== "instance" || left.of.kind !== "class" || left.of !== right.of) return undefined;
	const [a, b] = [left.attributes.get("value"), right.attributes.get("value")];
	const isPlain = isEnum(left.of) && findInClass(left.of, "__eq__") === null;
	return isPlain && a?.kind === "constant" && b?.kind === "constant" ? a.value === b.value : undefined;
}

function isSame(left: Value, right: Value): boolean | undefined {
	if (left.kind === "constant" && right.kind === "constant") return left.value === right.value;
	if (left.kind === "unknown" || right.kind === "unknown") return undefined;
	if (left.kind === "instance" && right.kind === "instance") return isSameMember(left, right);
	if (left.kind === "external" || right.kind === "external" || mayBeNoMethod(left) || mayBeNoMethod(right)) return undefined;
	if (left.kind === "constant" || right.kind === "constant") {
		const other = left.kind === "constant" ? right : left;
		const literal = left.kind === "constant" ? left : right;
		const isNone = literal.kind === "constant" && literal.value === null;
		return isNone && (other.kind !== "instance" || isCertainlyObject(other)) ? false : undefined;
	}
	return undefined;
}

/** An object of a class of the project or of a library, or an engine; what other functions of libraries give may be None. */
function isCertainlyObject({ of }: InstanceValue): boolean {
	if (of.kind === "class") return findInClass(of, "__new__") === null && of.keywords.size === 0;
	return of.entry?.kind === "class" || /^sqlalchemy\..*\.create_(async_)?engine$/.test(of.canonical);
}

function isIn(left: Value, right: Value): boolean | undefined {
	if (left.kind === "instance" && right.kind === "sequence") {
		const found = right.items.map((item) => isSameMember(left, item));
		if (found.includes(true)) return true;
		return right.complete && found.every((each) => each === false) ? false : undefined;
	}
	if (left.kind !== "constant") {
		const key = right.kind === "dict" ? dictKey(left) : undefined;
		return right.kind === "dict" && key !== undefined && right.entries.has(key) ? true : undefined;
	}
	if (right.kind === "constant" && typeof right.value === "string" && typeof left.value === "string")
		return right.value.includes(left.value);
	if (right.kind === "sequence") {
		if (right.items.some((item) => item.kind === "constant" && item.value === left.value)) return true;
		return right.complete && right.items.every((item) => item.kind === "constant") ? false : undefined;
	}
	if (right.kind === "dict" && left.value !== undefined && typeof left.value !== "bigint") {
		if (right.entries.has(left.value)) return true;
		return right.complete ? false : undefined;
	}
	return undefined;
}

function compareConstants(operator: string, a: ConstantValue["value"], b: ConstantValue["value"]): boolean | undefined {
	if (operator === "==") return a === b;
	if (operator === "!=") return a !== b;
	if (typeof a !== typeof b || a === null || b === null || a === undefined || b === undefined) return undefined;
	if (operator === "<") return a < b;
	if (operator === "<=") return a <= b;
	if (operator === ">") return a > b;
	if (operator === ">=") return a >= b;
	return undefined;
}

/** Tuple comparison; `sys.version_info` is known in its first two items only, which decides most tests. */
function compareSequences(
	operator: string,
	left: readonly Value[],
	right: readonly Value[],
	complete: boolean,
): boolean | undefined {
	for (let i = 0; i < Math.min(left.length, right.length); i++) {
		const a = left[i];
		const b = right[i];
		if (a?.kind !== "constant" || b?.kind !== "constant") return undefined;
		if (a.value === b.value) continue;
		return compareConstants(operator, a.value, b.value);
	}
	if (complete) return compareConstants(operator, left.length, right.length);
	// `version_info` is longer than what it is compared with, and equal so far: it is the greater one.
	if (left.length >= right.length) return operator === ">" || operator === ">=" || operator === "!=";
	return undefined;
}

/** Texts that are computed and longer are not followed, in characters: a few lines can double one until no memory holds it. */
const longestText = 100_000;
/** The same for lists, in items. */
const mostItems = 10_000;

/** A binary operation on known values. */
export function binary(operator: string, left: Value, right: Value): Value {
	if (left.kind === "constant" && right.kind === "constant") {
		const a = left.value;
		const b = right.value;
		if (typeof a === "string" && typeof b === "string" && operator === "+")
			return a.length + b.length < longestText ? constant(a + b, left.origin ?? right.origin) : unknown;
		if (typeof a === "string" && typeof b === "number" && operator === "*" && b >= 0 && a.length * b < longestText)
			return constant(a.repeat(b), left.origin);
		if (typeof a === "number" && typeof b === "number") return arithmetic(operator, a, b);
		if (typeof a === "string" && operator === "%") return percent(a, [right]);
	}
	if (left.kind === "sequence" && right.kind === "sequence" && operator === "+" && left.type === right.type) {
		if (left.items.length + right.items.length > mostItems) return unknown;
		return {
			kind: "sequence",
			type: left.type,
			items: [...left.items, ...right.items],
			complete: left.complete && right.complete,
		};
	}
	if (left.kind === "constant" && typeof left.value === "string" && operator === "%" && right.kind === "sequence")
		return percent(left.value, right.items);
	const [first, second] = operator === "|" ? [asDict(left), asDict(right)] : [null, null];
	return first === null || second === null
		? unknown
		: { kind: "dict", entries: new Map([...first.entries, ...second.entries]), complete: first.complete && second.complete };
}

/** A dict, or what pydantic's typed dicts of options make: `SettingsConfigDict(env_file=".env") | SettingsConfigDict(env_prefix="DB_")`. */
function asDict(value: Value): DictValue | null {
	if (value.kind === "dict") return value;
	const { of, call } = value.kind === "instance" ? value : { of: null, call: null };
	if (
		of?.kind !== "external" ||
		call === null ||
		!/^pydantic(?:_settings)?\..*\bConfigDict$|\bSettingsConfigDict$/.test(of.canonical)
	)
		return null;
	return call.args.length > 0 ? null : { kind: "dict", entries: new Map(call.keywords), complete: !call.open };
}

function arithmetic(operator: string, a: number, b: number): Value {
	switch (operator) {
		case "+":
			return constant(a + b);
		case "-":
			return constant(a - b);
		case "*":
			return constant(a * b);
		case "/":
			return b === 0 ? unknown : constant(a / b);
		case "//":
			return b === 0 ? unknown : constant(Math.floor(a / b));
		default:
			return unknown;
	}
}

function percent(format: string, values: readonly Value[]): Value {
	let index = 0;
	let known = true;
	const text = format.replace(/%(%|[sd])/g, (whole, kind: string) => {
		if (kind === "%") return "%";
		const value = values[index++];
		const shown = value === undefined ? null : asText(value);
		if (shown === null) known = false;
		return shown ?? whole;
	});
	return known && index === values.length && !/%[^%sd]/.test(format) ? constant(text) : unknown;
}

/** `str(value)` where it is known. */
export function asText(value: Value): string | null {
	if (isSecret(value)) return String(shownSecret(value)?.value ?? "") || null;
	if (value.kind === "instance") return pathText(value);
	if (value.kind !== "constant") return null;
	if (value.value === null) return "None";
	if (value.value === true) return "True";
	if (value.value === false) return "False";
	if (value.value === undefined) return null;
	if (typeof value.value === "number" && !Number.isInteger(value.value)) return null;
	return String(value.value);
}

/** A method of a known string. */
export function stringMethod(
	text: ConstantValue,
	name: string,
	args: readonly Value[],
	keywords: ReadonlyMap<string, Value>,
): Value {
	const self = text.value;
	if (typeof self !== "string") return unknown;
	if (name === "startswith" || name === "endswith") return hasAffix(self, name, args);
	const strings: string[] = [];
	for (const arg of args) {
		if (arg.kind !== "constant" || typeof arg.value !== "string") {
			if (name === "format" || name === "join" || name === "replace" || name === "split" || name === "rsplit") break;
			return unknown;
		}
		strings.push(arg.value);
	}
	const [first, second] = strings;
	const derived = (value: string): Value => constant(value, text.origin);
	switch (name) {
		case "replace": {
			if (first === undefined || second === undefined) return unknown;
			const count = args[2];
			if (count === undefined) return joined(self.split(first), second, text.origin);
			return count.kind === "constant" && count.value === 1 ? derived(self.replace(first, () => second)) : unknown;
		}
		case "strip":
		case "lstrip":
		case "rstrip":
			return derived(strip(self, name, first));
		case "lower":
			return derived(self.toLowerCase());
		case "upper":
			return derived(self.toUpperCase());
		case "title":
		case "capitalize":
			return /^[A-Za-z_ -]*$/.test(self) ? derived(name === "title" ? inTitleCase(self) : inTitleCase(self, /^[a-z]/)) : unknown;
		case "removeprefix":
			return first === undefined ? unknown : derived(self.startsWith(first) ? self.slice(first.length) : self);
		case "removesuffix":
			return first === undefined ? unknown : derived(first !== "" && self.endsWith(first) ? self.slice(0, -first.length) : self);
		case "isdigit":
			return constant(/^\d+$/.test(self));
		case "split": {
			if (args.length > 1) return unknown;
			const items = first === undefined ? self.split(/\s+/).filter((part) => part !== "") : self.split(first);
			return { kind: "sequence", type: "list", items: items.map((item) => constant(item, text.origin)), complete: true };
		}
		case "join": {
			const list = args[0];
			if (list?.kind !== "sequence" || !list.complete) return unknown;
			const parts = list.items.map((item) => (item.kind === "constant" && typeof item.value === "string" ? item.value : null));
			return parts.every((part) => part !== null) ? joined(parts, self, null) : unknown;
		}
		case "format":
			return format(self, args, keywords);
		case "encode":
			return first === undefined || /^(?:utf[-_]?8|ascii)$/i.test(first) ? encoded(text) : unknown;
		default:
			return unknown;
	}
}

/** `text.startswith("https")` and `text.endswith((".db", ".sqlite"))`: one text, or a tuple of them. */
function hasAffix(text: string, name: "startswith" | "endswith", args: readonly Value[]): Value {
	const [given] = args;
	if (given === undefined || args.length > 1) return unknown;
	const choices = given.kind === "sequence" && given.type === "tuple" && given.complete ? given.items : [given];
	let isCertain = true;
	for (const choice of choices) {
		if (choice.kind !== "constant" || typeof choice.value !== "string") isCertain = false;
		else if (name === "startswith" ? text.startsWith(choice.value) : text.endsWith(choice.value)) return constant(true);
	}
	return isCertain ? constant(false) : unknown;
}

function inTitleCase(text: string, initial = /(?<![a-z])[a-z]/g): string {
	return text.toLowerCase().replace(initial, (letter) => letter.toUpperCase());
}

function joined(parts: readonly string[], between: string, origin: ConstantValue["origin"]): Value {
	const length = parts.reduce((sum, part) => sum + part.length + between.length, 0);
	return length < longestText ? constant(parts.join(between), origin) : unknown;
}

function strip(text: string, name: string, characters: string | undefined): string {
	const isStripped = (char: string): boolean => (characters === undefined ? /\s/.test(char) : characters.includes(char));
	let start = 0;
	let end = text.length;
	if (name !== "rstrip") while (start < end && isStripped(text[start] ?? "")) start++;
	if (name !== "lstrip") while (end > start && isStripped(text[end - 1] ?? "")) end--;
	return text.slice(start, end);
}

function format(text: string, args: readonly Value[], keywords: ReadonlyMap<string, Value>): Value {
	let next = 0;
	let known = true;
	const result = text.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (whole, field: string | undefined) => {
		if (whole === "{{") return "{";
		if (whole === "}}") return "}";
		const name = field ?? "";
		const value = name === "" ? args[next++] : /^\d+$/.test(name) ? args[Number(name)] : keywords.get(name);
		const shown = value === undefined ? null : asText(value);
		if (shown === null) known = false;
		return shown ?? whole;
	});
	return known ? constant(result) : unknown;
}
