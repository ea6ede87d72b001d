import type { FixProposal } from "../../audit/fix.ts";
import type { ClassDefinition } from "../../project/imports/trace.ts";
import type { ClassAttribute } from "../../project/models/class-body.ts";
import {
	type DiscriminatedUnion,
	type DiscriminatorFault,
	discriminatedUnions,
	discriminatorFault,
} from "../../project/models/discriminated-union.ts";
import { scopeOfClass } from "../../project/models/name-scope.ts";
import { allFields, isOff, isPlainModel, ownFields } from "../../project/models/pydantic-model.ts";
import { readTypeForm } from "../../project/models/type-form.ts";
import { unboundIn } from "../../project/models/unbound-names.ts";
import type { Project } from "../../project/project.ts";
import { type ClassFault, certainClasses, defineClassRule, raising } from "../repair/classes/class-fault.ts";
import { discriminatorRemedies } from "./repair/discriminator-remedies.ts";

const example = (kind: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic>=2\n",
	"main.py": `from typing import Literal, Union

from fastapi import FastAPI
from pydantic import BaseModel, Field

app = FastAPI()


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"


class Dog(BaseModel):
    kind: ${kind} = "dog"


class Visit(BaseModel):
    pet: Union[Cat, Dog] = Field(discriminator="kind")
`,
});

export default defineClassRule(
	{
		name: "invalid-discriminator",
		category: "DATABASE",
		summary: "A variant of a discriminated union cannot be told from the others",
		story:
			"With Field(discriminator=…) pydantic picks the variant of a union by one field, which each variant must have as a Literal of its own. Where one has not, the class that holds the union is refused, and the module cannot be imported.",
		references: ["https://docs.pydantic.dev/latest/concepts/unions/#discriminated-unions"],
		example: { before: example("str"), after: example('Literal["dog"]') },
	},
	function* (project) {
		for (const definition of certainClasses(project)) yield* faultsOf(project, definition);
	},
);

function* faultsOf(project: Project, definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	if (!isPlainModel(value) || value.decorators.length > 0 || !isOff(value, "defer_build")) return;
	// The whole class is put off while a name of any field is not defined.
	if ([...allFields(value).values()].some((field) => isUnresolved(project, field))) return;
	for (const field of ownFields(value)) {
		const scope = scopeOfClass(project, value);
		if (scope === null) return;
		for (const union of discriminatedUnions(field, scope)) {
			const fault = discriminatorFault(project, union);
			if (fault !== null) yield described(project, definition, field, union, fault);
		}
	}
}

function isUnresolved(project: Project, { annotation, owner }: ClassAttribute): boolean {
	const scope = scopeOfClass(project, owner);
	return annotation === null || scope === null || unboundIn(readTypeForm(annotation, scope), scope) !== null;
}

function described(
	project: Project,
	definition: ClassDefinition,
	field: ClassAttribute,
	union: DiscriminatedUnion,
	fault: DiscriminatorFault,
): ClassFault {
	const { value } = definition;
	const { discriminator } = union;
	const name = fault.member.node.name.name;
	const what: Record<DiscriminatorFault["type"], string> = {
		missing: `${name} has no field ${discriminator}`,
		"not-literal": `${name}.${discriminator} is no Literal`,
		repeated: `${name}.${discriminator} has a value that another variant has, too`,
	};
	const fixes: readonly FixProposal[] = discriminatorRemedies(project, union, fault);
	return {
		...raising(definition),
		subject: `${value.module.name}:${value.node.name.name}.${field.name}:${name}`,
		range: field.node,
		problem: `${value.node.name.name}.${field.name} is told apart by ${discriminator}, and ${what[fault.type]}`,
		rootCause: `pydantic picks the variant by the value of ${discriminator}: each one needs it as a Literal of its own.`,
		error: fault.error,
		fixes,
		manualSteps: [`Declare ${discriminator} in ${name} as a Literal with a value that no other variant has.`],
	};
}
