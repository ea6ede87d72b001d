import type { FixProposal } from "../../../audit/fix.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { isGenerator, walk } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";

/** Takes `async` from a function that awaits nothing; null where it does, or is a generator. */
export function withoutAsync(module: Module, node: ast.FunctionDef): TextEdit | null {
	let awaits = isGenerator(node);
	walk(node.body, (each) => {
		if (each.type === "FunctionDef" || each.type === "Lambda") return false;
		if (each.type === "Await" || ((each.type === "With" || each.type === "For") && each.isAsync)) awaits = true;
		if (each.type === "Comprehension" && each.clauses.some(({ isAsync }) => isAsync)) awaits = true;
		return !awaits;
	});
	const from = node.decorators.at(-1)?.end ?? node.start;
	const async = /\basync\s+(?=def\s)/.exec(module.text.slice(from, node.name.start));
	if (awaits || async === null) return null;
	const start = from + async.index;
	return replaceText(module, start, start + async[0].length, "");
}

/** The only function of that name becomes a plain one, where it awaits nothing, and whoever awaits it takes what it gives. */
export function makePlain(project: Project, { callee }: ast.Call): FixProposal | undefined {
	const name = callee.type === "Name" ? callee.id : callee.type === "Attribute" ? callee.attribute.name : null;
	const mentioning = [...project.modules.values()].filter(({ text }) => name !== null && text.includes(name));
	const found: { readonly module: Module; readonly node: ast.FunctionDef }[] = [];
	const edits: TextEdit[] = [];
	for (const module of mentioning) {
		walk(module.tree, (node) => {
			if (node.type === "FunctionDef" && node.name.name === name) found.push({ module, node });
			if (node.type === "Await" && node.value.type === "Call" && isNamed(node.value.callee, name))
				edits.push(replaceText(module, node.start, node.value.start, ""));
		});
	}
	const [only, ...others] = found;
	const edit = only === undefined || others.length > 0 ? null : withoutAsync(only.module, only.node);
	if (edit === null || !only?.module.tree.body.includes(only.node)) return undefined;
	return {
		title: `Make ${name} a plain def`,
		explanation: "It awaits nothing. Called, a plain def gives its result and not a coroutine, in code that cannot await, too.",
		applicability: "review",
		edits: [edit, ...edits],
	};
}

function isNamed(callee: ast.Expression, name: string | null): boolean {
	return callee.type === "Name" ? callee.id === name : callee.type === "Attribute" && callee.attribute.name === name;
}
