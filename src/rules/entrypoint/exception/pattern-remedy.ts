import type { FixProposal } from "../../../audit/fix.ts";
import { patternFault } from "../../../project/imports/simulator/library/regular-expressions.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";

/** The smallest change after which a pattern compiles: what was opened is closed at its end, or the sign that cannot stand there is escaped. */
export function patternRemedy(
	project: Project,
	module: Module,
	call: ast.Call | undefined,
	error: string,
): FixProposal | undefined {
	const written = call?.args[0];
	const position = Number(/ at position (\d+)/.exec(error)?.[1] ?? Number.NaN);
	if (written?.type !== "Constant" || written.content === null || Number.isNaN(position)) return undefined;
	const { start, end } = written.content;
	const pattern = module.text.slice(start, end);
	// Where the text has escapes of its own, positions in it are not those in the pattern.
	if (pattern !== written.value) return undefined;
	const at = [...pattern].slice(0, position).join("").length;
	const candidates = [`${pattern}]`, `${pattern})`, `${pattern.slice(0, at)}\\${pattern.slice(at)}`];
	const mended = candidates.find((each) => patternFault(each, project.environment.python.minor) === null);
	if (mended === undefined) return undefined;
	const isClosed = mended.length === pattern.length + 1 && mended.startsWith(pattern);
	return {
		title: isClosed ? `Close the pattern with ${mended.at(-1)}` : `Escape the ${pattern[at] ?? ""}`,
		explanation: isClosed
			? "What the pattern opens has to be closed; whether it ends there, only you can say."
			: "By itself the sign means something that cannot stand there; escaped, it is the character.",
		applicability: "review",
		edits: [replaceText(module, start, end, mended)],
	};
}
