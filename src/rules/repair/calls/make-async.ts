import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { enclosingFunction, enclosingStatement, fillsStatement } from "../../../python/rewrite/enclosing.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName, isGenerator, walk } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";

/**
 * Edits that make a function of module level `async def` and await it wherever it is called; FastAPI awaits by itself what is handed to Depends. Null
 * where it is used in another way, is called from sync code, or is decorated by anything but a start-up registration.
 */
export function makeAsync(project: Project, module: Module, owner: ast.FunctionDef): readonly TextEdit[] | null {
	if (owner.isAsync || !module.tree.body.includes(owner) || !owner.decorators.every(isStartupRegistration)) return null;
	const { name } = owner.name;
	const edits: TextEdit[] = [replaceText(module, defStart(module, owner), defStart(module, owner), "async ")];
	for (const other of project.modules.values()) {
		if (!new RegExp(`\\b${name}\\b`).test(other.text)) continue;
		const calls = callsOf(other, name, other === module);
		if (calls === null || (calls.length > 0 && isGenerator(owner))) return null;
		for (const { call, isAwaited } of calls) {
			// Whoever awaits what gives nothing takes it for a coroutine function already.
			if (isAwaited && !givesValue(owner)) continue;
			const statement = enclosingStatement(other.tree, call.start);
			if (enclosingFunction(other.tree, call.start)?.isAsync !== true) return null;
			const isWhole = fillsStatement(statement, call);
			edits.push(replaceText(other, call.start, call.start, isWhole ? "await " : "(await "));
			if (!isWhole) edits.push(replaceText(other, call.end, call.end, ")"));
		}
	}
	return edits;
}

/** Does a `return` of its own give something? */
function givesValue({ body }: ast.FunctionDef): boolean {
	let found = false;
	for (const statement of body)
		walk(statement, (node) => {
			found ||= node.type === "Return" && node.value !== null;
			return node.type !== "FunctionDef" && node.type !== "Lambda" && node.type !== "ClassDef";
		});
	return found;
}

interface NamedCall {
	readonly call: ast.Call;
	readonly isAwaited: boolean;
}

/** `@app.on_event("startup")`: Starlette awaits a handler that is a coroutine function. */
function isStartupRegistration(decorator: ast.Expression): boolean {
	return decorator.type === "Call" && decorator.callee.type === "Attribute" && decorator.callee.attribute.name === "on_event";
}

function defStart(module: Module, owner: ast.FunctionDef): number {
	const from = owner.decorators.at(-1)?.end ?? owner.start;
	return from + Math.max(0, module.text.slice(from).search(/\bdef\b/));
}

/** The calls of a name; null where the name is used in any other way than by calls, imports, `Depends(name)` and as a key of `dependency_overrides`. */
function callsOf(module: Module, name: string, isHome: boolean): readonly NamedCall[] | null {
	const calls: ast.Call[] = [];
	const awaited = new Set<object>();
	const callees = new Set<object>();
	let isPlain = true;
	walk(module.tree, (node) => {
		if (node.type === "Subscript") callees.add(node.index);
		if (node.type === "Await") awaited.add(node.value);
		if (node.type === "Call") {
			const { callee } = node;
			const [first] = node.args;
			if (first !== undefined && /(^|\.)(Depends|Security)$/.test(dottedName(callee) ?? "")) callees.add(first);
			const isNamed =
				(callee.type === "Name" && callee.id === name) ||
				(!isHome && callee.type === "Attribute" && callee.attribute.name === name);
			if (isNamed) {
				calls.push(node);
				callees.add(callee);
			}
		} else if (node.type === "Name" && node.id === name && !callees.has(node)) {
			isPlain = false;
		}
	});
	return isPlain ? calls.map((call) => ({ call, isAwaited: awaited.has(call) })) : null;
}
