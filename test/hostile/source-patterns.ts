import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@babel/parser";

/** A regular expression of our source, and where it stands: `src/text/gate.ts:12`. */
export interface SourcePattern {
	readonly source: string;
	readonly flags: string;
	readonly places: string[];
}

/** A slash where an expression may begin, which is no comment. A file without one is not parsed: that takes most of the time. */
const perhapsLiteral = /(?:^|[^\w\s)\]"'`}./*]|\breturn|=>)\s*\/(?![/*])/m;

/** Each regular expression that is written as a literal below some folders, once. */
export function listPatterns(folders: readonly string[]): readonly SourcePattern[] {
	const found = new Map<string, SourcePattern>();
	const paths = folders.flatMap((folder) =>
		readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
	);
	for (const path of paths.filter((each) => /\.tsx?$/.test(each))) {
		const text = readFileSync(path, "utf8");
		if (!perhapsLiteral.test(text)) continue;
		const tree = parse(text, { sourceType: "module", plugins: path.endsWith("x") ? ["typescript", "jsx"] : ["typescript"] });
		visitLiterals(tree.program, ({ pattern, flags }, start) => {
			const key = `/${pattern}/${flags}`;
			const known = found.get(key) ?? { source: pattern, flags, places: [] };
			known.places.push(`${path}:${text.slice(0, start).split("\n").length}`);
			found.set(key, known);
		});
	}
	return [...found.values()];
}

interface Literal {
	readonly pattern: string;
	readonly flags: string;
}

function visitLiterals(node: unknown, visit: (literal: Literal, start: number) => void): void {
	if (typeof node !== "object" || node === null) return;
	if (isLiteral(node)) visit(node, node.start);
	else for (const part of Object.values(node)) visitLiterals(part, visit);
}

function isLiteral(node: object): node is Literal & { readonly start: number } {
	return "type" in node && node.type === "RegExpLiteral";
}
