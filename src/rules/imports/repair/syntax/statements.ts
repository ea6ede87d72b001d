import type { Module } from "../../../../project/project.ts";
import { lineStartAt, nextLineAt, replaceText } from "../../../../python/rewrite/source.ts";
import type { SyntaxRemedy } from "./remedy.ts";

export function* printCall(module: Module, start: number, end: number): Generator<SyntaxRemedy> {
	yield* parenthesisedPrints(module);
	const statement = module.text.slice(start, end);
	const written = /^print\s+(?!>>)(\S.*)/s.exec(statement)?.[1];
	if (written === undefined) return;
	yield {
		title: "Call print with parentheses",
		explanation: "In Python 3 print is a function.",
		isCertain: true,
		edits: [replaceText(module, start, end, `print(${withoutLastComma(written)})`)],
	};
}

/** Every print statement of the file: there is seldom only one. */
export function* parenthesisedPrints(module: Module): Generator<SyntaxRemedy> {
	const edits = [...module.text.matchAll(/^([ \t]*)print[ \t]+(?![=(>.,[+*/%&|^:-])([^#\s][^#\r\n]*)/gm)].map((match) => {
		const start = match.index + (match[1]?.length ?? 0);
		return replaceText(module, start, match.index + match[0].length, `print(${withoutLastComma(match[2] ?? "")})`);
	});
	if (edits.length > 0)
		yield { title: "Call print with parentheses", explanation: "In Python 3 print is a function.", isCertain: true, edits };
}

/** A comma at the end kept Python 2 from ending the line. */
function withoutLastComma(written: string): string {
	const values = written.trimEnd();
	return values.endsWith(",") ? values.slice(0, -1).trimEnd() : values;
}

export function* futureFirst(module: Module, start: number, end: number): Generator<SyntaxRemedy> {
	const { text, tree } = module;
	const [first] = tree.body;
	const isDocstring =
		first?.type === "ExpressionStatement" && first.value.type === "Constant" && first.value.literal === "string";
	const at = isDocstring ? nextLineAt(text, first.end) : lineStartAt(text, first?.start ?? 0);
	const from = lineStartAt(text, start);
	yield {
		title: "Move the __future__ import to the top",
		explanation: "It changes how the whole file is compiled, so it comes before all other code.",
		isCertain: true,
		edits: [replaceText(module, at, at, `${text.slice(start, end)}\n`), replaceText(module, from, nextLineAt(text, end), "")],
	};
}

export function* globalFirst(module: Module, start: number, end: number): Generator<SyntaxRemedy> {
	const { text } = module;
	const owner = module.tree.body.find((each) => each.type === "FunctionDef" && each.start <= start && start < each.end);
	const [first] = owner?.type === "FunctionDef" ? owner.body : [];
	if (!first) return;
	const from = lineStartAt(text, start);
	const at = lineStartAt(text, first.start);
	const indent = text.slice(at, first.start);
	yield {
		title: "Declare the name global before it is used",
		explanation: "The declaration holds for the whole function, and has to come first.",
		isCertain: true,
		edits: [
			replaceText(module, at, at, `${indent}${text.slice(start, end)}\n`),
			replaceText(module, from, nextLineAt(text, end), ""),
		],
	};
}

export function* asyncFunction(module: Module, start: number): Generator<SyntaxRemedy> {
	const before = module.text.slice(0, start);
	const heads = [...before.matchAll(/^[ \t]*(?=def\s)/gm)];
	const head = heads.at(-1);
	if (!head) return;
	const at = head.index + head[0].length;
	yield {
		title: "Make the function async",
		explanation: "Only an `async def` can await; whoever calls it has to await it in turn.",
		isCertain: false,
		edits: [replaceText(module, at, at, "async ")],
	};
}

/** `db: Depends(get_db)` behind a parameter with a default: what stands behind the colon is the default that was meant. */
function* dependencyAsDefault(module: Module, start: number): Generator<SyntaxRemedy> {
	const rest = module.text.slice(start);
	const head = rest.slice(0, /\)\s*(?:->[^\n]*)?:\s*\n/.exec(rest)?.index ?? 0);
	const found = [...head.matchAll(/(?<=\w)\s*:\s*(?=(?:\w+\.)?(?:Depends|Security)\()/g)];
	if (found.length === 0) return;
	yield {
		title: "Give the dependency as the default",
		explanation: "Behind the colon stands the type; what makes the value is the parameter's default.",
		isCertain: false,
		edits: found.map(({ index, 0: colon }) => replaceText(module, start + index, start + index + colon.length, " = ")),
	};
}

/** `*` before the first parameter: all are given by keyword, as FastAPI does, and their order is free. */
export function* keywordOnly(module: Module, start: number): Generator<SyntaxRemedy> {
	const heads = [...module.text.slice(0, start).matchAll(/\bdef\s+\w+\s*\(\s*/g)];
	const head = heads.at(-1);
	if (!head) return;
	const at = head.index + head[0].length;
	if (/^(self|cls)\b/.test(module.text.slice(at))) return;
	yield* dependencyAsDefault(module, at);
	yield {
		title: "Make the parameters keyword-only",
		explanation: "After a `*` the order of parameters with and without defaults is free; FastAPI passes them by keyword.",
		isCertain: false,
		edits: [replaceText(module, at, at, "*, ")],
	};
}
