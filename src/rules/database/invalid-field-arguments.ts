import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import { isVersionOne } from "../../project/models/pydantic-schema.ts";
import { tableClasses } from "../../project/models/table-class.ts";
import type { Project } from "../../project/project.ts";
import { removeArguments } from "../../python/rewrite/arguments.ts";
import { type ClassFault, defineClassRule } from "../repair/classes/class-fault.ts";
import { aliasChoices } from "./arguments/alias-choices.ts";
import { besideColumn } from "./arguments/beside-column.ts";
import type { CallFault } from "./arguments/call-fault.ts";
import { columnArguments } from "./arguments/column-arguments.ts";
import { dictionaryArguments } from "./arguments/dictionary-arguments.ts";
import { linkModel } from "./arguments/link-model.ts";
import { relationshipArguments } from "./arguments/relationship-arguments.ts";

const example = (tags: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic>=2\n",
	"main.py": `from fastapi import FastAPI\nfrom pydantic import BaseModel, Field\n\napp = FastAPI()\n\n\nclass Item(BaseModel):\n    name: str\n    tags: list[str] = Field(${tags})\n`,
});

export default defineClassRule(
	{
		name: "invalid-field-arguments",
		category: "DATABASE",
		summary: "Field, Column or Relationship gets arguments that it refuses",
		story:
			"A default and a default_factory at once, options beside sa_column, a misspelt option of Column, a link_model given as text: the call raises while the class is being defined, and the models cannot be imported.",
		references: [
			"https://docs.pydantic.dev/latest/concepts/fields/#default-values",
			"https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.Column",
		],
		example: { before: example("default=None, default_factory=list"), after: example("default_factory=list") },
	},
	function* (project) {
		for (const call of project.trace.calls) {
			if (call.guarded || call.callee.kind !== "external") continue;
			const fault = faultOf(project, call, call.callee.canonical);
			if (fault !== null) yield placed(call, fault);
		}
		for (const table of tableClasses(project)) {
			yield* linkModel(project, table);
			yield* dictionaryArguments(project, table);
		}
	},
);

function faultOf(project: Project, call: Call, canonical: string): CallFault | null {
	switch (canonical) {
		case "pydantic.fields.Field":
			return twoDefaults(project, call, canonical) ?? (isVersionOne(project.environment) ? null : aliasChoices(call));
		case "dataclasses.field":
			return twoDefaults(project, call, canonical);
		case "sqlmodel.main.Field":
			return twoDefaults(project, call, canonical) ?? besideColumn(project, call);
		default:
			if (/^sqlalchemy\.(sql\.schema\.Column|orm\._orm_constructors\.mapped_column)$/.test(canonical))
				return columnArguments(project, call);
			return /^sqlalchemy\.orm\.(_orm_constructors\.relationship|relationships\.RelationshipProperty|relationship)$/.test(
				canonical,
			)
				? relationshipArguments(call)
				: null;
	}
}

function placed({ module, node, stage, order }: Call, fault: CallFault): ClassFault {
	const text = module.text.slice(node.start, Math.min(node.end, node.start + 60));
	return { module, range: node, severity: "CRITICAL", stage, order, subject: `${module.name}:${text}`, ...fault };
}

function twoDefaults(project: Project, { args, keywords, node, module }: Call, canonical: string): CallFault | null {
	const factory = keywords.get("default_factory");
	const given = keywords.get("default") ?? (canonical === "dataclasses.field" ? undefined : args[0]);
	if (factory === undefined || given === undefined || isNone(factory) || given.kind === "unknown") return null;
	const isOld = canonical === "dataclasses.field" || isVersionOne(project.environment);
	if (!isOld && given.kind === "constant" && given.value === undefined) return null;
	const written = node.keywords.find(({ name }) => name?.name === "default") ?? node.args[0];
	const other = node.keywords.find(({ name }) => name?.name === "default_factory");
	if (written === undefined || other === undefined) return null;
	const without = (title: string, explanation: string, doomed: typeof written) => ({
		title,
		explanation,
		applicability: "safe" as const,
		edits: removeArguments(module, node, [doomed]),
	});
	return {
		problem: "A field has both a default and a default_factory",
		rootCause: "Both say what the field holds when nothing is given; there can be only one of them.",
		error: `${isOld ? "ValueError" : "TypeError"}: cannot specify both default and default_factory`,
		fixes: [
			without(
				"Keep the default_factory",
				"It makes a value anew for each instance, which is what containers and times need.",
				written,
			),
			without("Keep the default", "Every instance then begins with this value.", other),
		],
	};
}

function isNone(value: Value): boolean {
	return value.kind === "constant" && value.value === null;
}
