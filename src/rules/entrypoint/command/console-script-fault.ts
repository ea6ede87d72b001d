import type { Project, SourceTree } from "../../../project/project.ts";
import { treeOf } from "../../../project/source-tree.ts";
import { type ConsoleScript, consoleScriptsOf } from "../../../project/starts/console-scripts.ts";
import { joinFolder } from "../../../project/starts/folders.ts";
import { isReachedByCalling } from "../../../project/starts/reached-calls.ts";
import { runCallsOf } from "../../../project/starts/run-calls.ts";
import { boundNames } from "../../../python/scopes.ts";
import { type CommandFault, rewriteTarget } from "./command-fault.ts";

/** A function that starts a server, as an entry point names it. */
interface Runner {
	readonly file: string;
	readonly module: string;
	readonly name: string;
}

/** The commands of the project's installation that were to start a server and cannot import what they call, each with its file. */
export function consoleScriptFaults({ files }: Project): readonly { readonly path: string; readonly fault: CommandFault }[] {
	return consoleScriptsOf(files).flatMap((script) => {
		const error = errorOf(files, script);
		if (error === null) return [];
		const runners = runnersOf(files, script).filter(({ file }) => script.file === null || file === script.file);
		const likely = runners.filter(({ name }) => name === script.attribute);
		const [meant, ...others] = likely.length > 0 ? likely : runners;
		// A command that nothing tells to be one for the server is another tool of the project.
		if (meant === undefined || others.length > 0) return [];
		const { path, range, name, module, attribute } = script;
		const written = files.get(path)?.text.slice(range.start, range.end) ?? `${module}:${attribute}`;
		const fault: CommandFault = {
			shape: "entry",
			name: written,
			range,
			clause: `lets the command ${name} call ${written}, and that is not there`,
			cause: `The command that an installation makes imports ${module} and takes ${attribute} from it. ${meant.module}:${meant.name} starts the server.`,
			error,
			fix: rewriteTarget(path, range, written, `${meant.module}:${meant.name}`),
		};
		return [{ path, fault }];
	});
}

/** What Python prints when the command is typed; null where it finds what it calls, and where that is not ours to tell. */
function errorOf(files: SourceTree, { file, module, attribute, folder }: ConsoleScript): string | null {
	const source = file === null ? undefined : files.get(file);
	if (source !== undefined) {
		const { body, errors } = treeOf(source);
		const names = boundNames(body);
		const isOpen = errors.length > 0 || names.has("__getattr__") || body.some((each) => each.type === "ImportFrom" && each.star);
		return isOpen || names.has(attribute) ? null : `ImportError: cannot import name '${attribute}' from '${module}'`;
	}
	const parts = module.split(".");
	const isThere = (length: number) => {
		const path = parts.slice(0, length).join("/");
		return [joinFolder(folder, `src/${path}`), joinFolder(folder, path)].some((place) =>
			[...files.keys()].some((each) => each === `${place}.py` || each.startsWith(`${place}/`)),
		);
	};
	// The module of a package that is not ours, such as uvicorn's own command.
	if (!isThere(1)) return null;
	const missing = parts.findIndex((_, index) => !isThere(index + 1));
	return missing < 0 ? null : `ModuleNotFoundError: No module named '${parts.slice(0, missing + 1).join(".")}'`;
}

/** The functions below the folder of the declaring file that start a server. */
function runnersOf(files: SourceTree, { folder }: ConsoleScript): Runner[] {
	const found: Runner[] = [];
	for (const [path, file] of files) {
		const isOwn = folder === "" || path.startsWith(`${folder}/`);
		if (!isOwn || !path.endsWith(".py") || !file.text.includes("uvicorn")) continue;
		const tree = treeOf(file);
		const calls = runCallsOf(files, file);
		const inner = path.slice(folder === "" ? 0 : folder.length + 1).replace(/^src\//, "");
		const module = inner.replace(/(?:\/__init__)?\.py$/, "").replaceAll("/", ".");
		for (const statement of calls.length === 0 ? [] : tree.body) {
			if (statement.type !== "FunctionDef") continue;
			const { name } = statement.name;
			if (calls.some(({ start }) => isReachedByCalling(tree, name, start))) found.push({ file: path, module, name });
		}
	}
	return found;
}
