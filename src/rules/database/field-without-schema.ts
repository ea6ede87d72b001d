import type { FixProposal } from "../../audit/fix.ts";
import type { ClassDefinition } from "../../project/imports/trace.ts";
import type { ClassValue } from "../../project/imports/values.ts";
import { type ClassAttribute, makerOf } from "../../project/models/class-body.ts";
import { lineageOf } from "../../project/models/lineage.ts";
import { scopeOfClass } from "../../project/models/name-scope.ts";
import {
	allFields,
	configOf,
	derivesFrom,
	isModel,
	isOff,
	isPlainModel,
	ownFields,
} from "../../project/models/pydantic-model.ts";
import { isVersionOne, pydanticSchemaOf, type SchemaAnswer } from "../../project/models/pydantic-schema.ts";
import { isSqlmodelTable } from "../../project/models/table-class.ts";
import { expressionIn, readTypeForm, type TypeForm } from "../../project/models/type-form.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { addArgument } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import { insertBefore } from "../../python/rewrite/statements.ts";
import { walk } from "../../python/walk.ts";
import { type ClassFault, certainClasses, defineClassRule, raising } from "../repair/classes/class-fault.ts";
import { methodOfDatetime } from "../repair/classes/method-of-datetime.ts";
import { typedDictRemedy } from "../repair/classes/typed-dict-remedy.ts";
import { oldSchemaHooks } from "./declaration/old-schema-hook.ts";

type Refusal = SchemaAnswer & { schema: "no" };

const example = (type: string) => ({
	"requirements.txt": "fastapi\nuvicorn\npydantic>=2\n",
	"main.py": `import datetime\n\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n\nclass Item(BaseModel):\n    name: str\n    made_at: ${type}\n`,
});

export default defineClassRule(
	{
		name: "field-without-schema",
		category: "DATABASE",
		summary: "A field of a model has a type that pydantic cannot validate",
		story:
			"pydantic builds a validator for each field when the class is defined. For a class it does not know, or for something that is no type at all, it raises, and the module cannot be imported.",
		references: ["https://docs.pydantic.dev/latest/errors/usage_errors/#schema-for-unknown-type"],
		example: { before: example("datetime"), after: example("datetime.datetime") },
	},
	function* (project) {
		for (const definition of certainClasses(project)) {
			yield* oldSchemaHooks(project, definition);
			yield* faultsOf(project, definition);
		}
	},
);

function* faultsOf(project: Project, definition: ClassDefinition): Generator<ClassFault> {
	const { value } = definition;
	if (!isPlainModel(value) || derivesFrom(value, "BaseSettings") || value.decorators.length > 0) return;
	if (!isOff(value, "arbitrary_types_allowed") || !isOff(value, "defer_build") || hasOwnSchema(value)) return;
	const isOne = isVersionOne(project.environment);
	// pydantic 2 puts off the whole class while a name of any field is not defined; pydantic 1 only that field.
	if (!isOne && [...allFields(value).values()].some((field) => isUnresolved(project, field))) return;
	let turn = 0;
	for (const field of ownFields(value)) {
		const fault = faultOf(project, definition, field);
		if (fault === null) continue;
		yield { ...fault, order: fault.order + turn / 1000 };
		turn++;
	}
}

function hasOwnSchema(value: ClassValue): boolean {
	return lineageOf(value).own.some(
		({ namespace }) => namespace.names.has("__get_pydantic_core_schema__") || namespace.names.has("__pydantic_init_subclass__"),
	);
}

function isUnresolved(project: Project, { annotation, owner }: ClassAttribute): boolean {
	const scope = scopeOfClass(project, owner);
	return annotation === null || scope === null || mentionsUnbound(readTypeForm(annotation, scope));
}

function mentionsUnbound(form: TypeForm): boolean {
	switch (form.kind) {
		case "unbound":
			return true;
		case "union":
			return form.members.some(mentionsUnbound);
		case "annotated":
			return mentionsUnbound(form.type);
		case "class":
		case "external":
			return form.args?.some(mentionsUnbound) ?? false;
		default:
			return false;
	}
}

function faultOf(project: Project, definition: ClassDefinition, field: ClassAttribute): ClassFault | null {
	const { annotation, owner, name, node } = field;
	const scope = scopeOfClass(project, owner);
	if (annotation === null || scope === null || isReplacedByValidator(definition.value, name)) return null;
	// SQLModel looks for the column first.
	if (isSqlmodelTable(definition.value) && makerOf(field.value) === "relationship") return null;
	const answer = pydanticSchemaOf(annotation, fieldScope(scope, field), project);
	if (answer.schema !== "no") return null;
	const className = owner.node.name.name;
	return {
		...raising(definition),
		subject: `${owner.module.name}:${className}.${name}`,
		range: node,
		problem: `${className}.${name} is declared with ${answer.named}, for which pydantic has no schema`,
		rootCause: causeOf(answer),
		error: answer.error ?? errorOf(project, answer),
		fixes: fixesFor(project, definition.value, field, answer),
		manualSteps: [`Declare ${name} with a type that pydantic knows, or a model of its own.`],
	};
}

