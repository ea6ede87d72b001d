import type { Frame } from "./machine.ts";

/** The scope in which a statement of the frame binds a name. */
export function scopeFor(frame: Frame, name: string): Frame["scope"] {
	return frame.globalNames.has(name) ? frame.globals : frame.scope;
}
