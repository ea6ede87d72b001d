import type { FixProposal } from "../../../audit/fix.ts";
import type { Module } from "../../../project/project.ts";
import { enclosingStatement } from "../../../python/rewrite/enclosing.ts";
import { indentAt, replaceText } from "../../../python/rewrite/source.ts";
import type { TextRange } from "../../../text/range.ts";

/** `__version__ = version("shop")` of a package that is not installed: a version of its own where there is none to be read. */
export function fallBackVersion(module: Module, range: TextRange): FixProposal | undefined {
	const statement = enclosingStatement(module.tree, range.start);
	if (statement?.type !== "Assign" || statement.targets.length !== 1) return undefined;
	const [target] = statement.targets;
	if (target?.type !== "Name" || statement.value.start !== range.start || statement.value.end !== range.end) return undefined;
	const indent = indentAt(module.text, statement.start);
	const written = module.text.slice(statement.start, statement.end);
	const code = `try:\n${indent}    ${written}\n${indent}except PackageNotFoundError:\n${indent}    ${target.id} = "0.0.0"`;
	return {
		title: "Do without the version where the package is not installed",
		explanation:
			"The metadata of a package is there only once it is installed, as by pip install -e .; running it from its folder does not do that.",
		applicability: "review",
		edits: [replaceText(module, statement.start, statement.end, code)],
		needs: [{ path: module.path, module: "importlib.metadata", name: "PackageNotFoundError" }],
	};
}
