import type { FixProposal } from "../../../audit/fix.ts";
import { findMeantTarget } from "../../../project/fastapi/meant-target.ts";
import type { Module, Project, SourceTree, Target } from "../../../project/project.ts";
import type { Start } from "../../../project/starts/start.ts";
import { spellTarget } from "../repair/target-remedies.ts";
import { type CommandFault, rewriteTarget } from "./command-fault.ts";

/** A command that names what is not there, seen from where it runs; null where it is, and where the place is not certain. */
export function targetFault(project: Project, start: Start): CommandFault | null {
	const { command, folders } = start;
	const { target, range } = command;
	if (range.start === range.end) return null;
	const file = folders.map((folder) => fileOf(project.files, folder, target.module)).find((each) => each !== null);
	return file === undefined ? missingModule(project, start) : missingName(project, start, file);
}

/** What a fault of the target says, whatever is missing. */
function faultOf(
	project: Project,
	{ command, folders: [first = ""] }: Start,
): Pick<CommandFault, "name" | "range" | "clause" | "cause"> {
	const name = spellTarget(command.target);
	const works = project.target === null ? "" : ` The audited command, ${spellTarget(project.target)}, is another one.`;
	return {
		name,
		range: command.range,
		clause: `starts ${name} with ${command.server === "python" ? "uvicorn" : command.server}, and that is not there`,
		cause: `The command looks ${first === "" ? "in the repository's root" : `in ${first}`}.${works}`,
	};
}

function missingName(project: Project, start: Start, file: string): CommandFault | null {
	const { target, path, range } = start.command;
	const module = project.modulesByPath.get(file);
	if (module === undefined) return null;
	const meant = findMeantTarget(new Map([[target.module, module]]), target);
	if (meant === null || meant.factory !== target.factory) return null;
	const fault = faultOf(project, start);
	return {
		...fault,
		shape: "attribute",
		cause: fault.cause.replace(".", "; the module binds no such name."),
		error: `Error loading ASGI app. Attribute "${target.attribute}" not found in module "${target.module}".`,
		fix: rewriteTarget(path, range, fault.name, spellTarget(meant)),
	};
}

function missingModule(project: Project, start: Start): CommandFault | null {
	const { command, folders, isCertain } = start;
	const { target, server, range, path } = command;
	const [first = ""] = folders;
	// Elsewhere the folder may be another one than the file tells.
	if (!(isCertain || runsInItsFolder(project, start)) || isSomewhere(project.files, target.module, folders)) return null;
	const fault = faultOf(project, start);
	const error = `Error loading ASGI app. Could not import module "${target.module}".`;
	const moved = goThere(project, start);
	if (moved !== null) return { ...fault, shape: "folder", error, fix: moved };
	const meant = modulesBelow(project, first);
	const named = meant === null ? null : findMeantTarget(meant, target);
	// FastAPI's command gives no name: the application may be called as it likes.
	const other = server === "fastapi" && project.target !== null ? { ...target, attribute: project.target.attribute } : null;
	const better = named ?? (meant === null || other === null ? null : findMeantTarget(meant, other));
	if (server === "fastapi" && command.importFolder !== null) return missingFile(project, start, better);
	return { ...fault, shape: "module", error, fix: better && rewriteTarget(path, range, fault.name, spellTarget(better)) };
}

/** A recipe of a Makefile runs in the folder of that file, each line by itself unless it says otherwise. */
function runsInItsFolder({ files }: Project, { command: { path }, place }: Start): boolean {
	return place !== null && /(^|\/)Makefile$/.test(path) && !/^\.ONESHELL|^[ \t]*-?include\b/m.test(files.get(path)?.text ?? "");
}

/** `cd backend && …` in front of a command that names the audited target and runs above its folder. */
function goThere({ target, workingDirectory, searchPath }: Project, { command, place, image }: Start): FixProposal | null {
	const { path, start, before } = command;
	const isOther =
		target === null || spellTarget(target) !== spellTarget(command.target) || searchPath.join() !== workingDirectory;
	if (isOther || image !== null || place === null || /\bcd\s/.test(before)) return null;
	const here = place.workingDirectory;
	const inner =
		here === "" ? workingDirectory : workingDirectory.startsWith(`${here}/`) ? workingDirectory.slice(here.length + 1) : "";
	if (inner === "" || !/(^|\/)Makefile$/.test(path)) return null;
	const at = start - before.length + (/^[\t @-]*/.exec(before)?.[0].length ?? 0);
	return {
		title: `Start in ${inner}/`,
		explanation: `${spellTarget(command.target)} can be imported from ${inner}/, and not from where the recipe runs.`,
		applicability: "safe",
		edits: [{ path, range: { start: at, end: at }, newText: `cd ${inner} && ` }],
	};
}

/** `fastapi run server.py` where no file is called so. */
function missingFile(project: Project, start: Start, better: Target | null): CommandFault {
	const { path, range } = start.command;
	const [folder = ""] = start.folders;
	const name = project.files.get(path)?.text.slice(range.start, range.end) ?? "";
	const file = better === null ? null : fileOf(project.files, folder, better.module);
	// FastAPI's command takes app, api, or whatever application the module binds.
	const isFound = better !== null && !better.factory && /^\w+$/.test(better.attribute);
	const newText = file === null || !isFound ? null : file.slice(folder === "" ? 0 : folder.length + 1);
	return {
		...faultOf(project, start),
		shape: "module",
		name,
		clause: `starts ${name} with FastAPI's command, and that is not there`,
		error: `Path does not exist ${name}`,
		fix: newText === null ? null : rewriteTarget(path, range, name, newText),
	};
}

function fileOf(files: SourceTree, folder: string, module: string): string | null {
	const base = `${folder === "" ? "" : `${folder}/`}${module.replace(/\./g, "/")}`;
	return [`${base}.py`, `${base}/__init__.py`].find((path) => files.has(path)) ?? null;
}

/** Could a folder above those that we know of be meant, such as the build context of an image? */
function isSomewhere(files: SourceTree, module: string, folders: readonly string[]): boolean {
	return folders.some((folder) => {
		for (let outer = folder; outer !== ""; ) {
			outer = outer.slice(0, Math.max(0, outer.lastIndexOf("/")));
			if (fileOf(files, outer, module) !== null) return true;
		}
		return false;
	});
}

/** The modules of the project by their names from a folder at or above the backend's; null where it is another part of the repository. */
function modulesBelow(project: Project, folder: string): ReadonlyMap<string, Module> | null {
	if (folder === project.backend) return project.modules;
	if (folder !== "" && !project.backend.startsWith(`${folder}/`)) return null;
	const prefix = project.backend.slice(folder === "" ? 0 : folder.length + 1).replace(/\//g, ".");
	return new Map([...project.modules].map(([name, module]) => [`${prefix}.${name}`, module]));
}
