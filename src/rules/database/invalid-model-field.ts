import type { FixProposal } from "../../audit/fix.ts";
import type { ClassDefinition } from "../../project/imports/trace.ts";
import type { ClassValue, ExternalValue, Value } from "../../project/imports/values.ts";
import { attributesOf, type ClassAttribute, makerOf } from "../../project/models/class-body.ts";
import { lineageOf } from "../../project/models/lineage.ts";
import { allFields, configOf, derivesFromBundled, isModel, isPlainModel } from "../../project/models/pydantic-model.ts";
import { isVersionOne } from "../../project/models/pydantic-schema.ts";
import type { Project } from "../../project/project.ts";
import { isClassVariable } from "../../python/annotated.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { type ClassFault, certainClasses, defineClassRule, raising } from "../repair/classes/class-fault.ts";
import { modelConfigField } from "./declaration/model-config-field.ts";
import { patternField } from "./declaration/pattern-field.ts";
import { annotationInstead, isSetToType, shownType } from "./declaration/type-as-value.ts";
import { guessAnnotation } from "./repair/guess-annotation.ts";

const example = (field: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic>=2\n",
	"main.py": `from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\nclass Item(BaseModel):\n    name: str\n    ${field}\n`,
});

export default defineClassRule(
	{
		name: "invalid-model-field",
		category: "DATABASE",
		summary: "A pydantic model defines a field in a way that pydantic refuses",
		story:
			"A field without a type, a Field on a name that cannot be one: pydantic raises when the class is defined, so whatever imports the module fails with it.",
		references: ["https://docs.pydantic.dev/latest/errors/usage_errors/#model-field-missing-annotation"],
		example: { before: example("quantity = 1"), after: example("quantity: int = 1") },
	},
	function* (project) {
		for (const definition of certainClasses(project)) {
			const prefix = versionOneOf(project, definition.value);
			if (prefix !== null) yield* uninferredFields(definition, prefix);
			else if (isModel(definition.value)) yield* faultsOf(project, definition);
		}
	},
);

/** The package of pydantic 1 that the model is of: `pydantic`, or `pydantic.v1` beside pydantic 2; null for all other classes. */
function versionOneOf(project: Project, value: ClassValue): "pydantic" | "pydantic.v1" | null {
	if (derivesFromBundled(value)) return "pydantic.v1";
	return isVersionOne(project.environment) && isPlainModel(value) ? "pydantic" : null;
}

/** Follows `ModelField.infer` of pydantic 1, which takes the type of a field without one from its value, and finds none in None. */
function* uninferredFields(definition: ClassDefinition, prefix: string): Generator<ClassFault> {
	for (const attribute of attributesOf(definition.value).values()) {
		const { name, annotation, value, owner } = attribute;
		if (name.startsWith("_") || annotation !== null || value?.kind !== "constant" || value.value !== null) continue;
		yield {
			...raising(definition),
			subject: `${owner.module.name}:${owner.node.name.name}.${name}`,
			range: attribute.node,
			problem: `${owner.node.name.name}.${name} has no type, and None tells none`,
			rootCause: "pydantic 1 takes the type of a field without an annotation from its value.",
			error: `${prefix}.errors.ConfigError: unable to infer type for attribute "${name}"`,
			fixes: annotationFixes(attribute, null, false),
			manualSteps: [`Give ${name} its type: ${name}: Optional[str] = …`],
		};
	}
}

/** Follows `inspect_namespace` of pydantic/_internal/_model_construction.py, which raises at the first fault. */
function* faultsOf(project: Project, definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	const named = attributesOf(value).get("model_config");
	const fault = named === undefined ? null : modelConfigField(definition, named);
	if (fault !== null) yield fault;
	if (!isPlainModel(value) || configOf(value, "ignored_types") !== undefined) return;
	let turn = 0;
	for (const attribute of attributesOf(value).values()) {
		const fault = faultOf(project, definition, attribute);
		if (fault === null) continue;
		yield { ...fault, order: fault.order + turn / 1000 };
		turn++;
	}
}

