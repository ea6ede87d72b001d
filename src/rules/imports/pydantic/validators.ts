import { isBuiltinType } from "../../../project/imports/builtin-types.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { ClassValue, FunctionValue, Value } from "../../../project/imports/values.ts";
import { scopeOfClass } from "../../../project/models/name-scope.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { walk } from "../../../python/walk.ts";
import { fieldNamesOf, isCurrentModel } from "./model-fields.ts";
import type { RefusedUse, ValidatorName } from "./refusal.ts";

/** A decorator of pydantic over a method, with its call; `call` is null where it stands bare. */
export interface PydanticDecorator {
	readonly name: ValidatorName | "root_validator";
	readonly call: Call | null;
	readonly place: ast.Expression;
	readonly method: ast.FunctionDef;
}

interface Refused {
	readonly use: RefusedUse;
	readonly place: ast.Node;
	/** Position in start-up of the decorator's call; missing where the class as a whole is refused. */
	readonly order?: number;
}

/** Uses of validators in a class that pydantic 2 refuses: when it decorates the method, and when it makes the class. */
export function refusedDecorators(
	value: ClassValue,
	project: Project,
): { readonly atDecoration: readonly Refused[]; readonly atCreation: readonly Refused[] } {
	const atDecoration: Refused[] = [];
	const signatures: Refused[] = [];
	const schema: Refused[] = [];
	for (const decorator of [...decoratorsOf(value), ...appliedDecorators(value, project)]) {
		const early = refusedAtOnce(decorator, value);
		if (early !== null)
			atDecoration.push({ use: early, place: decorator.place, ...(decorator.call !== null && { order: decorator.call.order }) });
		else if (decorator.name === "validator") {
			const parameter = unsupportedParameter(decorator.method);
			if (parameter !== null)
				signatures.push({ use: { type: "validator-parameter", parameter: parameter.name.name }, place: parameter });
		}
		if (early === null) schema.push(...refusedBySchema(decorator, value));
	}
	const atCreation = [...signatures, ...(schema.length > 0 && isComplete(value, project) ? schema : [])];
	return { atDecoration, atCreation };
}

const decoratorNames: Readonly<Record<string, PydanticDecorator["name"]>> = {
	"pydantic.deprecated.class_validators.validator": "validator",
	"pydantic.deprecated.class_validators.root_validator": "root_validator",
	"pydantic.functional_validators.field_validator": "field_validator",
	"pydantic.functional_serializers.field_serializer": "field_serializer",
};

/** The validators that a class body defines, for certain and once. */
export function* decoratorsOf(value: ClassValue): Generator<PydanticDecorator> {
	for (const statement of value.node.body) {
		if (statement.type !== "FunctionDef") continue;
		const method = value.namespace.names.get(statement.name.name);
		if (method?.value.kind !== "function" || method.value.node !== statement || method.maybe) continue;
		yield* decoratorsOfMethod(method.value, statement);
	}
}

function* decoratorsOfMethod(value: FunctionValue, method: ast.FunctionDef): Generator<PydanticDecorator> {
	for (const [index, decorator] of value.decorators.entries()) {
		const place = method.decorators[index];
		const name = decoratorName(decorator);
		if (place === undefined || name === null) continue;
		if (decorator.kind === "external") yield { name, call: null, place, method };
		else if (decorator.kind === "instance" && decorator.call !== null && !decorator.call.open)
			yield { name, call: decorator.call, place, method };
	}
}

/** `_stripped = validator("name", allow_reuse=True)(strip)`: the decorator is applied by hand to a function of the module. */
function* appliedDecorators(value: ClassValue, project: Project): Generator<PydanticDecorator> {
	const names = project.trace.runs.get(value.module.name)?.namespace.names;
	for (const statement of value.node.body) {
		const applied = statement.type === "Assign" ? statement.value : null;
		if (applied?.type !== "Call" || applied.callee.type !== "Call") continue;
		const [given] = applied.args;
		const method = given?.type === "Name" ? names?.get(given.id)?.value : undefined;
		const call = project.trace.calls.find(({ node }) => node === applied.callee);
		const name = call === undefined ? null : decoratorName(call.callee);
		if (call === undefined || call.open || name === null) continue;
		if (method?.kind === "function" && method.node.type === "FunctionDef")
			yield { name, call, place: applied.callee, method: method.node };
	}
}

function decoratorName(decorator: Value): PydanticDecorator["name"] | null {
	const of = decorator.kind === "instance" ? decorator.of : decorator;
	return of.kind === "external" ? (decoratorNames[of.canonical] ?? null) : null;
}

/** What pydantic/deprecated/class_validators.py and functional_validators.py refuse while they decorate. */
function refusedAtOnce({ name, call, method }: PydanticDecorator, owner: ClassValue): RefusedUse | null {
	const takesSelf = method.parameters[0]?.name.name === "self";
	if (name === "root_validator") {
		const [pre, skips] = [flagOf(call, "pre"), flagOf(call, "skip_on_failure")];
		if (pre === false && skips === false) return { type: "root-validator" };
		return takesSelf ? { type: "root-validator-method" } : null;
	}
	if (call === null) return { type: "bare-validator", decorator: name, fields: fieldNamesOf(owner) ?? [] };
	const [first] = call.args;
	if (first?.kind === "sequence") return { type: "validator-of-list", decorator: name };
	const isNamed = first?.kind === "constant" && typeof first.value === "string";
	return isNamed && takesSelf && name !== "field_serializer" ? { type: "validator-method", decorator: name } : null;
}

