// Writes src/rules/index.ts, the list of all rules, from the files that are there: src/rules/<category>/<name>.ts.
import { readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const rulesFolder = new URL("../src/rules/", import.meta.url);
export const indexPath = fileURLToPath(new URL("index.ts", rulesFolder));

/** A rule's file: one that stands in a category's folder itself; in the folders below stands what rules are made of, as in `src/rules/repair`. */
export interface RuleFile {
	readonly folder: string;
	readonly name: string;
}

/** All rule files, by folder and name. */
export function listRuleFiles(): readonly RuleFile[] {
	const files: RuleFile[] = [];
	for (const folder of readdirSync(rulesFolder, { withFileTypes: true })) {
		if (!folder.isDirectory()) continue;
		for (const entry of readdirSync(new URL(`${folder.name}/`, rulesFolder), { withFileTypes: true })) {
			if (entry.isFile() && entry.name.endsWith(".ts")) files.push({ folder: folder.name, name: entry.name.slice(0, -3) });
		}
	}
	return files.sort((a, b) => (`${a.folder}/${a.name}` < `${b.folder}/${b.name}` ? -1 : 1));
}

/** The text that src/rules/index.ts has to have. */
export function renderIndex(files: readonly RuleFile[]): string {
	const variable = (file: RuleFile) => file.name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
	const imports = files.map((file) => `import ${variable(file)} from "./${file.folder}/${file.name}.ts";\n`).join("");
	const entries = files.map((file) => `\t${variable(file)},\n`).join("");
	return `// Written by scripts/rules-index.ts; a test holds it current.\nimport type { AnyRule } from "../audit/rule.ts";\n${imports}\n/** Every rule, in the order in which the audit asks them. */\nexport const rules: readonly AnyRule[] = [${entries === "" ? "" : `\n${entries}`}];\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(indexPath, renderIndex(listRuleFiles()));
