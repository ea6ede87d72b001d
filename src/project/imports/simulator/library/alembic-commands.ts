import type * as ast from "../../../../python/ast.ts";
import type { MigrationFault } from "../../trace.ts";
import type { InstanceValue, Value } from "../../values.ts";
import { constant } from "../external.ts";
import { runFile } from "../importing.ts";
import { type CallArguments, type Frame, failAt, type Machine } from "../machine.ts";
import type { LibraryCall } from "./library-call.ts";
import { faultOfRevisions } from "./migration-revisions.ts";
import { relativePath } from "./paths.ts";

/** Commands that read the folder of migrations, and run its `env.py`. */
const commands = /^alembic\.command\.(upgrade|downgrade|stamp|current|check|ensure_version)$/;

/**
 * `alembic.command.upgrade(Config("alembic.ini"), "head")` and its like in code that start-up runs: alembic asks the file, or
 * `set_main_option`, for the folder of migrations and runs the `env.py` there (alembic/script/base.py). What is not certain is left alone.
 * Null for all other calls.
 */
export function alembicCommand({ machine, frame, canonical, args, node }: LibraryCall): Value | null {
	// The migrations are run, and not printed.
	if (/^alembic\.(context|runtime\.environment\.EnvironmentContext)\.is_offline_mode$/.test(canonical)) return constant(false);
	if (canonical === "alembic.config.Config.set_main_option") failOnPercent(machine, frame, args, node);
	if (!commands.test(canonical)) return null;
	const config = args.args[0] ?? args.keywords.get("config");
	const place = config?.kind === "instance" && config.of.kind === "external" ? placeOf(machine, config) : null;
	if (place === null) return null;
	if (place.location === null) {
		report(machine, frame, node, "No 'script_location' key found in configuration.", { type: "no-location", ini: place.ini });
		return null;
	}
	const folder = relativePath(machine, constant(place.location));
	if (folder == null) return null;
	const isThere = machine.listing(folder) !== null || machine.fileText(`${folder}/env.py`) !== null;
	if (!isThere) {
		if (lacksFolder(machine, folder))
			report(machine, frame, node, pathMissing(machine, place.location), {
				type: "no-folder",
				ini: place.ini,
				location: place.location,
			});
		return null;
	}
	runFile(machine, "env_py", `${folder}/env.py`);
	if (canonical === "alembic.command.upgrade" && !hasOtherVersions(machine, place.ini))
		failOnRevisions({ machine, frame, args, node }, folder);
	return null;
}

/** Migrations may lie in other folders than `versions`, or below it. */
function hasOtherVersions(machine: Machine, ini: string | null): boolean {
	return ini !== null && /^(version_locations|recursive_version_locations)\b/m.test(machine.fileText(ini) ?? "");
}

/** The migrations are put into their order once `env.py` has connected and runs them. */
function failOnRevisions(
	{ machine, frame, args, node }: Pick<LibraryCall, "machine" | "frame" | "args" | "node">,
	folder: string,
): void {
	const target = args.args[1] ?? args.keywords.get("revision");
	const found = faultOfRevisions(machine, folder, target?.kind === "constant" ? String(target.value) : null);
	if (found === null) return;
	failAt(machine, frame, node, {
		detail: { type: "raises", exception: "KeyError", by: "operation", migrations: found.fault },
		exception: "Exception",
		message: "",
		line: found.line,
	});
}

/** `set_main_option("sqlalchemy.url", "postgresql://u:p%40ss@…")`: configparser takes a percent sign for the begin of a reference. */
function failOnPercent(machine: Machine, frame: Frame, { args, open }: CallArguments, node: ast.Call): void {
	const value = args[1];
	if (open || value?.kind !== "constant" || typeof value.value !== "string") return;
	const rest = value.value.replaceAll("%%", "").replace(/%\([^)]+\)s/g, "");
	const position = rest.indexOf("%");
	if (position < 0 || value.value.includes("'")) return;
	failAt(machine, frame, node, {
		detail: { type: "raises", exception: "ValueError", by: "operation", migrations: { type: "percent" } },
		exception: "ValueError",
		message: `invalid interpolation syntax in '${value.value}' at position ${position}`,
	});
}

