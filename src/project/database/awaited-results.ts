import type * as ast from "../../python/ast.ts";
import { walk } from "../../python/walk.ts";
import type { Project } from "../project.ts";
import { type SessionUse, sessionModelOf } from "./session-uses.ts";

/** `await` in front of what a session's result gives at once. */
export interface AwaitedResult {
	/** The session's call that gave the result. */
	readonly use: SessionUse;
	readonly expression: ast.Await;
	/** The method whose result is awaited: `scalars`, `all`. */
	readonly method: string;
}

/** Methods of Result, ScalarResult and MappingResult (sqlalchemy/engine/result.py), none of which is a coroutine. */
const ofResult = new Set(
	"scalars scalar scalar_one scalar_one_or_none all first one one_or_none fetchall fetchone fetchmany mappings unique partitions keys tuples columns freeze".split(
		" ",
	),
);
/** Methods of Query (sqlalchemy/orm/query.py). */
const ofQuery = new Set(
	"filter filter_by join outerjoin order_by group_by having limit offset distinct options select_from with_entities all first one one_or_none count scalar get delete update exists subquery".split(
		" ",
	),
);
const giveResults = new Set(["execute", "exec", "scalars"]);

/** Results of sessions that are awaited although they are there already, each once. */
export function* awaitedResults(project: Project): Generator<AwaitedResult> {
	for (const use of sessionModelOf(project).uses) {
		const isQuery = use.method === "query" && !use.kind.isAsync;
		if (!isQuery && !giveResults.has(use.method)) continue;
		const [first] = use.around;
		// The call of an async session gives its result once it is awaited.
		const isGiven = first?.type === "Await" && first.value === use.call;
		if (use.kind.isAsync !== isGiven) continue;
		const start = isGiven ? 1 : 0;
		const chain = chainAbove(isGiven ? first : use.call, use.around.slice(start), isQuery ? ofQuery : ofResult);
		if (chain.type === "awaited" && chain.method !== null) {
			yield { use, expression: chain.expression, method: chain.method };
		} else if (chain.type === "assigned" && (isQuery || chain.method === null)) {
			yield* awaitedLater(use, chain.assignment, isQuery ? ofQuery : ofResult);
		}
	}
}

type Chain =
	| { readonly type: "awaited"; readonly expression: ast.Await; readonly method: string | null }
	| { readonly type: "assigned"; readonly assignment: ast.Assign; readonly method: string | null }
	| { readonly type: "other" };

/** Follows `.scalars().all()` outwards from an expression, through methods of the set alone. */
function chainAbove(from: ast.Expression, around: readonly ast.TypedNode[], methods: ReadonlySet<string>): Chain {
	let inner: ast.TypedNode = from;
	let method: string | null = null;
	for (let index = 0; index < around.length; index++) {
		const node = around[index];
		const call = around[index + 1];
		if (node?.type === "Attribute" && node.value === inner && call?.type === "Call" && call.callee === node) {
			if (!methods.has(node.attribute.name)) return { type: "other" };
			method = node.attribute.name;
			inner = call;
			index++;
		} else if (node?.type === "Await" && node.value === inner) return { type: "awaited", expression: node, method };
		else
			return node?.type === "Assign" && node.value === inner ? { type: "assigned", assignment: node, method } : { type: "other" };
	}
	return { type: "other" };
}

/** `result = await session.execute(…)`, and later `await result.scalars()`; only where the name holds nothing else. */
function* awaitedLater(use: SessionUse, assignment: ast.Assign, methods: ReadonlySet<string>): Generator<AwaitedResult> {
	const [target] = assignment.targets;
	if (target?.type !== "Name" || assignment.targets.length > 1) return;
	const name = target.id;
	let bindings = 0;
	const found: { readonly expression: ast.Await; readonly method: string }[] = [];
	walk(use.owner, (node) => {
		if (bindsName(node, name)) bindings++;
		if (node.type !== "Await") return;
		const chain = chainBelow(node.value, methods);
		if (chain?.root === name) found.push({ expression: node, method: chain.method });
	});
	if (bindings === 1) for (const each of found) yield { use, ...each };
}

function bindsName(node: ast.TypedNode, name: string): boolean {
	const targets =
		node.type === "Assign"
			? node.targets
			: node.type === "AnnAssign" || node.type === "AugAssign" || node.type === "For"
				? [node.target]
				: node.type === "With"
					? node.items.flatMap(({ target }) => target ?? [])
					: [];
	return targets.some((target) => {
		let isBound = false;
		walk(target, (each) => {
			if (each.type === "Name" && each.id === name) isBound = true;
			return each.type !== "Attribute" && each.type !== "Subscript";
		});
		return isBound;
	});
}

function chainBelow(
	expression: ast.Expression,
	methods: ReadonlySet<string>,
): { readonly root: string; readonly method: string } | null {
	if (expression.type !== "Call" || expression.callee.type !== "Attribute") return null;
	const method = expression.callee.attribute.name;
	if (!methods.has(method)) return null;
	const { value } = expression.callee;
	if (value.type === "Name") return { root: value.id, method };
	const inner = chainBelow(value, methods);
	return inner === null ? null : { root: inner.root, method };
}
