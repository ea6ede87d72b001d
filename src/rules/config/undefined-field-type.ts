import type { Call } from "../../project/imports/trace.ts";
import type { ClassValue } from "../../project/imports/values.ts";
import type { ClassAttribute } from "../../project/models/class-body.ts";
import { scopeOfClass } from "../../project/models/name-scope.ts";
import { allFields, isOff, isPlainModel } from "../../project/models/pydantic-model.ts";
import { isVersionOne } from "../../project/models/pydantic-schema.ts";
import { readTypeForm, type TypeForm } from "../../project/models/type-form.ts";
import type { Project } from "../../project/project.ts";
import { defineClassRule } from "../repair/classes/class-fault.ts";
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
		summary: "Settings or a model are made whose field has a type that is not defined",
		story:
			"Quoted annotations and those below from __future__ import annotations are texts. pydantic puts the class off until all their names are there, and refuses to make an object of it as long as one is missing: a name that is imported for type checkers only, or not at all.",
		references: ["https://docs.pydantic.dev/latest/errors/usage_errors/#class-not-fully-defined"],
		example: {
			before: example("from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from datetime import timedelta\n"),
			after: example("from datetime import timedelta\n"),
		},
	},
	function* (project) {
		if (isVersionOne(project.environment)) return;
		const seen = new Set<unknown>();
		for (const call of project.trace.calls) {
			if (call.callee.kind !== "class" || !call.reached || seen.has(call.callee.node)) continue;
			seen.add(call.callee.node);
			const found = firstUndefined(project, call.callee);
			if (found === null) continue;
			const { owner, node } = found.attribute;
			const className = call.callee.node.name.name;
			yield {
				subject: `${owner.module.name}:${owner.node.name.name}.${found.attribute.name}`,
				module: owner.module,
				range: node,
				severity: call.guarded ? "HIGH" : "CRITICAL",
				stage: call.stage,
				order: call.order,
				problem: `${found.name}, the type of ${className}.${found.attribute.name}, is not defined`,
				rootCause: `The annotation is a text, which pydantic reads when the class is made and again when an object is made of it (${placeOf(call)}). ${found.name} has no meaning in ${owner.module.name} at either time.`,
				error: `pydantic.errors.PydanticUserError: \`${className}\` is not fully defined; you should define \`${found.name}\`, then call \`${className}.model_rebuild()\`.`,
				fixes: waysToBind(project, owner.module, found.name, owner.node),
				manualSteps: [`Import ${found.name} at the head of ${owner.module.path}, outside any TYPE_CHECKING block.`],
			};
		}
	},
);

interface Undefined {
	readonly attribute: ClassAttribute;
	readonly name: string;
}

/** The first field whose annotation names what is not there, in the order in which pydantic reads them. */
function firstUndefined(project: Project, value: ClassValue): Undefined | null {
	if (!isPlainModel(value) || value.keywords.size > 0 || value.node.typeParameters.length > 0 || !isOff(value, "defer_build"))
		return null;
	for (const attribute of allFields(value).values()) {
		const scope = scopeOfClass(project, attribute.owner);
		if (attribute.annotation === null || scope === null) return null;
		const name = undefinedIn(readTypeForm(attribute.annotation, scope));
		if (name !== null) return { attribute, name };
	}
	return null;
}

function undefinedIn(form: TypeForm): string | null {
	switch (form.kind) {
		case "unbound":
			return form.name;
		case "union":
			return first(form.members);
		case "annotated":
			return undefinedIn(form.type);
		case "class":
			return first(form.args);
		case "external":
			return first(form.args ?? []);
		default:
			return null;
	}
}

function first(forms: readonly TypeForm[]): string | null {
	for (const form of forms) {
		const name = undefinedIn(form);
		if (name !== null) return name;
	}
	return null;
}

function placeOf({ module, node }: Call): string {
	return `${module.path}:${module.lines.positionAt(node.start).line}`;
}
