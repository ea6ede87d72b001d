import { type Instruction, parsePattern } from "./pattern-program.ts";

/** Is a pattern found in a text? Null where telling would take too long. */
export type PatternTest = (text: string) => boolean | null;

/** Steps that one answer may take: a fraction of a second. */
const mostSteps = 5_000_000;

/**
 * A pattern that comes from a file, tested in a time that grows with its length times the text's, however it is made: all ways
 * to match are followed at once (https://swtch.com/~rsc/regexp/regexp1.html). Patterns are written as in JavaScript, without
 * flags, assertions other than `^` and `$`, and references to groups; null for those, and for one that is too long.
 */
export function compilePattern(source: string): PatternTest | null {
	const program = parsePattern(source);
	if (program === null) return null;
	const usual = isHarmless(source) ? new RegExp(source) : null;
	const repeats = source.match(/[*+{]/g)?.length ?? 0;
	return (text) => {
		if (usual !== null && text.length ** (repeats + 1) <= mostSteps) return usual.test(text);
		return text.length * program.length > mostSteps ? null : isFound(program, text);
	};
}

/** May JavaScript's own way, which is quicker, be gone at most in as many ways as the text is long, for each repetition? */
function isHarmless(source: string): boolean {
	return (source.match(/[*+{]/g)?.length ?? 0) <= 2 && (source.match(/\?/g)?.length ?? 0) <= 4 && !/\)[*+{]/.test(source);
}

function isFound(program: readonly Instruction[], text: string): boolean {
	const seen = new Int32Array(program.length).fill(-1);
	let places: number[] = [];
	for (let at = 0; at <= text.length; at++) {
		const reached = follow(program, [...places, 0], { at, length: text.length }, seen);
		if (reached === null) return true;
		const character = text.charAt(at);
		places = reached.flatMap((place) => {
			const instruction = program[place];
			return instruction?.type === "character" && instruction.accepts(character) ? [place + 1] : [];
		});
	}
	return false;
}

/** The instructions that wait for a character, from some places on; null where the end of the program is among them. */
function follow(
	program: readonly Instruction[],
	places: number[],
	{ at, length }: { readonly at: number; readonly length: number },
	seen: Int32Array,
): readonly number[] | null {
	const waiting: number[] = [];
	for (let place = places.pop(); place !== undefined; place = places.pop()) {
		const instruction = program[place];
		if (instruction === undefined) return null;
		if (seen[place] === at) continue;
		seen[place] = at;
		if (instruction.type === "character") waiting.push(place);
		else if (instruction.type === "split") places.push(...instruction.to.map((distance) => place + distance));
		else if (instruction.at === "start" ? at === 0 : at === length) places.push(place + 1);
	}
	return waiting;
}
