import type * as ast from "./ast.ts";
import { addTargets } from "./scopes.ts";
import { refused } from "./syntax-fault.ts";
import { walk } from "./walk.ts";

/** Where a comprehension stands. */
export interface ComprehensionPlace {
	readonly isAsync: boolean;
	readonly inFunction: boolean;
	readonly inClass: boolean;
}

/** What a comprehension may not hold: `yield` (bpo-10544), `:=` in certain places (PEP 572), `async for` outside an async function (PEP 530). */
export function findComprehensionFaults(
	node: ast.Comprehension,
	place: ComprehensionPlace,
	minor: number,
): readonly ast.SyntaxFault[] {
	const faults: ast.SyntaxFault[] = [];
	const name = node.kind === "generator" ? "generator expression" : `${node.kind} comprehension`;
	const [first, ...others] = node.clauses;
	const inside = [
		node.element,
		node.key,
		...(first?.conditions ?? []),
		...others.flatMap((clause) => [clause.iterable, ...clause.conditions]),
	];
	const targets = new Set<string>();
	for (const clause of node.clauses) addTargets(clause.target, targets);
	for (const part of inside) {
		if (part === null) continue;
		walk(part, (each) => {
			if (each.type === "Yield" && minor >= 8) faults.push(refused(each, `'yield' inside ${name}`));
			if (each.type === "NamedExpr") {
				if (targets.has(each.target.name)) {
					faults.push(
						refused(each, `assignment expression cannot rebind comprehension iteration variable '${each.target.name}'`),
					);
				} else if (place.inClass) {
					faults.push(refused(each, "assignment expression within a comprehension cannot be used in a class body"));
				}
			}
			return each.type !== "Lambda";
		});
	}
	for (const { iterable } of node.clauses) {
		walk(iterable, (each) => {
			if (each.type === "NamedExpr") {
				faults.push(refused(each, "assignment expression cannot be used in a comprehension iterable expression"));
			}
			return each.type !== "Comprehension";
		});
	}
	const isAsync = node.clauses.some((clause) => clause.isAsync) || (place.inFunction && inside.some(awaits));
	if (isAsync && node.kind !== "generator" && !place.isAsync) {
		faults.push(refused(node, "asynchronous comprehension outside of an asynchronous function"));
	}
	if (node.element.type === "Starred" && minor < 15) {
		faults.push(refused(node.element, "iterable unpacking cannot be used in comprehension"));
	}
	return faults;
}

function awaits(part: ast.Expression | null): boolean {
	let found = false;
	if (part !== null) {
		walk(part, (each) => {
			if (each.type === "Await") found = true;
			return each.type !== "Lambda" && !(each.type === "Comprehension" && each.kind === "generator");
		});
	}
	return found;
}
