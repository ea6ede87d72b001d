import type { FixProposal } from "../../../audit/fix.ts";
import type { ParameterFault } from "../../../project/fastapi/signature/parameter-faults.ts";
import { signatureFaultsOf } from "../../../project/fastapi/signature/signature-faults.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import type { TextEdit } from "../../../text/range.ts";
import { setDefault } from "./parameter-edits.ts";

/**
 * `Limit = Annotated[int, Query(10)]` → `Annotated[int, Query()]`, and `= 10` behind each parameter that uses the alias without
 * a default of its own. Undefined where one of them cannot have a default, or where the default is no plain value, whose names
 * would have to be known in every file.
 */
export function moveAliasDefault(fault: ParameterFault, project: Project): FixProposal | undefined {
	const { annotated } = fault;
	if (annotated === null) return undefined;
	const { node, module } = annotated.call;
	const keyword = findKeyword(node, "default");
	const doomed = node.args[0] ?? keyword;
	const value = node.args[0] ?? keyword?.value;
	if (doomed === null || value === undefined || !isPlain(value)) return undefined;
	const code = module.text.slice(value.start, value.end);
	const users = signatureFaultsOf(project).parameters.filter(
		({ fault: other }) => other.annotated?.call.node === node && other.type === "default-in-annotated",
	);
	const edits: TextEdit[] = [...removeArguments(module, node, [doomed])];
	for (const { fault: user } of users) {
		if (user.parameter.default !== null) continue;
		const mend = setDefault(user.signature, user.parameter, code);
		if (mend === null) return undefined;
		edits.push(...mend.edits.filter((edit) => !edits.some((other) => isSame(edit, other))));
	}
	return {
		title: `Write ${code} as the default of ${users.length === 1 ? fault.parameter.name.name : "each parameter"}, not of the alias`,
		explanation: `With Annotated the default belongs behind the equals sign; ${annotated.name}(…) inside it may not have one, in an alias neither.`,
		applicability: "safe",
		edits,
	};
}

/** Two parameters of one function can need the same `*` in front of all. */
function isSame(a: TextEdit, b: TextEdit): boolean {
	return a.path === b.path && a.range.start === b.range.start && a.range.end === b.range.end && a.newText === b.newText;
}

/** Does the expression mean the same in every file? */
function isPlain(node: ast.Expression): boolean {
	if (node.type === "UnaryOp") return isPlain(node.operand);
	if (node.type === "Sequence") return node.items.every(isPlain);
	return node.type === "Constant";
}
