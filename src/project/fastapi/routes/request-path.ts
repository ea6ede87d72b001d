import type * as ast from "../../../python/ast.ts";
import { dottedName, walk } from "../../../python/walk.ts";

/** Something that a function called for every request does with a coroutine that it forgot to await, or with the application that it wraps. */
export interface BodyMisuse {
	/** The call that is not awaited, or that passes too few arguments. */
	readonly call: ast.Call;
	/** The line that Python prints. */
	readonly error: string;
	/** True where an earlier branch answers some requests, so that not every one gets here. */
	readonly isPartial: boolean;
}

/**
 * Statements that run for each call, in order, with whether something before them may have left the function. `scope` is the name of what
 * says whether a call is a request at all.
 */
function* certainStatements(
	body: readonly ast.Statement[],
	state: { partial: boolean },
	scope: string | null = null,
): Generator<readonly [ast.Statement, boolean]> {
	for (const statement of body) {
		if (statement.type === "With" && !statement.items.some(mayCatch)) {
			yield* certainStatements(statement.body, state, scope);
		} else if (statement.type === "Try" && statement.handlers.length === 0) {
			yield* certainStatements(statement.body, state, scope);
			yield* certainStatements(statement.finalbody, state, scope);
		} else {
			yield [statement, state.partial];
			if (leaves(statement) && !(scope !== null && isForOthers(statement, scope))) state.partial = true;
		}
	}
}

/** `if scope["type"] != "http": …`: what is no request over HTTP leaves there. */
function isForOthers(statement: ast.Statement, scope: string): boolean {
	if (statement.type !== "If" || statement.orelse.length > 0 || statement.test.type !== "Compare") return false;
	const {
		operators: [operator],
		operands: [type, given, ...others],
	} = statement.test;
	if (type?.type !== "Subscript" || given === undefined || others.length > 0) return false;
	const isType = type.value.type === "Name" && type.value.id === scope && isText(type.index, "type");
	if (operator === "!=") return isType && isText(given, "http");
	return isType && operator === "not in" && given.type === "Sequence" && given.items.some((each) => isText(each, "http"));
}

function isText(node: ast.Expression, text: string): boolean {
	return node.type === "Constant" && node.literal === "string" && node.value === text;
}

function mayCatch({ context }: ast.WithItem): boolean {
	return context.type === "Call" && /(^|\.)suppress$/.test(dottedName(context.callee) ?? "");
}

/** May the statement leave the function? */
function leaves(statement: ast.Statement): boolean {
	let found = false;
	walk(statement, (each) => {
		if (each.type === "FunctionDef" || each.type === "Lambda" || each.type === "ClassDef") return false;
		if (each.type === "Return" || each.type === "Raise") found = true;
		return !found;
	});
	return found;
}

/**
 * `response = call_next(request)` without `await`, whose result is then used as a response; null where the function awaits it after all,
 * or may. In a plain `def` the coroutine may be returned as it is.
 */
export function unawaitedNext(node: ast.FunctionDef): BodyMisuse | null {
	const next = node.parameters.at(-1)?.name.name;
	if (next === undefined) return null;
	const isCall = (value: ast.Expression | null): value is ast.Call =>
		value?.type === "Call" && value.callee.type === "Name" && value.callee.id === next;
	const kept = new Map<string, ast.Call>();
	for (const [statement, isPartial] of certainStatements(node.body, { partial: false })) {
		if (statement.type === "Assign" && isCall(statement.value)) {
			const [target, ...others] = statement.targets;
			if (target?.type === "Name" && others.length === 0) {
				kept.set(target.id, statement.value);
				continue;
			}
		}
		if (statement.type === "Return") {
			const { value } = statement;
			const call = isCall(value) ? value : value?.type === "Name" ? kept.get(value.id) : undefined;
			if (call !== undefined)
				return node.isAsync ? { call, error: "TypeError: 'coroutine' object is not callable", isPartial } : null;
		}
		const use = firstUse(statement, kept);
		if (use === "other") return null;
		if (use !== null) return { ...use, isPartial: isPartial || !isPlain(statement) };
	}
	return null;
}