/** Names are looked up before the field itself is bound, but for one with a default, which hides a type of its name. */
function fieldScope(scope: NonNullable<ReturnType<typeof scopeOfClass>>, { name, owner, valueNode }: ClassAttribute) {
	const [, ...outer] = scope.namespaces;
	return valueNode === null || !owner.namespace.names.has(name) ? scope : { ...scope, namespaces: outer };
}

/** A validator in mode `plain` stands in for the schema of its field. */
function isReplacedByValidator(value: ClassValue, name: string): boolean {
	return lineageOf(value).own.some(({ namespace }) =>
		[...namespace.names.values()].some(({ value: bound }) => {
			if (bound.kind !== "function") return false;
			return bound.decorators.some((decorator) => {
				if (decorator.kind !== "instance" || decorator.call === null) return false;
				const mode = decorator.call.keywords.get("mode");
				const names = decorator.call.args.map((arg) => (arg.kind === "constant" ? arg.value : "*"));
				return mode?.kind === "constant" && mode.value === "plain" && (names.includes(name) || names.includes("*"));
			});
		}),
	);
}

function causeOf({ culprit, named }: Refusal): string {
	if (culprit.kind === "object") return `${named} is no type: an annotation has to name a class or a form of typing.`;
	if (named.startsWith("the function")) return `${named} is a function of Python, no type.`;
	return `${named} is a plain class: pydantic would not know how to make one from JSON, or how to check it.`;
}

function errorOf(project: Project, { shown }: Refusal): string | null {
	if (shown === null) return null;
	if (isVersionOne(project.environment))
		return shown.startsWith("<class")
			? `RuntimeError: no validator found for ${shown}, see \`arbitrary_types_allowed\` in Config`
			: null;
	return `pydantic.errors.PydanticSchemaGenerationError: Unable to generate pydantic-core schema for ${shown}. Set \`arbitrary_types_allowed=True\` in the model_config to ignore this error or implement \`__get_pydantic_core_schema__\` on your type to fully support it.`;
}

function fixesFor(project: Project, value: ClassValue, field: ClassAttribute, answer: Refusal): FixProposal[] {
	const typedDict = answer.error === undefined ? undefined : typedDictRemedy(answer.culprit);
	if (typedDict !== undefined) return [typedDict];
	const fixes: FixProposal[] = [];
	const meant = respelled(project, field, answer);
	if (meant !== null) fixes.push(meant);
	const isClass = answer.culprit.kind === "class" || (answer.culprit.kind === "external" && !answer.named.startsWith("the "));
	if (answer.culprit.kind === "class") fixes.push(...madeModel(answer.culprit.value));
	if (isClass) fixes.push(...allowArbitraryTypes(project, value, field));
	return fixes;
}

const typingNames: Readonly<Record<string, string>> = { any: "Any", callable: "Callable" };

/** `any` for `Any`, `datetime` for `datetime.datetime`: what was meant, where there is no doubt. */
function respelled(project: Project, { annotation, owner }: ClassAttribute, { culprit }: Refusal): FixProposal | null {
	const { module } = owner;
	if (annotation === null) return null;
	if (culprit.kind === "external") {
		const scope = scopeOfClass(project, owner);
		const mistaken = scope === null ? null : methodOfDatetime(annotation, scope);
		if (mistaken !== null)
			return {
				title: `Write ${mistaken.name} instead of ${module.text.slice(mistaken.node.start, mistaken.node.end)}`,
				explanation: `${mistaken.name} is a method of the class datetime, and a class of the module of that name.`,
				applicability: "safe",
				edits: [replaceText(module, mistaken.node.start, mistaken.node.end, mistaken.name)],
				needs: mistaken.needs,
			};
		const wanted = typingNames[culprit.name];
		const place = wanted === undefined ? null : findName(annotation, culprit.name);
		if (wanted === undefined || place === null) return null;
		return {
			title: `Write ${wanted} instead of ${culprit.name}`,
			explanation: `${culprit.name} is a function of Python; the type is called ${wanted}.`,
			applicability: "safe",
			edits: [replaceText(module, place.start, place.end, wanted)],
			needs: [{ path: module.path, module: "typing", name: wanted }],
		};
	}
	if (culprit.kind !== "object") return null;
	return moduleMember(module, culprit) ?? subscripted(module, culprit.node);
}

/** Modules that hold one type of their own name. */
const membersOfModules: Readonly<Record<string, string>> = {
	datetime: "datetime",
	decimal: "Decimal",
	uuid: "UUID",
	enum: "Enum",
	pathlib: "Path",
};

