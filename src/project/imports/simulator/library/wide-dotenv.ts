import type * as ast from "../../../../python/ast.ts";
import { type Frame, failAt, type Machine } from "../machine.ts";

/** python-dotenv reads UTF-8, and stumbles over the mark of a `.env` file in UTF-16, as `echo A=1 > .env` of Windows PowerShell writes it. */
export function failOnWideDotenv(
	machine: Machine,
	frame: Frame,
	node: ast.Node,
	paths: readonly (string | null | undefined)[],
): void {
	for (const path of paths) {
		const encoding = typeof path === "string" ? machine.byteOrderMark(path) : null;
		if (typeof path !== "string" || encoding === null || encoding === "utf-8") continue;
		const byte = encoding === "utf-16-le" ? "0xff" : "0xfe";
		failAt(machine, frame, node, {
			detail: { type: "raises", exception: "UnicodeDecodeError", by: "operation", document: { path, offset: 0 } },
			exception: "UnicodeDecodeError",
			message: `'utf-8' codec can't decode byte ${byte} in position 0: invalid start byte`,
		});
		return;
	}
}
