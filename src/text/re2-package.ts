import { createRequire } from "node:module";

/** RE2's way of matching (https://github.com/le0pard/re2js), loaded when it is first needed: few projects do, and it takes a while. */
export function loadRe2(): typeof import("re2js") {
	return createRequire(import.meta.url)("re2js");
}