function moduleMember(
	module: ClassAttribute["owner"]["module"],
	{ value, node }: TypeForm & { kind: "object" },
): FixProposal | null {
	const member = value?.kind === "external" ? membersOfModules[value.name] : undefined;
	if (member === undefined) return null;
	return {
		title: `Write ${module.text.slice(node.start, node.end)}.${member}`,
		explanation: `The name is that of the module; the type in it is called ${member}.`,
		applicability: "safe",
		edits: [replaceText(module, node.end, node.end, `.${member}`)],
	};
}

/** `[str]` was meant as `list[str]`. */
function subscripted(module: ClassAttribute["owner"]["module"], node: ast.Expression): FixProposal | null {
	if (node.type !== "Sequence" || node.items.length === 0) return null;
	const inner = module.text.slice(node.items[0]?.start ?? node.start, node.items.at(-1)?.end ?? node.end);
	if (node.kind === "list" && node.items.length !== 1) return null;
	const code = `${node.kind}[${inner}]`;
	return {
		title: `Write ${code}`,
		explanation: `${module.text.slice(node.start, node.end)} is a ${node.kind} that holds types; the type of such a ${node.kind} is ${code}.`,
		applicability: "safe",
		edits: [replaceText(module, node.start, node.end, code)],
	};
}

function findName(annotation: ast.Expression, name: string): ast.Name | null {
	let found: ast.Name | null = null;
	walk(annotation, (node) => {
		if (node.type === "Name" && node.id === name) found ??= node;
	});
	return found;
}

/** A class that only holds attributes can be a model as it stands. */
function madeModel({ module, node, namespace, decorators }: ClassValue): FixProposal[] {
	if (node.bases.length > 0 || node.keywords.length > 0 || decorators.length > 0 || namespace.names.has("__init__")) return [];
	return [
		{
			title: `Make ${node.name.name} a pydantic model`,
			explanation: "pydantic then knows its fields, can read it from JSON and describe it in the API's schema.",
			applicability: "review",
			edits: [replaceText(module, node.name.end, node.name.end, "(BaseModel)")],
			needs: [{ path: module.path, module: "pydantic", name: "BaseModel" }],
		},
	];
}

function allowArbitraryTypes(project: Project, value: ClassValue, { annotation }: ClassAttribute): FixProposal[] {
	const { module, node } = value;
	const common = {
		title: "Allow arbitrary types in this model",
		explanation:
			"pydantic then only checks that the value is an instance of the class. The model cannot be read from JSON or described in the API's schema.",
		applicability: "review" as const,
	};
	if (annotation?.type === "Constant" && expressionIn(String(annotation.value)) === null) return [];
	if (isVersionOne(project.environment)) {
		const inner = value.namespace.names.get("Config")?.value;
		const [first] = node.body;
		if (inner?.kind === "class") {
			const [line] = inner.node.body;
			return line === undefined ? [] : [{ ...common, edits: [insertBefore(module, line, "arbitrary_types_allowed = True")] }];
		}
		return first === undefined
			? []
			: [{ ...common, edits: [insertBefore(module, first, "class Config:\n        arbitrary_types_allowed = True\n")] }];
	}
	return [{ ...common, ...configured(value) }];
}

/** The switch in the configuration that is there, else in a new `model_config` at the head of the class. */
function configured(value: ClassValue): Pick<FixProposal, "edits" | "needs"> {
	const { module, node } = value;
	const config = node.body.find(
		(each) => each.type === "Assign" && each.targets.some((target) => target.type === "Name" && target.id === "model_config"),
	);
	const written = config?.type === "Assign" ? config.value : null;
	if (written?.type === "Call") return { edits: [addArgument(module, written, "arbitrary_types_allowed=True")] };
	if (written?.type === "Dict")
		return {
			edits: [
				replaceText(
					module,
					written.start + 1,
					written.start + 1,
					`"arbitrary_types_allowed": True${written.entries.length > 0 ? ", " : ""}`,
				),
			],
		};
	const inner = node.body.find((each) => each.type === "ClassDef" && each.name.name === "Config");
	if (inner?.type === "ClassDef" && inner.body[0] !== undefined)
		return { edits: [insertBefore(module, inner.body[0], "arbitrary_types_allowed = True")] };
	const [first, second] = node.body;
	const isDocstring = first?.type === "ExpressionStatement" && first.value.type === "Constant";
	const place = isDocstring && second !== undefined ? second : first;
	if (place === undefined || configOf(value, "title") !== undefined || !isModel(value)) return { edits: [] };
	return {
		edits: [insertBefore(module, place, "model_config = ConfigDict(arbitrary_types_allowed=True)\n")],
		needs: [{ path: module.path, module: "pydantic", name: "ConfigDict" }],
	};
}
