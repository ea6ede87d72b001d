import type { FixProposal } from "../../../audit/fix.ts";
import { scopeOfModule } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Module, Project } from "../../../project/project.ts";
import { nodeAt } from "../../../python/node-at.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName } from "../../../python/walk.ts";
import type { TextRange } from "../../../text/range.ts";

/** `response_model=list(Item)` → `list[Item]`. */
export function inBrackets(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	if (call === undefined || call.args.length === 0 || call.keywords.length > 0) return undefined;
	const { start, end } = call.argumentsRange;
	const written = `${module.text.slice(call.callee.start, call.callee.end)}[${module.text.slice(start + 1, end - 1)}]`;
	return {
		title: `Write ${written}`,
		explanation: "The type of a collection takes what it holds in brackets; in parentheses it would be called.",
		applicability: "safe",
		edits: [replaceText(module, start, start + 1, "["), replaceText(module, end - 1, end, "]")],
	};
}

/** `os.environ("HOST")` → `os.environ["HOST"]`, and with a default `os.environ.get("HOST", "localhost")`. */
export function askEnvironment(module: Module, range: TextRange): FixProposal | undefined {
	const call = nodeAt(module.tree, range, "Call");
	if (call === undefined || call.args.length === 0 || call.keywords.length > 0) return undefined;
	const { start, end } = call.argumentsRange;
	const [environment, inner] = [module.text.slice(call.callee.start, call.callee.end), module.text.slice(start + 1, end - 1)];
	const written = call.args.length === 1 ? `${environment}[${inner}]` : `${environment}.get(${inner})`;
	return {
		title: `Write ${written}`,
		explanation: `${environment} is a mapping, and no function.`,
		applicability: "safe",
		edits: [replaceText(module, call.start, call.end, written)],
	};
}

/** `Depends[get_db]` → `Depends(get_db)`, and `os.getenv["HOST"]` → `os.getenv("HOST")`. */
export function inParentheses(project: Project, module: Module, range: TextRange): FixProposal | undefined {
	const found = nodeAt(module.tree, range, "Subscript");
	const scope = scopeOfModule(project, module);
	const owner = found === undefined || scope === null ? null : valueOfName(found.value, scope);
	const isVariable = found !== undefined && /^(os\.)?getenv$/.test(dottedName(found.value) ?? "");
	const isMarker = owner?.kind === "external" && owner.canonical.startsWith("fastapi.param_functions.");
	if (found === undefined || !(isVariable || isMarker)) return undefined;
	const inner = module.text.slice(found.index.start, found.index.end);
	const written = `${module.text.slice(found.value.start, found.value.end)}(${inner})`;
	return {
		title: `Write ${written}`,
		explanation: isVariable
			? "It is a function, and is called with parentheses."
			: "It is a function that FastAPI's markers are made with, and is called with parentheses.",
		applicability: "safe",
		edits: [replaceText(module, found.start, found.end, written)],
	};
}
