import type { Module } from "../../../../project/project.ts";
import type * as ast from "../../../../python/ast.ts";
import { isParenthesisedWith } from "../../../../python/newer-syntax.ts";
import { indentAt, lineBreakOf, lineStartAt, nextLineAt, replaceText } from "../../../../python/rewrite/source.ts";
import { walk } from "../../../../python/walk.ts";
import type { TextEdit } from "../../../../text/range.ts";
import type { SyntaxRemedy } from "./remedy.ts";

/** Statements that came with a later Python, as the project's own writes them: `match` (3.10), `except*` (3.11), `with (…)` (3.9). */
export function* inOlderStatements(module: Module, minor: number): Generator<SyntaxRemedy> {
	if (minor < 10) yield* withoutMatch(module);
	if (minor < 11) yield* withoutGroups(module);
	if (minor < 9) yield* withoutParentheses(module);
}

function* withoutMatch(module: Module): Generator<SyntaxRemedy> {
	const edits: TextEdit[] = [];
	let isPlain = true;
	walk(module.tree, (node) => {
		if (node.type !== "Match") return true;
		const chain = asConditions(module, node);
		if (chain === null) isPlain = false;
		else edits.push(chain);
		return false;
	});
	if (!isPlain || edits.length === 0) return;
	yield {
		title: "Compare with if and elif",
		explanation: "Python knows match since 3.10; the same cases compared one by one do the same.",
		isCertain: true,
		edits,
	};
}

/** The conditions of a `match` over plain values, as `if`, `elif` and `else`; null where a pattern takes something apart. */
function asConditions({ path, text }: Module, node: ast.Match): TextEdit | null {
	const eol = lineBreakOf(text);
	const indent = indentAt(text, node.start);
	const written = text.slice(node.subject.start, node.subject.end);
	const isName = /^[\w.]+$/.test(written);
	const subject = isName ? written : "matched";
	const lines = isName ? [] : [`${indent}${subject} = ${written}`];
	for (const [index, each] of node.cases.entries()) {
		const [first] = each.body;
		if (first === undefined) return null;
		const bodyStart = lineStartAt(text, startOf(first));
		const head = /^case\s([\s\S]*?):\s*(?:#[^\r\n]*)?$/.exec(text.slice(each.start, bodyStart).trimEnd())?.[1]?.trim();
		if (head === undefined || bodyStart <= each.start) return null;
		const pattern = each.guard === null ? head : head.slice(0, head.search(/(?<!\s)\s+if\s/));
		const condition = conditionOf(subject, pattern.trim());
		if (condition === null) return null;
		const guard = each.guard === null ? "" : text.slice(each.guard.start, each.guard.end);
		// A name that the pattern binds is bound in front of the guard only by an assignment of its own.
		if (condition.binds !== null && guard !== "") return null;
		const tests = [condition.test, guard].filter((test) => test !== "");
		const keyword = index === 0 ? "if" : "elif";
		lines.push(tests.length === 0 && index > 0 ? `${indent}else:` : `${indent}${keyword} ${tests.join(" and ") || "True"}:`);
		const inner = indentAt(text, startOf(first));
		if (condition.binds !== null) lines.push(`${inner}${condition.binds} = ${subject}`);
		lines.push(text.slice(bodyStart, each.end).trimEnd());
	}
	return { path, range: { start: lineStartAt(text, node.start), end: node.end }, newText: lines.join(eol) };
}

function startOf(statement: ast.Statement): number {
	if (statement.type !== "FunctionDef" && statement.type !== "ClassDef") return statement.start;
	return Math.min(statement.start, ...statement.decorators.map((decorator) => decorator.start - 1));
}

const literal = /^(?:[bru]{0,2}"[^"\\]*"|[bru]{0,2}'[^'\\]*'|-?\d[\d_.]*)$/i;

function conditionOf(subject: string, pattern: string): { readonly test: string; readonly binds: string | null } | null {
	if (pattern === "_") return { test: "", binds: null };
	if (/^[A-Za-z_]\w*$/.test(pattern) && !/^(None|True|False)$/.test(pattern)) return { test: "", binds: pattern };
	const parts = pattern.replace(/^\((.*)\)$/s, "$1").split(/(?:(?<!\s)\s+)?\|\s*/);
	const values = parts.filter((part) => literal.test(part) || /^[A-Za-z_]\w*(\.\w+)+$/.test(part));
	const singletons = parts.filter((part) => /^(None|True|False)$/.test(part));
	const classes = parts.flatMap((part) => /^([A-Za-z_][\w.]*)\(\)$/.exec(part)?.[1] ?? []);
	if (values.length + singletons.length + classes.length !== parts.length) return null;
	const tests = [
		...(values.length === 1 ? [`${subject} == ${values[0]}`] : values.length > 1 ? [`${subject} in (${values.join(", ")})`] : []),
		...singletons.map((each) => `${subject} is ${each}`),
		...(classes.length === 1
			? [`isinstance(${subject}, ${classes[0]})`]
			: classes.length > 1
				? [`isinstance(${subject}, (${classes.join(", ")}))`]
				: []),
	];
	return { test: tests.length > 1 ? `(${tests.join(" or ")})` : (tests[0] ?? ""), binds: null };
}

function* withoutGroups(module: Module): Generator<SyntaxRemedy> {
	const edits: TextEdit[] = [];
	walk(module.tree, (node) => {
		if (node.type !== "Try") return;
		for (const handler of node.handlers) {
			const star = /^except\s*\*/.exec(module.text.slice(handler.start, handler.start + 40));
			if (star !== null) edits.push(replaceText(module, handler.start, handler.start + star[0].length, "except"));
		}
	});
	if (edits.length === 0) return;
	yield {
		title: "Catch the exception itself with except",
		explanation:
			"Python knows except* and groups of exceptions since 3.11; this one raises single exceptions, which except catches. A handler that goes through `.exceptions` of a group has to follow.",
		isCertain: false,
		edits,
	};
}

/** `with (a as b, c as d):` on one statement's lines, joined by backslashes. */
function* withoutParentheses(module: Module): Generator<SyntaxRemedy> {
	const { text } = module;
	const edits: TextEdit[] = [];
	walk(module.tree, (node) => {
		if (node.type !== "With" || !isParenthesisedWith(text, node)) return;
		const [first] = node.items;
		const last = node.items.at(-1);
		if (first === undefined || last === undefined) return;
		const opening = text.slice(node.start, first.start).lastIndexOf("(") + node.start;
		const closing = /^\s*(?:,\s*)?\)/.exec(text.slice(last.end))?.[0].length ?? 0;
		const items = node.items.map((item) => text.slice(item.start, item.end));
		const indent = `${indentAt(text, node.start)}     `;
		const separator = nextLineAt(text, first.end) < last.start ? `, \\${lineBreakOf(text)}${indent}` : ", ";
		edits.push(replaceText(module, opening, last.end + closing, items.join(separator)));
	});
	if (edits.length === 0) return;
	yield {
		title: "Write the context managers without parentheses",
		explanation: "Python takes parentheses around several of them since 3.9; a backslash carries a line on in every version.",
		isCertain: true,
		edits,
	};
}
