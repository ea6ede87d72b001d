import type { Project, Target } from "../project/project.ts";
import type { ContainerImage } from "../project/starts/container-image.ts";
import { joinFolder } from "../project/starts/folders.ts";
import { likenessOf } from "../project/starts/same-start.ts";
import type { Start } from "../project/starts/start.ts";
import type { StartCommand } from "../project/starts/start-commands.ts";
import { shownCommand } from "./start-words.ts";

/**
 * What to do instead of a start command that fails while the audited one starts: where to run which command, in words. Null where
 * another folder or target does not mend it, such as a package that an image does not install.
 */
export function correctStart(project: Project, start: Start): string | null {
	const { target, workingDirectory, searchPath } = project;
	if (target === null) return null;
	const others = searchPath.filter((folder) => folder !== workingDirectory);
	if (start.image !== null) return others.length > 0 ? null : inContainer(project, start, start.image, target);
	const path = others.length === 0 ? "" : `PYTHONPATH=${others.map((folder) => fromFolder(workingDirectory, folder)).join(":")} `;
	return `${onHost(workingDirectory)}: ${path}${corrected(project, start.command, target)}`;
}

function onHost(folder: string): string {
	return folder === "" ? "In the repository's root" : `In ${folder}/`;
}

/** In an image, the folder in which what start-up reaches lies as it does here; else what must be copied for that. */
function inContainer(project: Project, start: Start, image: ContainerImage, target: Target): string | null {
	const command = corrected(project, start.command, target);
	const startsIn = (folder: string, files: ReadonlyMap<string, string>) => {
		const place = { workingDirectory: folder, searchPath: [folder] };
		return (
			likenessOf(project, { ...start, command: { ...start.command, target }, place, image: { ...image, files } }) !== "other"
		);
	};
	const inner = innerPath(project, project.modules.get(target.module)?.path ?? "");
	for (const [path, original] of image.files) {
		if (inner === null || original !== joinFolder(project.workingDirectory, inner) || !`/${path}`.endsWith(`/${inner}`)) continue;
		const folder = path.slice(0, Math.max(0, path.length - inner.length - 1));
		if (!startsIn(folder, image.files)) continue;
		return folder === start.place?.workingDirectory ? command : `In /${folder}: ${command}`;
	}
	const folder = image.workingDirectory;
	const tops = missingTops(project, image, folder);
	if (tops.length === 0) return null;
	const whole = new Map(image.files);
	for (const path of project.files.keys()) {
		const within = innerPath(project, path);
		if (within !== null && tops.includes(topOf(within))) whole.set(joinFolder(folder, within), path);
	}
	if (!startsIn(folder, whole)) return null;
	const copies = tops.map((top) => `${joinFolder(project.workingDirectory, top)} to /${joinFolder(folder, top)}`);
	return `Copy ${copies.join(", ")}, and start in /${folder}: ${command}`;
}

/** The files and folders next to the package that start-up reaches and the image does not have at their place. */
function missingTops(project: Project, image: ContainerImage, folder: string): string[] {
	const tops = new Set<string>();
	for (const { reached, module } of project.trace.runs.values()) {
		const inner = reached ? innerPath(project, module.path) : null;
		if (inner !== null && image.files.get(joinFolder(folder, inner)) !== module.path) tops.add(topOf(inner));
	}
	return [...tops].sort();
}

/** A path of the repository from the audited working directory; null for one that lies elsewhere. */
function innerPath({ workingDirectory: folder }: Project, path: string): string | null {
	if (folder === "") return path === "" ? null : path;
	return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null;
}

function topOf(path: string): string {
	return path.split("/")[0] ?? path;
}

/** The path of a folder as it is written in another one. */
function fromFolder(from: string, to: string): string {
	const here = from === "" ? [] : from.split("/");
	const there = to === "" ? [] : to.split("/");
	let shared = 0;
	while (shared < Math.min(here.length, there.length) && here[shared] === there[shared]) shared++;
	return [...here.slice(shared).map(() => ".."), ...there.slice(shared)].join("/") || ".";
}

/** The same command with the same options, but for the target and for what moved it to another folder. */
function corrected(project: Project, command: StartCommand, target: Target): string {
	const name = `${target.module}:${target.attribute}`;
	if (command.path.endsWith(".py")) return `uvicorn ${name}${target.factory ? " --factory" : ""}`;
	if (command.server === "fastapi") return ofFastapi(project, command, target);
	const { range, start, text } = command;
	const isInText = start <= range.start && range.end <= start + text.length;
	const old = isInText ? text.slice(range.start - start, range.end - start) : /\$[({]\w+[)}]/.exec(text)?.[0];
	const quoted = target.factory && command.server === "gunicorn" ? `'${name}()'` : name;
	const words = shownCommand(command)
		.replace(/\s--(?:app-dir|chdir|working-dir)(?:=|\s+)\S+/g, "")
		.replace(/\s--factory\b/g, "")
		.split(" ")
		.map((word) => (word === old || word === `${old}()` ? quoted : word));
	return [...words, ...(target.factory && command.server !== "gunicorn" ? ["--factory"] : [])].join(" ");
}

/** FastAPI's own command takes a file, and finds the application in it by its name. */
function ofFastapi(project: Project, command: StartCommand, target: Target): string {
	const inner = innerPath(project, project.modules.get(target.module)?.path ?? "");
	if (inner === null || target.factory || !/^\w+$/.test(target.attribute))
		return `uvicorn ${target.module}:${target.attribute}${target.factory ? " --factory" : ""}`;
	const [server = "fastapi", mode = "run", ...rest] = shownCommand(command)
		.replace(/\s(?:-e|--entrypoint|--app)(?:=|\s+)\S+/g, "")
		.split(" ");
	return [server, mode, inner, ...rest.filter((word) => !word.endsWith(".py"))].join(" ");
}