/** The first attribute of a kept coroutine that the statement certainly reads or sets; `other` where it does anything else with one. */
function firstUse(
	statement: ast.Statement,
	kept: ReadonlyMap<string, ast.Call>,
): { readonly call: ast.Call; readonly error: string } | "other" | null {
	let found: { readonly call: ast.Call; readonly error: string } | null = null;
	let isOther = false;
	walk(statement, (each) => {
		if (found !== null || isOther) return false;
		if (each.type === "Attribute" && each.value.type === "Name") {
			const call = kept.get(each.value.id);
			if (call !== undefined) {
				found = { call, error: `AttributeError: 'coroutine' object has no attribute '${each.attribute.name}'` };
				return false;
			}
		}
		if (each.type === "Name" && kept.has(each.id)) isOther = true;
		return true;
	});
	return isOther ? "other" : found;
}

/** Does everything in the statement run? */
function isPlain(statement: ast.Statement): boolean {
	return ["Assign", "AugAssign", "AnnAssign", "ExpressionStatement", "Return"].includes(statement.type);
}

/**
 * What an ASGI `__call__(self, scope, receive, send)` does wrongly with the application that it wraps: passes too few arguments, or never
 * awaits it. `wrapped` is the attribute that keeps the application.
 */
export function unpassedRequest(node: ast.FunctionDef, wrapped: string): BodyMisuse | null {
	const [self, scope] = node.parameters;
	if (self === undefined) return null;
	for (const [statement, isPartial] of certainStatements(node.body, { partial: false }, scope?.name.name)) {
		const isReturned = statement.type === "Return" && node.isAsync;
		if (statement.type !== "ExpressionStatement" && !isReturned) continue;
		const { value } = statement;
		if (value === null) continue;
		const call = value.type === "Await" ? value.value : value;
		if (call.type !== "Call" || !isWrapped(call.callee, self.name.name, wrapped)) continue;
		if (call.keywords.length > 0 || call.args.some((each) => each.type === "Starred")) return null;
		const lacking = ["'scope'", "'receive'", "'send'"].slice(call.args.length);
		if (lacking.length > 0) {
			const list = lacking.length < 3 ? lacking.join(" and ") : "'scope', 'receive', and 'send'";
			const words = `missing ${lacking.length} required positional argument${lacking.length === 1 ? "" : "s"}: ${list}`;
			return { call, error: words, isPartial };
		}
		if (value.type !== "Await" && node.isAsync && !usesElsewhere(node, call)) return { call, error: unanswered, isPartial };
	}
	return node.isAsync ? droppedInBranch(node, self.name.name, scope?.name.name, wrapped) : null;
}

/** What uvicorn logs where the application is done and nothing was sent. */
const unanswered = "ASGI callable returned without starting response.";
/** The last line of Python's warning of a coroutine that nobody awaited. */
const neverAwaited = "RuntimeWarning: Enable tracemalloc to get the object allocation traceback";

/** Is it only start-up and shutdown that the misuse keeps from the application? */
export function isOfLifespan({ error }: Pick<BodyMisuse, "error">): boolean {
	return error === neverAwaited;
}

/** A call of the wrapped application on some path of the function, whose coroutine is dropped. */
function droppedInBranch(node: ast.FunctionDef, self: string, scope: string | undefined, wrapped: string): BodyMisuse | null {
	let found: BodyMisuse | null = null;
	const look = (part: ast.Node | readonly ast.Node[], error: string): void =>
		walk(part, (each) => {
			if (found !== null || each.type === "FunctionDef" || each.type === "Lambda" || each.type === "ClassDef") return false;
			if (scope !== undefined && each.type === "If" && isForOthers(each, scope) && error !== neverAwaited) {
				look(each.body, neverAwaited);
				return false;
			}
			if (each.type !== "ExpressionStatement" || each.value.type !== "Call") return true;
			const call = each.value;
			if (call.args.length === 3 && isWrapped(call.callee, self, wrapped) && !usesElsewhere(node, call, part))
				found = { call, error, isPartial: true };
			return true;
		});
	for (const statement of node.body) look(statement, unanswered);
	return found;
}

/**
 * `await self.app(…)` where `__init__` keeps the application under another name: the attribute as it is written; null where nothing of the
 * kind is certain. `names` are those that the class itself has.
 */
