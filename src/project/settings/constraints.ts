import type * as ast from "../../python/ast.ts";
import { walk } from "../../python/walk.ts";
import { compilePattern } from "../../text/linear-pattern.ts";
import type { Call } from "../imports/trace.ts";
import type { Value } from "../imports/values.ts";

/** What `Field(...)` asks of a value beyond its type; null for what it does not ask. */
export interface Constraints {
	readonly minLength: number | null;
	readonly maxLength: number | null;
	/** A regular expression that is found in the value. */
	readonly pattern: string | null;
	/** The least and the greatest number allowed, and whether these themselves are left out. */
	readonly least: { readonly value: number; readonly excluded: boolean } | null;
	readonly most: { readonly value: number; readonly excluded: boolean } | null;
}

export const unconstrained: Constraints = { minLength: null, maxLength: null, pattern: null, least: null, most: null };

/** The constraints that a call of `Field` names (`regex` is how pydantic 1 called a pattern). */
export function readConstraints({ keywords }: Pick<Call, "keywords">): Constraints {
	const number = (name: string) => numberOf(keywords.get(name));
	const pattern = keywords.get("pattern") ?? keywords.get("regex");
	return {
		minLength: number("min_length"),
		maxLength: number("max_length"),
		pattern: pattern?.kind === "constant" && typeof pattern.value === "string" ? pattern.value : null,
		least: bound(number("ge"), number("gt")),
		most: bound(number("le"), number("lt")),
	};
}

/** The same where they stand in the annotation: `Annotated[int, Field(ge=1)]`, `conint(ge=1)`. */
export function withAnnotated(constraints: Constraints, annotation: ast.Expression): Constraints {
	const keywords = new Map<string, Value>();
	walk(annotation, (node) => {
		if (node.type !== "Call") return;
		for (const { name, value } of node.keywords)
			if (name !== null && value.type === "Constant" && ["number", "string"].includes(typeof value.value))
				keywords.set(name.name, { kind: "constant", value: value.value, origin: null } as Value);
	});
	if (keywords.size === 0) return constraints;
	const found = readConstraints({ keywords });
	return {
		minLength: constraints.minLength ?? found.minLength,
		maxLength: constraints.maxLength ?? found.maxLength,
		pattern: constraints.pattern ?? found.pattern,
		least: constraints.least ?? found.least,
		most: constraints.most ?? found.most,
	};
}

function numberOf(value: Value | undefined): number | null {
	return value?.kind === "constant" && typeof value.value === "number" ? value.value : null;
}

function bound(including: number | null, excluding: number | null): Constraints["least"] {
	if (including !== null) return { value: including, excluded: false };
	return excluding === null ? null : { value: excluding, excluded: true };
}

const texts = new Set(["str", "SecretStr"]);
const signs: Readonly<Record<string, Pick<Constraints, "least" | "most">>> = {
	PositiveInt: { least: { value: 0, excluded: true }, most: null },
	PositiveFloat: { least: { value: 0, excluded: true }, most: null },
	NonNegativeInt: { least: { value: 0, excluded: false }, most: null },
	NonNegativeFloat: { least: { value: 0, excluded: false }, most: null },
	NegativeInt: { least: null, most: { value: 0, excluded: true } },
};

/** What a text would have to be, in words, where it has the right type and a constraint certainly refuses it; null where it may pass. */
export function brokenConstraint(type: string, constraints: Constraints, text: string): string | null {
	if (texts.has(type)) return brokenText(constraints, text);
	const { least, most } = signs[type] ?? constraints;
	const isNumber = type === "int" || type === "float" || signs[type] !== undefined;
	if (!isNumber || !/^\s*[+-]?\d[\d_]*(\.\d*)?\s*$/.test(text)) return null;
	const value = Number(text.replaceAll("_", ""));
	const isLow = least !== null && (least.excluded ? value <= least.value : value < least.value);
	const isHigh = most !== null && (most.excluded ? value >= most.value : value > most.value);
	return isLow || isHigh ? rangeInWords(least, most) : null;
}

function brokenText({ minLength, maxLength, pattern }: Constraints, text: string): string | null {
	const { length } = [...text];
	if (minLength !== null && length < minLength) return `at least ${minLength} characters long`;
	if (maxLength !== null && length > maxLength) return `at most ${maxLength} characters long`;
	return pattern !== null && misses(pattern, text) ? `like the pattern ${pattern}` : null;
}

/** Is a pattern whose signs mean the same in Rust, Python and JavaScript certainly not found in a text? */
function misses(pattern: string, text: string): boolean {
	if (!/^[\w\s^$|()[\]+*?.{},:/@\-"'#=&;<>~!%\\]*$/.test(pattern) || /\(\?|\\[^dws.\\/\-+*?()[\]{}|^$]/.test(pattern))
		return false;
	return compilePattern(pattern)?.(text) === false;
}

function rangeInWords(least: Constraints["least"], most: Constraints["most"]): string {
	const words = [
		least === null ? null : `${least.excluded ? "greater than" : "at least"} ${least.value}`,
		most === null ? null : `${most.excluded ? "less than" : "at most"} ${most.value}`,
	];
	return words.filter((each) => each !== null).join(" and ");
}
