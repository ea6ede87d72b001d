import type { FixProposal } from "../../audit/fix.ts";
import { isSimilarName } from "../../project/imports/nearest-module.ts";
import type { ClassDefinition } from "../../project/imports/trace.ts";
import type { ClassValue, FunctionValue, Value } from "../../project/imports/values.ts";
import { argumentsOf } from "../../project/models/class-body.ts";
import { lineageOf } from "../../project/models/lineage.ts";
import { allFields, isModel, isOff, isPlainModel } from "../../project/models/pydantic-model.ts";
import { isVersionOne } from "../../project/models/pydantic-schema.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { type ClassFault, certainClasses, defineClassRule, raising } from "../repair/classes/class-fault.ts";
import { untypedComputedFields } from "./declaration/untyped-computed-field.ts";
import { unknownMode } from "./declaration/validator-mode.ts";

const example = (name: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic>=2\n",
	"main.py": `from fastapi import FastAPI
from pydantic import BaseModel, field_serializer

app = FastAPI()


class Item(BaseModel):
    price: float

    @field_serializer("${name}")
    def as_text(self, value: float) -> str:
        return f"{value:.2f}"
`,
});

export default defineClassRule(
	{
		name: "invalid-validator",
		category: "DATABASE",
		summary: "A validator or serializer of a model names a field or a mode that there is not",
		story:
			"pydantic ties validators to fields when the class is defined. One that names no field, or a mode that it does not have, is refused, and the module cannot be imported.",
		references: ["https://docs.pydantic.dev/latest/errors/usage_errors/#decorator-missing-field"],
		example: { before: example("prize"), after: example("price") },
	},
	function* (project) {
		for (const definition of certainClasses(project)) {
			if (!isModel(definition.value) || !isPlainModel(definition.value) || !isOff(definition.value, "defer_build")) continue;
			yield* validatorFaults(project, definition);
			yield* untypedComputedFields(project, definition);
		}
	},
);

function* validatorFaults(project: Project, definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	for (const { value: bound } of value.namespace.names.values()) {
		if (bound.kind !== "function" || bound.node.type !== "FunctionDef") continue;
		for (const [index, decorator] of bound.decorators.entries()) {
			const written = bound.node.decorators[index];
			if (written?.type !== "Call") continue;
			const mode = unknownMode(definition, bound, decorator, written);
			if (mode !== null) {
				yield mode;
				return;
			}
			const kind = validatorKind(decorator);
			if (kind === null) continue;
			// Validators of pydantic 2 are a matter of the names that it took over from its first series.
			if (kind !== "field_serializer" && !isVersionOne(project.environment)) continue;
			const fault = unknownField(project, definition, bound, decorator, written);
			if (fault === null) continue;
			yield fault;
			return;
		}
	}
}

type Kind = "field_validator" | "validator" | "field_serializer";

function validatorKind(decorator: Value): Kind | null {
	if (decorator.kind !== "instance" || decorator.of.kind !== "external") return null;
	const match = /^pydantic\..*\.?(field_validator|validator|field_serializer)$/.exec(decorator.of.canonical);
	return (match?.[1] as Kind | undefined) ?? null;
}

/** The fields of the model and all names that may be such: annotated ones of mixins too. */
function knownNames(value: ClassValue): ReadonlySet<string> {
	const names = new Set(allFields(value).keys());
	for (const { node } of lineageOf(value).own)
		for (const statement of node.body)
			if (statement.type === "AnnAssign" && statement.target.type === "Name") names.add(statement.target.id);
	return names;
}

function unknownField(
	project: Project,
	definition: ClassDefinition,
	method: FunctionValue,
	decorator: Value,
	written: ast.Call,
): ClassFault | null {
	const call = argumentsOf(decorator);
	if (call === null || call.keywords.has("check_fields")) return null;
	const { value } = definition;
	const fields = knownNames(value);
	const wrong = call.args.find(
		(arg) => arg.kind === "constant" && typeof arg.value === "string" && arg.value !== "*" && !fields.has(arg.value),
	);
	if (wrong?.kind !== "constant" || call.args.some((arg) => arg.kind !== "constant") || method.node.type !== "FunctionDef")
		return null;
	const name = String(wrong.value);
	const { module, node } = value;
	const place = written.args.find((arg) => arg.type === "Constant" && arg.value === name);
	const className = node.name.name;
	const isOne = isVersionOne(project.environment);
	return {
		...raising(definition),
		subject: `${module.name}:${className}.${method.node.name.name}`,
		range: place ?? written,
		problem: `The validator ${method.node.name.name} is for ${name}, and ${className} has no such field`,
		rootCause: `The fields of ${className} are ${[...allFields(value).keys()].join(", ") || "none"}.`,
		// pydantic puts the identity of the class into the message, which differs from start to start.
		error: isOne
			? `pydantic.errors.ConfigError: Validators defined with incorrect fields: ${method.node.name.name} (use check_fields=False if you're inheriting from the model and intended this)`
			: `pydantic.errors.PydanticUserError: Decorators defined with incorrect fields: ${module.name}.${className}:….${method.node.name.name} (use check_fields=False if you're inheriting from the model and intended this)`,
		fixes: [...respelled(definition, name, place), forSubclasses(module, written)],
		manualSteps: [`Name a field of ${className}, or give it the field ${name}.`],
	};
}

function respelled({ value }: ClassDefinition, name: string, place: ast.Expression | undefined): readonly FixProposal[] {
	if (place?.type !== "Constant" || place.content === null) return [];
	const { content } = place;
	const alike = [...allFields(value).keys()].filter((field) => isSimilarName(field, name));
	return alike.map((field) => ({
		title: `Write "${field}"`,
		explanation: `${field} is the field whose name is nearest.`,
		applicability: alike.length === 1 ? ("safe" as const) : ("review" as const),
		edits: [replaceText(value.module, content.start, content.end, field)],
	}));
}

function forSubclasses(module: ClassValue["module"], written: ast.Call): FixProposal {
	const last = [...written.args, ...written.keywords].at(-1);
	const at = last?.end ?? written.argumentsRange.end - 1;
	return {
		title: "Say that subclasses have the field",
		explanation: "With check_fields=False the validator waits for a subclass that has the field, and does nothing here.",
		applicability: "review",
		edits: [replaceText(module, at, at, ", check_fields=False")],
	};
}