export function unsetApplication(
	node: ast.FunctionDef,
	init: ast.FunctionDef,
	names: ReadonlySet<string>,
): { readonly attribute: ast.Attribute["attribute"]; readonly isPartial: boolean } | null {
	const [self, scope] = node.parameters;
	const [initSelf] = init.parameters;
	if (self === undefined || initSelf === undefined) return null;
	const set = new Set(names);
	let isHandedOn = false;
	for (const [body, owner] of [
		[init.body, initSelf.name.name],
		[node.body, self.name.name],
	] as const)
		walk(body, (each) => {
			const targets = each.type === "Assign" ? each.targets : each.type === "AnnAssign" ? [each.target] : [];
			for (const target of targets)
				if (target.type === "Attribute" && target.value.type === "Name" && target.value.id === owner)
					set.add(target.attribute.name);
			// Whatever gets the object may set more on it.
			if (each.type === "Call" && each.args.some((arg) => arg.type === "Name" && arg.id === owner)) isHandedOn = true;
		});
	if (isHandedOn) return null;
	for (const [statement, isPartial] of certainStatements(node.body, { partial: false }, scope?.name.name)) {
		if (statement.type !== "ExpressionStatement" || statement.value.type !== "Await") continue;
		const call = statement.value.value;
		if (call.type !== "Call" || call.args.length !== 3 || call.callee.type !== "Attribute") continue;
		const { value, attribute } = call.callee;
		if (value.type === "Name" && value.id === self.name.name && !set.has(attribute.name)) return { attribute, isPartial };
	}
	return null;
}

function isWrapped(callee: ast.Expression, self: string, wrapped: string): boolean {
	return (
		callee.type === "Attribute" && callee.attribute.name === wrapped && callee.value.type === "Name" && callee.value.id === self
	);
}

/**
 * Does the function answer in another way as well: by `send`, or by another call that is awaited? What only wraps `send` for the call, and
 * what is done with other things than requests, answers none. `part` is where to look, if it is not the whole.
 */
function usesElsewhere(node: ast.FunctionDef, call: ast.Call, part: ast.Node | readonly ast.Node[] = node.body): boolean {
	const [, scope, , send] = node.parameters.map((each) => each.name.name);
	const handedOn = new Set(call.args.flatMap((each) => (each.type === "Name" ? [each.id] : [])));
	let found = false;
	walk(part, (each) => {
		if (each === call) return false;
		if (each.type === "FunctionDef" && handedOn.has(each.name.name)) return false;
		if (each.type === "If" && part === node.body && scope !== undefined && isForOthers(each, scope)) return false;
		if (each.type === "Await" || (each.type === "Name" && each.id === send)) found = true;
		return !found;
	});
	return found;
}

/** Does the body end without ever returning or raising anything? */
export function givesNothing(node: ast.FunctionDef): boolean {
	let gives = false;
	walk(node.body, (each) => {
		if (each.type === "FunctionDef" || each.type === "Lambda" || each.type === "ClassDef") return false;
		if ((each.type === "Return" && each.value !== null) || each.type === "Raise" || each.type === "Yield") gives = true;
		return !gives;
	});
	return !gives;
}

/** A `return` of a dict, a list, a tuple or a text where a response belongs; partial where some requests get another answer. */
export function wrongResponse(
	node: ast.FunctionDef,
): { readonly value: ast.Expression; readonly type: string; readonly isPartial: boolean } | null {
	const returned: ast.Expression[] = [];
	walk(node.body, (each) => {
		if (each.type === "Return" && each.value !== null) returned.push(each.value);
		return each.type !== "FunctionDef" && each.type !== "Lambda" && each.type !== "ClassDef";
	});
	for (const value of returned) {
		const type = literalType(value);
		if (type !== null) return { value, type, isPartial: returned.length > 1 };
	}
	return null;
}

function literalType(value: ast.Expression): string | null {
	if (value.type === "Dict") return "dict";
	if (value.type === "Sequence") return value.kind;
	return value.type === "JoinedString" || (value.type === "Constant" && value.literal === "string") ? "str" : null;
}

/** The attribute in which an `__init__` keeps its first argument: `app` of `self.app = app`. */
export function keptApplication(init: ast.FunctionDef): string | null {
	const [self, app] = init.parameters;
	if (self === undefined || app === undefined) return null;
	for (const statement of init.body) {
		if (statement.type !== "Assign" || statement.value.type !== "Name" || statement.value.id !== app.name.name) continue;
		const [target] = statement.targets;
		if (target?.type === "Attribute" && target.value.type === "Name" && target.value.id === self.name.name)
			return target.attribute.name;
	}
	return null;
}
