import { LineIndex } from "../../text/line-index.ts";
import { parentOf } from "../imports/resolver.ts";
import type { SourceTree } from "../project.ts";
import { parseDotenv } from "../settings/dotenv.ts";
import { placeOfCommand } from "./command-place.ts";
import { type ComposeService, readServices } from "./compose-file.ts";
import { below, type ContainerImage, readImage } from "./container-image.ts";
import { joinFolder } from "./folders.ts";
import { startOnHost } from "./host-start.ts";
import { importFolderIn, mountedImage, repositoryPlace } from "./image-folders.ts";
import { type ScriptLaunch, scriptIn, scriptOfImage } from "./script-launch.ts";
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

interface WrittenService {
	/** The compose file. */
	readonly path: string;
	readonly service: ComposeService;
}

function readStarts(files: SourceTree): Start[] {
	const commands = findStartCommands(files).slice(0, mostStarts);
	if (commands.length === 0) return [];
	const services = [...files].flatMap(([path, { text }]): WrittenService[] =>
		composeName.test(path) ? readServices(text, parentOf(path)).map((service) => ({ path, service })) : [],
	);
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
		} else starts.push(startOfScript(files, command, services, line) ?? startOnHost(files, command, line));
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

function inService(files: SourceTree, command: StartCommand, { path, service }: WrittenService, line: number): Start {
	const { build, mounts, name, envFiles } = service;
	const built = build === null ? null : readImage(files, { path: build.dockerfile, context: build.context, stage: build.stage });
	// A Python image holds what it is given, if it is given anything; what else lies in a finished one, or comes from a base file, is not seen.
	const isSeen = built !== null || (build === null && mounts.length > 0 && /(^|\/)python:/.test(service.image ?? ""));
	const image = isSeen ? mountedImage(files, built, mounts) : null;
	const given = envFiles.flatMap((file) =>
		parseDotenv(files.get(file)?.text ?? "").entries.map(({ key }): [string, null] => [key, null]),
	);
	return inContainer(command, { path, line, service: name, dockerfile: build?.dockerfile ?? null }, image, {
		...service,
		variables: new Map([...given, ...service.variables]),
	});
}

/** What compose sets over the image. */
type Overrides = Pick<ComposeService, "workingDirectory" | "variables">;
const noOverrides: Overrides = { workingDirectory: null, variables: new Map() };

function inContainer(
	command: StartCommand,
	written: Pick<Start, "path" | "line" | "service" | "dockerfile">,
	image: ContainerImage | null,
	overrides: Overrides,
): Start {
	const variables = new Map([...(image?.variables ?? []), ...overrides.variables]);
	const base = { command, ...written, image, variables };
	// Without a folder of its own a container's process starts at the image's root.
	const fallback = [parentOf(command.path)];
	if (image === null || variables.get("PYTHONPATH") === null)
		return { ...base, place: null, origin: null, folders: fallback, isCertain: false };
	const folder =
		overrides.workingDirectory === null ? image.workingDirectory : below(image.workingDirectory, overrides.workingDirectory);
	const around = { workingDirectory: folder, pythonPath: variables.get("PYTHONPATH") ?? null };
	const place = placeOfCommand(command, around, importFolderIn(image, command));
	const { origin, folders, isWhole } = repositoryPlace(image, place, command.target.module);
	const isCertain = isWhole && image.isComplete;
	return { ...base, place, origin, folders: isCertain ? folders : [...folders, ...fallback], isCertain };
}

/** A module that runs a server itself, where a container runs that module: it stands in its own folder, and with the PYTHONPATH that is set there. */
function startOfScript(
	files: SourceTree,
	command: StartCommand,
	services: readonly WrittenService[],
	line: number,
): Start | null {
	if (!command.path.endsWith(".py")) return null;
	const launched = (launch: ScriptLaunch | null): StartCommand | null =>
		launch === null ? null : { ...command, server: "python", before: launch.before, text: launch.text };
	const found: [ScriptLaunch | null, (written: StartCommand) => Start][] = [];
	for (const own of services) {
		const { command: text, build } = own.service;
		const launch = text === null && build !== null ? scriptOfImage(files, build.dockerfile) : scriptIn(text);
		found.push([launch, (written) => inService(files, written, own, line)]);
	}
	for (const dockerfile of files.keys()) {
		if (!dockerName.test(dockerfile)) continue;
		const written = { path: command.path, line, service: null, dockerfile };
		const image = () => readImage(files, { path: dockerfile, context: contextOf(services, dockerfile), stage: null });
		found.push([scriptOfImage(files, dockerfile), (each) => inContainer(each, written, image(), noOverrides)]);
	}
	for (const [launch, placed] of found) {
		const written = launched(launch);
		if (launch === null || written === null || !command.path.endsWith(launch.script.replace(/^.*\//, ""))) continue;
		const { image, place, origin, folders } = placed(written);
		const script = place === null ? null : joinFolder(launch.script.startsWith("/") ? "" : place.workingDirectory, launch.script);
		if (origin === null || script === null || image?.files.get(script) !== command.path) continue;
		return { ...startOnHost(files, command, line), origin, folders };
	}
	return null;
}

function contextOf(services: readonly WrittenService[], dockerfile: string): string | null {
	return services.find(({ service }) => service.build?.dockerfile === dockerfile)?.service.build?.context ?? null;
}

/** The stage of a Dockerfile that the command stands in, by its number. */
function stageAt(files: SourceTree, { path, start }: StartCommand): string {
	const text = files.get(path)?.text.slice(0, start) ?? "";
	return String(Math.max(0, (text.match(/^[ \t]*FROM[ \t]/gim) ?? []).length - 1));
}

function lineAt(files: SourceTree, path: string, offset: number): number {
	return new LineIndex(files.get(path)?.text ?? "").positionAt(offset).line;
}
