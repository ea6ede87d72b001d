import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { ClassDefinition } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";

interface Evidence {
	/** The first class that is to derive from the function. */
	readonly first: ClassDefinition;
	/** Where the base is bound, and the expression that misses its call. */
	readonly module: Module;
	readonly node: ast.Expression;
	readonly name: string;
	readonly error: string;
}

const example = (call: string) => ({
	"requirements.txt": "fastapi\nuvicorn\nsqlalchemy\n",
	"main.py": `from fastapi import FastAPI
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base

Base = declarative_base${call}


class Item(Base):
    __tablename__ = "items"

    id = Column(Integer, primary_key=True)


app = FastAPI()
`,
});

export default defineRule<Evidence>({
	name: "uncalled-declarative-base",
	category: "DATABASE",
	summary: "The models derive from declarative_base itself, not from what it makes",
	story:
		"Base = declarative_base misses its parentheses: Base is then the function, which no class can derive from. The import of the first model fails.",
	references: ["https://docs.sqlalchemy.org/en/20/orm/mapping_api.html#sqlalchemy.orm.declarative_base"],
	example: { before: example(""), after: example("()") },

	*detect(project) {
		const first = project.trace.classes.find(
			({ value, reached, guarded }) => reached && !guarded && value.bases.some(isTheFunction),
		);
		const binding = first === undefined ? null : bindingOf(project);
		if (first === undefined || binding === null) return;
		yield {
			subject: `${binding.module.name}:${binding.name}`,
			path: binding.module.path,
			range: { start: binding.node.start, end: binding.node.end },
			evidence: { first, ...binding, error: errorOf(first, binding.name) },
		};
	},

	describe({ evidence: { first, name, error } }) {
		return {
			severity: "CRITICAL",
			stage: first.stage,
			problem: `${name} is the function declarative_base, not a class`,
			rootCause: `declarative_base has to be called: what it returns is the class that ${first.value.node.name.name} in ${first.value.module.path} is to derive from.`,
			expectedError: error,
			order: first.order,
		};
	},

	fix({ evidence: { module, node } }): FixProposal {
		return {
			title: "Call declarative_base",
			explanation: "The call makes the base class of the models.",
			applicability: "safe",
			edits: [replaceText(module, node.end, node.end, "()")],
		};
	},
});

function isTheFunction(value: Value): boolean {
	return value.kind === "external" && /^sqlalchemy\.(orm|ext\.declarative)\..*\bdeclarative_base$/.test(value.canonical);
}

/** The assignment that gives the function a name of the project's. */
function bindingOf(project: Project): Pick<Evidence, "module" | "node" | "name"> | null {
	for (const { module, reached } of project.trace.runs.values()) {
		if (!reached) continue;
		for (const statement of module.tree.body) {
			const [target] = statement.type === "Assign" ? statement.targets : [];
			if (statement.type !== "Assign" || target?.type !== "Name") continue;
			const { value } = statement;
			const written = value.type === "Name" ? value.id : value.type === "Attribute" ? value.attribute.name : "";
			const bound = project.trace.runs.get(module.name)?.namespace.names.get(target.id);
			if (written !== "" && bound !== undefined && isTheFunction(bound.value)) return { module, node: value, name: target.id };
		}
	}
	return null;
}

/** A table between the models asks the function for its metadata before the first class is reached. */
function errorOf({ value: { module, node } }: ClassDefinition, name: string): string {
	let isAsked = false;
	for (const statement of module.tree.body) {
		if (statement.start >= node.start) break;
		if (statement.type === "FunctionDef") continue;
		walk(statement, (each) => {
			const isMetadata = each.type === "Attribute" && each.attribute.name === "metadata";
			if (isMetadata && each.value.type === "Name" && each.value.id === name) isAsked = true;
		});
	}
	return isAsked
		? "AttributeError: 'function' object has no attribute 'metadata'"
		: "TypeError: function() argument 'code' must be code, not str";
}
