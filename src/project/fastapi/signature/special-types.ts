import type { Environment, ExternalEntry } from "../../../environment/environment.ts";
import { symbolEntry } from "../../imports/simulator/external.ts";
import type { Value } from "../../imports/values.ts";
import type { TypeForm } from "../../models/type-form.ts";

const requestTypes = /^(starlette\.requests\.(Request|HTTPConnection)|starlette\.websockets\.WebSocket)$/;
const responseType = /^starlette\.responses\.Response$/;
const otherTypes =
	/^(starlette\.background\.BackgroundTasks|fastapi\.background\.BackgroundTasks|fastapi\.security\.oauth2\.SecurityScopes)$/;

/** Does FastAPI fill a parameter of this type itself (Request, Response, BackgroundTasks …)? Null where a base is unknown. */
export function isSpecialType(form: TypeForm, environment: Environment): boolean | null {
	return formDerives(form, environment, (name) => requestTypes.test(name) || responseType.test(name) || otherTypes.test(name));
}

/** Is this a response class? Null where a base is unknown. */
export function isResponseType(form: TypeForm, environment: Environment): boolean | null {
	return formDerives(form, environment, (name) => responseType.test(name));
}

/** Is the value a response class? Null where that cannot be told. */
export function isResponseClass(value: Value, environment: Environment): boolean | null {
	return valueDerives(value, environment, (name) => responseType.test(name), 0);
}

/** Is the value a class that has one of these names, or derives from one? Null where that cannot be told. */
export function derivesFrom(value: Value, environment: Environment, names: RegExp): boolean | null {
	return valueDerives(value, environment, (name) => names.test(name), 0);
}

function formDerives(form: TypeForm, environment: Environment, isWanted: (name: string) => boolean): boolean | null {
	if (form.kind === "class") return valueDerives(form.value, environment, isWanted, 0);
	if (form.kind === "external") return valueDerives(form.value, environment, isWanted, 0);
	return form.kind === "unknown" || form.kind === "unbound" ? null : false;
}

function valueDerives(
	value: Value,
	environment: Environment,
	isWanted: (name: string) => boolean,
	depth: number,
): boolean | null {
	if (depth > 20) return null;
	if (value.kind === "class") {
		let answer: boolean | null = false;
		for (const base of value.bases) {
			const found = valueDerives(base, environment, isWanted, depth + 1);
			if (found === true) return true;
			if (found === null) answer = null;
		}
		return answer;
	}
	// What `declarative_base()` gives is a class of SQLAlchemy's.
	if (value.kind === "instance")
		return value.of.kind === "external" && value.of.canonical.startsWith("sqlalchemy.") ? false : null;
	if (value.kind !== "external") return value.kind === "unknown" ? null : false;
	if (isWanted(value.canonical)) return true;
	if (value.name.startsWith("builtins.") || /^(typing|collections|_?io|sqlalchemy|sqlmodel|pydantic)\./.test(value.canonical))
		return false;
	return entryDerives(value.entry, environment, isWanted, depth);
}

function entryDerives(
	entry: ExternalEntry | null,
	environment: Environment,
	isWanted: (name: string) => boolean,
	depth: number,
): boolean | null {
	if (entry?.kind !== "class" || depth > 20) return entry?.kind === "function" ? false : null;
	let answer: boolean | null = false;
	for (const base of entry.bases) {
		const home = environment.canonical(base);
		if (isWanted(home)) return true;
		if (/^(builtins|typing|abc|collections|enum)\.|^object$|^[a-z]+$/.test(home)) continue;
		const found = entryDerives(symbolEntry({ environment }, home), environment, isWanted, depth + 1);
		if (found === true) return true;
		if (found === null) answer = null;
	}
	return answer;
}
