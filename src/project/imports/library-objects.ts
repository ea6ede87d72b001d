import type { Call } from "./trace.ts";
import type { ClassValue, ExternalValue, InstanceValue, Value } from "./values.ts";

/** FastAPI's and Starlette's application classes, by where they are defined. */
export const applicationClass = /^(fastapi|starlette)\.applications\.(FastAPI|Starlette)$/;
/** FastAPI's router class. */
export const routerClass = /^fastapi\.routing\.APIRouter$/;

/** The class of a library that an object is made of, through own classes that derive from it alone; null where there is none. */
export function libraryClassOf(value: InstanceValue): ExternalValue | null {
	return value.of.kind === "external" ? value.of : libraryBaseOf(value.of);
}

function libraryBaseOf(owner: ClassValue, depth = 0): ExternalValue | null {
	const [only, ...others] = owner.bases;
	if (only === undefined || others.length > 0 || depth > 12) return null;
	if (only.kind === "class") return libraryBaseOf(only, depth + 1);
	return only.kind === "external" && !only.isModule ? only : null;
}

/** Is the value an object of a class of that kind, or of an own class that derives from one? */
export function isObjectOf(value: Value | undefined, pattern: RegExp): value is InstanceValue {
	if (value?.kind !== "instance") return false;
	const made = libraryClassOf(value);
	return made !== null && pattern.test(made.canonical);
}

/**
 * The calls that made objects of a class of that kind, with the arguments that this class itself was given: for an own class with an
 * `__init__`, those of `super().__init__(…)`. Each call's result is the object.
 */
export function constructionsOf(calls: readonly Call[], pattern: RegExp): readonly Call[] {
	const found: Call[] = [];
	for (const call of calls) {
		const { callee, result } = call;
		if (callee.kind !== "external" && callee.kind !== "class") continue;
		if (result.kind !== "instance" || result.call !== call || !isObjectOf(result, pattern)) continue;
		if (callee.kind === "external" || !hasInit(callee)) {
			found.push(call);
			continue;
		}
		const inner = calls.find((each) => each.callee.kind === "bound-method" && isInitOf(each, result));
		// What an `__init__` hands on that we cannot follow is not known.
		found.push(inner === undefined ? { ...call, keywords: new Map(), args: [], open: true } : { ...inner, result });
	}
	return found;
}

function isInitOf({ callee }: Call, object: InstanceValue): boolean {
	return callee.kind === "bound-method" && callee.receiver === object && callee.name === "__init__" && callee.function === null;
}

function hasInit(owner: ClassValue, depth = 0): boolean {
	if (owner.namespace.names.has("__init__")) return true;
	return depth < 12 && owner.bases.some((base) => base.kind === "class" && hasInit(base, depth + 1));
}
