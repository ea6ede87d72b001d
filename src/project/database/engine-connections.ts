import type { Value } from "../imports/values.ts";
import { isAsyncEngine } from "./sqlalchemy-values.ts";

/** Is this what `engine.begin()` or `engine.connect()` of an async engine gives, or the connection that `async with` makes of it? */
export function isAsyncConnection(value: Value | undefined): boolean {
	const callee = value?.kind === "instance" ? value.call?.callee : undefined;
	return callee?.kind === "bound-method" && ["begin", "connect"].includes(callee.name) && isAsyncEngine(callee.receiver);
}
