// `npm run docs`: writes the parts of README.md that say what the code says; a test holds them current.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Category, categories } from "../src/audit/issue.ts";
import type { RuleMeta } from "../src/audit/rule.ts";
import { rules } from "../src/rules/index.ts";

export const readmePath = fileURLToPath(new URL("../README.md", import.meta.url));

const meanings: Readonly<Record<Category, string>> = {
	DEPENDENCY: "Dependencies (US1)",
	IMPORT: "Imports (US1)",
	DATABASE: "Database (US2)",
	CONFIG: "Settings (US2)",
	ENTRYPOINT: "Entrypoint (US3)",
};

/** The README with the table of rules made anew between its markers. */
export function renderReadme(readme: string): string {
	return readme.replace(
		/(<!-- rules: [^>]*-->\n)[\s\S]*?(<!-- \/rules -->)/,
		(_, start: string, end: string) => `${start}\n${rulesTable(rules)}\n${end}`,
	);
}

function rulesTable(all: readonly RuleMeta[]): string {
	const rows = categories.flatMap((category) =>
		all
			.filter((rule) => rule.category === category)
			.map((rule) => `| ${meanings[category]} | \`${rule.name}\` | ${cell(rule.summary)} |`),
	);
	return ["| About | Rule | What is wrong |", "| --- | --- | --- |", ...rows].map((row) => `${row}\n`).join("");
}

function cell(text: string): string {
	return text.replaceAll("|", "\\|");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(readmePath, renderReadme(readFileSync(readmePath, "utf8")));
