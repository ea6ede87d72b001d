import type { FixProposal } from "../../../audit/fix.ts";
import type { IncludeFault } from "../../../project/fastapi/routes/include-faults.ts";
import { isObjectOf, routerClass } from "../../../project/imports/library-objects.ts";
import type { Value } from "../../../project/imports/values.ts";
import { scopeOfModule } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { enclosingStatement, fillsStatement } from "../../../python/rewrite/enclosing.ts";
import { indentAt, indentUnitOf, lineBreakOf, replaceText } from "../../../python/rewrite/source.ts";
import { contains, holdsName, walk } from "../../../python/walk.ts";

/** `include_router([users.router, items.router])`: one call for each router; a loop where the collection has a name. */
export function includeEach({ node, value, include: { call } }: IncludeFault): FixProposal | undefined {
	const { module, node: written } = call;
	const statement = enclosingStatement(module.tree, written.start);
	if (statement === null || !fillsStatement(statement, written) || !holdsRouters(value)) return undefined;
	const eol = lineBreakOf(module.text);
	const indent = indentAt(module.text, statement.start);
	const withRouter = (code: string) =>
		module.text.slice(written.start, node.start) + code + module.text.slice(node.end, written.end);
	if (node.type === "Sequence") {
		const calls = node.items.map((item) => withRouter(module.text.slice(item.start, item.end)));
		return {
			title: "Include each router in a line of its own",
			explanation: "include_router takes one router at a time.",
			applicability: "safe",
			edits: [replaceText(module, written.start, written.end, calls.join(`${eol}${indent}`))],
		};
	}
	if (node.type !== "Name") return undefined;
	const each = ["router", "each_router"].find((name) => !holdsName(module.tree, name));
	if (each === undefined) return undefined;
	const source = value.kind === "dict" ? `${node.id}.values()` : node.id;
	const loop = `for ${each} in ${source}:${eol}${indent}${indentUnitOf(module)}${withRouter(each)}`;
	return {
		title: `Include each router of ${node.id}`,
		explanation: "include_router takes one router at a time.",
		applicability: "safe",
		edits: [replaceText(module, written.start, written.end, loop)],
	};
}

function holdsRouters(value: Value): boolean {
	const items = value.kind === "sequence" ? value.items : value.kind === "dict" ? [...value.entries.values()] : [];
	return items.length > 0 && items.every((item) => isObjectOf(item, routerClass));
}

/** `for router in ROUTERS: app.include_router(router)` over a dict, which gives its keys: its values are meant. */
export function loopOverValues({ node, include: { call } }: IncludeFault, project: Project): FixProposal | undefined {
	const { module } = call;
	const loop = node.type === "Name" ? loopAround(module, node) : null;
	const scope = loop === null ? null : scopeOfModule(project, module);
	if (loop === null || scope === null || loop.iterable.type !== "Name") return undefined;
	const iterated = valueOfName(loop.iterable, scope);
	if (iterated?.kind !== "dict" || !holdsRouters(iterated)) return undefined;
	return {
		title: `Go through the values of ${loop.iterable.id}`,
		explanation: "A loop over a dict gives its keys, which are texts here; its values are the routers.",
		applicability: "safe",
		edits: [replaceText(module, loop.iterable.end, loop.iterable.end, ".values()")],
	};
}

/** The innermost loop whose variable the name is. */
export function loopAround(module: Module, name: ast.Name): ast.For | null {
	let found: ast.For | null = null;
	walk(module.tree, (each) => {
		if (each.type === "For" && contains(each, name.start) && each.target.type === "Name" && each.target.id === name.id)
			found = each;
	});
	return found;
}
