import { parentOf } from "../imports/resolver.ts";
import type { SourceTree, StartPlace } from "../project.ts";
import { placeOfCommand } from "./command-place.ts";
import { joinFolder, moduleFiles } from "./folders.ts";
import { filledIn, makeFile, makeVariables } from "./make-variables.ts";
import { launchedFiles, launchesIn } from "./script-launch.ts";
import type { Start } from "./start.ts";
import type { StartCommand } from "./start-commands.ts";

/** A command that runs among the repository's own files: of a Procfile, a Makefile, a script, a package file, a module. */
export function startOnHost(files: SourceTree, command: StartCommand, line: number): Start {
	const { path } = command;
	const text = files.get(path)?.text ?? "";
	const run = makeFile.test(path) ? withValues(command, text) : command;
	const folder = workingDirectoryOf(files, command, text);
	const written = placeOfCommand(run, { workingDirectory: folder, pythonPath: exportedPath(text) }, command.importFolder);
	const place = written === null ? null : withInstalledSource(files, command, written);
	const base = { command, path, line, service: null, image: null, dockerfile: null, variables: new Map() };
	if (place !== null) {
		// A make file may be included by another one, and a script's folder is a guess.
		const isCertain = /(^|\/)procfile$/i.test(path);
		return { ...base, place, origin: place, folders: place.searchPath, isCertain };
	}
	const alone = placeOfCommand(run, { workingDirectory: parentOf(path), pythonPath: null }, command.importFolder);
	return { ...base, place: null, origin: null, folders: alone?.searchPath ?? [parentOf(path)], isCertain: false };
}

/** `uv run` and `poetry run` install the project first, so that packages below its `src` folder are found from anywhere. */
function withInstalledSource(files: SourceTree, { before, target }: StartCommand, place: StartPlace): StartPlace {
	const { workingDirectory, searchPath } = place;
	const isInstalled = /^\[build-system\]/m.test(files.get(joinFolder(workingDirectory, "pyproject.toml"))?.text ?? "");
	const source = joinFolder(workingDirectory, "src");
	const isThere = moduleFiles(target.module).some((file) => files.has(joinFolder(source, file)));
	if (!runsInProject.test(before) || !isInstalled || !isThere || searchPath.includes(source)) return place;
	return { workingDirectory, searchPath: [...searchPath, source] };
}

const runsInProject = /(?:\b(?:uv|poetry|pdm|hatch)|\$[({]\w+[)}])[ \t]+run[ \t]/;

/** A recipe as make hands it to the shell. */
function withValues(command: StartCommand, text: string): StartCommand {
	const variables = makeVariables(text);
	return { ...command, before: filledIn(command.before, variables), text: filledIn(command.text, variables) };
}

/** Scripts and modules may be called from anywhere: they run where what they name can be had, if that is one place. */
function workingDirectoryOf(files: SourceTree, { path, target, server, text: words }: StartCommand, text: string): string | null {
	const base = parentOf(path);
	if (/(^|\/)render\.ya?ml$/i.test(path)) return joinFolder(base, /^[ \t]*rootDir:[ \t]*["']?([\w./-]+)/m.exec(text)?.[1] ?? "");
	if (path.endsWith(".py") || /(^|\/)(?:docker-)?compose[^/]*\.ya?ml$/i.test(path)) return null;
	if (!/\.(?:sh|bash|zsh)$/.test(path)) return base;
	// One that goes elsewhere first, or that an image runs, has a folder of its own.
	if (/^[ \t]*(?:cd|pushd)\s|BASH_SOURCE|\$\(dirname/m.test(text) || isRunByImage(files, path)) return null;
	const names = server === "python" ? launchesIn(words).flatMap(launchedFiles) : moduleFiles(target.module);
	const places = [...new Set([base, ""])].filter((folder) => names.some((name) => files.has(joinFolder(folder, name))));
	return places.length === 1 ? (places[0] ?? null) : null;
}

function isRunByImage(files: SourceTree, script: string): boolean {
	const name = script.slice(script.lastIndexOf("/") + 1);
	for (const [path, { text }] of files)
		if (/(^|\/)(?:dockerfile[^/]*|[^/]*\.dockerfile|(?:docker-)?compose[^/]*\.ya?ml)$/i.test(path) && text.includes(name))
			return true;
	return false;
}

/** `export PYTHONPATH=src` in a script, `export PYTHONPATH := src` in a Makefile. */
function exportedPath(text: string): string | null {
	const value = /^[ \t]*export\s+PYTHONPATH\s*[?:+]?=\s*(\S+)/m.exec(text)?.[1];
	return value === undefined ? null : value.replace(/^["']|["']$/g, "");
}
