import type { Module } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { lineStartAt, replaceText } from "../../../../python/rewrite/source.ts";
import { walk } from "../../../../python/walk.ts";
import type { TextEdit } from "../../../../text/range.ts";
import type { SyntaxRemedy } from "./remedy.ts";

/** `type X = …` and `def first[T](…)` (PEP 695) as Python before 3.12 writes them; nothing where a parameter is more than a plain type. */
export function* withoutTypeParameters(module: Module): Generator<SyntaxRemedy> {
	const edits: TextEdit[] = [];
	const variables = new Map<string, string>();
	const names = new Set<string>();
	let isPlain = true;
	walk(module.tree, (node) => {
		if (node.type === "TypeAlias") {
			if (node.name.type !== "Name") isPlain = false;
			edits.push(replaceText(module, node.start, node.name.start, ""));
		}
		if ((node.type !== "FunctionDef" && node.type !== "ClassDef") || node.typeParameters.length === 0) return true;
		const list = parameterList(module.text, node.name.end);
		const declared = list === null ? null : declarations(module.text.slice(list.start + 1, list.end - 1));
		if (list === null || declared === null) {
			isPlain = false;
			return true;
		}
		for (const [name, code] of declared) {
			if ((variables.get(name) ?? code) !== code) isPlain = false;
			variables.set(name, code);
		}
		edits.push(replaceText(module, list.start, list.end, ""));
		if (node.type === "ClassDef") {
			names.add("Generic");
			edits.push(genericBase(module, node, list.end, [...declared.keys()]));
		}
		return true;
	});
	if (!isPlain || edits.length === 0) return;
	if (variables.size > 0) {
		names.add("TypeVar");
		const first = module.tree.body.find((statement) => edits.some((edit) => within(edit, statement)));
		const at = lineStartAt(module.text, first?.start ?? 0);
		const code = [...variables].map(([name, value]) => `${name} = ${value}\n`).join("");
		edits.push(replaceText(module, at, at, `${code}\n\n`));
	}
	yield {
		title: variables.size > 0 ? "Declare the type variables with TypeVar" : "Assign the type alias",
		explanation: "Python reads this spelling of types since 3.12 (PEP 695); the older one means the same.",
		isCertain: true,
		edits,
		typingNames: [...names],
	};
}

function within(edit: TextEdit, statement: ast.Statement): boolean {
	return statement.start <= edit.range.start && edit.range.end <= statement.end;
}

/** The brackets behind a name. */
function parameterList(text: string, from: number): { readonly start: number; readonly end: number } | null {
	if (text[from] !== "[") return null;
	let depth = 0;
	for (let at = from; at < text.length; at++) {
		if (text[at] === "[" || text[at] === "(") depth++;
		if (text[at] === "]" || text[at] === ")") depth--;
		if (depth === 0) return { start: from, end: at + 1 };
	}
	return null;
}

/** `T`, `T: Base` and `T: (A, B)` as calls of TypeVar, by name; null for `*Ts`, `**P` and defaults. */
function declarations(list: string): ReadonlyMap<string, string> | null {
	const found = new Map<string, string>();
	for (const part of list.split(/,(?![^([]{0,1000}[)\]])/)) {
		if (part.trim() === "") continue;
		const [, name, written] = /^(\w+)\s*(?::([^=]+))?$/.exec(part.trim()) ?? [];
		if (name === undefined) return null;
		const bound = written?.trim();
		const constraints = /^\((.*)\)$/.exec(bound ?? "")?.[1];
		const more = bound === undefined ? "" : constraints === undefined ? `, bound=${bound}` : `, ${constraints}`;
		found.set(name, `TypeVar("${name}"${more})`);
	}
	return found.size > 0 ? found : null;
}

function genericBase(module: Module, node: ast.ClassDef, listEnd: number, names: readonly string[]): TextEdit {
	const base = `Generic[${names.join(", ")}]`;
	const last = [...node.bases].at(-1);
	if (last !== undefined) return replaceText(module, last.end, last.end, `, ${base}`);
	const empty = /^\(\s*\)/.exec(module.text.slice(listEnd))?.[0].length ?? 0;
	return replaceText(module, listEnd, listEnd + empty, `(${base})`);
}
