import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { ClassDefinition } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { walk } from "../../python/walk.ts";

interface Evidence {
	/** What stands where a class should: the function declarative_base, or an object of the class DeclarativeBase. */
	readonly kind: Kind;
	/** The first class that is to derive from it. */
	readonly first: ClassDefinition;
	/** Where the base is bound, and the expression that gives it. */
	readonly module: Module;
	readonly statement: ast.Assign;
	readonly node: ast.Expression;
	readonly name: string;
	readonly error: string;
}

type Kind = "function" | "object";

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
	summary: "The models derive from declarative_base itself, or from an object of DeclarativeBase, not from a class",
	story:
		"Base = declarative_base misses its parentheses, and Base = DeclarativeBase() has them where the class is to be derived from: no class can derive from either. The import of the first model fails.",
	references: ["https://docs.sqlalchemy.org/en/20/orm/mapping_api.html#sqlalchemy.orm.declarative_base"],
	example: { before: example(""), after: example("()") },

	*detect(project) {
		const first = project.trace.classes.find(
			({ value, reached, guarded }) => reached && !guarded && value.bases.some((base) => kindOf(base) !== null),
		);
		const kind = first?.value.bases.map(kindOf).find((each) => each !== null) ?? null;
		const binding = kind === null ? null : bindingOf(project, kind);
		if (first === undefined || kind === null || binding === null) return;
		yield {
			subject: `${binding.module.name}:${binding.name}`,
			path: binding.module.path,
			range: { start: binding.node.start, end: binding.node.end },
			evidence: { first, kind, ...binding, error: errorOf(first, binding.name, kind) },
		};
	},

	describe({ evidence: { first, kind, name, error } }) {
		const derived = `${first.value.node.name.name} in ${first.value.module.path}`;
		return {
			severity: "CRITICAL",
			stage: first.stage,
			problem: `${name} is ${kind === "function" ? "the function declarative_base" : "an object of DeclarativeBase"}, not a class`,
			rootCause:
				kind === "function"
					? `declarative_base has to be called: what it returns is the class that ${derived} is to derive from.`
					: `DeclarativeBase is not called, as declarative_base is, but derived from: ${derived} cannot derive from an object.`,
			expectedError: error,
			order: first.order,
		};
	},

	fix({ evidence: { kind, module, statement, node, name } }): FixProposal {
		if (kind === "object") {
			const { start, end } = node.type === "Call" ? node.callee : node;
			const parent = module.text.slice(start, end);
			return {
				title: `Derive ${name} from DeclarativeBase`,
				explanation: "A class of its own holds the tables of the models.",
				applicability: "safe",
				edits: [replaceText(module, statement.start, statement.end, `class ${name}(${parent}):\n    pass`)],
			};
		}
		return {
			title: "Call declarative_base",
			explanation: "The call makes the base class of the models.",
			applicability: "safe",
			edits: [replaceText(module, node.end, node.end, "()")],
		};
	},
});

function kindOf(value: Value): Kind | null {
	if (value.kind === "external" && /^sqlalchemy\.(orm|ext\.declarative)\..*\bdeclarative_base$/.test(value.canonical))
		return "function";
	const isObject =
		value.kind === "instance" &&
		value.of.kind === "external" &&
		/^sqlalchemy\.orm\.(\w+\.)?DeclarativeBase(NoMeta)?$/.test(value.of.canonical) &&
		value.call?.args.length === 0;
	return isObject ? "object" : null;
}

/** The assignment that gives it a name of the project's. */
function bindingOf(project: Project, kind: Kind): Pick<Evidence, "module" | "statement" | "node" | "name"> | null {
	for (const { module, reached } of project.trace.runs.values()) {
		if (!reached) continue;
		for (const statement of module.tree.body) {
			const [target] = statement.type === "Assign" ? statement.targets : [];
			if (statement.type !== "Assign" || target?.type !== "Name") continue;
			const { value } = statement;
			const isWritten = kind === "object" ? value.type === "Call" : value.type === "Name" || value.type === "Attribute";
			const bound = project.trace.runs.get(module.name)?.namespace.names.get(target.id);
			if (isWritten && bound !== undefined && kindOf(bound.value) === kind)
				return { module, statement, node: value, name: target.id };
		}
	}
	return null;
}

/** A table between the models asks the function for its metadata before the first class is reached. */
function errorOf({ value: { module, node } }: ClassDefinition, name: string, kind: Kind): string {
	let isAsked = false;
	for (const statement of module.tree.body) {
		if (statement.start >= node.start) break;
		if (statement.type === "FunctionDef") continue;
		walk(statement, (each) => {
			const isMetadata = each.type === "Attribute" && each.attribute.name === "metadata";
			if (isMetadata && each.value.type === "Name" && each.value.id === name) isAsked = true;
		});
	}
	if (kind === "object")
		return isAsked
			? "AttributeError: 'DeclarativeBase' object has no attribute 'metadata'"
			: "TypeError: DeclarativeBase() takes no arguments";
	return isAsked
		? "AttributeError: 'function' object has no attribute 'metadata'"
		: "TypeError: function() argument 'code' must be code, not str";
}
