import type { Call } from "../../../project/imports/trace.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { contains, dottedName, walk } from "../../../python/walk.ts";

/** How deep the calls below a branch are followed: `create_user` → `get_password_hash` → `hash`. */
const mostSteps = 4;

/**
 * Does the first start make this call, on a database without rows, though later ones may not? Start-up then gets to a branch that
 * a query which found nothing leads into: `if session.exec(select(User)).first() is None:`.
 */
export function isMadeAtFirstStart(project: Project, call: Call): boolean {
	// A branch is all that stands in its way: nothing around it catches what it raises.
	if (!call.reached || !call.guarded || call.tried === true) return false;
	let places: readonly Place[] = [call];
	for (let step = 0; step < mostSteps && places.length > 0; step++) {
		const names = new Set<string>();
		for (const { module, node } of places) {
			const { branch, within } = surroundings(module, node);
			if (branch !== null && isQueryForNothing(branch.test, within ?? module.tree, module) && isRun(project, module, within))
				return true;
			if (branch === null && within !== null) names.add(within.name.name);
		}
		places = names.size === 0 ? [] : callsOf(project, names);
	}
	return false;
}

interface Place {
	readonly module: Module;
	readonly node: ast.Call;
}

/** The branch around a call, where there is one alone, and the function around it; null at the top of a module. */
function surroundings({ tree }: Module, { start }: ast.Call): { branch: ast.If | null; within: ast.FunctionDef | null } {
	let within: ast.FunctionDef | null = null;
	let branches: ast.If[] = [];
	walk(tree, (node) => {
		if (!contains(node, start)) return false;
		if (node.type === "FunctionDef") {
			within = node;
			branches = [];
		}
		if (node.type === "If") branches.push(node);
		return undefined;
	});
	const [only, ...others] = branches;
	const isTaken = only?.body.some((statement) => contains(statement, start)) === true && others.length === 0;
	return { branch: isTaken ? only : null, within };
}

/** Does start-up run this function for certain: something in it was seen to run? */
function isRun({ trace }: Project, module: Module, within: ast.FunctionDef | null): boolean {
	if (within === null) return true;
	return trace.calls.some((call) => call.reached && !call.guarded && call.module === module && contains(within, call.node.start));
}

/** Calls of functions with these names, in all modules that start-up loads. */
function callsOf({ trace }: Project, names: ReadonlySet<string>): Place[] {
	const places: Place[] = [];
	for (const { module, reached } of trace.runs.values()) {
		if (!reached) continue;
		walk(module.tree, (node) => {
			const name = node.type === "Call" ? dottedName(node.callee)?.split(".").at(-1) : undefined;
			if (node.type === "Call" && name !== undefined && names.has(name)) places.push({ module, node });
		});
	}
	return places;
}

/** What gives a row, or None where there is none: SQLAlchemy's results and sessions. */
const query =
	/\.(?:first|one_or_none|scalar|scalar_one_or_none|fetchone)\(\s*\)$|\b(?:session|db|conn|connection)\.(?:get|scalar)\(/;

/** Does a test hold where a query found nothing: `session.exec(…).first() is None`, `not user`? */
function isQueryForNothing(test: ast.Expression, block: object, { text }: Module): boolean {
	const tested = nothingIn(test);
	if (tested === null) return false;
	const source =
		tested.type === "Name" ? assignedBefore(block, tested.id, test.start, text) : text.slice(tested.start, tested.end);
	return source !== null && query.test(source);
}

/** What has to be nothing for a test to hold: `x` of `x is None` and of `not x`. */
function nothingIn(test: ast.Expression): ast.Expression | null {
	if (test.type === "UnaryOp" && test.operator === "not") return unawaited(test.operand);
	if (test.type !== "Compare") return null;
	const [left, right] = test.operands;
	const isNone = test.operators.length === 1 && test.operators[0] === "is" && right?.type === "Constant" && right.value === null;
	return isNone && left !== undefined ? unawaited(left) : null;
}

function unawaited(node: ast.Expression): ast.Expression {
	return node.type === "Await" ? node.value : node;
}

/** The text of what a name was last given above a place. */
function assignedBefore(block: object, name: string, before: number, text: string): string | null {
	let source: string | null = null;
	walk(block, (node) => {
		if (node.type !== "Assign" || node.start >= before) return;
		const isIt = node.targets.some((target) => target.type === "Name" && target.id === name);
		if (isIt) source = text.slice(node.value.start, node.value.end);
	});
	return source;
}
