import type { FixProposal } from "../../../../audit/fix.ts";
import type { Module, Project } from "../../../../project/project.ts";
import type { TextEdit } from "../../../../text/range.ts";
import type { FileMove } from "../../../../text/tree-change.ts";
import { bringsNoFailure } from "../../../repair/trial/trial.ts";
import { dividedImports, type NameOwner } from "../cycles/divided-imports.ts";
import { spelledTarget } from "./start-command.ts";

/**
 * Gives an own top-level module that hides a package of the same name a name of its own, with every import that means it and the start
 * command. An import belongs to whichever of the two has what it asks for. Undefined where that is not certain.
 */
export function renameModule(project: Project, name: string): FixProposal | undefined {
	const ofProject = known.get(project) ?? new Map<string, FixProposal | undefined>();
	known.set(project, ofProject);
	if (!ofProject.has(name)) ofProject.set(name, findRenaming(project, name));
	return ofProject.get(name);
}

/** Each is tried out on the whole project, which takes as long as an audit: once is enough. */
const known = new WeakMap<Project, Map<string, FixProposal | undefined>>();

function findRenaming(project: Project, name: string): FixProposal | undefined {
	const own = project.modules.get(name);
	if (own === undefined || own.tree.errors.length > 0) return undefined;
	const newName = freeName(project, name);
	const moves = newName === null ? null : movesOf(project, own, name, newName);
	if (newName === null || moves === null) return undefined;
	for (const preferred of ["own", "package"] as const) {
		const edits = editsOf(project, own, newName, preferred);
		const proposal = edits === null ? undefined : proposalOf(own, newName, moves, edits);
		if (proposal !== undefined && bringsNoFailure(project, proposal)) return proposal;
	}
	return undefined;
}

/** The module and what lies in it go, where it holds no code and nobody means it: what remains is the package. */
export function removeEmptyModule(project: Project, name: string): FixProposal | undefined {
	const own = project.modules.get(name);
	if (own === undefined || own.tree.errors.length > 0) return undefined;
	const isBare = own.tree.body.every(
		(statement) => statement.type === "ExpressionStatement" && statement.value.type === "Constant",
	);
	const hasParts = [...project.modules.keys()].some((module) => module.startsWith(`${name}.`));
	if (!isBare || hasParts || project.target?.module === name) return undefined;
	return {
		title: `Remove ${own.path}`,
		explanation: "It holds no code, and without it Python finds the package.",
		applicability: "review",
		edits: [],
		moves: [{ path: own.path, to: null }],
	};
}

function proposalOf(own: Module, newName: string, moves: readonly FileMove[], edits: readonly TextEdit[]): FixProposal {
	const what = own.isPackage ? own.path.replace(/\/[^/]*$/, "") : own.path;
	const to = own.isPackage ? renamedPath(what, own.name, newName) : (moves[0]?.to ?? newName);
	const importers = new Set(edits.map(({ path }) => path)).size;
	const along =
		importers === 0
			? "Nothing else imports it"
			: `${importers === 1 ? "The file that means it is" : `The ${importers} files that mean it are`} changed along`;
	return {
		title: `Rename ${what} to ${to}`,
		explanation: `Under a name of its own it no longer stands in the way of the package. ${along}; a script outside Python that names it wants the same change.`,
		applicability: "review",
		edits,
		moves,
	};
}

/** A name that neither the project, nor Python, nor an installed package has; null where none of the likely ones is free. */
function freeName(project: Project, name: string): string | null {
	const isTaken = (candidate: string) =>
		project.environment.isStdlib(candidate) ||
		project.environment.findModule(candidate).found === "present" ||
		[...project.modules.keys()].some((module) => module.split(".")[0] === candidate) ||
		[...project.files.keys()].some((path) => path.split("/").some((part) => part === candidate || part === `${candidate}.py`));
	return [`app_${name}`, `own_${name}`, `${name}_module`].find((candidate) => !isTaken(candidate)) ?? null;
}

/** The module's own file, or everything that lies in its folder; null where it is not known what that is. */
function movesOf(project: Project, own: Module, name: string, newName: string): readonly FileMove[] | null {
	if (!own.isPackage) return [{ path: own.path, to: renamedPath(own.path, name, newName) }];
	const folder = own.path.replace(/\/[^/]*$/, "");
	const paths = filesBelow(project, folder);
	return paths?.map((path) => ({ path, to: renamedPath(folder, name, newName) + path.slice(folder.length) })) ?? null;
}

function renamedPath(path: string, name: string, newName: string): string {
	const parts = path.split("/");
	const last = parts.pop() ?? "";
	return [...parts, newName + last.slice(name.length)].join("/");
}

function filesBelow(project: Project, folder: string): readonly string[] | null {
	const known = [...project.files.keys()].filter((path) => path.startsWith(`${folder}/`));
	const { listings } = project;
	if (listings === undefined) return known;
	const paths = new Set(known);
	for (const [listed, names] of listings) {
		if (listed !== folder && !listed.startsWith(`${folder}/`)) continue;
		for (const entry of names) {
			const path = `${listed}/${entry}`;
			if (listings.has(path) || paths.has(path) || entry === "__pycache__") continue;
			// A folder that was not looked into has no ending, as a rule; what lies in it is not known.
			if (!/.\.[^.]+$/.test(entry)) return null;
			paths.add(path);
		}
	}
	return [...paths];
}

function editsOf(project: Project, own: Module, newName: string, preferred: NameOwner): readonly TextEdit[] | null {
	const edits: TextEdit[] = [];
	for (const module of project.modules.values()) {
		if (!module.text.includes(own.name)) continue;
		const ofModule = dividedImports(project, module, own, newName, preferred);
		if (ofModule === null) return null;
		edits.push(...ofModule);
	}
	const { target } = project;
	if (target?.module.split(".")[0] !== own.name) return edits;
	const written = spelledTarget(project, target);
	if (written === null) return null;
	return [...edits, { ...written, newText: newName }];
}