/** The value of a boolean argument that is False unless given; null where it cannot be told. */
function flagOf(call: Call | null, name: string): boolean | null {
	const value = call?.keywords.get(name);
	if (value === undefined) return false;
	return value.kind === "constant" && typeof value.value === "boolean" ? value.value : null;
}

/** The parameter of a `@validator` that pydantic 2 cannot fill: it has the value, `values` and what has a default. */
function unsupportedParameter(method: ast.FunctionDef): ast.Parameter | null {
	const [first, ...rest] = method.parameters;
	// Over a function without cls the decorator passes other arguments.
	if (first?.name.name !== "cls") return null;
	for (const [index, parameter] of rest.entries()) {
		const { name } = parameter.name;
		const canBeKeyword = parameter.kind === "positional" || parameter.kind === "keyword-only";
		if (canBeKeyword && (name === "field" || name === "config")) return parameter;
		if (parameter.kind === "var-keyword" || (canBeKeyword && name === "values")) continue;
		if (index === 0 && parameter.kind !== "keyword-only") continue;
		if (parameter.default === null) return parameter;
	}
	return null;
}

/** What pydantic refuses when it builds the schema of the class. */
function refusedBySchema({ name, call, method, place }: PydanticDecorator, value: ClassValue): readonly Refused[] {
	if (call === null || name === "root_validator" || !isCurrentModel(value)) return [];
	const refused: Refused[] = [];
	const checks = call.keywords.get("check_fields");
	const fields = fieldNamesOf(value);
	if (checks === undefined && fields !== null) {
		const names = call.args.map((argument) => (argument.kind === "constant" ? String(argument.value) : "*"));
		const field = names.includes("*") ? undefined : names.find((each) => !fields.includes(each));
		if (field !== undefined)
			refused.push({
				use: {
					type: "unknown-field",
					field,
					fields,
					decorator: name,
					className: `${value.module.name}.${value.node.name.name}`,
					method: method.name.name,
				},
				place,
			});
	}
	if (name === "field_validator") {
		const mode = modeOf(call);
		if (mode !== null && hasWrongCount(method, mode))
			refused.push({ use: { type: "validator-signature", mode }, place: method.name });
	}
	return refused;
}

function modeOf(call: Call): string | null {
	const mode = call.keywords.get("mode");
	if (mode === undefined) return "after";
	return mode.kind === "constant" && typeof mode.value === "string" ? mode.value : null;
}

/** `inspect_validator` counts the positional parameters without a default; the value itself always counts. */
function hasWrongCount(method: ast.FunctionDef, mode: string): boolean {
	const [first, ...rest] = method.parameters;
	if (first?.name.name !== "cls" || method.parameters.some((each) => each.kind === "var-positional")) return false;
	const counted = rest.filter(
		(each, index) => (each.kind === "positional" || each.kind === "positional-only") && (index === 0 || each.default === null),
	).length;
	const fits = mode === "wrap" ? [2, 3] : [1, 2];
	return !fits.includes(counted);
}

/** Where an annotation cannot be resolved yet, pydantic puts off building the schema, and with it what it would refuse. */
function isComplete(value: ClassValue, project: Project): boolean {
	const scope = scopeOfClass(project, value);
	if (scope === null) return false;
	let complete = true;
	for (const statement of value.node.body) {
		if (statement.type !== "AnnAssign") continue;
		walk(statement.annotation, (node) => {
			if (node.type === "Constant" && node.literal === "string" && !isLiteralArgument(statement.annotation, node))
				complete = false;
			if (node.type !== "Name") return true;
			const bound = value.module.tree.futures.has("annotations") ? boundBefore(node.id, value, project) : true;
			if (!bound) complete = false;
			return true;
		});
	}
	return complete && value.bases.every((base) => base.kind !== "class" || isComplete(base, project));
}

/** Strings inside `Literal[...]` and in calls such as `Field(alias="x")` are no annotations. */
function isLiteralArgument(annotation: ast.Expression, constant: ast.Node): boolean {
	let inside = false;
	walk(annotation, (node) => {
		const holds = node.start <= constant.start && constant.end <= node.end;
		if (!holds) return false;
		if (node.type === "Call") inside = true;
		if (node.type === "Subscript") {
			const head = node.value.type === "Name" ? node.value.id : node.value.type === "Attribute" ? node.value.attribute.name : "";
			if (head === "Literal") inside = true;
		}
		return true;
	});
	return inside;
}

function boundBefore(name: string, value: ClassValue, project: Project): boolean {
	const binding = project.trace.runs.get(value.module.name)?.namespace.names.get(name);
	if (binding === undefined) return name === "None" || isBuiltinType(`builtins.${name}`);
	return binding.node !== null && binding.node.start < value.node.start;
}
