import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { dottedName, walk } from "../../python/walk.ts";
import { type FailureOf, failureAt, failuresOf } from "../repair/trial/import-failures.ts";

interface Evidence {
	readonly className: string;
	readonly field: string;
	/** The name of an object of the class in the module that defines it, or null. */
	readonly instance: string | null;
	readonly error: string;
	readonly stage: "import" | "startup";
	readonly order: number;
}

const example = (imported: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic-settings\n",
	"config.py": `from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "Example"


settings = Settings()
`,
	"main.py": `from config import ${imported}
from fastapi import FastAPI

app = FastAPI(title=${imported}.title)
`,
});

export default defineRule<Evidence>({
	name: "field-of-class",
	category: "CONFIG",
	summary: "A setting is read from the settings class, not from an object of it",
	story:
		"pydantic takes the fields out of a class, defaults too: only its objects have them. Settings.database_url raises AttributeError, and the server stops there.",
	references: ["https://docs.pydantic.dev/latest/concepts/models/"],
	example: { before: example("Settings"), after: example("settings") },

	*detect(project) {
		for (const { detail, module, range, error, stage, order } of failuresOf(project, "field-of-class")) {
			const className = detail.owner.node.name.name;
			yield {
				subject: `${module.name}:${className}.${detail.name}`,
				path: module.path,
				range,
				evidence: { className, field: detail.name, instance: instanceOf(project, detail.owner), error, stage, order },
			};
		}
	},

	describe({ evidence }) {
		const { className, field, instance, error, stage, order } = evidence;
		return {
			severity: "CRITICAL",
			stage,
			problem: `${field} is read from the class ${className}`,
			rootCause: `pydantic takes fields out of the class; ${instance === null ? "only its objects have them" : `${instance} is the object that has them`}.`,
			expectedError: error,
			order,
			manualSteps: [`Read ${field} from an object: ${instance ?? `${className}()`}.${field}.`],
		};
	},

	fix({ evidence, path, range }, project) {
		const failure = failureAt(project, "field-of-class", path, range.start);
		return failure === null ? undefined : readFromInstance(evidence, failure);
	},
});

/** The name that the module of the class gives the one object that it makes of it. */
function instanceOf(project: Project, owner: FailureOf<"field-of-class">["detail"]["owner"]): string | null {
	const names = owner.module.tree.body.flatMap((statement) => {
		const [target] = statement.type === "Assign" ? statement.targets : statement.type === "AnnAssign" ? [statement.target] : [];
		if (target?.type !== "Name" || (statement.type !== "Assign" && statement.type !== "AnnAssign")) return [];
		const made = project.trace.runs.get(owner.module.name)?.namespace.names.get(target.id)?.value;
		return made?.kind === "instance" && made.of === owner ? [target.id] : [];
	});
	return names.length === 1 ? (names[0] ?? null) : null;
}

/** Every place of the file that reads a field from the class reads it from the object. */
function readFromInstance(
	{ className, field, instance }: Evidence,
	failure: FailureOf<"field-of-class">,
): FixProposal | undefined {
	const { module, detail, range } = failure;
	const reads: ast.Attribute[] = [];
	walk(module.tree, (node) => {
		if (node.type === "Attribute" && node.start === range.start && node.end === range.end) reads.push(node);
	});
	const [read] = reads;
	if (read === undefined || dottedName(read.value) === null) return undefined;
	if (instance === null) {
		return {
			title: `Make an object of ${className}`,
			explanation: `${className}() reads the settings when it is made, and has ${field}.`,
			applicability: "review",
			edits: [replaceText(module, read.value.end, read.value.end, "()")],
		};
	}
	const words = {
		title: `Read ${field} from ${instance}`,
		explanation: `${instance} is the object of ${className} that ${detail.owner.module.path} makes.`,
		applicability: "safe" as const,
	};
	if (read.value.type === "Attribute")
		return { ...words, edits: [replaceText(module, read.value.attribute.start, read.value.attribute.end, instance)] };
	if (module === detail.owner.module)
		return { ...words, edits: [replaceText(module, read.value.start, read.value.end, instance)] };
	const imported = module.tree.body.find(
		(each) =>
			each.type === "ImportFrom" && !each.star && each.names.some((alias) => (alias.asName ?? alias.name).name === className),
	);
	if (imported?.type !== "ImportFrom") return undefined;
	const others: ast.Attribute[] = [];
	walk(module.tree, (node) => {
		const isRead = node.type === "Attribute" && node.value.type === "Name" && node.value.id === className;
		if (isRead && fieldNames(detail.owner.node).has(node.attribute.name)) others.push(node);
	});
	const from = module.text.slice(imported.start, imported.end).match(/^from\s+(\S+)\s+import/)?.[1];
	if (from === undefined) return undefined;
	return {
		...words,
		edits: others.map(({ value }) => replaceText(module, value.start, value.end, instance)),
		needs: [{ path: module.path, module: from, name: instance }],
	};
}

function fieldNames(node: ast.ClassDef): ReadonlySet<string> {
	return new Set(node.body.flatMap((each) => (each.type === "AnnAssign" && each.target.type === "Name" ? [each.target.id] : [])));
}
