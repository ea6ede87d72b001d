import type { FixProposal } from "../../audit/fix.ts";
import { servedModels } from "../../project/fastapi/signature/served-models.ts";
import { unresolvedError } from "../../project/fastapi/signature/unresolved-type.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { ClassValue } from "../../project/imports/values.ts";
import { scopeOfModule } from "../../project/models/name-scope.ts";
import { isVersionOne } from "../../project/models/pydantic-schema.ts";
import { type UndefinedField, undefinedFields } from "../../project/models/undefined-fields.ts";
import type { Project } from "../../project/project.ts";
import { type ClassFault, defineClassRule } from "../repair/classes/class-fault.ts";
import { findSimilarName } from "../repair/names/similar-name.ts";
import { waysToBind } from "../repair/names/ways-to-bind.ts";

const example = (head: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic>=2\npydantic-settings\n",
	"main.py": `from __future__ import annotations

${head}
from fastapi import FastAPI
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    token_lifetime: timedelta | None = None


settings = Settings()
app = FastAPI()
`,
});

export default defineClassRule(
	{
		name: "undefined-field-type",
		category: "CONFIG",
		summary: "Settings or a model are needed whose field has a type that is not defined",
		story:
			"Quoted annotations and those below from __future__ import annotations are texts. pydantic puts the class off until all their names are there, and refuses to make an object of it, or a schema of the routes that need it, as long as one is missing: a name that is imported for type checkers only, or not at all, or a word without quotes in Literal.",
		references: ["https://docs.pydantic.dev/latest/errors/usage_errors/#class-not-fully-defined"],
		example: {
			before: example("from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from datetime import timedelta\n"),
			after: example("from datetime import timedelta\n"),
		},
	},
	function* (project) {
		if (isVersionOne(project.environment)) return;
		const seen = new Set<unknown>();
		const faultsOf = function* (value: ClassValue, use: Use): Generator<ClassFault> {
			for (const [turn, field] of undefinedFields(project, value).entries()) {
				const key = `${field.attribute.owner.module.name}:${field.attribute.node.start}:${field.name}`;
				if (seen.has(key)) continue;
				seen.add(key);
				yield faultOf(project, value, field, { ...use, order: use.order + turn / 1000 });
			}
		};
		const classes = new Set<unknown>();
		for (const call of project.trace.calls) {
			if (call.callee.kind !== "class" || !call.reached || classes.has(call.callee.node)) continue;
			classes.add(call.callee.node);
			const { stage, order } = call;
			const words = `again when an object is made of it (${placeOf(call)})`;
			yield* faultsOf(call.callee, { severity: call.guarded ? "HIGH" : "CRITICAL", stage, order, words, isMade: true });
		}
		for (const { value, operation } of servedModels(project)) {
			const { order } = operation.call;
			const words = `again when the route that needs it is first asked for (${placeOf(operation.call)}); /openapi.json and /docs are answered with 500`;
			yield* faultsOf(value, { severity: "HIGH", stage: "request", order, words, isMade: false });
		}
	},
);

/** What needs the whole class, and how badly. */
interface Use extends Pick<ClassFault, "severity" | "stage" | "order"> {
	readonly words: string;
	readonly isMade: boolean;
}

function faultOf(project: Project, value: ClassValue, field: UndefinedField, use: Use): ClassFault {
	const { attribute, name } = field;
	const { owner, node } = attribute;
	const { severity, stage, order, words, isMade } = use;
	const className = value.node.name.name;
	const quoted = quoteInLiteral(field);
	const early = isMade ? undefined : unresolvedError(project, name);
	return {
		subject: `${owner.module.name}:${owner.node.name.name}.${attribute.name}`,
		module: owner.module,
		range: node,
		severity: typeof early === "string" ? "CRITICAL" : severity,
		stage: typeof early === "string" ? "import" : stage,
		order,
		problem: `${name}, ${quoted === null ? "the type" : "in the type"} of ${className}.${attribute.name}, is not defined`,
		rootCause: `The annotation is a text, which pydantic reads when the class is made and ${words}. ${name} has no meaning in ${owner.module.name} at either time.`,
		error: isMade
			? `pydantic.errors.PydanticUserError: \`${className}\` is not fully defined; you should define \`${name}\`, then call \`${className}.model_rebuild()\`.`
			: (early ?? null),
		fixes: quoted === null ? remedies(project, field) : [quoted],
		manualSteps: [`Import ${name} at the head of ${owner.module.path}, outside any TYPE_CHECKING block.`],
	};
}

/** The name is bound, or where nothing has such a name, the nearest class of the module is written. */
function remedies(project: Project, { attribute: { annotation, owner }, name }: UndefinedField): readonly FixProposal[] {
	const { module } = owner;
	const ways = waysToBind(project, module, name, owner.node);
	const scope = scopeOfModule(project, module);
	if (ways.length > 0 || scope === null || annotation === null) return ways;
	const classes = scope.namespaces.flatMap(({ names }) => [...names].filter(([, { value }]) => value.kind === "class"));
	const similar = findSimilarName(
		name,
		classes.map(([each]) => each),
	);
	if (similar === null || !similar.isOnly) return [];
	const written = module.text.slice(annotation.start, annotation.end);
	const edits = [...written.matchAll(new RegExp(`\\b${name}\\b`, "g"))].map(({ index }) => ({
		path: module.path,
		range: { start: annotation.start + index, end: annotation.start + index + name.length },
		newText: similar.name,
	}));
	return [
		{
			title: `Write ${similar.name} instead of ${name}`,
			explanation: `${module.name} has ${similar.name}, and nothing is called ${name}.`,
			applicability: "safe",
			edits,
		},
	];
}

/** `Literal["dev", prod]` → `Literal["dev", "prod"]`, where the annotation is no text in quotes itself. */
function quoteInLiteral({ attribute, inLiteral, name }: UndefinedField): FixProposal | null {
	const { annotation, owner } = attribute;
	if (inLiteral === null || annotation === null) return null;
	const { path, text } = owner.module;
	const { start, end } = inLiteral;
	if (start < annotation.start || end > annotation.end || text.slice(start, end) !== name) return null;
	return {
		title: `Write "${name}" in quotes`,
		explanation: "Literal takes the values themselves; a name without quotes is looked up.",
		applicability: "safe",
		edits: [{ path, range: { start, end }, newText: JSON.stringify(name) }],
	};
}

function placeOf({ module, node }: Call): string {
	return `${module.path}:${module.lines.positionAt(node.start).line}`;
}
