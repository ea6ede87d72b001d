import type { FixProposal } from "../../../audit/fix.ts";
import type { SessionUse } from "../../../project/database/session-uses.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";

/** Methods of a query that a select has too, under the same name unless another is given. */
const steps: Readonly<Record<string, string>> = {
	filter: "where",
	where: "where",
	filter_by: "filter_by",
	order_by: "order_by",
	limit: "limit",
	offset: "offset",
	join: "join",
	outerjoin: "outerjoin",
	options: "options",
	group_by: "group_by",
	having: "having",
	distinct: "distinct",
};

/** What the last step of a query is for the result of a select, for one entity. */
const endings: Readonly<Record<string, string>> = {
	all: ".scalars().all()",
	first: ".scalars().first()",
	one: ".scalars().one()",
	one_or_none: ".scalars().one_or_none()",
	scalar: ".scalar()",
};

/** `session.query(User).filter(x).all()` as `(await session.execute(select(User).where(x))).scalars().all()`; undefined for queries that have no such form. */
export function queryAsSelect({ module, owner, call, around }: SessionUse): FixProposal | undefined {
	const text = (node: { readonly start: number; readonly end: number }): string => module.text.slice(node.start, node.end);
	const [entity] = call.args;
	if (!owner.isAsync || entity === undefined || call.args.length !== 1 || call.keywords.length > 0 || !isEntity(entity))
		return undefined;
	const chain = chainOf(call, around);
	const last = chain.at(-1);
	const name = last === undefined ? "" : methodOf(last);
	const session = text(call.callee.value);
	if (last !== undefined && chain.length === 1 && name === "get" && last.args.length === 1)
		return proposal(
			module,
			awaitAround(last, around),
			`await ${session}.get(${text(entity)}, ${argumentsText(module.text, last)})`,
			[],
		);
	const isCount = name === "count" && last !== undefined && last.args.length + last.keywords.length === 0;
	const ending = isCount ? ".scalar_one()" : Object.hasOwn(endings, name) ? endings[name] : undefined;
	if (last === undefined || ending === undefined || last.args.length + last.keywords.length > 0) return undefined;
	let statement = isCount ? `select(func.count()).select_from(${text(entity)})` : `select(${text(entity)})`;
	for (const step of chain.slice(0, -1)) {
		const method = Object.hasOwn(steps, methodOf(step)) ? steps[methodOf(step)] : undefined;
		if (method === undefined) return undefined;
		statement += `.${method}(${argumentsText(module.text, step)})`;
	}
	return proposal(module, awaitAround(last, around), `(await ${session}.execute(${statement}))${ending}`, [
		{ path: module.path, module: "sqlalchemy", name: "select" },
		...(isCount ? [{ path: module.path, module: "sqlalchemy", name: "func" }] : []),
	]);
}

function proposal(
	module: SessionUse["module"],
	replaced: ast.Node,
	code: string,
	needs: NonNullable<FixProposal["needs"]>,
): FixProposal {
	return {
		title: "Ask with select()",
		explanation: "The same question in the form that async sessions take, awaited.",
		applicability: "review",
		edits: [replaceText(module, replaced.start, replaced.end, code)],
		needs,
	};
}

/** A class, by its name, or what repositories call the class that they are for. */
function isEntity(expression: ast.Expression): boolean {
	const name = expression.type === "Name" ? expression.id : expression.type === "Attribute" ? expression.attribute.name : "";
	return /^[A-Z]/.test(name) || /^_*(model|entity|table)(_?(class|cls|type))?$/.test(name);
}

/** The chain, together with an await in front of it. */
function awaitAround(last: ast.Call, around: readonly ast.TypedNode[]): ast.Node {
	return around.find((node) => node.type === "Await" && node.value === last) ?? last;
}

/** The calls that are chained to a call, in order: filter, limit, all. */
function chainOf(call: ast.Call, around: readonly ast.TypedNode[]): readonly ast.Call[] {
	const chain: ast.Call[] = [];
	let current: ast.TypedNode = call;
	for (const node of around) {
		if (node.type === "Attribute" && node.value === current) current = node;
		else if (node.type === "Call" && node.callee === current) {
			chain.push(node);
			current = node;
		} else break;
	}
	return chain;
}

function methodOf({ callee }: ast.Call): string {
	return callee.type === "Attribute" ? callee.attribute.name : "";
}

function argumentsText(text: string, { args, keywords }: ast.Call): string {
	const first = [...args, ...keywords].map(({ start }) => start);
	const last = [...args, ...keywords].map(({ end }) => end);
	return first.length === 0 ? "" : text.slice(Math.min(...first), Math.max(...last));
}
