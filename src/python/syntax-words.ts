import type * as ast from "./ast.ts";
import { parseModule } from "./parse.ts";
import { refused } from "./syntax-fault.ts";
import { kindOf } from "./target-rules.ts";

/** `if name = value:`, nothing else of which is an assignment. */
const assignedCondition = /^\s*(?:if|elif|while)\s+[\w.]+\s*=(?!=)[^=(]*:\s*(?:#.*)?$/;

const blockHead = /^[ \t]*(?:async[ \t]+)?(?:if|elif|else|for|while|with|try|except|finally|def|class|match|case)\b/;

/** The parser says where it stumbled; where the reason is plain, CPython names it. */
export function inPythonsWords(text: string, error: ast.SyntaxFault, minor: number): ast.SyntaxFault {
	if (error.message !== "invalid syntax" && error.message !== "unexpected indent") return error;
	const line = lineAt(text, error.start);
	if (minor >= 10 && assignedCondition.test(line))
		return { ...error, message: "invalid syntax. Maybe you meant '==' or ':=' instead of '='?" };
	const headAt = missingColonAt(text, error.start);
	if (headAt !== null) return refused({ start: headAt, end: headAt }, "expected ':'");
	if (minor >= 10 && /^\s*else\s+if\b/.test(line)) return { ...error, message: "expected ':'" };
	if (error.message !== "invalid syntax") return error;
	return brokenField(error, line, minor) ?? impossibleTarget(error, line, minor) ?? forgottenComma(text, error, minor) ?? error;
}

/** An f-string that ends inside its braces or has nothing in them. */
function brokenField(error: ast.SyntaxFault, line: string, minor: number): ast.SyntaxFault | null {
	const written = /(?:^|\W)[fF](["'])(?!\1)(.*?)\1/.exec(line)?.[2];
	if (written === undefined) return null;
	const content = withoutDoubledBraces(written);
	const empty = minor >= 12 ? "f-string: valid expression required before '}'" : "f-string: empty expression not allowed";
	if (/\{\s*\}/.test(content)) return { ...error, message: empty };
	const opened = content.split("{").length - content.split("}").length;
	if (opened > 0) return { ...error, message: minor >= 12 ? "'{' was never closed" : "f-string: expecting '}'" };
	return opened < 0 ? { ...error, message: "f-string: single '}' is not allowed" } : null;
}

/** The braces of an f-string that stand for themselves gone; of `{name}}` the first closes the field, and only the second is alone. */
function withoutDoubledBraces(written: string): string {
	let kept = "";
	let depth = 0;
	for (let i = 0; i < written.length; i++) {
		const [brace, next] = [written[i], written[i + 1]];
		if (depth === 0 && brace === next && (brace === "{" || brace === "}")) {
			i++;
			continue;
		}
		if (brace === "{") depth++;
		if (brace === "}" && depth > 0) depth--;
		kept += brace;
	}
	return kept;
}

/** What stands left of the one `=` of a line cannot be assigned to. */
function impossibleTarget(error: ast.SyntaxFault, line: string, minor: number): ast.SyntaxFault | null {
	const sign = line.indexOf("=");
	const left = line.slice(0, Math.max(0, sign)).trim();
	if (left === "" || /[!<>:+\-*/%&|^@]$/.test(left) || /^=|^$/.test(line.slice(sign + 1))) return null;
	// In a signature it is the annotation of what is assigned to.
	const keyword = /^\s*(?:async\s+)?def\b/.test(line) ? null : /(?:^|[(,])\s*(True|False|None)$/.exec(left);
	if (keyword !== null) return { ...error, message: `cannot assign to ${keyword[1]}` };
	const { body, errors } = parseModule(left);
	const [only] = body;
	if (errors.length > 0 || body.length !== 1 || only?.type !== "ExpressionStatement") return null;
	const kind = kindOf(only.value);
	if (kind === null || ["name", "attribute", "subscript", "starred", "list", "tuple"].includes(kind)) return null;
	const hint = minor >= 10 ? " here. Maybe you meant '==' instead of '='?" : "";
	return { ...error, message: `cannot assign to ${minor < 10 && kind === "expression" ? "operator" : kind}${hint}` };
}

/** Two values meet inside brackets, and a comma between them would do. */
function forgottenComma(text: string, error: ast.SyntaxFault, minor: number): ast.SyntaxFault | null {
	if (minor < 10) return null;
	const before = text.slice(0, error.start).trimEnd();
	for (const at of [before.length, error.end]) {
		if (!/[\w"')\]}]$/.test(text.slice(Math.max(0, at - 1), at)) || !/^\s*["'\w([{]/.test(text.slice(at, at + 200))) continue;
		const from = text.slice(0, at).lastIndexOf("\n\n") + 1;
		if (!isInBrackets(text.slice(from, at))) continue;
		const mended = `${text.slice(0, at)},${text.slice(at)}`;
		if (parseModule(mended).errors.some((each) => each.start < text.length && each.start >= from)) continue;
		const start = at - lastValueLength(text.slice(text.lastIndexOf("\n", at - 1) + 1, at));
		return { ...error, start, end: at, message: "invalid syntax. Perhaps you forgot a comma?" };
	}
	return null;
}

/** Of the name, number or string at the end of a line. */
function lastValueLength(line: string): number {
	const end = line.at(-1) ?? "";
	const opened = end === '"' || end === "'" ? line.indexOf(end) : -1;
	if (opened !== -1 && opened < line.length - 1) return line.length - opened;
	return /(?<![\w.])[\w.]+$/.exec(line)?.[0].length ?? 1;
}

function isInBrackets(code: string): boolean {
	const plain = code.replace(/"[^"\n]*"|'[^'\n]*'|#.*/g, "");
	return (plain.match(/[([{]/g)?.length ?? 0) > (plain.match(/[)\]}]/g)?.length ?? 0);
}

/** The end of a compound statement's head that has no colon, on the line of a place or the one before; null where that is not what is wrong. */
function missingColonAt(text: string, offset: number): number | null {
	const lines = text.slice(0, endOfLine(text, offset)).split("\n");
	for (const back of [1, 2]) {
		const line = lines.at(-back);
		if (line === undefined || !blockHead.test(line)) continue;
		const code = line.replace(/#.*/s, "").trimEnd();
		if (code.endsWith(":") || /:\s*\S/.test(code.replace(/\[[^[\]]*\]|\([^()]*\)|\{[^{}]*\}/g, ""))) continue;
		const start = lines.slice(0, -back).reduce((sum, each) => sum + each.length + 1, 0);
		const next = text.slice(endOfLine(text, start) + 1);
		const deeper =
			(/^[ \t]*/.exec(next.replace(/^(?:[ \t]*(?:#.*)?\r?\n)+/, ""))?.[0].length ?? 0) > (/^[ \t]*/.exec(line)?.[0].length ?? 0);
		if (deeper) return start + code.length;
	}
	return null;
}

/** The line of a text that holds an offset, without its end. */
export function lineAt(text: string, offset: number): string {
	return text.slice(text.lastIndexOf("\n", offset - 1) + 1, endOfLine(text, offset));
}

function endOfLine(text: string, offset: number): number {
	const end = text.indexOf("\n", offset);
	return end < 0 ? text.length : end;
}
