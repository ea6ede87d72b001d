import { resolve } from "node:path";
import { interpreterGiven } from "../environment/interpreter.ts";
import { openEnvironment } from "../environment/open-environment.ts";
import { loadProject } from "../project/load.ts";
import type { Project, SourceTree, Target } from "../project/project.ts";
import { parseDotenv, resolveDotenv } from "../project/settings/dotenv.ts";
import { openPackageFiles } from "../workspace/package-files.ts";
import { readText } from "../workspace/read-text.ts";
import { environmentOptions } from "./environment-options.ts";
import type { ProcessIo } from "./io.ts";
import type { CommonOptions } from "./options.ts";
import { type Place, placeOf, readFiles } from "./place.ts";
import { UserError } from "./user-error.ts";

/** A backend as it is on disk, understood but not yet audited. */
export interface OpenedProject {
	readonly place: Place;
	readonly project: Project;
}

/** Reads and understands the backend that a person named, or the one in the current folder. */
export function openProject(path: string | undefined, options: CommonOptions, io: ProcessIo): OpenedProject {
	const place = placeOf(path, io);
	return understand(place, readFiles(place), options, io);
}

/** What is read of the packages of this machine serves every audit of a session. */
const packages = openPackageFiles();

/** Understands files as they were read from a place, or as a dry run has changed them in memory. */
export function understand(
	place: Place,
	{ files, unreadable, listings }: Pick<Project, "files" | "unreadable" | "listings">,
	options: CommonOptions,
	io: ProcessIo,
): OpenedProject {
	// A backend whose application is broken still names FastAPI somewhere; where nothing does there is none to understand.
	if (options.target === undefined && !namesFastapi(files)) throw nothingThere(place, unreadable);
	const project = loadProject({
		root: place.root,
		hint: place.folder,
		files,
		unreadable,
		...(listings && { listings }),
		target: options.target === undefined ? null : parseTarget(options.target),
		processEnvironment: serverVariables(options, io),
		openEnvironment: (folder, manifests) => {
			const backend = { root: place.root, folder, files, manifests };
			const environment = environmentOptions(backend, packages, options.python ?? null, io.env);
			const { search } = environment;
			if (search.override === null) return openEnvironment(environment);
			// As typed it means a path from where the person stands, or one in the backend.
			const override = [resolve(io.cwd(), search.override), search.override].find((path) =>
				interpreterGiven(packages, path, search),
			);
			if (override !== undefined) return openEnvironment({ ...environment, search: { ...search, override } });
			throw new UserError(
				`There is no Python at ${search.override}.`,
				"Give --python the path of an interpreter (.venv/bin/python) or the folder of a virtual environment.",
			);
		},
	});
	return { place, project };
}

function parseTarget(text: string): Target {
	// A path for a module (`app/main.py:app`) is a fault that the audit explains.
	const match = /^([\p{L}_.][\p{L}\p{N}_./-]*):([\p{L}_][\p{L}\p{N}_.]*)(\(\))?$/u.exec(text);
	if (!match?.[1] || !match[2]) {
		throw new UserError(`${text} is not a target.`, "Write it as uvicorn takes it: --target src.main:app");
	}
	return { module: match[1], attribute: match[2], factory: match[3] !== undefined, evidence: "--target" };
}

/** The variables that the server would see: this shell's, and those of `--env-file` that the shell does not have. */
function serverVariables(options: CommonOptions, io: ProcessIo): Readonly<Record<string, string>> {
	const shell = options.cleanEnv ? {} : definedOnly(io.env);
	if (options.envFile === undefined) return shell;
	const text = readText(io.cwd(), options.envFile);
	if (text === null)
		throw new UserError(`There is no file ${options.envFile} to read settings from.`, "Name the file after --env-file.");
	return { ...definedOnly(Object.fromEntries(resolveDotenv(parseDotenv(text).entries, shell, "environment"))), ...shell };
}

function definedOnly(variables: Readonly<Record<string, string | null | undefined>>): Readonly<Record<string, string>> {
	return Object.fromEntries(Object.entries(variables).flatMap(([name, value]) => (value == null ? [] : [[name, value]])));
}

/** Does anything here speak of FastAPI, or of a server that would start one? */
function namesFastapi(files: SourceTree): boolean {
	for (const file of files.values()) if (/\b(fastapi|uvicorn)\b/i.test(file.text)) return true;
	return false;
}

function nothingThere(place: Place, unreadable: Project["unreadable"]): UserError {
	const where = place.folder === "" ? place.root : `${place.root}/${place.folder}`;
	const unread = unreadable.find(({ kind }) => kind === "size" || kind === "omitted") ?? unreadable[0];
	return new UserError(
		`There is no FastAPI backend in ${where}${unread === undefined ? "" : `, as far as it was read (${unread.path}: ${unread.reason})`}.`,
		"Name the folder that holds it (bootmend audit backend), or the application (--target src.main:app).",
	);
}
