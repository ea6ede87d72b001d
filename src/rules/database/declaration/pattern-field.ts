import type { FixProposal } from "../../../audit/fix.ts";
import type { ClassDefinition } from "../../../project/imports/trace.ts";
import type { ClassValue, Value } from "../../../project/imports/values.ts";
import { attributesOf, type ClassAttribute } from "../../../project/models/class-body.ts";
import { type NameScope, scopeOfClass } from "../../../project/models/name-scope.ts";
import { configOf } from "../../../project/models/pydantic-model.ts";
import { isTextForm, refusedPatternPart } from "../../../project/models/rust-pattern.ts";
import { readTypeForm, type TypeForm, valueOfName } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument, findKeyword } from "../../../python/rewrite/arguments.ts";
import { insertBefore } from "../../../python/rewrite/statements.ts";
import { type ClassFault, raising } from "../../repair/classes/class-fault.ts";

/**
 * `password: str = Field(pattern=r"^(?=.*\d).+$")`: pydantic 2 hands the pattern to Rust's regular expressions, which look neither ahead nor
 * behind and know no back-references (https://docs.pydantic.dev/latest/api/config/#pydantic.config.ConfigDict.regex_engine).
 */
export function patternField(project: Project, definition: ClassDefinition, attribute: ClassAttribute): ClassFault | null {
	const { name, owner, node, annotation, value } = attribute;
	const scope = annotation === null ? null : scopeOfClass(project, owner);
	if (annotation === null || scope === null || isBuiltOtherwise(definition.value)) return null;
	const form = readTypeForm(annotation, scope);
	const pattern = patternOf(value) ?? annotatedPattern(form) ?? calledPattern(annotation, scope);
	const refused = pattern === null ? null : refusedPatternPart(pattern);
	if (refused === null || !(isTextForm(form) || annotation.type === "Call")) return null;
	return {
		...raising(definition),
		subject: `${owner.module.name}:${owner.node.name.name}.${name}`,
		range: node,
		problem: `The pattern of ${owner.node.name.name}.${name} has ${refused}, which pydantic's regular expressions lack`,
		rootCause: "pydantic 2 compiles patterns with Rust's regular expressions when it builds the model, and these refuse it.",
		// A validator of the whole model stands around it in the message.
		error: `pydantic_core._pydantic_core.SchemaError: Error building "${hasMethods(definition.value) ? "…" : "model"}" validator:`,
		fixes: owner === definition.value ? pythonEngine(owner) : [],
		manualSteps: [
			'Write the pattern without it, check it in a field_validator, or set regex_engine="python-re" in model_config.',
		],
	};
}

/** The pattern that `Field(pattern=…)` is given, where it is seen. */
function patternOf(value: Value | null): string | null {
	if (value?.kind !== "instance" || value.of.kind !== "external" || value.of.canonical !== "pydantic.fields.Field") return null;
	const pattern = value.call?.keywords.get("pattern");
	return pattern?.kind === "constant" && typeof pattern.value === "string" ? pattern.value : null;
}

/** The pattern in `Annotated[str, StringConstraints(pattern=…)]` and in an alias of it, where it is written as a text. */
function annotatedPattern(form: TypeForm): string | null {
	if (form.kind === "union") return form.members.map(annotatedPattern).find((each) => each !== null) ?? null;
	if (form.kind !== "annotated") return null;
	for (const { node, value } of form.metadata) {
		if (node.type !== "Call" || value.kind !== "external") continue;
		if (!/^pydantic\.(fields\.Field|types\.StringConstraints)$/.test(value.canonical)) continue;
		const pattern = findKeyword(node, "pattern")?.value;
		if (pattern?.type === "Constant" && typeof pattern.value === "string") return pattern.value;
	}
	return annotatedPattern(form.type);
}

/** The pattern of `constr(pattern=…)`. */
function calledPattern(annotation: ast.Expression, scope: NameScope): string | null {
	if (annotation.type !== "Call") return null;
	const callee = valueOfName(annotation.callee, scope);
	const pattern = findKeyword(annotation, "pattern")?.value;
	const isPattern = callee?.kind === "external" && callee.canonical === "pydantic.types.constr" && pattern?.type === "Constant";
	return isPattern && typeof pattern.value === "string" ? pattern.value : null;
}

function hasMethods({ namespace, bases }: ClassValue): boolean {
	const isMethod = [...namespace.names.values()].some(({ value }) => value.kind === "function" || value.kind === "unknown");
	return isMethod || bases.some((base) => base.kind === "class");
}

/** May the model be built with another engine, or later than its class statement? */
function isBuiltOtherwise(value: ClassValue): boolean {
	if (["regex_engine", "defer_build"].some((key) => configOf(value, key) !== undefined)) return true;
	if (value.decorators.length > 0 || value.node.typeParameters.length > 0) return true;
	// A type that is only a name as yet puts the whole model off.
	const { futures } = value.module.tree;
	return (
		futures.has("annotations") || [...attributesOf(value).values()].some(({ annotation }) => annotation?.type === "Constant")
	);
}

/** Python's own engine knows all of it: in the configuration that is there, else in a new one at the head of the class. */
function pythonEngine({ module, node }: ClassValue): readonly FixProposal[] {
	const words = {
		title: "Let Python's own regular expressions check the pattern",
		explanation: "They look ahead and behind; Rust's, which pydantic takes otherwise, are faster and do not.",
		applicability: "safe" as const,
	};
	const config = node.body.find(
		(each) => each.type === "Assign" && each.targets.some((target) => target.type === "Name" && target.id === "model_config"),
	);
	if (config?.type === "Assign")
		return config.value.type === "Call"
			? [{ ...words, edits: [addArgument(module, config.value, 'regex_engine="python-re"')] }]
			: [];
	const [first, second] = node.body;
	const isDocstring = first?.type === "ExpressionStatement" && first.value.type === "Constant";
	const place = isDocstring ? second : first;
	if (place === undefined || node.body.some((each) => each.type === "ClassDef" && each.name.name === "Config")) return [];
	return [
		{
			...words,
			edits: [insertBefore(module, place, 'model_config = ConfigDict(regex_engine="python-re")\n')],
			needs: [{ path: module.path, module: "pydantic", name: "ConfigDict" }],
		},
	];
}
