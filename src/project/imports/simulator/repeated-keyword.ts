import type * as ast from "../../../python/ast.ts";
import { qualifiedName } from "../../../python/qualified-name.ts";
import type { Value } from "../values.ts";
import { type Frame, failAt, type Machine } from "./machine.ts";
import { isShared } from "./refused-operations.ts";

/** Does a known dict hold this entry for certain? What an `if` that is not decided put in is unknown. */
export function isCertainEntry(dict: Value, item: Value): boolean {
	return dict.kind === "dict" && dict.complete && item.kind !== "unknown" && !isShared(dict);
}

/** `FastAPI(title="Shop", **options)`, where the options have a title too. */
export function failOnRepeatedKeyword(machine: Machine, frame: Frame, callee: Value, keyword: string, node: ast.Call): void {
	const name = shownName(callee);
	if (name === null || machine.environment.python.minor < 9) return;
	failAt(machine, frame, node, {
		detail: { type: "raises", exception: "TypeError", by: "call", repeated: keyword },
		exception: "TypeError",
		message: `${name}() got multiple values for keyword argument '${keyword}'`,
	});
}

/** What is called, by its module and its way from there (`_PyObject_FunctionStr`). */
function shownName(callee: Value): string | null {
	switch (callee.kind) {
		case "function":
			return callee.node.type === "Lambda" ? null : ofProject(callee.module.name, callee.module.tree, callee.node);
		case "bound-method":
			return callee.function === null ? null : shownName(callee.function);
		case "class":
			return ofProject(callee.module.name, callee.module.tree, callee.node);
		case "external":
			return callee.canonical.replace(/^builtins\./, "");
		default:
			return null;
	}
}

function ofProject(module: string, tree: ast.Module, node: ast.FunctionDef | ast.ClassDef): string {
	return `${module}.${node.type === "ClassDef" ? node.name.name : qualifiedName(tree, node)}`;
}
