import { ExpressionValues } from "../../../project/fastapi/expression-value.ts";
import { dependencyOf, isDependency, markerOf } from "../../../project/fastapi/signature/marker.ts";
import type { ClassValue, ExternalValue, FunctionValue } from "../../../project/imports/values.ts";
import { scopeOfFunction } from "../../../project/models/name-scope.ts";
import { readTypeForm, type TypeForm } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";

/** A class of the project by itself, a library's by where it is defined. */
type ClassKey = ClassValue | string;

/** Functions that give objects of a class, each with the names of the parameters that they are used for. */
type Givers = Map<FunctionValue, Set<string>>;

const known = new WeakMap<Project, ReadonlyMap<ClassKey, Givers>>();

/**
 * The only function of the project that gives objects of this type as a dependency, or of several the only one that parameters of this name
 * get theirs from; null where there is none.
 */
export function dependencyGiving(project: Project, form: TypeForm, parameter: string): FunctionValue | null {
	const key = keyOf(form);
	if (key === null) return null;
	let givers = known.get(project);
	if (givers === undefined) {
		givers = collect(project);
		known.set(project, givers);
	}
	const all = [...(givers.get(key) ?? [])];
	const ofName = all.filter(([, names]) => names.has(parameter));
	const [only, ...others] = all.length > 1 ? ofName : all;
	return only !== undefined && others.length === 0 ? only[0] : null;
}

/** Dependencies that parameters already use count first; functions that say what they give come second. */
function collect(project: Project): Map<ClassKey, Givers> {
	const used = new Map<ClassKey, Givers>();
	const declared = new Map<ClassKey, Givers>();
	const values = new ExpressionValues(project);
	const add = (into: Map<ClassKey, Givers>, form: TypeForm, giver: FunctionValue, parameter: string | null): void => {
		const key = keyOf(form);
		if (key === null) return;
		const givers: Givers = into.get(key) ?? new Map();
		const names = givers.get(giver) ?? new Set();
		if (parameter !== null) names.add(parameter);
		into.set(key, givers.set(giver, names));
	};
	for (const { value } of project.trace.functions) {
		const scope = scopeOfFunction(project, value);
		const { node } = value;
		if (node.type === "Lambda") continue;
		for (const parameter of node.parameters) {
			if (parameter.annotation === null) continue;
			const whole = readTypeForm(parameter.annotation, scope);
			const form = whole.kind === "annotated" ? whole.type : whole;
			const written = whole.kind === "annotated" ? whole.metadata.map((each) => values.valueOf(each.node, each.scope)) : [];
			if (parameter.default !== null) written.push(values.valueOf(parameter.default, scope));
			for (const each of written) {
				const marker = markerOf(each);
				const giver = marker !== null && isDependency(marker) ? dependencyOf(marker)?.value : undefined;
				if (giver?.kind === "function" && isNamed(giver)) add(used, form, giver, parameter.name.name);
			}
		}
		if (node.returns === null || !isNamed(value) || !isAtModuleLevel(value)) continue;
		if (!/^(get|provide|create|make|build|new|open|current|require)_|_(session|db|dependency|factory)$/.test(node.name.name))
			continue;
		add(declared, itemOf(readTypeForm(node.returns, scope)), value, null);
	}
	for (const [key, givers] of declared) if (!used.has(key)) used.set(key, givers);
	return used;
}

/** `T` of `Generator[T, None, None]`, `AsyncIterator[T]` and their like; any other type itself. */
function itemOf(form: TypeForm): TypeForm {
	if (form.kind !== "external" || !/^typing\.(Async)?(Generator|Iterator|Iterable)$/.test(form.name)) return form;
	return form.args?.[0] ?? { kind: "unknown" };
}

function isNamed({ node, decorators }: FunctionValue): boolean {
	return node.type === "FunctionDef" && decorators.length === 0;
}

function isAtModuleLevel({ node, module }: FunctionValue): boolean {
	return module.tree.body.some((statement) => statement === node);
}

function keyOf(form: TypeForm): ClassKey | null {
	if (form.kind === "class") return form.value;
	return form.kind === "external" && isClass(form.value) ? form.value.canonical : null;
}

function isClass({ entry, canonical }: ExternalValue): boolean {
	return entry?.kind === "class" && !/^(builtins|typing|datetime)\./.test(canonical);
}
