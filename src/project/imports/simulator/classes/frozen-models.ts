import type { ClassValue, Value } from "../../values.ts";
import type { Machine } from "../machine.ts";
import { findInClass } from "./class-members.ts";

/** What an object of a pydantic model says when one of its fields is set, and the class whose settings say so. */
export interface FrozenModel {
	readonly owner: ClassValue;
	/** The exception, as the last line of a traceback begins. */
	readonly exception: string;
	readonly message: string;
	/** The line that Python prints, with the exception's module. */
	readonly line: string;
}

/** Does a model refuse that its fields are set, by `frozen=True` or pydantic 1's `allow_mutation = False`? Null where it does not, or where that is not known. */
export function frozenModel(machine: Machine, of: ClassValue): FrozenModel | null {
	if (!isModel(of) || findInClass(of, "__setattr__") !== null) return null;
	const isModern = machine.environment.findModule("pydantic._internal").found === "present";
	const owner = freezer(of, isModern);
	if (owner === null) return null;
	const className = of.node.name.name;
	if (!isModern) {
		const message = `"${className}" is immutable and does not support item assignment`;
		return { owner, exception: "TypeError", message, line: `TypeError: ${message}` };
	}
	const message = `1 validation error for ${className}`;
	return { owner, exception: "ValueError", message, line: `pydantic_core._pydantic_core.ValidationError: ${message}` };
}

/** The class of a lineage whose configuration freezes; the nearest one that says anything decides. */
function freezer(of: ClassValue, isModern: boolean): ClassValue | null {
	for (const each of lineage(of)) {
		const said = sayings(each, isModern).filter((value) => value !== undefined);
		if (said.length > 0) return said.length === 1 && said[0] === true ? each : null;
	}
	return null;
}

/** What one class says itself; undefined for nothing, null where it cannot be seen. */
function sayings(cls: ClassValue, isModern: boolean): readonly (boolean | null | undefined)[] {
	const config = cls.namespace.names.get("model_config")?.value;
	const old = cls.namespace.names.get("Config")?.value;
	const called = config?.kind === "instance" ? config.call?.keywords.get("frozen") : undefined;
	const inDict = config?.kind === "dict" ? config.entries.get("frozen") : undefined;
	const ofOld = old?.kind === "class" ? old.namespace.names : null;
	const mutation = isModern ? undefined : truth(ofOld?.get("allow_mutation")?.value);
	return [
		truth(cls.keywords.get("frozen")),
		truth(called ?? inDict),
		truth(ofOld?.get("frozen")?.value),
		mutation === undefined || mutation === null ? mutation : !mutation,
	];
}

function truth(value: Value | undefined): boolean | null | undefined {
	if (value === undefined) return undefined;
	return value.kind === "constant" && typeof value.value === "boolean" ? value.value : null;
}

function isModel({ bases, namespace }: ClassValue): boolean {
	return (
		!namespace.dynamic &&
		bases.length > 0 &&
		bases.every((base) =>
			base.kind === "class"
				? isModel(base)
				: base.kind === "external" && /^pydantic(_settings)?\.(.*\.)?Base(Model|Settings)$/.test(base.canonical),
		)
	);
}

/** The class and its own base classes, nearest first. */
function lineage(cls: ClassValue): ClassValue[] {
	return [cls, ...cls.bases.flatMap((base) => (base.kind === "class" ? lineage(base) : []))];
}
