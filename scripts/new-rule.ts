// `npm run new-rule <category> <name>`: a rule's file and its test, ready to be filled in, and the index line.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { indexPath, listRuleFiles, renderIndex } from "./rules-index.ts";

const categories: Readonly<Record<string, string>> = {
	dependencies: "DEPENDENCY",
	imports: "IMPORT",
	database: "DATABASE",
	config: "CONFIG",
	entrypoint: "ENTRYPOINT",
};

const [folder = "", name = ""] = process.argv.slice(2);
const category = categories[folder];
if (!category || !/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(name)) {
	console.error(
		`Usage: npm run new-rule <${Object.keys(categories).join("|")}> <name-of-the-fault>\nThe name is kebab-case and names the fault: sync-driver-declared.`,
	);
	process.exit(2);
}
const rulePath = at(`src/rules/${folder}/${name}.ts`);
const testPath = at(`test/rules/${folder}/${name}.test.ts`);
for (const path of [rulePath, testPath]) {
	if (!existsSync(path)) continue;
	console.error(`${path} is there already.`);
	process.exit(2);
}
write(rulePath, ruleText(name, category));
write(testPath, testText(name));
writeFileSync(indexPath, renderIndex(listRuleFiles()));
console.log(
	`${rulePath}\n${testPath}\n${indexPath}\nThe laws of test/rules.test.ts now hold for it: npx vitest run test/rules.test.ts -t ${name}`,
);

function at(path: string): string {
	return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

function write(path: string, text: string): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, text);
}

function ruleText(rule: string, ofCategory: string): string {
	return `import { defineRule } from "../../audit/rule.ts";

/** What the rule saw: plain data, all that the words and the fix are made from. */
interface Evidence {
	readonly name: string;
}

export default defineRule<Evidence>({
	name: "${rule}",
	category: "${ofCategory}",
	summary: "What is wrong, in one line without a full stop",
	story: "Who is hurt, when, and how it looks, in plain words.",
	references: ["https://docs.python.org/3/"],
	example: {
		before: { "main.py": "from fastapi import FastAPI\\n\\napp = FastAPI()\\nfault = 1\\n" },
		after: { "main.py": "from fastapi import FastAPI\\n\\napp = FastAPI()\\nmended = 1\\n" },
	},

	*detect(project) {
		for (const { name, path, tree } of project.modules.values()) {
			for (const statement of tree.body) {
				const [target] = statement.type === "Assign" ? statement.targets : [];
				if (target?.type !== "Name" || target.id !== "fault") continue;
				const { start, end } = target;
				yield { subject: \`\${name}:fault\`, path, range: { start, end }, evidence: { name: target.id } };
			}
		}
	},

	describe: ({ evidence }) => ({
		severity: "MEDIUM",
		stage: "none",
		problem: \`\${evidence.name} is not mended\`,
		rootCause: "Why it is so, with the evidence",
	}),

	fix: ({ path, range }) => ({
		title: "Mend it",
		explanation: "Why this mends it.",
		applicability: "review",
		edits: [{ path, range, newText: "mended" }],
	}),
});
`;
}

function testText(rule: string): string {
	return `import { expect, it } from "vitest";
import { auditBackend } from "../audit-backend.ts";

const problemsOf = (line: string) => {
	const backend = \`#- main.py\\nfrom fastapi import FastAPI\\n\\napp = FastAPI()\\n\${line}\\n\`;
	return auditBackend("${rule}", backend).map(({ problem }) => problem);
};

it("sees the fault", () => {
	expect(problemsOf("fault = 1")).toEqual(["fault is not mended"]);
});

it("leaves what only looks like it alone", () => {
	expect(problemsOf("default = 1")).toEqual([]);
});
`;
}
