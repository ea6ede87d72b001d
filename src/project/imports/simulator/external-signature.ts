import type { ExternalEntry, Parameter, Signature } from "../../../environment/environment.ts";
import type * as ast from "../../../python/ast.ts";
import type { ClassValue, ExternalValue } from "../values.ts";
import { missingArguments, tooManyPositional } from "./argument-words.ts";
import { isPlainExternalClass, symbolEntry } from "./external.ts";
import { type CallArguments, type Frame, failAt, type Machine } from "./machine.ts";

/** Why a call cannot bind its arguments, in Python's words. */
export interface BindingProblem {
	readonly message: string;
	readonly keyword?: { readonly name: string; readonly parameters: readonly string[] };
}

/**
 * Why a call of a library's function or class cannot bind its arguments, in Python's words; null where it can or where we cannot tell:
 * decorated callables, metaclasses and `__new__` may take other arguments than the signature says.
 */
export function externalBindingProblem(
	machine: Pick<Machine, "environment">,
	callee: ExternalValue,
	args: CallArguments,
): BindingProblem | null {
	const { entry } = callee;
	const name = callee.canonical.slice(callee.canonical.lastIndexOf(".") + 1);
	if (entry?.kind === "function") {
		return entry.signature.decorators.length > 0 ? null : problemOf(`${name}()`, entry.signature.parameters, args);
	}
	if (entry?.kind !== "class" || !isPlainExternalClass(machine, entry)) return null;
	const init = initializer(machine, callee.canonical, entry);
	return init && problemOf(init.shown, init.parameters.slice(1), args, 1);
}

/** The `__init__` that makes objects of a library's class: its own, or that of the only class above it that has one. */
function initializer(
	machine: Pick<Machine, "environment">,
	owner: string,
	entry: ExternalEntry & { kind: "class" },
	depth = 0,
): PlainMethod | null {
	if ("__new__" in entry.members || depth > 8 || /^(builtins|typing|enum)\./.test(owner)) return null;
	if ("__init__" in entry.members) return plainMethod(machine, owner, entry, "__init__");
	const [base, ...others] = entry.bases;
	const above = base === undefined || others.length > 0 ? null : symbolEntry(machine, base);
	return base !== undefined && above?.kind === "class" ? initializer(machine, base, above, depth + 1) : null;
}

/** The same for an own class that is made by the `__init__` of a library's class above it. */
export function inheritedBindingProblem(
	machine: Pick<Machine, "environment">,
	owner: ClassValue,
	args: CallArguments,
	depth = 0,
): BindingProblem | null {
	const [base, ...others] = owner.bases;
	const isPlain = owner.decorators.length === 0 && owner.keywords.size === 0 && !owner.namespace.names.has("__new__");
	if (base === undefined || others.length > 0 || !isPlain || owner.namespace.dynamic || depth > 12) return null;
	if (base.kind === "class") return inheritedBindingProblem(machine, base, args, depth + 1);
	// NamedTuple and TypedDict are functions, and what derives from them is made otherwise.
	return base.kind === "external" && base.entry?.kind === "class" ? externalBindingProblem(machine, base, args) : null;
}

/** The same for a method of a library's class that has no metaclass and no decorator; Python names the class that defines it. */
export function methodBindingProblem(
	machine: Pick<Machine, "environment">,
	owner: ExternalValue,
	name: string,
	args: CallArguments,
): BindingProblem | null {
	const method = plainMethod(machine, owner.canonical, owner.entry, name);
	return method && problemOf(method.shown, method.parameters.slice(1), args, 1);
}

/** The same for `APIRouter.get("/")`: asked of the class and not of an object, a method takes its first argument for the object. */
export function classMethodBindingProblem(
	machine: Pick<Machine, "environment">,
	callee: ExternalValue,
	args: CallArguments,
): BindingProblem | null {
	const { canonical } = callee;
	if (callee.entry !== null) return null;
	const dot = canonical.lastIndexOf(".");
	const owner = canonical.slice(0, dot);
	if (urlBuilder.test(canonical)) return urlBuildingProblem(machine, owner, canonical.slice(dot + 1), args);
	if (!/^(?!builtins|typing|unittest).*\.[A-Z]\w*\.[a-z]\w*$/.test(canonical)) return null;
	const ofClass = ofClassItself(machine, owner, canonical, args);
	if (ofClass !== null) return ofClass;
	const method = plainMethod(machine, owner, symbolEntry(machine, owner), canonical.slice(dot + 1));
	return method && problemOf(method.shown, method.parameters, args);
}

/** `FastAPICache.init()`: a class method is handed the class. */
function ofClassItself(
	machine: Pick<Machine, "environment">,
	owner: string,
	canonical: string,
	args: CallArguments,
): BindingProblem | null {
	const name = canonical.slice(canonical.lastIndexOf(".") + 1);
	if (!/\.[A-Z]\w*$/.test(owner)) return null;
	const entry = symbolEntry(machine, owner);
	if (entry?.kind !== "class" || !isPlainExternalClass(machine, entry) || !Object.hasOwn(entry.members, name)) return null;
	const member = entry.members[name];
	if (member?.kind !== "method" || member.signature.decorators.join() !== "classmethod") return null;
	const shown = machine.environment.python.minor >= 10 ? `${owner.slice(owner.lastIndexOf(".") + 1)}.${name}()` : `${name}()`;
	return problemOf(shown, member.signature.parameters.slice(1), args, 1);
}

/** Class methods that put a URL together from its parts: SQLAlchemy's `URL.create` and `build` of pydantic's URL types. */
const urlBuilder =
	/^(?:sqlalchemy\..*\.URL\.create|pydantic\.networks\.[A-Z]\w*\.build|pydantic_core\.(?:\w+\.)?(?:MultiHostUrl|Url)\.build)$/;

