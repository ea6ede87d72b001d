import { createInterface } from "node:readline/promises";
import type { ProcessIo } from "./io.ts";

/** Asks a question that is answered by yes or no; `unasked` where nobody sits at the terminal. Anything but a clear yes is a no. */
export async function confirm(io: ProcessIo, question: string): Promise<"yes" | "no" | "unasked"> {
	if (io.stdin.isTTY !== true || io.stderr.isTTY !== true) return "unasked";
	const lines = createInterface({ input: io.stdin, output: io.stderr });
	try {
		const answer = await lines.question(`${question} [y/N] `);
		return /^y(es)?$/i.test(answer.trim()) ? "yes" : "no";
	} finally {
		lines.close();
	}
}
