import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { type Severity, severities } from "../audit/issue.ts";
import { showLine } from "../text/gate.ts";
import { readPlainText, readText } from "../workspace/read-text.ts";
import type { ProcessIo } from "./io.ts";
import { nearest } from "./nearest.ts";
import { placeOf } from "./place.ts";
import { UserError } from "./user-error.ts";

/** A key of the configuration: the option that it stands for, and what it takes. */
interface Key {
	/** As commander names the option. */
	readonly option: string;
	readonly takes: string;
	/** The option's value; null where this is none. `folder` is the configuration file's. */
	readonly read: (value: unknown, folder: string) => string | boolean | null;
}

const keys: Readonly<Record<string, Key>> = {
	target: { option: "target", takes: 'a text such as "src.main:app"', read: (value) => text(value) },
	python: {
		option: "python",
		takes: "the path of an interpreter or a virtual environment",
		// A bare name is looked up as on the command line.
		read: (value, folder) => {
			const path = text(value);
			return path?.includes("/") ? resolve(folder, path) : path;
		},
	},
	"env-file": {
		option: "envFile",
		takes: "the path of a file",
		read: (value, folder) => {
			const path = text(value);
			return path === null ? null : resolve(folder, path);
		},
	},
	"clean-env": { option: "cleanEnv", takes: "true or false", read: (value) => (typeof value === "boolean" ? value : null) },
	"fail-on": { option: "failOn", takes: `one of ${severities.join(", ")}`, read: severity },
};

function text(value: unknown): string | null {
	return typeof value === "string" && value !== "" ? value : null;
}

function severity(value: unknown): Severity | null {
	return severities.find((one) => typeof value === "string" && one === value.toUpperCase()) ?? null;
}

/**
 * Gives a command the options that its configuration names and its command line does not: those of `--config FILE`, else those
 * of `[tool.bootmend]` in the pyproject.toml of the named folder or of the repository's root. Throws a UserError for a file that
 * cannot be read, an unknown key and a value that the key does not take.
 */
export async function applyConfig(command: Command, io: ProcessIo): Promise<void> {
	if (!command.options.some(({ long }) => long === "--config")) return;
	const given: unknown = command.opts().config;
	const found = typeof given === "string" ? givenConfig(resolve(io.cwd(), given), given) : foundConfig(command, io);
	if (found === null) return;
	const settings = await settingsOf(found);
	for (const [name, value] of Object.entries(settings)) {
		const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
		if (key === undefined) throw unknownKey(name, found);
		const option = key.read(value, dirname(found.path));
		if (option === null)
			throw new UserError(`${found.shown}: ${name} is not ${key.takes}.`, `Write ${key.takes} there, or take the line out.`);
		const isKnown = command.options.some((one) => one.attributeName() === key.option);
		const source = command.getOptionValueSource(key.option);
		if (isKnown && (source === undefined || source === "default")) command.setOptionValueWithSource(key.option, option, "config");
	}
}

interface ConfigFile {
	/** Absolute. */
	readonly path: string;
	/** As a person knows it. */
	readonly shown: string;
	readonly text: string;
}

function givenConfig(path: string, shown: string): ConfigFile {
	const content = readText("/", path);
	if (content !== null) return { path, shown: showLine(shown), text: content };
	throw new UserError(`The configuration ${shown} cannot be read.`, "Name a TOML file after --config.");
}

function foundConfig(command: Command, io: ProcessIo): ConfigFile | null {
	const { root, folder } = placeOf(command.args[0], io);
	for (const name of new Set([join(folder, "pyproject.toml"), "pyproject.toml"])) {
		const path = join(root, name);
		const content = readPlainText("/", path);
		if (content?.includes("tool.bootmend")) return { path, shown: showLine(name), text: content };
	}
	return null;
}

/** The table of the settings; that of a pyproject.toml is `[tool.bootmend]`. */
async function settingsOf(file: ConfigFile): Promise<Readonly<Record<string, unknown>>> {
	const { parse, TomlError } = await import("smol-toml");
	let document: Readonly<Record<string, unknown>>;
	try {
		document = parse(file.text);
	} catch (error) {
		// A pyproject.toml that cannot be read is what the audit itself reports.
		if (isPyproject(file)) return {};
		const line = error instanceof TomlError ? `:${error.line}` : "";
		throw new UserError(`${file.shown}${line} is no TOML.`, "Mend the line, or leave --config out.");
	}
	if (!isPyproject(file)) return document;
	const tool = document.tool;
	const table = isTable(tool) ? tool.bootmend : undefined;
	return isTable(table) ? table : {};
}

function isPyproject({ path }: ConfigFile): boolean {
	return path.endsWith("/pyproject.toml");
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownKey(name: string, file: ConfigFile): UserError {
	const known = Object.keys(keys);
	const guess = nearest(name, known);
	const meant =
		guess === null ? `It knows ${known.join(", ")}.` : `If you meant ${guess}, write that. It knows ${known.join(", ")}.`;
	return new UserError(`${file.shown}: bootmend has no setting ${name}.`, meant);
}
