import type * as fc from "fast-check";

/** A part of bootmend that is fed with damaged input. */
export interface Target<Input> {
	readonly name: string;
	/** How often it has its turn, compared with the others. */
	readonly weight: number;
	readonly input: fc.Arbitrary<Input>;
	/** Throws where a law is broken; what it returns must be the same each time. */
	readonly run: (input: Input) => Promise<string> | string;
}

/** Fails with a sentence unless the condition holds. */
export function law(holds: boolean, sentence: () => string): void {
	if (!holds) throw new Error(`broken law: ${sentence()}`);
}
