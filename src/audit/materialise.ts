import type { Project } from "../project/project.ts";
import { parseModule } from "../python/parse.ts";
import { addImport, isImported } from "../python/rewrite/add-import.ts";
import type { Origin } from "../python/rewrite/import-placement.ts";
import { removeImportedNames } from "../python/rewrite/remove-imports.ts";
import { lineBreakOf, type PythonSource } from "../python/rewrite/source.ts";
import { boundNames } from "../python/scopes.ts";
import { composeEdits } from "../text/compose.ts";
import { applyEdits, editsByPath, type Replacement } from "../text/edit.ts";
import type { TextEdit } from "../text/range.ts";
import type { Fix, FixProposal, ImportNeed } from "./fix.ts";
import { importsNoLongerUsed } from "./unused-after.ts";

/**
 * Makes a proposal applicable: writes the imports it needs in each file's own hand, takes out the imports whose last use
 * it removes, and gives new text the file's line ends. Returns null where the result would be no Python, would change
 * nothing, or where its edits contradict one another: a doubtful fix is none.
 */
export function materialise(proposal: FixProposal, project: Project): Fix | null {
	const own = editsByPath(proposal.edits);
	const needs = proposal.needs ?? [];
	const edits: TextEdit[] = [];
	for (const path of new Set([...own.keys(), ...needs.map((need) => need.path)])) {
		const ofPath = editsOfFile(
			project,
			path,
			own.get(path) ?? [],
			needs.filter((need) => need.path === path),
		);
		if (ofPath === null) return null;
		edits.push(...ofPath);
	}
	const { title, explanation, applicability, moves = [], commands = [] } = proposal;
	if (edits.length === 0 && moves.length === 0) return null;
	if (moves.some(({ to }) => to !== null && project.files.has(to))) return null;
	return { title, explanation, applicability, edits, ...(moves.length > 0 && { moves }), commands };
}

/** All edits of one file, sorted; null where they do not apply. */
function editsOfFile(
	project: Project,
	path: string,
	proposed: readonly TextEdit[],
	needs: readonly ImportNeed[],
): readonly TextEdit[] | null {
	const before = project.files.get(path)?.text;
	if (before === undefined) return needs.length === 0 ? proposed : null;
	const eol = lineBreakOf(before);
	let edits: readonly Replacement[] = proposed.map((edit) => ({
		range: edit.range,
		newText: edit.newText.replace(/\r\n|\r|\n/g, eol),
	}));
	if (isPython(path)) {
		const complete = completeImports(project, { path, text: before, tree: treeOf(project, path, before) }, edits, needs);
		if (complete === null) return null;
		edits = complete;
	} else if (needs.length > 0) return null;
	const after = applyEdits(before, edits);
	if (after === null) return null;
	return after === before ? [] : [...edits].sort((a, b) => a.range.start - b.range.start).map((edit) => ({ path, ...edit }));
}

/** The proposed edits, then the imports they need, then without the imports they leave unused: each on the text of the step before. */
function completeImports(
	project: Project,
	source: PythonSource,
	proposed: readonly Replacement[],
	needs: readonly ImportNeed[],
): readonly Replacement[] | null {
	let edits = proposed;
	let current = sourceAfter(source, edits);
	for (const need of current ? needs : []) {
		if (!current) return null;
		const wanted = { module: need.module, name: need.name, asName: null, typeOnly: need.typeOnly ?? false };
		const isBound = boundNames(current.tree.body).has(localName(need)) && !importsSamePackage(current, need);
		const clash = isBound && !isImported(current, { ...wanted, typeOnly: true });
		const asName = clash ? freeName(current, need) : null;
		if (asName !== null) {
			edits = renamed(edits, need.name, asName);
			current = sourceAfter(source, edits);
			if (!current) return null;
		}
		edits = composeEdits(
			source.text,
			edits,
			addImport(current, { ...wanted, asName }, (module) => originOf(project, module)),
		);
		current = sourceAfter(source, edits);
	}
	if (!current) return null;
	const removals = removeImportedNames(current, importsNoLongerUsed(project, source, current));
	if (removals.length === 0) return parsesAsWell(source, current) ? edits : null;
	edits = composeEdits(source.text, edits, removals);
	const after = sourceAfter(source, edits);
	return after && parsesAsWell(source, after) ? edits : null;
}

function sourceAfter(source: PythonSource, edits: readonly Replacement[]): PythonSource | null {
	const text = applyEdits(source.text, edits);
	return text === null ? null : { path: source.path, text, tree: parseModule(text) };
}

/** A fix of sound code leaves sound code; one of broken code may mend a part of it, and breaks no more. */
function parsesAsWell(before: PythonSource, after: PythonSource): boolean {
	return after.tree.errors.length === 0 || after.tree.errors.length <= before.tree.errors.length;
}

function localName(need: ImportNeed): string {
	return need.module === "" ? (need.name.split(".")[0] ?? "") : need.name;
}

/** `import app.routes` and `import app.models` bind one and the same `app`. */
function importsSamePackage(source: PythonSource, need: ImportNeed): boolean {
	if (need.module !== "") return false;
	const local = localName(need);
	return source.tree.body.some(
		(statement) =>
			statement.type === "Import" &&
			statement.names.some((alias) => alias.asName === null && alias.name.name.split(".")[0] === local),
	);
}

/** Another name for an import whose own is taken: `sqlalchemy_create_engine`. */
function freeName(source: PythonSource, need: ImportNeed): string {
	const taken = boundNames(source.tree.body);
	const owner = need.module.replace(/^\.+/, "").split(".")[0] || "imported";
	let name = `${owner}_${need.name.replaceAll(".", "_")}`;
	while (taken.has(name)) name += "_";
	return name;
}

/** What a fix writes uses the import under its other name; what the file says already keeps meaning its own. */
function renamed(edits: readonly Replacement[], name: string, asName: string): readonly Replacement[] {
	const word = new RegExp(`(?<![\\p{L}\\p{N}_.])${name.replaceAll(".", "\\.")}(?![\\p{L}\\p{N}_])`, "gu");
	return edits.map((edit) => ({ range: edit.range, newText: edit.newText.replace(word, asName) }));
}

function originOf(project: Project, module: string): Origin {
	const topLevel = module.split(".")[0] ?? "";
	for (const name of project.modules.keys()) if (name === topLevel || name.startsWith(`${topLevel}.`)) return "own";
	return project.environment.isStdlib(topLevel) ? "standard-library" : "third-party";
}

function treeOf(project: Project, path: string, text: string): PythonSource["tree"] {
	return project.modulesByPath.get(path)?.tree ?? parseModule(text);
}

function isPython(path: string): boolean {
	return /\.pyi?$/.test(path);
}
