import type * as ast from "../../python/ast.ts";
import { LineIndex } from "../../text/line-index.ts";
import { parentOf } from "../imports/resolver.ts";
import type { SourceTree, StartPlace } from "../project.ts";
import { treeOf } from "../source-tree.ts";
import { type ConsoleScript, consoleScriptsOf } from "./console-scripts.ts";
import { type ContainerImage, readImage } from "./container-image.ts";
import { contextOf, inContainer, inService, noOverrides, type WrittenService } from "./container-start.ts";
import { joinFolder, moduleFiles } from "./folders.ts";
import { startOnHost } from "./host-start.ts";
import { isReachedByCalling, isReachedByRunning } from "./reached-calls.ts";
import { launchedFiles, launchesIn, launchesOnHost, launchOfImage, type ScriptLaunch } from "./script-launch.ts";
import type { Start } from "./start.ts";
import type { StartCommand } from "./start-commands.ts";

/** A launch with where it is written, and what runs it as a command. */
interface WrittenLaunch {
	readonly launch: ScriptLaunch;
	readonly path: string;
	readonly line: number;
	readonly start: (command: StartCommand) => Start;
}

/** The commands of a repository that run scripts. */
export class ScriptLaunches {
	private launches: readonly WrittenLaunch[] | null = null;
	private consoleScripts: readonly ConsoleScript[] | null = null;

	constructor(
		private readonly files: SourceTree,
		private readonly services: readonly WrittenService[],
	) {}

	/**
	 * The ways in which a module that starts a server itself is run: each `python FILE` and `python -m MODULE` of the deployment files,
	 * which look for modules in the script's folder and in the working directory; where there is none, both as a person would type them.
	 */
	startsOf(command: StartCommand, line: number): Start[] {
		this.launches ??= [...this.ofServices(), ...this.ofImages(), ...this.onHost()];
		const found: Start[] = [];
		for (const { launch, path, line: at, start } of this.launches) {
			const names = launchedFiles(launch);
			if (!names.some((name) => `/${command.path}`.endsWith(`/${name.replace(/^.*\//, "")}`))) continue;
			const written = start(asLaunched(command, launch));
			if (runs(written, names, command.path))
				found.push({ ...written, path, line: at, command: { ...written.command, path: command.path } });
		}
		found.push(...this.byConsoleScript(command));
		return found.length > 0 ? found : this.byHand(command, line);
	}

	/** As the commands that an installation of the project makes: modules are then looked for where the project was installed from. */
	private byConsoleScript(command: StartCommand): Start[] {
		const file = this.files.get(command.path);
		this.consoleScripts ??= consoleScriptsOf(this.files);
		return this.consoleScripts.flatMap(({ name, path, range, attribute, folder, source, file: entry }) => {
			if (file === undefined || source === null || entry === null) return [];
			const isEntry = entry === command.path && isReachedByCalling(treeOf(file), attribute, command.start);
			if (!isEntry) return [];
			const place: StartPlace = { workingDirectory: folder, searchPath: [source] };
			const launched = asLaunched(command, { script: null, module: moduleBelow(source, command.path), text: name, before: "" });
			const line = this.lineAt(path, range.start);
			return [{ ...startOnHost(this.files, command, line), path, command: launched, place, origin: place, folders: [source] }];
		});
	}

	private *ofServices(): Generator<WrittenLaunch> {
		for (const own of this.services) {
			const { command, build, start } = own.service;
			const launch =
				command === null
					? build === null
						? null
						: launchOfImage(this.files, build.dockerfile)
					: (launchesIn(command)[0] ?? null);
			const line = this.lineAt(own.path, start);
			if (launch !== null) yield { launch, path: own.path, line, start: (each) => inService(this.files, each, own, line) };
		}
	}

	private *ofImages(): Generator<WrittenLaunch> {
		for (const dockerfile of this.files.keys()) {
			const launch = dockerName.test(dockerfile) ? launchOfImage(this.files, dockerfile) : null;
			if (launch === null) continue;
			const image = readImage(this.files, { path: dockerfile, context: contextOf(this.services, dockerfile), stage: null });
			const line = this.lineAt(dockerfile, launch.start);
			const written = { path: dockerfile, line, service: null, dockerfile };
			yield { launch, path: dockerfile, line, start: (each) => inContainer(each, written, image, noOverrides) };
		}
	}

