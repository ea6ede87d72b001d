import type * as ast from "../../../python/ast.ts";
import { isGenerator, walk } from "../../../python/walk.ts";
import type { ClassValue, FunctionValue, Value } from "../../imports/values.ts";
import { scopeOfFunction } from "../../models/name-scope.ts";
import { valueOfName } from "../../models/type-form.ts";
import type { Module, Project } from "../../project.ts";
import { fastApiFeatures } from "../features.ts";
import type { CallSignature } from "./call-signature.ts";

/** A dependency that FastAPI accepts, and that fails or gives the wrong thing each time it is called. */
export interface UnusableDependency {
	readonly type: "context-manager" | "abstract" | "scheme-class" | "unbound-method" | "not-awaited";
	/** What `Depends` holds, or `Depends()` itself where the annotation says what to call. */
	readonly node: ast.Expression;
	readonly module: Module;
	readonly value: Value;
	/** Its name, for people. */
	readonly named: string;
	/** The line that Python prints for a request; null where it depends on what is done with the result. */
	readonly error: string | null;
}

/** The parameter that gets what the dependency gives; null for one in `dependencies=[…]`. */
export interface Receiver {
	readonly signature: CallSignature;
	readonly parameter: ast.Parameter;
}

/** Why calling the dependency is of no use; null where it is, or where we cannot tell. */
export function unusableDependency(
	project: Project,
	value: Value,
	node: ast.Expression,
	module: Module,
	receiver: Receiver | null,
): UnusableDependency | null {
	const found = (type: UnusableDependency["type"], named: string, error: string | null = null): UnusableDependency => ({
		type,
		node,
		module,
		value,
		named,
		error,
	});
	switch (value.kind) {
		case "external": {
			const scheme = securityScheme.exec(value.canonical)?.[1];
			return scheme === undefined ? null : found("scheme-class", scheme);
		}
		case "class": {
			const lacking = abstractMethods(value);
			if (lacking === null || lacking.length === 0 || overridesDependencies(project)) return null;
			return found("abstract", value.node.name.name, abstractError(project, value, lacking));
		}
		case "function":
			return functionFault(project, value, node, receiver, found);
		default:
			return null;
	}
}

/** Classes whose objects are dependencies (fastapi/security). */
const securityScheme =
	/^fastapi\.security\.\w+\.(HTTPBasic|HTTPBearer|HTTPDigest|OAuth2PasswordBearer|OAuth2AuthorizationCodeBearer|APIKeyHeader|APIKeyQuery|APIKeyCookie|OpenIdConnect)$/;

function functionFault(
	project: Project,
	value: FunctionValue,
	node: ast.Expression,
	receiver: Receiver | null,
	found: (type: UnusableDependency["type"], named: string, error?: string | null) => UnusableDependency,
): UnusableDependency | null {
	if (value.node.type === "Lambda") return null;
	const { name } = value.node.name;
	const [decorator, ...others] = value.decorators;
	if (decorator !== undefined) {
		const kind = decorator.kind === "external" ? /^contextlib\.(async)?contextmanager$/.exec(decorator.canonical) : null;
		if (kind === null || others.length > 0 || isEntered(receiver)) return null;
		const error =
			kind[1] === undefined
				? "TypeError: '_GeneratorContextManager' object is not an iterator"
				: "TypeError: '_AsyncGeneratorContextManager' object is not an async iterator";
		// Newer versions look through the decorator and run what it gives as the generator; older ones hand it over.
		return found("context-manager", name, fastApiFeatures(project.environment).keepsRouters === true ? error : null);
	}
	const owner = node.type === "Attribute" ? valueOfName(node.value, scopeOfFunction(project, value)) : null;
	const [self] = value.node.parameters;
	if (owner?.kind === "class" && self?.name.name === "self" && self.default === null)
		return owner.namespace.names.get(name)?.value === value ? found("unbound-method", name) : null;
	return isUnawaited(project, value, value.node) && !awaits(receiver) ? found("not-awaited", name) : null;
}

