import type * as ast from "../../../python/ast.ts";
import { findInClass } from "../../imports/simulator/classes/class-members.ts";
import { type InitField, initFields } from "../../imports/simulator/classes/dataclass-init.ts";
import type { ClassValue, FunctionValue, Value } from "../../imports/values.ts";
import { type NameScope, scopeOfClass, scopeOfFunction } from "../../models/name-scope.ts";
import { isPydanticModel } from "../../models/pydantic-schema.ts";
import type { Module, Project } from "../../project.ts";
import { keepsSignature } from "../routes/routes.ts";

/** The parameters that FastAPI sees when it inspects a callable of the project. */
export interface CallSignature {
	/** The function whose parameters they are, or the dataclass whose `__init__` Python writes. */
	readonly function: FunctionValue | ClassValue;
	readonly parameters: readonly ast.Parameter[];
	readonly scope: NameScope;
}

/** The signature of an endpoint or a dependency; null where it cannot be seen. */
export function callSignatureOf(project: Project, value: Value, ignoreDecorators = false): CallSignature | null {
	switch (value.kind) {
		case "function":
			if (!ignoreDecorators && !value.decorators.every(keepsSignature)) return null;
			return signature(project, value, 0);
		case "bound-method":
			return value.function === null || !value.function.decorators.every(isBinding)
				? null
				: signature(project, value.function, 1);
		case "class":
			return ofClass(project, value);
		case "instance": {
			if (value.of.kind !== "class") return null;
			const method = findInClass(value.of, "__call__");
			return method?.value.kind === "function" && method.value.decorators.length === 0
				? signature(project, method.value, 1)
				: null;
		}
		default:
			return null;
	}
}

function isBinding(decorator: Value): boolean {
	return decorator.kind === "external" && /^builtins\.(classmethod|staticmethod)$/.test(decorator.canonical);
}

function signature(project: Project, value: FunctionValue, bound: number): CallSignature {
	return { function: value, parameters: value.node.parameters.slice(bound), scope: scopeOfFunction(project, value) };
}

/** What calling a class takes: its `__init__`, where nothing else has a say in that. */
function ofClass(project: Project, value: ClassValue): CallSignature | null {
	const fields = dataclassParameters(value);
	const scope = fields === null ? null : scopeOfClass(project, value);
	if (fields !== null) return scope && { function: value, parameters: fields, scope };
	if (isPydanticModel(value) !== false || !isPlainlyBuilt(value)) return null;
	const init = findInClass(value, "__init__");
	return init?.value.kind === "function" && init.value.decorators.length === 0 ? signature(project, init.value, 1) : null;
}

const parametersOfDataclass = new WeakMap<ClassValue, readonly ast.Parameter[]>();

/** The fields of a dataclass as parameters; null where it is none, writes its own `__init__`, or inherits fields. */
function dataclassParameters(value: ClassValue): readonly ast.Parameter[] | null {
	const known = parametersOfDataclass.get(value);
	if (known !== undefined) return known;
	if (value.decorators.length === 0 || value.bases.length > 0 || value.namespace.names.has("__init__")) return null;
	if (value.namespace.names.has("__new__") || value.namespace.names.has("__signature__")) return null;
	const fields = initFields(value) ?? [];
	// The annotation of an InitVar is not the parameter's.
	const isPlain = fields.every(({ node: { annotation } }) => !/\bInitVar\b/.test(sourceOf(value.module, annotation)));
	if (fields.length === 0 || !isPlain) return null;
	const parameters = fields.map(asParameter);
	parametersOfDataclass.set(value, parameters);
	return parameters;
}

function sourceOf({ text }: Module, { start, end }: ast.Expression): string {
	return text.slice(start, end);
}

function asParameter({ node, name, isKeywordOnly, hasDefault }: InitField): ast.Parameter {
	const { target, annotation, value, start, end } = node;
	const own = value?.type === "Call" ? value.keywords.find((each) => each.name?.name === "default")?.value : undefined;
	return {
		start,
		end,
		name: { start: target.start, end: target.end, name },
		kind: isKeywordOnly ? "keyword-only" : "positional",
		annotation,
		default: hasDefault ? (own ?? value) : null,
	};
}

function isPlainlyBuilt(value: ClassValue): boolean {
	if (value.decorators.length > 0 || value.keywords.size > 0 || value.namespace.dynamic) return false;
	if (value.namespace.names.has("__new__") || value.namespace.names.has("__signature__")) return false;
	return value.bases.every((base) =>
		base.kind === "class"
			? isPlainlyBuilt(base)
			: base.kind === "external" && /^(builtins\.object|abc\.ABC|typing\.(Generic|Protocol))$/.test(base.canonical),
	);
}
