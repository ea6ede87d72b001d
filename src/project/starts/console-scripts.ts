import type { TextRange } from "../../text/range.ts";
import { folderOf } from "../manifests/paths.ts";
import { listTomlEntries, parseTomlDocument, type TomlNode } from "../manifests/toml-document.ts";
import type { SourceTree } from "../project.ts";
import { joinFolder, moduleFiles } from "./folders.ts";

/** A command that an installation of the project makes: `serve = "shop.cli:main"`. */
export interface ConsoleScript {
	readonly name: string;
	/** The pyproject.toml that declares it. */
	readonly path: string;
	/** The text `shop.cli:main`. */
	readonly range: TextRange;
	readonly module: string;
	/** The first name of what is called. */
	readonly attribute: string;
	/** The folder of the declaring file. */
	readonly folder: string;
	/** The folder that the module is imported from once the project is installed; null where it lies in none that is usual. */
	readonly source: string | null;
	/** The file of the module; null where there is none. */
	readonly file: string | null;
}

const entryPoint = /^([A-Za-z_]\w*(?:\.\w+)*):([A-Za-z_]\w*)(?:\.\w+)*(?:\[[^\]]*\])?$/;

const known = new WeakMap<SourceTree, readonly ConsoleScript[]>();

/**
 * The commands of `[project.scripts]` (https://packaging.python.org/en/latest/specifications/entry-points/) and `[tool.poetry.scripts]`.
 * What they call is imported from the installed project, wherever the command is typed.
 */
export function consoleScriptsOf(files: SourceTree): readonly ConsoleScript[] {
	let scripts = known.get(files);
	if (scripts === undefined) {
		scripts = readScripts(files);
		known.set(files, scripts);
	}
	return scripts;
}

function readScripts(files: SourceTree): ConsoleScript[] {
	const found: ConsoleScript[] = [];
	for (const [path, { text }] of files) {
		if (!/(^|\/)pyproject\.toml$/.test(path) || !/\bscripts\b/.test(text)) continue;
		const document = parseTomlDocument(text);
		for (const table of [
			["project", "scripts"],
			["tool", "poetry", "scripts"],
		])
			for (const { key, value } of listTomlEntries(document, table)) {
				const script = readScript(files, path, key.join("."), value);
				if (script !== null) found.push(script);
			}
	}
	return found;
}

function readScript(files: SourceTree, path: string, name: string, value: TomlNode): ConsoleScript | null {
	const [, module = "", attribute = ""] =
		value.kind === "string" ? (entryPoint.exec(value.value.replace(/[ \t]+/g, "")) ?? []) : [];
	if (value.kind !== "string" || module === "") return null;
	const folder = folderOf(path);
	const places = [joinFolder(folder, "src"), folder].flatMap((source) =>
		moduleFiles(module).map((file) => ({ source, file: joinFolder(source, file) })),
	);
	const place = places.find(({ file }) => files.has(file));
	const { source = null, file = null } = place ?? {};
	return { name, path, range: value.inner, module, attribute, folder, source, file };
}