function faultOf(project: Project, definition: ClassDefinition, attribute: ClassAttribute): ClassFault | null {
	const { name, annotation, value } = attribute;
	if (name === "model_config") return null;
	const annotated = annotation !== null && !name.startsWith("_") ? patternField(project, definition, attribute) : null;
	if (annotated !== null || value === null) return annotated;
	const maker = makerOf(value);
	if (maker === "PrivateAttr") return name.startsWith("_") ? null : publicPrivate(definition, attribute);
	if (name.startsWith("__")) return null;
	if (name.startsWith("_")) return isField(value) ? underscoredField(project, definition, attribute) : null;
	if (annotation !== null || isInheritedClassVariable(definition.value, name)) return null;
	if (!isNoMethod(value) && !isSetToType(attribute)) return null;
	if (maker === "Relationship") return null;
	return unannotated(definition, attribute);
}

function isInheritedClassVariable(value: ClassValue, name: string): boolean {
	return lineageOf(value)
		.own.slice(1)
		.some((each) => {
			const annotation = attributesOf(each).get(name)?.annotation;
			return annotation != null && isClassVariable(annotation);
		});
}

/** Is the value surely none of those that pydantic leaves alone: functions, properties, validators? */
function isNoMethod(value: Value): boolean {
	switch (value.kind) {
		case "constant":
		case "sequence":
		case "dict":
			return true;
		case "class":
			return false;
		case "instance":
			if (value.of.kind === "class") return lineageOf(value.of).isComplete && value.of.decorators.length === 0;
			return isField(value) || isPlainInstance(value.of);
		default:
			return false;
	}
}

function isField(value: Value | null): boolean {
	const maker = makerOf(value);
	return maker === "Field" || maker === "FieldInfo";
}

/** Something made by a class of a library, or a column: no validator or property, which come from pydantic, functools and builtins. */
function isPlainInstance({ canonical, entry }: ExternalValue): boolean {
	if (/^(builtins|functools|pydantic)\b/.test(canonical)) return false;
	return entry?.kind === "class" || /^sqlalchemy\..*\.(Column|relationship|mapped_column)$/.test(canonical);
}

function unannotated(definition: ClassDefinition, attribute: ClassAttribute): ClassFault {
	const { name, owner, node } = attribute;
	const className = owner.node.name.name;
	const inherited = inheritedField(definition.value, name);
	const withField = isField(attribute.value);
	const shown = withField ? null : (pythonRepr(attribute.value) ?? shownType(attribute.value));
	const problem =
		inherited === null ? `${className}.${name} has no type` : `${className} sets the inherited field ${name} without its type`;
	return {
		...raising(definition),
		subject: `${owner.module.name}:${className}.${name}`,
		range: node,
		problem,
		rootCause: "pydantic 2 makes fields of annotated names only, and takes a plain assignment for a forgotten type.",
		error: unannotatedError(name, shown, withField, inherited !== null),
		fixes: annotationFixes(attribute, inherited, withField),
		manualSteps: [`Give ${name} its type: ${name}: str = …; a value that is no field is annotated ClassVar.`],
	};
}

function unannotatedError(name: string, shown: string | null, withField: boolean, isInherited: boolean): string | null {
	const error = "pydantic.errors.PydanticUserError: ";
	if (withField && !isInherited) return `${error}Field '${name}' requires a type annotation`;
	if (isInherited)
		return `${error}Field '${name}' defined on a base class was overridden by a non-annotated attribute. All field definitions, including overrides, require a type annotation.`;
	if (shown === null) return null;
	return `${error}A non-annotated attribute was detected: \`${name} = ${shown}\`. All model fields require a type annotation; if \`${name}\` is not meant to be a field, you may be able to resolve this error by annotating it as a \`ClassVar\` or updating \`model_config['ignored_types']\`.`;
}

/** The field of that name in a base class that is itself a model; null where there is none. */
function inheritedField(value: ClassValue, name: string): ClassAttribute | null {
	for (const base of lineageOf(value).own.slice(1)) {
		const field = isModel(base) ? allFields(base).get(name) : undefined;
		if (field !== undefined) return field;
	}
	return null;
}

