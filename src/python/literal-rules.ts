import type * as ast from "./ast.ts";
import { refused } from "./syntax-fault.ts";

/** A number that the tokenizer refuses: `0777`, `1_000_`. */
export function findNumberFaults(text: string, node: ast.Constant): readonly ast.SyntaxFault[] {
	const written = text.slice(node.start, node.end);
	if (/^0[0-9_]*[1-9]/.test(written) && /^[0-9_]+$/.test(written)) {
		const message = "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers";
		return [refused(node, message)];
	}
	return /^\d[\d_]*(?:_|__\d[\d_]*)$/.test(written) ? [refused(node, "invalid decimal literal")] : [];
}

/** The expression of a replacement field could not hold everything before Python 3.12 (PEP 701). */
export function findFormattedFaults(text: string, node: ast.JoinedString, minor: number): readonly ast.SyntaxFault[] {
	if (minor >= 12) return [];
	return node.parts.flatMap((part) => {
		if (typeof part === "string" || !text.slice(part.start, part.value.end).includes("\\")) return [];
		return [refused(part, "f-string expression part cannot include a backslash")];
	});
}

/** Where the content of one string token (`start` to `end`, between its quotes) cannot be decoded; `prefix` is in lower case. */
export function findEscapeFault(text: string, start: number, end: number, prefix: string): ast.SyntaxFault | null {
	const isBytes = prefix.includes("b");
	const content = text.slice(start, end);
	if (isBytes) {
		if (/[^\x00-\x7f]/.test(content)) return refused({ start, end }, "bytes can only contain ASCII literal characters");
		if (prefix.includes("r")) return null;
		const broken = /^(?:[^\\]|\\(?!x)[\s\S]|\\x[0-9a-fA-F]{2})*?\\x(?![0-9a-fA-F]{2})/.exec(content);
		if (broken === null) return null;
		return refused({ start, end }, `(value error) invalid \\x escape at position ${broken[0].length - 2}`);
	}
	if (prefix.includes("r")) return null;
	for (const { 0: sequence, index } of content.matchAll(
		/\\(?:x[0-9a-fA-F]{0,2}|u[0-9a-fA-F]{0,4}|U[0-9a-fA-F]{0,8}|N(?:\{[^}\n]*\}?)?|[\s\S])/g,
	)) {
		const reason = refusalOf(sequence);
		if (reason === null) continue;
		const from = decodedLength(content.slice(0, index));
		const place = `${from}-${from + sequence.length - 1}`;
		return refused(
			{ start: start + index, end: start + index + sequence.length },
			`(unicode error) 'unicodeescape' codec can't decode bytes in position ${place}: ${reason}`,
		);
	}
	return null;
}

const digitsOf: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function refusalOf(sequence: string): string | null {
	const kind = sequence[1] ?? "";
	if (kind === "N") return /^\\N\{[^}]+\}$/.test(sequence) ? null : "malformed \\N character escape";
	const digits = digitsOf[kind];
	if (digits === undefined) return null;
	if (sequence.length - 2 < digits) return `truncated \\${kind}${"X".repeat(digits)} escape`;
	return kind === "U" && Number.parseInt(sequence.slice(2), 16) > 0x10ffff ? "illegal Unicode character" : null;
}

/** The decoder counts in bytes, and is handed what is not ASCII as escapes of ten. */
function decodedLength(content: string): number {
	let length = 0;
	for (const char of content) length += (char.codePointAt(0) ?? 0) > 127 ? 10 : 1;
	return length;
}
