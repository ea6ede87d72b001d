import type * as ast from "./ast.ts";
import { refused } from "./syntax-fault.ts";

/** `case` blocks that the compiler refuses: one that leaves nothing to those after it, and a name bound twice in one pattern (PEP 634). */
export function findPatternFaults(text: string, node: ast.Match): readonly ast.SyntaxFault[] {
	const faults: ast.SyntaxFault[] = [];
	for (const [index, each] of node.cases.entries()) {
		const isLast = index === node.cases.length - 1;
		const [name] = each.captures;
		if (each.irrefutable && !isLast) {
			const what = name === undefined ? "wildcard" : `name capture '${name.name}'`;
			faults.push(refused(name ?? each, `${what} makes remaining patterns unreachable`));
		}
		// The alternatives of an or-pattern bind the same names, once each.
		const head = text.slice(each.start, each.guard?.start ?? each.body[0]?.start ?? each.end);
		if (head.includes("|")) continue;
		const seen = new Set<string>();
		for (const capture of each.captures) {
			if (seen.has(capture.name)) faults.push(refused(capture, `multiple assignments to name '${capture.name}' in pattern`));
			seen.add(capture.name);
		}
	}
	return faults;
}