/** Does the function that gets it enter it as a context manager? */
function isEntered(receiver: Receiver | null): boolean {
	return uses(receiver, (each, name) => {
		if (each.type !== "With") return false;
		return each.items.some(({ context }) => context.type === "Name" && context.id === name);
	});
}

/** May the function that gets it await it, or hand it on to something that does? */
function awaits(receiver: Receiver | null): boolean {
	return uses(receiver, (each, name) => {
		const isIt = (node: ast.Expression) => node.type === "Name" && node.id === name;
		if (each.type === "Await") return isIt(each.value);
		return (
			each.type === "Call" &&
			[...each.args, ...each.keywords.map(({ value }) => value)].some((arg) => "type" in arg && isIt(arg as ast.Expression))
		);
	});
}

function uses(receiver: Receiver | null, isUse: (node: ast.TypedNode, name: string) => boolean): boolean {
	if (receiver === null) return false;
	let found = false;
	walk(receiver.signature.function.node.body, (each) => {
		if (isUse(each, receiver.parameter.name.name)) found = true;
		return !found;
	});
	return found;
}

/** A plain function whose only `return` gives what a coroutine function of the project gives, not awaited. */
function isUnawaited(project: Project, value: FunctionValue, node: ast.FunctionDef): boolean {
	if (node.isAsync || isGenerator(node)) return false;
	const last = node.body.at(-1);
	if (last?.type !== "Return" || last.value?.type !== "Call") return false;
	let returns = 0;
	walk(node.body, (each) => {
		if (each.type === "Return") returns++;
		return each.type !== "FunctionDef";
	});
	const callee = valueOfName(last.value.callee, scopeOfFunction(project, value));
	if (returns !== 1 || callee?.kind !== "function" || callee.node.type === "Lambda") return false;
	return callee.node.isAsync && !isGenerator(callee.node) && callee.decorators.length === 0;
}

/** Names of the abstract methods that a class still has; null where its bases are not all known, or nothing makes it abstract. */
function abstractMethods(value: ClassValue): readonly string[] | null {
	const state = { isAbstract: false, isKnown: true };
	const names = collectAbstract(value, state, 0);
	return state.isKnown && state.isAbstract ? [...names].sort() : null;
}

function collectAbstract(value: ClassValue, state: { isAbstract: boolean; isKnown: boolean }, depth: number): Set<string> {
	const names = new Set<string>();
	if (value.decorators.length > 0 || value.namespace.dynamic || depth > 12) state.isKnown = false;
	const metaclass = value.keywords.get("metaclass");
	if (metaclass?.kind === "external" && metaclass.canonical === "abc.ABCMeta") state.isAbstract = true;
	else if (metaclass !== undefined) state.isKnown = false;
	for (const base of [...value.bases].reverse()) {
		if (base.kind === "class") for (const name of collectAbstract(base, state, depth + 1)) names.add(name);
		else if (base.kind === "external" && base.canonical === "abc.ABC") state.isAbstract = true;
		else if (base.kind !== "external" || !/^(typing\.Generic|builtins\.object)$/.test(base.canonical)) state.isKnown = false;
	}
	for (const [name, { value: member }] of value.namespace.names) {
		const isAbstract =
			member.kind === "function" &&
			member.decorators.some((each) => each.kind === "external" && /^abc\.abstract\w+$/.test(each.canonical));
		if (isAbstract) names.add(name);
		else names.delete(name);
	}
	return names;
}

function abstractError({ environment }: Project, value: ClassValue, lacking: readonly string[]): string {
	const { name } = value.node.name;
	const many = lacking.length > 1 ? "s" : "";
	return environment.python.minor >= 12
		? `TypeError: Can't instantiate abstract class ${name} without an implementation for abstract method${many} ${lacking.map((each) => `'${each}'`).join(", ")}`
		: `TypeError: Can't instantiate abstract class ${name} with abstract method${many} ${lacking.join(", ")}`;
}

/** Does the program itself put other dependencies in their place? */
function overridesDependencies(project: Project): boolean {
	return [...project.trace.runs.values()].some(({ module, reached }) => reached && module.text.includes("dependency_overrides"));
}
