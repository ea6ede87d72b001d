import type * as ast from "../../python/ast.ts";
import { parseModule } from "../../python/parse.ts";
import { dottedName, walk } from "../../python/walk.ts";
import { LineIndex } from "../../text/line-index.ts";
import type { TextRange } from "../../text/range.ts";
import type { SourceTree } from "../project.ts";
import type { ManifestProblem, Requirement } from "./manifest.ts";
import { parsePep508, requirementOf } from "./pep508.ts";
import { unnamedRequirement } from "./requirements-file.ts";
import type { SetupContent } from "./setup-cfg.ts";

/**
 * Reads the literals of `setup(...)` in a setup.py: `install_requires`, `extras_require`, `python_requires`, and lists
 * that a name is bound to once at module level. Whatever is computed becomes one requirement without a name. Never throws.
 */
export function readSetupPy(files: SourceTree, path: string): SetupContent {
	const text = files.get(path)?.text ?? "";
	const module = parseModule(text);
	const lines = new LineIndex(text);
	const requirements: Requirement[] = [];
	const problems: ManifestProblem[] = [];
	const setup = findSetupCall(module);
	const argument = (name: string): ast.Expression | null => {
		const value = setup?.keywords.find((keyword) => keyword.name?.name === name)?.value ?? null;
		return value?.type === "Name" ? (findBoundValue(module, value.id) ?? value) : value;
	};

	const install = argument("install_requires");
	if (install !== null) readList(install, "");
	const extras = argument("extras_require");
	for (const { key, value } of extras?.type === "Dict" ? extras.entries : []) {
		if (key?.type === "Constant" && typeof key.value === "string") readList(value, key.value);
	}
	const python = argument("python_requires");
	const isText = python?.type === "Constant" && typeof python.value === "string";
	return {
		requirements,
		constraints: [],
		problems,
		requiresPython: isText ? String(python.value) : null,
		requiresPythonRange: isText ? rangeOf(python) : null,
		declaresDependencies: install !== null,
	};

	function readList(node: ast.Expression, group: string): void {
		if (node.type !== "Sequence") {
			requirements.push({ ...unnamedRequirement(path, group), range: rangeOf(node) });
			return;
		}
		for (const item of node.items) {
			if (item.type !== "Constant" || typeof item.value !== "string") {
				requirements.push({ ...unnamedRequirement(path, group), range: rangeOf(item) });
				continue;
			}
			const parsed = parsePep508(item.value);
			if (parsed !== null) requirements.push(requirementOf(parsed, { path, range: rangeOf(item), group }));
			else {
				const { line } = lines.positionAt(item.start);
				problems.push({ path, line, message: `no PEP 508 requirement: ${item.value.slice(0, 60)}`, fatal: true });
			}
		}
	}
}

function findSetupCall(module: ast.Module): ast.Call | null {
	const calls: ast.Call[] = [];
	walk(module, (node) => {
		if ("callee" in node && /^(?:setuptools\.|distutils\.core\.)?setup$/.test(dottedName(node.callee) ?? "")) calls.push(node);
		return undefined;
	});
	return calls[0] ?? null;
}

/** The value a module-level name is bound to, where it is bound exactly once. */
function findBoundValue(module: ast.Module, name: string): ast.Expression | null {
	const bound = module.body.flatMap((statement) => {
		if (statement.type !== "Assign") return [];
		return statement.targets.some((target) => target.type === "Name" && target.id === name) ? [statement.value] : [];
	});
	return bound.length === 1 ? (bound[0] ?? null) : null;
}

function rangeOf(node: ast.Expression): TextRange {
	const content = node.type === "Constant" ? node.content : null;
	return { start: content?.start ?? node.start, end: content?.end ?? node.end };
}
