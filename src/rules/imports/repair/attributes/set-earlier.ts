import type { FixProposal } from "../../../../audit/fix.ts";
import type { Project } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { lineEndAt, lineStartAt, nextLineAt, replaceText } from "../../../../python/rewrite/source.ts";
import { contains, walk } from "../../../../python/walk.ts";
import type { FailureOf } from "../../../repair/trial/import-failures.ts";
import { mends } from "../../../repair/trial/trial.ts";

/** `__init__` uses an attribute in a line above the one that sets it: the line that sets it goes up. */
export function setEarlier(project: Project, failure: FailureOf<"attribute-missing">): FixProposal | null {
	const { name, owner } = failure.detail;
	const found = project.trace.classes.find(({ value }) => value.node.name.name === owner)?.value;
	const init = found?.node.body.find(
		(each): each is ast.FunctionDef => each.type === "FunctionDef" && each.name.name === "__init__",
	);
	const self = init?.parameters[0]?.name.name;
	if (found === undefined || init === undefined || self === undefined) return null;
	const setter = init.body.find((each) => isAssignmentTo(each, self, name));
	const { module } = found;
	if (setter === undefined) return null;
	const reader = failure.module === module ? methodAt(found.node, failure.range.start) : null;
	const user = init.body.find(
		(each) =>
			each.start < setter.start &&
			(contains(each, failure.range.start) || (reader !== null && reader !== init.name.name && callsMethod(each, self, reader))),
	);
	if (user === undefined) return null;
	const { text } = module;
	const start = lineStartAt(text, setter.start);
	const at = lineStartAt(text, user.start);
	const line = text.slice(start, lineEndAt(text, setter.end));
	const end = nextLineAt(text, setter.end);
	const isLast = end === lineEndAt(text, setter.end);
	const proposal: FixProposal = {
		title: `Set ${name} before it is used`,
		explanation: `__init__ of ${owner} uses ${name} above the line that sets it; that line goes up.`,
		applicability: "review",
		edits: [
			replaceText(module, at, at, `${line}\n`),
			isLast ? replaceText(module, lineEndAt(text, start - 1), end, "") : replaceText(module, start, end, ""),
		],
	};
	return mends(project, proposal, failure) ? proposal : null;
}

function isAssignmentTo(statement: ast.Statement, self: string, name: string): boolean {
	const targets = statement.type === "Assign" ? statement.targets : statement.type === "AnnAssign" ? [statement.target] : [];
	return targets.some(
		(each) => each.type === "Attribute" && each.attribute.name === name && each.value.type === "Name" && each.value.id === self,
	);
}

function methodAt(owner: ast.ClassDef, offset: number): string | null {
	const found = owner.body.find((each) => each.type === "FunctionDef" && contains(each, offset));
	return found?.type === "FunctionDef" ? found.name.name : null;
}

function callsMethod(statement: ast.Statement, self: string, method: string): boolean {
	let found = false;
	walk(statement, (node) => {
		if (node.type === "Attribute" && node.attribute.name === method && node.value.type === "Name" && node.value.id === self)
			found = true;
		return !found;
	});
	return found;
}
