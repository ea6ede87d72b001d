import type { FixProposal } from "../../../../audit/fix.ts";
import type { Module } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { replaceText } from "../../../../python/rewrite/source.ts";
import { boundNames } from "../../../../python/scopes.ts";
import { contains, walk } from "../../../../python/walk.ts";

/**
 * A comprehension in a class body does not see the names of the class: only its first iterable is evaluated there
 * (https://docs.python.org/3/reference/executionmodel.html#resolution-of-names). Hands the name to it.
 */
export function passToComprehension(module: Module, name: string, offset: number): FixProposal | null {
	let owner: ast.ClassDef | null = null;
	let place: ast.Comprehension | null = null;
	walk(module.tree, (node) => {
		if (!contains(node, offset)) return node.type === "Module" || node.type === "FunctionDef" || node.type === "ClassDef";
		if (node.type === "ClassDef" && boundNames(node.body).has(name)) owner = node;
		if (node.type === "Comprehension" && owner !== null) place ??= node;
		return true;
	});
	const found = place as ast.Comprehension | null;
	if (found === null) return null;
	const names = namesOfClass(owner, found);
	const code = module.text.slice(found.start, found.end);
	if (/\bawait\b|\byield\b|:=/.test(code)) return null;
	return {
		title: `Hand ${name} to the comprehension`,
		explanation: `A comprehension does not see the names of the class body around it: ${name} is handed to it as an argument.`,
		applicability: "safe",
		edits: [replaceText(module, found.start, found.end, `(lambda ${names}: ${code})(${names})`)],
	};
}

/** A lambda in a class body does not see the names of the class either: a default of a parameter is evaluated there. */
export function passToLambda(module: Module, name: string, offset: number): FixProposal | null {
	let owner: ast.ClassDef | null = null;
	let place: ast.Lambda | null = null;
	walk(module.tree, (node) => {
		if (!contains(node, offset)) return node.type === "Module" || node.type === "FunctionDef" || node.type === "ClassDef";
		if (node.type === "ClassDef" && boundNames(node.body).has(name)) owner = node;
		if (node.type === "Lambda" && owner !== null) place ??= node;
		return true;
	});
	const found = place as ast.Lambda | null;
	const last = found?.parameters.at(-1);
	if (found === null || last?.kind !== "positional") return null;
	const end = last.end;
	return {
		title: `Hand ${name} to the lambda`,
		explanation: `A lambda does not see the names of the class body around it: ${name} is the default of a parameter, which is evaluated there.`,
		applicability: "safe",
		edits: [replaceText(module, end, end, `, ${name}=${name}`)],
	};
}

/** All names of the class that the comprehension reads: within the function around it, it sees none of them. */
function namesOfClass(owner: ast.ClassDef | null, comprehension: ast.Comprehension): string {
	const bound = boundNames(owner?.body ?? []);
	const targets = new Set<string>();
	for (const { target } of comprehension.clauses)
		walk(target, (node) => {
			if (node.type === "Name") targets.add(node.id);
		});
	const read = new Set<string>();
	walk(comprehension, (node) => {
		if (node.type === "Name" && bound.has(node.id) && !targets.has(node.id)) read.add(node.id);
	});
	return [...read].join(", ");
}
