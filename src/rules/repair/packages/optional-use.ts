import type { Module } from "../../../project/project.ts";
import type { TextEdit, TextRange } from "../../../text/range.ts";

/** A place that needs a package which nothing there imports by name. */
export interface OptionalUse {
	/** PEP 503 names of the distributions that provide it; the first is the one to declare. */
	readonly providers: readonly string[];
	/** Extras to declare it with. */
	readonly extras: readonly string[];
	/** The lowest version to declare where none is installed, or null. */
	readonly floor: string | null;
	/** The module whose absence makes it fail. */
	readonly importName: string;
	/** What needs it, as the subject of a sentence: `EmailStr in the model UserCreate`. */
	readonly what: string;
	readonly module: Module;
	readonly range: TextRange;
	readonly stage: "import" | "startup" | "request";
	/** Position in start-up, comparable with the import trace; null for what only a request meets. */
	readonly order: number | null;
	/** The last line that Python prints. */
	readonly error: string;
	/** PEP 503 name of the library whose own import this is; it counts only where that one is brought by what is declared. */
	readonly library?: string;
	/** A change of the code that makes do with what is declared: preferred to declaring more. */
	readonly instead?: CodeChange;
}

/** One edit with the words that go with it. */
export interface CodeChange {
	readonly title: string;
	readonly explanation: string;
	readonly edit: TextEdit;
}
