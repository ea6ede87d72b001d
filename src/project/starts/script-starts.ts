import { LineIndex } from "../../text/line-index.ts";
import { parentOf } from "../imports/resolver.ts";
import type { SourceTree, StartPlace } from "../project.ts";
import { type ContainerImage, readImage } from "./container-image.ts";
import { contextOf, inContainer, inService, noOverrides, type WrittenService } from "./container-start.ts";
import { joinFolder, moduleFiles } from "./folders.ts";
import { startOnHost } from "./host-start.ts";
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
		return found.length > 0 ? found : this.byHand(command, line);
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
		const isRun = isRunByScript(this.files.get(path)?.text ?? "", command.start);
		if (folder === null || !isRun) return givesObject ? [] : [unknown];
		const script = path.slice(folder === "" ? 0 : folder.length + 1);
		const module = script.replace(/\.py$/, "").replaceAll("/", ".");
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
		const text = this.files.get(path)?.text ?? "";
		if (/^from\s+\./m.test(text)) return null;
		const tops = [...text.matchAll(/^(?:from|import)[ \t]+([A-Za-z_]\w*)/gm)].map(([, top = ""]) => top);
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
function asLaunched(command: StartCommand, { script, module, before, text }: ScriptLaunch): StartCommand {
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

/** Does running the module come to the call? To one in a function only where the module calls that function. */
function isRunByScript(text: string, call: number): boolean {
	const lines = text.slice(0, call).split("\n");
	if (/^\S/.test(lines.at(-1) ?? "")) return true;
	const opening = lines.findLast((line) => /^[^\s#)\]}]/.test(line)) ?? "";
	const name = /^(?:async[ \t]+)?def[ \t]+(\w+)/.exec(opening)?.[1];
	return name === undefined || new RegExp(`^[ \\t]*(?:[\\w.]+\\()?${name}\\(`, "m").test(text);
}

function nearest(path: string, isIt: (folder: string) => boolean): string | null {
	return withParents(parentOf(path)).find(isIt) ?? null;
}

/** A folder and those above it, the root last. */
function withParents(folder: string): string[] {
	return folder === "" ? [""] : [folder, ...withParents(parentOf(folder))];
}
