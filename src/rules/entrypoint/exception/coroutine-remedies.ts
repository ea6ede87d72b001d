import type { FixProposal } from "../../../audit/fix.ts";
import { scopeOfModule } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Module, Project } from "../../../project/project.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `asyncio.create_task(worker)` → `asyncio.create_task(worker())`; a plain function that is called there runs in a thread instead. */
export function coroutineRemedy(project: Project, module: Module, range: TextRange): FixProposal | undefined {
	const [given] = nodeAt(module.tree, range, "Call")?.args ?? [];
	const scope = scopeOfModule(project, module);
	if (given === undefined || scope === null) return undefined;
	const called = given.type === "Call" ? given.callee : given;
	const value = valueOfName(called, scope);
	const node = value?.kind === "function" && value.node.type === "FunctionDef" ? value.node : null;
	if (node === null) return undefined;
	const shown = module.text.slice(called.start, called.end);
	const needsNothing = node.parameters.every((each) => each.default !== null || each.kind.startsWith("var-"));
	if (node.isAsync) {
		if (given.type === "Call" || !needsNothing) return undefined;
		return {
			title: `Call ${shown}`,
			explanation: "Calling the function makes the coroutine that the event loop runs.",
			applicability: "safe",
			edits: [replaceText(module, given.end, given.end, "()")],
		};
	}
	if (given.type === "Call" ? given.args.length + given.keywords.length > 0 : !needsNothing) return undefined;
	return {
		title: `Run ${shown} in a thread`,
		explanation: "The function is no coroutine function; in a thread of its own it does not hold up the event loop.",
		applicability: "review",
		edits: [replaceText(module, given.start, given.end, `asyncio.to_thread(${shown})`)],
	};
}
