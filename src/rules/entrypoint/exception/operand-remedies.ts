import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `Path(...) + "/logs"` becomes `str(Path(...)) + "/logs"`. */
export function textOfPath(module: Module, range: TextRange): FixProposal | undefined {
	const sum = nodeAt(module.tree, range, "BinOp");
	if (sum === undefined) return undefined;
	const { start, end } = sum.left;
	return {
		title: "Make a text of the path",
		explanation: "A path and a text do not add up; str() gives the text of the path.",
		applicability: "review",
		edits: [replaceText(module, start, start, "str("), replaceText(module, end, end, ")")],
	};
}

/** `os.path.dirname(__file__) / "static"` becomes `Path(os.path.dirname(__file__)) / "static"`. */
export function pathOfText(module: Module, range: TextRange): FixProposal | undefined {
	const quotient = nodeAt(module.tree, range, "BinOp");
	if (quotient?.operator !== "/") return undefined;
	const { start, end } = quotient.left;
	return {
		title: "Make a path of the text",
		explanation: "Only paths are put together with /, and os.path gives texts.",
		applicability: "review",
		edits: [replaceText(module, start, start, "Path("), replaceText(module, end, end, ")")],
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
	const { start, end } = side;
	return {
		title: "Read the text as a number",
		explanation: "Variables of the environment are texts, and Python makes no number of a text by itself.",
		applicability: "review",
		edits: [replaceText(module, start, start, "int("), replaceText(module, end, end, ")")],
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
		edits: [replaceText(module, assigned.start, assigned.start, "str("), replaceText(module, assigned.end, assigned.end, ")")],
	};
}

function sidesAt(module: Module, range: TextRange): readonly ast.Expression[] | undefined {
	const operation = nodeAt(module.tree, range, "BinOp");
	if (operation !== undefined) return [operation.left, operation.right];
	const compared = nodeAt(module.tree, range, "Compare")?.operands;
	return compared?.length === 2 ? compared : undefined;
}