	private *onHost(): Generator<WrittenLaunch> {
		for (const { path, ...launch } of launchesOnHost(this.files)) {
			const line = this.lineAt(path, launch.start);
			yield { launch, path, line, start: (each) => startOnHost(this.files, { ...each, path }, line) };
		}
	}

	/** As it is typed in the folder that the module's own imports start from; unknown where that cannot be told. */
	private byHand(command: StartCommand, line: number): Start[] {
		const { path, givesObject } = command;
		const folder = givesObject ? this.folderOfImports(path) : this.folderOfTarget(command);
		const unknown = startOnHost(this.files, command, line);
		const file = this.files.get(path);
		const isRun = file !== undefined && isReachedByRunning(treeOf(file), command.start);
		if (folder === null || !isRun) return givesObject ? [] : [unknown];
		const script = path.slice(folder === "" ? 0 : folder.length + 1);
		const module = moduleBelow(folder, path);
		const forms = script.includes("/") ? [`python -m ${module}`, `python ${script}`] : [`python ${script}`];
		return forms.flatMap((text) => {
			const [launch] = launchesIn(text);
			if (launch === undefined) return [];
			const searchPath = [launch.script === null ? folder : parentOf(path)];
			const place: StartPlace = { workingDirectory: folder, searchPath };
			return [{ ...unknown, command: asLaunched(command, launch), place, origin: place, folders: searchPath }];
		});
	}

	/** The folder at or above a module that holds what it starts. */
	private folderOfTarget({ path, target }: StartCommand): string | null {
		return nearest(path, (folder) => moduleFiles(target.module).some((file) => this.files.has(joinFolder(folder, file))));
	}

	/** The folder at or above a module that holds what its first own import names; its own where it imports nothing of the project. */
	private folderOfImports(path: string): string | null {
		const file = this.files.get(path);
		const tops = file === undefined ? [] : topsImportedBy(treeOf(file));
		if (tops === null) return null;
		const folders = new Set([...this.files.keys()].map(parentOf).flatMap(withParents));
		const isThere = (folder: string, top: string) =>
			folders.has(joinFolder(folder, top)) || this.files.has(joinFolder(folder, `${top}.py`));
		return nearest(path, (folder) => tops.some((top) => isThere(folder, top))) ?? parentOf(path);
	}

	private lineAt(path: string, offset: number): number {
		return new LineIndex(this.files.get(path)?.text ?? "").positionAt(offset).line;
	}
}

const dockerName = /(^|\/)(?:dockerfile[^/]*|[^/]*\.dockerfile)$/i;

/** The module's own command as Python is told to run it; a script is a module of its own folder. */
function asLaunched(command: StartCommand, { script, module, before, text }: Omit<ScriptLaunch, "start">): StartCommand {
	const own = module ?? script?.replace(/^.*\//, "").replace(/\.py$/, "") ?? "";
	const target = command.givesObject ? { ...command.target, module: own } : command.target;
	return { ...command, target, server: "python", before, text };
}

/** Is the module what the launch runs, seen from where it stands? */
function runs({ image, place, folders }: Start, names: readonly string[], path: string): boolean {
	const seen = (image: ContainerImage | null, file: string) => (image === null ? file : image.files.get(file));
	const { workingDirectory } = place ?? { workingDirectory: folders[0] ?? "" };
	return names.some((name) => seen(image, joinFolder(name.startsWith("/") ? "" : workingDirectory, name)) === path);
}

/** The first names of what a module imports on its top level; null where it imports relatively, and so cannot be run as a script. */
function topsImportedBy({ body }: ast.Module): readonly string[] | null {
	const tops: string[] = [];
	for (const statement of body) {
		if (statement.type === "ImportFrom" && statement.level > 0) return null;
		const modules =
			statement.type === "Import"
				? statement.names.map(({ name }) => name.name)
				: statement.type === "ImportFrom"
					? [statement.module]
					: [];
		tops.push(...modules.map((module) => module.split(".")[0] ?? module));
	}
	return tops;
}

/** The dotted name of a file, seen from a folder above it. */
function moduleBelow(folder: string, path: string): string {
	return path
		.slice(folder === "" ? 0 : folder.length + 1)
		.replace(/\.py$/, "")
		.replaceAll("/", ".");
}

function nearest(path: string, isIt: (folder: string) => boolean): string | null {
	return withParents(parentOf(path)).find(isIt) ?? null;
}

/** A folder and those above it, the root last. */
function withParents(folder: string): string[] {
	return folder === "" ? [""] : [folder, ...withParents(parentOf(folder))];
}