interface Place {
	/** The INI file, relative to the root, where it is there; else null. */
	readonly ini: string | null;
	/** The folder of migrations as it is written, with `%(here)s` filled in; null where nothing says it. */
	readonly location: string | null;
}

/** What a `Config` says of the folder of migrations; null where that cannot be seen. */
function placeOf(machine: Machine, config: InstanceValue): Place | null {
	const made = config.call;
	if (made === null || made.open || config.of.kind !== "external" || config.of.canonical !== "alembic.config.Config") return null;
	if ([...made.keywords.keys()].some((name) => name !== "file_" && name !== "ini_section")) return null;
	const given = made.args[0] ?? made.keywords.get("file_");
	const path = given === undefined || (given.kind === "constant" && given.value === null) ? null : relativePath(machine, given);
	if (path === undefined || (path === null && given !== undefined)) return null;
	if (made.args.length > 1 || made.keywords.has("ini_section")) return null;
	const options = machine.calls.filter(({ callee }) => callee.kind === "bound-method" && callee.receiver === config);
	let location: string | null | undefined;
	for (const { callee, args, open } of options) {
		if (callee.kind !== "bound-method" || !/^set_(main|section)_option$/.test(callee.name)) continue;
		const [name, value] = callee.name === "set_main_option" ? args : args.slice(1);
		if (open || name?.kind !== "constant") return null;
		if (name.value !== "script_location") continue;
		if (value?.kind !== "constant" || typeof value.value !== "string") return null;
		location = value.value;
	}
	const text = path === null ? null : machine.fileText(path);
	if (path !== null && text === null && !lacksFile(machine, path)) return null;
	const ini = text === null ? null : path;
	if (location !== undefined) return { ini, location };
	if (text === null || path === null) return { ini: null, location: null };
	const written = scriptLocation(text);
	if (written === undefined) return null;
	const here = path.includes("/") ? `${machine.root}/${path.slice(0, path.lastIndexOf("/"))}` : machine.root;
	const filled = written?.replaceAll("%(here)s", here) ?? null;
	return filled?.includes("%") || filled?.includes(":") ? null : { ini, location: filled };
}

/** `script_location` of the section `[alembic]`; null where it is not there, undefined where other lines may say it. */
function scriptLocation(text: string): string | null | undefined {
	let section = "";
	for (const line of text.split("\n")) {
		section = /^\[([^\]]+)\]/.exec(line)?.[1] ?? section;
		const found = section === "alembic" || section === "DEFAULT" ? /^script_location[ \t]*[=:](.*)$/.exec(line) : null;
		if (found?.[1] !== undefined) return found[1].trim() === "" ? undefined : found[1].trim();
	}
	return null;
}

/** Alembic's words were others until 1.14. */
function pathMissing(machine: Machine, location: string): string {
	const version = machine.environment.distributions.get("alembic")?.version ?? "";
	const [major = 1, minor = 99] = version.split(".").map(Number);
	const isQuoted = major === 1 && minor < 14;
	const shown = location.startsWith("/") || !isQuoted ? location : `${machine.workingDirectory}/${location}`;
	return `Path doesn't exist: ${isQuoted ? `'${shown}'` : shown}.  Please use the 'init' command to create a new scripts folder.`;
}

/** Is the file certainly not there? Its folder has been looked at, or the nearest one above it that is there. */
function lacksFile(machine: Machine, path: string): boolean {
	const slash = path.lastIndexOf("/");
	const folder = slash < 0 ? "" : path.slice(0, slash);
	const names = machine.listing(folder);
	return names === null ? folder !== "" && lacksFolder(machine, folder) : !names.has(path.slice(slash + 1));
}

function lacksFolder(machine: Machine, folder: string): boolean {
	return folder !== "" && lacksFile(machine, folder);
}

function report(machine: Machine, frame: Frame, node: ast.Call, message: string, migrations: MigrationFault): void {
	failAt(machine, frame, node, {
		detail: { type: "raises", exception: "CommandError", by: "operation", migrations },
		exception: "Exception",
		message,
		line: `alembic.util.exc.CommandError: ${message}`,
	});
}
