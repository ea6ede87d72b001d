import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextEdit, TextRange } from "../../../text/range.ts";

/** `Path(...) + "/logs"` becomes `str(Path(...)) + "/logs"`. */
export function textOfPath(module: Module, range: TextRange): FixProposal | undefined {
	const sum = nodeAt(module.tree, range, "BinOp");
	if (sum === undefined) return undefined;
	return {
		title: "Make a text of the path",
		explanation: "A path and a text do not add up; str() gives the text of the path.",
		applicability: "review",
		edits: calledOn("str", module, sum.left),
	};
}

/** `os.path.dirname(__file__) / "static"` becomes `Path(os.path.dirname(__file__)) / "static"`. */
export function pathOfText(module: Module, range: TextRange): FixProposal | undefined {
	const quotient = nodeAt(module.tree, range, "BinOp");
	if (quotient?.operator !== "/") return undefined;
	return {
		title: "Make a path of the text",
		explanation: "Only paths are put together with /, and os.path gives texts.",
		applicability: "review",
		edits: calledOn("Path", module, quotient.left),
		needs: [{ path: module.path, module: "pathlib", name: "Path" }],
	};
}

/** `os.getenv("WORKERS", "1") > 1` becomes `int(os.getenv("WORKERS", "1")) > 1`: the side that Python calls a text is read as a number. */
export function numberOfText(module: Module, range: TextRange, error: string): FixProposal | undefined {
	const types = /'(str|int|float)' and '(str|int|float)'$/.exec(error);
	const sides = sidesAt(module, range);
	const index = types?.[1] === "str" ? 0 : 1;
	const side = sides?.[index];
	if (types === null || side === undefined || types[1] === types[2] || side.type === "Constant") return undefined;
	return {
		title: "Read the text as a number",
		explanation: "Variables of the environment are texts, and Python makes no number of a text by itself.",
		applicability: "review",
		edits: calledOn("int", module, side),
	};
}

/** `os.environ["PORT"] = 8000` becomes `os.environ["PORT"] = str(8000)`. */
export function textForVariable(module: Module, range: TextRange): FixProposal | undefined {
	const assigned = nodeAt(module.tree, range, "Assign")?.value;
	if (assigned === undefined) return undefined;
	return {
		title: "Make a text of the value",
		explanation: "Variables of the environment are texts.",
		applicability: "safe",
		edits: calledOn("str", module, assigned),
	};
}

/** `value` becomes `callee(value)`. */
function calledOn(callee: string, module: Module, { start, end }: TextRange): TextEdit[] {
	return [replaceText(module, start, start, `${callee}(`), replaceText(module, end, end, ")")];
}

function sidesAt(module: Module, range: TextRange): readonly ast.Expression[] | undefined {
	const operation = nodeAt(module.tree, range, "BinOp");
	if (operation !== undefined) return [operation.left, operation.right];
	const compared = nodeAt(module.tree, range, "Compare")?.operands;
	return compared?.length === 2 ? compared : undefined;
}
