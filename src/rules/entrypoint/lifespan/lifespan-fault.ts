import type { TextEdit } from "../../../text/range.ts";

/** How a lifespan is broken. */
export type LifespanShape =
	/** It is no function at all. */
	| "value"
	/** It hands out what is no mapping. */
	| "yielded"
	/** What is passed is the result of calling it. */
	| "called"
	/** It is decorated with `@contextmanager`. */
	| "sync-decorator"
	/** It is a plain generator where only a context manager will do. */
	| "undecorated"
	/** It cannot take the application alone. */
	| "parameters"
	| "no-yield"
	| "not-async"
	/** It is a class whose objects cannot be entered and left by `async with`. */
	| "class"
	/** It is a function that makes the lifespan, and was not called. */
	| "factory"
	/** A part of it is a function that makes a context manager, and was not called. */
	| "uncalled";

/** What is wrong with a lifespan, and how it is mended. */
export interface LifespanFault {
	readonly shape: LifespanShape;
	/** The line that Python prints, or null where it is not known. */
	readonly error: string | null;
	readonly stage: "import" | "startup";
	/** The changes that mend it, or null where none is certain. */
	readonly edits: readonly TextEdit[] | null;
	/** Path of the file that must import asynccontextmanager for the edits, or null. */
	readonly needs: string | null;
}
