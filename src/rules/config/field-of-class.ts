import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { scopeOfModule } from "../../project/models/name-scope.ts";
import { valueOfName } from "../../project/models/type-form.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { enclosingFunction } from "../../python/rewrite/enclosing.ts";
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
		const passed = new Set<string>();
		for (const failure of failuresOf(project, "field-of-class")) {
			const { detail, module, range, error, stage, order } = failure;
			// What one passed class lacks is one fault, however many fields are read.
			const places = placesOfClass(project, failure).map(({ module: caller, node }) => `${caller.path}:${node.start}`);
			if (places.length > 0 && places.every((place) => passed.has(place))) continue;
			for (const place of places) passed.add(place);
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
		return failure === null ? undefined : readFromInstance(evidence, failure, project);
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
	project: Project,
): FixProposal | undefined {
	const { module, detail, range } = failure;
	const reads: ast.Attribute[] = [];
	walk(module.tree, (node) => {
		if (node.type === "Attribute" && node.start === range.start && node.end === range.end) reads.push(node);
	});
	const [read] = reads;
	if (read === undefined || dottedName(read.value) === null) return undefined;
	const passed = passAnObject(project, failure);
	if (passed !== null) return passed;
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

/** Where the class is passed as the parameter that the field is read from: `create_app(Settings)`. */
function placesOfClass(
	project: Project,
	{ module, range, detail }: FailureOf<"field-of-class">,
): readonly { readonly module: Module; readonly node: ast.Expression }[] {
	const owner = enclosingFunction(module.tree, range.start);
	const [read] = /^\w+/.exec(module.text.slice(range.start, range.end)) ?? [];
	if (owner === null || !owner.parameters.some((each) => each.name.name === read)) return [];
	const found: { module: Module; node: ast.Expression }[] = [];
	for (const { module: caller, reached } of project.trace.runs.values()) {
		const scope = reached && caller.text.includes(owner.name.name) ? scopeOfModule(project, caller) : null;
		if (scope === null) continue;
		walk(caller.tree, (node) => {
			if (node.type !== "Call") return;
			const callee = valueOfName(node.callee, scope);
			if (callee?.kind !== "function" || callee.node !== owner) return;
			for (const given of [...node.args, ...node.keywords.map(({ value }) => value)])
				if (valueOfName(given, scope) === detail.owner) found.push({ module: caller, node: given });
		});
	}
	return found;
}

/** The parameter gets an object where the class is passed. */
function passAnObject(project: Project, failure: FailureOf<"field-of-class">): FixProposal | null {
	const places = placesOfClass(project, failure);
	const className = failure.detail.owner.node.name.name;
	if (places.length === 0) return null;
	return {
		title: `Pass an object of ${className}`,
		explanation: `The function reads the settings of an object; ${className}() makes one.`,
		applicability: "review",
		edits: places.map(({ module, node }) => replaceText(module, node.end, node.end, "()")),
	};
}

function fieldNames(node: ast.ClassDef): ReadonlySet<string> {
	return new Set(node.body.flatMap((each) => (each.type === "AnnAssign" && each.target.type === "Name" ? [each.target.id] : [])));
}