function annotationFixes(attribute: ClassAttribute, inherited: ClassAttribute | null, withField: boolean): FixProposal[] {
	const { name, owner, node, valueNode } = attribute;
	const { module } = owner;
	const target = node.type === "Assign" && node.targets.length === 1 ? node.targets[0] : undefined;
	if (target === undefined || valueNode === null) return [];
	const after = (type: string) => [replaceText(module, target.end, target.end, `: ${type}`)];
	const instead = annotationInstead(attribute);
	if (instead !== null) return [instead];
	const fixes: FixProposal[] = [];
	const type = inherited?.annotation
		? inherited.owner.module.text.slice(inherited.annotation.start, inherited.annotation.end)
		: guessAnnotation(withField ? defaultOf(attribute.value) : attribute.value);
	if (type !== null)
		fixes.push({
			title: `Annotate ${name} with ${type}`,
			explanation:
				inherited === null
					? `With a type ${name} is a field of the model, and its value the default.`
					: `The field keeps the type it has in ${inherited.owner.node.name.name}, with another default.`,
			applicability: inherited === null ? "review" : "safe",
			edits: after(type),
			...(type.startsWith("Any") ? { needs: [{ path: module.path, module: "typing", name: "Any" }] } : {}),
		});
	if (!withField && inherited === null)
		fixes.push({
			title: `Say that ${name} belongs to the class`,
			explanation: `A ClassVar is no field: it is not in requests, answers or the database.`,
			applicability: "review",
			edits: after("ClassVar"),
			needs: [{ path: module.path, module: "typing", name: "ClassVar" }],
		});
	return fixes;
}

/** The default that a call of `Field` gives. */
function defaultOf(value: Value | null): Value | null {
	if (value?.kind !== "instance" || value.call === null) return null;
	return value.call.keywords.get("default") ?? value.call.args[0] ?? null;
}

function underscoredField(project: Project, definition: ClassDefinition, attribute: ClassAttribute): ClassFault {
	const { name, owner, node } = attribute;
	const plain = name.replace(/^_+/, "");
	const { module } = owner;
	const target = node.type === "AnnAssign" ? node.target : node.targets[0];
	const isTaken = plain === "" || attributesOf(owner).has(plain);
	const fixes: FixProposal[] = [];
	if (target !== undefined && !isTaken)
		fixes.push({
			title: `Call the field ${plain}`,
			explanation:
				"Names that begin with an underscore are private attributes, which take no Field. Code that uses the old name has to follow.",
			applicability: "review",
			edits: [replaceText(module, target.start, target.end, plain)],
		});
	return {
		...raising(definition),
		subject: `${module.name}:${owner.node.name.name}.${name}`,
		range: node,
		problem: `${owner.node.name.name}.${name} is a field whose name begins with an underscore`,
		rootCause: "pydantic keeps names with a leading underscore for private attributes.",
		error: `${errorClass(project)}: Fields must not use names with leading underscores; e.g., use '${plain}' instead of '${name}'.`,
		fixes,
		manualSteps: [`Give the field a name without the underscore; alias="${name}" keeps the name it has in JSON.`],
	};
}

/** These were a NameError before pydantic 2.10 or so made them its own. */
function errorClass(project: Project): string {
	const version = project.environment.distributions.get("pydantic")?.version ?? "";
	const minor = Number(/^2\.(\d+)/.exec(version)?.[1] ?? 99);
	return minor < 12 ? "NameError" : "pydantic.errors.PydanticUserError";
}

function publicPrivate(definition: ClassDefinition, attribute: ClassAttribute): ClassFault {
	const { name, owner, node } = attribute;
	const target = node.type === "AnnAssign" ? node.target : node.targets[0];
	return {
		...raising(definition),
		subject: `${owner.module.name}:${owner.node.name.name}.${name}`,
		range: node,
		problem: `${owner.node.name.name}.${name} is a private attribute under a public name`,
		rootCause: "A PrivateAttr needs a name that begins with an underscore.",
		error: null,
		fixes:
			target === undefined
				? []
				: [
						{
							title: `Call it _${name}`,
							explanation: "Private attributes begin with an underscore. Code that uses the old name has to follow.",
							applicability: "review",
							edits: [replaceText(owner.module, target.start, target.end, `_${name}`)],
						},
					],
	};
}

/** A constant as Python's `repr` writes it; null for all else. */
function pythonRepr(value: Value | null): string | null {
	if (value?.kind === "sequence" && value.complete && value.items.length === 0)
		return value.type === "list" ? "[]" : value.type === "tuple" ? "()" : null;
	if (value?.kind === "dict" && value.complete && value.entries.size === 0) return "{}";
	if (value?.kind !== "constant") return null;
	const { value: constant } = value;
	if (constant === null) return "None";
	if (typeof constant === "boolean") return constant ? "True" : "False";
	if (typeof constant === "string") return /^[^'\\\n]*$/.test(constant) ? `'${constant}'` : null;
	return constant === undefined ? "Ellipsis" : String(constant);
}
