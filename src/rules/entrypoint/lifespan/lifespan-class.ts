import { findInClass } from "../../../project/imports/simulator/classes/class-members.ts";
import type { ClassValue, FunctionValue } from "../../../project/imports/values.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { indentUnitOf, replaceText } from "../../../python/rewrite/source.ts";
import { insertAfter } from "../../../python/rewrite/statements.ts";
import { isGenerator, walk } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";
import { asyncEdit } from "./lifespan-edits.ts";
import type { LifespanFault } from "./lifespan-fault.ts";

/** `lifespan=Lifespan` of a class whose objects `async with` refuses; null where it may enter and leave them, or where we cannot tell. */
export function classFault(project: Project, owner: ClassValue): LifespanFault | null {
	if (!isKnown(owner)) return null;
	const [enter, leave] = [methodOf(owner, "__aenter__"), methodOf(owner, "__aexit__")];
	if (enter === "unknown" || leave === "unknown") return null;
	const isModern = project.environment.python.minor >= 11;
	const fault = (error: string | null, edits: readonly TextEdit[] | null): LifespanFault => ({
		shape: "class",
		error,
		stage: "startup",
		edits,
		needs: null,
	});
	if (enter === null || leave === null) {
		const lacking = enter === null ? "" : " (missed __aexit__ method)";
		const type = owner.node.name.name;
		const error = isModern
			? `TypeError: '${type}' object does not support the asynchronous context manager protocol${lacking}`
			: `AttributeError: ${enter === null ? "__aenter__" : "__aexit__"}`;
		const added = enter === null ? null : addedExit(enter);
		return fault(error, enter === null ? renamedMethods(owner) : added && [added]);
	}
	const given = plainlyGiven(enter, owner);
	if (given === null) return null;
	const error = `TypeError: 'async with' received an object from __aenter__ that does not implement __await__: ${given}`;
	return fault(isModern ? error : null, [enter, leave].flatMap(madeAsync));
}

/** Are all its bases the project's own, and does nothing else have a say in its attributes? */
function isKnown(owner: ClassValue, depth = 0): boolean {
	if (owner.decorators.length > 0 || owner.keywords.size > 0 || owner.namespace.dynamic || depth > 8) return false;
	return owner.bases.every((base) =>
		base.kind === "class"
			? isKnown(base, depth + 1)
			: base.kind === "external" && /^(builtins\.object|abc\.ABC|typing\.Generic)$/.test(base.canonical),
	);
}

function methodOf(owner: ClassValue, name: string): FunctionValue | null | "unknown" {
	const found = findInClass(owner, name);
	if (found === null) return null;
	const { value, maybe } = found;
	return value.kind === "function" && value.decorators.length === 0 && !maybe ? value : "unknown";
}

/** The type of what a plain `__aenter__` gives, where that cannot be awaited; null for a coroutine function, and where we cannot tell. */
function plainlyGiven({ node }: FunctionValue, owner: ClassValue): string | null {
	if (node.type === "Lambda" || node.isAsync || isGenerator(node)) return null;
	const given = new Set<string | null>();
	walk(node.body, (each) => {
		if (each.type === "Return") given.add(each.value === null ? "NoneType" : givenType(each.value, node, owner));
		return each.type !== "FunctionDef" && each.type !== "Lambda" && each.type !== "ClassDef";
	});
	const [only = "NoneType", ...others] = given;
	return others.length === 0 ? only : null;
}

function givenType(value: ast.Expression, node: ast.FunctionDef, owner: ClassValue): string | null {
	const isSelf = value.type === "Name" && value.id === node.parameters[0]?.name.name;
	return isSelf && findInClass(owner, "__await__") === null ? owner.node.name.name : null;
}

function madeAsync({ node, module }: FunctionValue): readonly TextEdit[] {
	return node.type === "FunctionDef" && !node.isAsync ? [asyncEdit(module.path, module.text, node)] : [];
}

/** `__enter__` and `__exit__` under the names that `async with` asks for. */
function renamedMethods(owner: ClassValue): readonly TextEdit[] | null {
	const pairs = ["enter", "exit"].map((name) => methodOf(owner, `__${name}__`));
	const edits = pairs.flatMap((method) => {
		if (method === null || method === "unknown" || method.node.type !== "FunctionDef") return [];
		const { name } = method.node;
		const renamed = replaceText(method.module, name.start, name.end, name.name.replace("__e", "__ae"));
		return [[...madeAsync(method), renamed]];
	});
	return edits.length === 2 ? edits.flat() : null;
}

function addedExit({ module, node }: FunctionValue): TextEdit | null {
	if (node.type !== "FunctionDef") return null;
	const code = `\nasync def __aexit__(self, *exc_info):\n${indentUnitOf(module)}return None`;
	return insertAfter(module, node, code);
}
