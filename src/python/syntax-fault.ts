import type { SyntaxFault } from "./ast.ts";

/** What CPython's compiler says of a place it refuses. */
export function refused(place: { readonly start: number; readonly end: number }, message: string): SyntaxFault {
	return { start: place.start, end: place.end, message, exception: "SyntaxError" };
}