/** What `build` of the URLs of pydantic's core takes, which has no source to read. */
const coreParameters: readonly Parameter[] = [
	"scheme",
	"username",
	"password",
	"host",
	"hosts",
	"port",
	"path",
	"query",
	"fragment",
].map((name) => ({ name, kind: "keyword-only", hasDefault: name !== "scheme", annotation: null, defaultText: null }));

function urlBuildingProblem(
	machine: Pick<Machine, "environment">,
	owner: string,
	name: string,
	args: CallArguments,
	depth = 0,
): BindingProblem | null {
	if (owner.startsWith("pydantic_core.")) {
		const type = owner.slice(owner.lastIndexOf(".") + 1);
		const own = coreParameters.filter((each) => each.name !== "hosts" || type === "MultiHostUrl");
		return problemOf(`${type}.${name}()`, own, args, 1);
	}
	const entry = symbolEntry(machine, owner);
	if (entry?.kind !== "class" || depth > 8) return null;
	const member = Object.hasOwn(entry.members, name) ? entry.members[name] : undefined;
	if (member === undefined) {
		const found = entry.bases.flatMap((base) => urlBuildingProblem(machine, base, name, args, depth + 1) ?? []);
		return found[0] ?? null;
	}
	// pydantic 1 takes what it does not know for the type's own business.
	if (member.kind !== "method" || member.signature.decorators.some((decorator) => !/classmethod$/.test(decorator))) return null;
	const shown = machine.environment.python.minor >= 10 ? `${owner.slice(owner.lastIndexOf(".") + 1)}.${name}()` : `${name}()`;
	return problemOf(shown, member.signature.parameters.slice(1), args, 1);
}

interface PlainMethod {
	readonly parameters: readonly Parameter[];
	/** As Python calls it: `Router.__call__()`. */
	readonly shown: string;
}

function plainMethod(
	machine: Pick<Machine, "environment">,
	owner: string,
	entry: ExternalEntry | null,
	name: string,
	depth = 0,
): PlainMethod | null {
	if (entry?.kind !== "class" || depth > 8) return null;
	if (!/^(fastapi|starlette)\./.test(owner) && !isPlainExternalClass(machine, entry)) return null;
	if (!Object.hasOwn(entry.members, name)) {
		const found = entry.bases.flatMap((base) => plainMethod(machine, base, symbolEntry(machine, base), name, depth + 1) ?? []);
		return found[0] ?? null;
	}
	const member = entry.members[name];
	if (member?.kind !== "method" || !isPlainMethod(member.signature)) return null;
	const shown = machine.environment.python.minor >= 10 ? `${owner.slice(owner.lastIndexOf(".") + 1)}.${name}()` : `${name}()`;
	return { parameters: member.signature.parameters, shown };
}

function isPlainMethod(signature: Signature): boolean {
	return signature.decorators.length === 0 && signature.parameters[0]?.kind.startsWith("positional") === true;
}

/** `bound` counts what Python passes by itself: the object of a method. */
function problemOf(
	shown: string,
	parameters: readonly Parameter[],
	args: CallArguments,
	bound: 0 | 1 = 0,
): BindingProblem | null {
	const takesAny = (kind: Parameter["kind"]): boolean => parameters.some((parameter) => parameter.kind === kind);
	const positional = parameters.filter((parameter) => parameter.kind === "positional" || parameter.kind === "positional-only");
	if (!takesAny("var-keyword")) {
		for (const name of args.keywords.keys()) {
			const isKnown = parameters.some(
				(parameter) => parameter.name === name && ["positional", "keyword-only"].includes(parameter.kind),
			);
			if (!isKnown) {
				const filled = new Set(positional.slice(0, args.args.length));
				const open = parameters.filter((parameter) => !filled.has(parameter) && !parameter.kind.startsWith("var-"));
				const free = open.map((parameter) => parameter.name).filter((each) => !args.keywords.has(each));
				return { message: `${shown} got an unexpected keyword argument '${name}'`, keyword: { name, parameters: free } };
			}
		}
	}
	if (args.open) return null;
	const repeated = positional
		.slice(0, args.args.length)
		.find(({ kind, name }) => kind === "positional" && args.keywords.has(name));
	if (repeated !== undefined) return { message: `${shown} got multiple values for argument '${repeated.name}'` };
	if (!takesAny("var-positional") && args.args.length > positional.length) {
		const keywordOnly = parameters.filter(({ kind, name }) => kind === "keyword-only" && args.keywords.has(name)).length;
		const counted = [...Array.from({ length: bound }, () => ({ hasDefault: false })), ...positional];
		return { message: tooManyPositional(shown, counted, args.args.length + bound, keywordOnly) };
	}
	const given = new Set([...positional.slice(0, args.args.length).map((parameter) => parameter.name), ...args.keywords.keys()]);
	const isLacking = (parameter: Parameter): boolean => !parameter.hasDefault && !given.has(parameter.name);
	const lacking = takesAny("var-positional") ? [] : positional.filter(isLacking);
	const named = parameters.filter((parameter) => parameter.kind === "keyword-only" && isLacking(parameter));
	const [kind, missing] = lacking.length > 0 ? (["positional", lacking] as const) : (["keyword-only", named] as const);
	if (missing.length === 0) return null;
	const names = missing.map((parameter) => parameter.name);
	return { message: missingArguments(shown, names, kind) };
}

/** A call that cannot bind its arguments is a TypeError. */
export function failToBind(machine: Machine, frame: Frame, { message, keyword }: BindingProblem, node: ast.Node): void {
	failAt(machine, frame, node, {
		detail: { type: "raises", exception: "TypeError", by: "call", ...(keyword !== undefined && { keyword }) },
		exception: "TypeError",
		message,
	});
}
