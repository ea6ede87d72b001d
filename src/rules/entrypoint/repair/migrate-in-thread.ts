import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { enclosingFunction } from "../../../python/rewrite/enclosing.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";

/**
 * The `env.py` of asynchronous migrations starts an event loop of its own, which a thread of its own has room for: the call that runs alembic goes
 * there. Undefined where no such call of start-up can be seen in an async function.
 */
export function migrateInThread(project: Project, environment: Module): FixProposal | undefined {
	if (!environment.path.endsWith("/env.py")) return undefined;
	const running = project.trace.calls.find(
		({ callee, stage }) => stage === "startup" && callee.kind === "external" && /^alembic\.command\.\w+$/.test(callee.canonical),
	);
	if (running === undefined) return undefined;
	const owner = enclosingFunction(running.module.tree, running.node.start);
	const place = owner?.isAsync === false ? callIn(project, owner.name.name) : { module: running.module, call: running.node };
	if (owner === null || place === null) return undefined;
	const { module, call } = place;
	const { text } = module;
	const { start, end } = call.argumentsRange;
	const inside = text.slice(start + 1, end - 1).trim();
	const callee = text.slice(call.callee.start, call.callee.end);
	return {
		title: `Run ${callee} in a thread of its own`,
		explanation:
			"env.py starts an event loop for its asynchronous engine, and the server's is running in this thread already; start-up waits until the migrations are through.",
		applicability: "review",
		edits: [replaceText(module, call.start, call.end, `await asyncio.to_thread(${callee}${inside === "" ? "" : `, ${inside}`})`)],
		needs: [{ path: module.path, module: "", name: "asyncio" }],
	};
}

/** The one statement of an async function that calls a function of this name and does nothing else. */
function callIn(project: Project, name: string): { readonly module: Module; readonly call: ast.Call } | null {
	const found: { readonly module: Module; readonly call: ast.Call }[] = [];
	for (const { module, reached } of project.trace.runs.values()) {
		if (!reached || !module.text.includes(name)) continue;
		walk(module.tree, (node) => {
			const call = node.type === "ExpressionStatement" && node.value.type === "Call" ? node.value : null;
			const callee = call?.callee;
			const called = callee?.type === "Name" ? callee.id : callee?.type === "Attribute" ? callee.attribute.name : null;
			if (call && called === name && enclosingFunction(module.tree, call.start)?.isAsync === true) found.push({ module, call });
		});
	}
	const [only, ...others] = found;
	return only !== undefined && others.length === 0 ? only : null;
}
