/** A step of matching a pattern; what comes behind the last one is the match. Where a step splits to is counted from itself. */
export type Instruction =
	| { readonly type: "character"; readonly accepts: (character: string) => boolean }
	| { readonly type: "split"; readonly to: readonly number[] }
	| { readonly type: "edge"; readonly at: "start" | "end" };

/** Repetitions with a number are written out; what gets longer is given up. */
const longestProgram = 4_000;
/** Groups within one another. */
const deepest = 100;

/** The program of a pattern without flags; null where it is none, or has other assertions or references, or gets too long. */
export function parsePattern(source: string): readonly Instruction[] | null {
	try {
		new RegExp(source);
	} catch {
		return null;
	}
	const reading: Reading = { source, at: 0, depth: 0 };
	const program = readChoice(reading);
	return program === null || reading.at < source.length ? null : program;
}

function splitTo(...to: readonly number[]): Instruction {
	return { type: "split", to };
}

interface Reading {
	readonly source: string;
	at: number;
	depth: number;
}

type Part = readonly Instruction[];

function readChoice(reading: Reading): Part | null {
	let choice = readSequence(reading);
	while (choice !== null && reading.source[reading.at] === "|") {
		reading.at++;
		const other = readSequence(reading);
		if (other === null) return null;
		choice = joined([splitTo(1, choice.length + 2)], choice, [splitTo(other.length + 1)], other);
	}
	return choice;
}

function readSequence(reading: Reading): Part | null {
	let sequence: Part | null = [];
	while (sequence !== null && reading.at < reading.source.length && !"|)".includes(reading.source[reading.at] ?? "")) {
		const atom = readAtom(reading);
		const repeated = atom === null ? null : readRepetition(reading, atom);
		sequence = repeated === null ? null : joined(sequence, repeated);
	}
	return sequence;
}

const oneCharacter = /\[(?:[^\]\\]|\\[^bcpPux\d])*\]|\\[^bBckpPux\d]|[^()[\]\\|*+?{}^$]/y;

function readAtom(reading: Reading): Part | null {
	const { source, at } = reading;
	const sign = source[at] ?? "";
	if (sign === "^" || sign === "$") {
		reading.at++;
		return [{ type: "edge", at: sign === "^" ? "start" : "end" }];
	}
	if (sign === "(") return readGroup(reading);
	oneCharacter.lastIndex = at;
	const written = oneCharacter.exec(source)?.[0];
	if (written === undefined) return null;
	reading.at += written.length;
	const pattern = new RegExp(`^${written}$`);
	return [{ type: "character", accepts: (character) => pattern.test(character) }];
}

function readGroup(reading: Reading): Part | null {
	reading.at += reading.source.startsWith("(?:", reading.at) ? 3 : 1;
	if (reading.source[reading.at] === "?" || ++reading.depth > deepest) return null;
	const inner = readChoice(reading);
	reading.depth--;
	return reading.source[reading.at++] === ")" ? inner : null;
}

const repetition = /(?:([*+?])|\{(\d{1,4})(,?)(\d{0,4})\})\??/y;

function readRepetition(reading: Reading, part: Part): Part | null {
	repetition.lastIndex = reading.at;
	const [written, sign, least, comma, most] = repetition.exec(reading.source) ?? [];
	if (written === undefined) return reading.source[reading.at] === "{" ? null : part;
	reading.at += written.length;
	if (sign === "*") return starred(part);
	if (sign === "+") return joined(part, starred(part));
	if (sign === "?") return optional(part);
	const required = times(part, Number(least));
	if (comma === "") return required;
	if (most === "") return joined(required, starred(part));
	return joined(required, times(optional(part), Number(most) - Number(least)));
}

function starred(part: Part | null): Part | null {
	return part && joined([splitTo(1, part.length + 2)], part, [splitTo(-part.length - 1)]);
}

function optional(part: Part | null): Part | null {
	return part && joined([splitTo(1, part.length + 1)], part);
}

function times(part: Part | null, count: number): Part | null {
	if (part === null || part.length * count > longestProgram) return null;
	return joined(...Array.from({ length: Math.max(0, count) }, () => part));
}

function joined(...parts: readonly (Part | null)[]): Part | null {
	const program: Instruction[] = [];
	for (const part of parts) {
		if (part === null || program.length + part.length > longestProgram) return null;
		program.push(...part);
	}
	return program;
}
