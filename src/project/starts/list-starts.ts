import { LineIndex } from "../../text/line-index.ts";
import { parentOf } from "../imports/resolver.ts";
import type { SourceTree } from "../project.ts";
import { readServices } from "./compose-file.ts";
import { readImage } from "./container-image.ts";
import { contextOf, inContainer, inService, noOverrides, type WrittenService } from "./container-start.ts";
import { readInstructions } from "./dockerfile-instructions.ts";
import { startOnHost } from "./host-start.ts";
import { ScriptLaunches } from "./script-starts.ts";
import type { Start } from "./start.ts";
import { findStartCommands, type StartCommand } from "./start-commands.ts";

const known = new WeakMap<SourceTree, readonly Start[]>();

/** A repository has a handful of start commands; of one that has more than this the first are looked at, and the report says so. */
export const mostStarts = 200;

/** The start commands of the repository with where they run, in the order in which they are found: `mostStarts` at the most. */
export function listStarts(files: SourceTree): readonly Start[] {
	let starts = known.get(files);
	if (starts === undefined) {
		starts = readStarts(files);
		known.set(files, starts);
	}
	return starts;
}

const dockerName = /(^|\/)(?:dockerfile[^/]*|[^/]*\.dockerfile)$/i;
/** The path of a compose file. */
export const composeName = /(^|\/)(?:docker-)?compose[^/]*\.ya?ml$/i;

function readStarts(files: SourceTree): Start[] {
	const commands = findStartCommands(files).slice(0, mostStarts);
	if (commands.length === 0) return [];
	const services = [...files].flatMap(([path, { text }]): WrittenService[] =>
		composeName.test(path) ? readServices(text, parentOf(path)).map((service) => ({ path, service })) : [],
	);
	const launches = new ScriptLaunches(files, services);
	const starts: Start[] = [];
	for (const command of commands) {
		const { path } = command;
		const line = lineAt(files, path, command.start);
		if (composeName.test(path)) {
			const own = services.find(
				({ path: file, service: { start, end } }) => file === path && start <= command.start && command.start <= end,
			);
			starts.push(own === undefined ? startOnHost(files, command, line) : inService(files, command, own, line));
		} else if (dockerName.test(path)) {
			const image = readImage(files, { path, context: contextOf(services, path), stage: stageAt(files, command) });
			starts.push(inContainer(command, { path, line, service: null, dockerfile: path }, image, noOverrides));
		} else if (path.endsWith(".py")) starts.push(...launches.startsOf(command, line));
		else starts.push(inScriptOfImage(files, services, command, line) ?? startOnHost(files, command, line));
	}
	// A service without a command runs that of its image, with its own folder, variables and mounts.
	for (const own of services) {
		const { command, build, mounts, workingDirectory, variables } = own.service;
		const isOverriding = mounts.length > 0 || workingDirectory !== null || variables.has("PYTHONPATH");
		if (command !== null || build === null || !isOverriding) continue;
		const last = commands.filter(({ path }) => path === build.dockerfile).at(-1);
		if (last !== undefined) starts.push(inService(files, last, own, lineAt(files, own.path, own.service.start)));
		if (starts.length >= mostStarts) break;
	}
	return starts;
}

/** A command of a shell script that an image runs, in the folder that the script has gone to by then; null for another file. */
function inScriptOfImage(
	files: SourceTree,
	services: readonly WrittenService[],
	command: StartCommand,
	line: number,
): Start | null {
	const { path, start } = command;
	if (!/\.(?:sh|bash)$/.test(path)) return null;
	const name = path.slice(path.lastIndexOf("/") + 1);
	const dockerfile = [...files.keys()].find(
		(each) => dockerName.test(each) && lastCommand(files.get(each)?.text ?? "").includes(name),
	);
	const image =
		dockerfile === undefined
			? null
			: readImage(files, { path: dockerfile, context: contextOf(services, dockerfile), stage: null });
	if (dockerfile === undefined || image === null || ![...image.files.values()].includes(path)) return null;
	const text = (files.get(path)?.text ?? "").slice(0, start - command.before.length);
	// Each folder that the script goes to on its way, unless it does so under a condition or in a shell of its own.
	const moves = [...text.matchAll(/^cd[ \t]+([^\s;&|]+)/gm)].map(([move]) => `${move} && `).join("");
	if (/^[ \t]+(?:cd|pushd)\s|^pushd\s|\$\(dirname|BASH_SOURCE|\bcd\b[^\n]*[;&|]/m.test(text)) return null;
	const written = { ...command, before: moves + command.before };
	return { ...inContainer(written, { path, line, service: null, dockerfile }, image, noOverrides), command };
}

/** The words that an image runs at last. */
function lastCommand(dockerfile: string): string {
	const instructions = readInstructions(dockerfile);
	const last = (kind: string) => instructions.findLast(({ name }) => name === kind)?.rest ?? "";
	return `${last("ENTRYPOINT")} ${last("CMD")}`;
}

/** The stage of a Dockerfile that the command stands in, by its number. */
function stageAt(files: SourceTree, { path, start }: StartCommand): string {
	const text = files.get(path)?.text.slice(0, start) ?? "";
	return String(Math.max(0, (text.match(/^[ \t]*FROM[ \t]/gim) ?? []).length - 1));
}

function lineAt(files: SourceTree, path: string, offset: number): number {
	return new LineIndex(files.get(path)?.text ?? "").positionAt(offset).line;
}
