import type { TextEdit } from "../../../../text/range.ts";

/** A change that makes a file compile. */
export interface SyntaxRemedy {
	readonly title: string;
	readonly explanation: string;
	/** Is it what was meant beyond reasonable doubt? */
	readonly isCertain: boolean;
	readonly edits: readonly TextEdit[];
	/** Names of `typing` that the new text uses. */
	readonly typingNames?: readonly string[];
}
