import type { ClassValue } from "../../../project/imports/values.ts";
import type { TypeForm } from "../../../project/models/type-form.ts";
import type { Module, Project } from "../../../project/project.ts";

/** An object that a module makes at its top level, under the name it has there. */
export interface KnownObject {
	readonly module: Module;
	readonly name: string;
}

/** The only object of a class that modules of the project make at their top level; null where there is none, or several. */
export function objectOf(value: ClassValue, project: Project): KnownObject | null {
	const found: KnownObject[] = [];
	for (const { module, namespace } of project.trace.runs.values()) {
		for (const [name, binding] of namespace.names) {
			const { value: bound } = binding;
			if (binding.maybe || bound.kind !== "instance" || bound.of !== value || bound.call?.module !== module) continue;
			found.push({ module, name });
		}
	}
	const [only, ...others] = found;
	return only !== undefined && others.length === 0 ? only : null;
}

/** How an object of a class of Python's library is made that has one obvious maker. */
export function obviousMaker(form: TypeForm): { readonly code: string; readonly module: string; readonly name: string } | null {
	return form.kind === "external" && form.value.canonical === "logging.Logger"
		? { code: "logging.getLogger(__name__)", module: "", name: "logging" }
		: null;
}
