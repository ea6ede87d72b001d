import { versionSatisfies } from "../environment/pep440.ts";
import { entryAt, pathInRepository } from "./disk.ts";
import { applicationClass, isObjectOf, routerClass } from "./imports/library-objects.ts";
import type { Call } from "./imports/trace.ts";
import type { Value } from "./imports/values.ts";
import { neededFolder } from "./needed-folders.ts";
import { pathText, reads } from "./path-values.ts";
import type { Project } from "./project.ts";
import { fileRead, mayBeWrittenBefore } from "./read-files.ts";

/** A file or folder that start-up needs and that is not there. */
export interface MissingPath {
	readonly kind:
		| "file"
		| "logging-file"
		| "static-folder"
		| "frontend-folder"
		| "settings-file"
		| "template-folder"
		| "package-folder"
		| "static-package"
		| "listed-folder"
		| "outer-folder";
	readonly call: Call;
	/** As the program gives it. */
	readonly given: string;
	/** Relative to the repository's root. */
	readonly path: string;
	/** The line that Python prints; null where it depends on the request. */
	readonly error: string | null;
}

/** Files that start-up opens for reading and folders that StaticFiles checks, where they certainly are not there. */
export function* missingPaths(project: Project): Generator<MissingPath> {
	const made: string[] = [];
	let makesUnknown = false;
	for (const call of project.trace.calls) {
		const folder = call.guarded || call.tried || makesUnknown ? null : missingFolder(project, call, made);
		if (folder !== null) yield folder;
		const maker = madePath(call);
		if (maker !== null) {
			const text = maker === undefined ? null : pathText(maker);
			const path = text === null ? null : pathInRepository(project, text);
			if (path === null) makesUnknown = true;
			else made.push(path);
			continue;
		}
		const inPackage = missingPackageFolder(project, call);
		if (inPackage !== null && !call.guarded && !call.tried && !makesUnknown) yield inPackage;
		const needed =
			neededPath(call) ?? neededSettingsFile(project, call) ?? neededTemplates(project, call) ?? neededFrontend(project, call);
		if (needed === null || call.guarded || call.tried || makesUnknown) continue;
		const given = pathText(needed.value);
		const path = given === null || given === "" ? null : pathInRepository(project, given);
		if (given === null || path === null || path === "" || entryAt(project, given) !== "missing") continue;
		if (isMade(made, path) || (needed.isByPackage === true && mayBeWrittenBefore(project, call, path))) continue;
		// Python prints absolute paths as they are; without the root the line is the same on every machine.
		const shown = (needed.value.kind === "instance" ? given.replace(/^(\.\/)+/, "") : given).replace(`${project.root}/`, "");
		yield { kind: needed.kind, call, given, path, error: errorOf(project, needed, shown) };
	}
}

/** Does something that start-up does before a moment (`Call.order`) make the path, or what we cannot name? */
export function mayBeMadeBefore(project: Project, order: number, path: string): boolean {
	return project.trace.calls.some((call) => {
		const maker = call.order < order ? madePath(call) : null;
		const text = maker === null || maker === undefined ? null : pathText(maker);
		const made = text === null ? null : pathInRepository(project, text);
		return maker !== null && (made === null || isMade([made], path));
	});
}

function isMade(made: readonly string[], path: string): boolean {
	return made.some((each) => each === path || each.startsWith(`${path}/`) || path.startsWith(`${each}/`));
}

/** A folder that is listed, or in which something is to be made, and that is not there. */
function missingFolder(project: Project, call: Call, made: readonly string[]): MissingPath | null {
	for (const { kind, given, folder, isAbsolute, error } of neededFolder(call)) {
		const path = pathInRepository(project, folder);
		if (path === null || path === "" || entryAt(project, folder) !== "missing" || isMade(made, path)) continue;
		const inner = isAbsolute ? (pathInRepository(project, given) ?? given) : given.replace(`${project.root}/`, "");
		return { kind, call, given: folder, path, error: error ?? errors[kind](inner) };
	}
	return null;
}

const errors: Readonly<Record<MissingPath["kind"], (path: string) => string | null>> = {
	file: (path) => `FileNotFoundError: [Errno 2] No such file or directory: '${path}'`,
	"logging-file": (path) => `FileNotFoundError: ${path} doesn't exist`,
	"static-folder": (path) => `RuntimeError: Directory '${path}' does not exist`,
	"frontend-folder": (path) => `RuntimeError: Frontend directory '${path}' does not exist. Resolved absolute path: '${path}'`,
	"template-folder": () => null,
	"package-folder": () => null,
	"static-package": () => null,
	"settings-file": (path) => `FileNotFoundError: Config file '${path}' not found.`,
	"listed-folder": (path) => `FileNotFoundError: [Errno 2] No such file or directory: '${path}'`,
	"outer-folder": (path) => `FileNotFoundError: [Errno 2] No such file or directory: '${path}'`,
};

/** `fileConfig` looks for a file named by a text since Python 3.11, and else misses its first section. */
function errorOf({ environment }: Project, { kind, value, hasOwnWords }: NeededPath, shown: string): string | null {
	if (hasOwnWords === true) return null;
	const isLookedFor = value.kind === "constant" && environment.python.minor >= 11;
	return kind === "logging-file" && !isLookedFor ? "KeyError: 'formatters'" : errors[kind](shown);
}

interface NeededPath {
	readonly kind: MissingPath["kind"];
	readonly value: Value;
	/** Is it read by a package, which is told of the file by its name? */
	readonly isByPackage?: true;
	readonly hasOwnWords?: boolean;
}

function neededPath(call: Call): NeededPath | null {
	const { callee, args, keywords, open } = call;
	if (open) return null;
	if (callee.kind === "external" && /^starlette\.staticfiles\.StaticFiles$/.test(callee.canonical)) {
		const check = keywords.get("check_dir");
		const isChecked = check === undefined || (check.kind === "constant" && check.value === true);
		const value = keywords.get("directory");
		return isChecked && value !== undefined ? { kind: "static-folder", value } : null;
	}
	if (callee.kind === "external" && /^(builtins|io|_io)\.open$/.test(callee.canonical)) {
		const value = args[0] ?? keywords.get("file");
		return value !== undefined && reads(args[1] ?? keywords.get("mode")) ? { kind: "file", value } : null;
	}
	const read = fileRead(call);
	if (read !== null) return { kind: "file", isByPackage: true, ...read };
	if (callee.kind === "external" && callee.canonical === "logging.config.fileConfig") {
		const value = args[0] ?? keywords.get("fname");
		return value === undefined ? null : { kind: "logging-file", value };
	}
	if (callee.kind !== "bound-method" || pathText(callee.receiver) === null || callee.receiver.kind !== "instance") return null;
	if (/^read_(text|bytes)$/.test(callee.name)) return { kind: "file", value: callee.receiver };
	return callee.name === "open" && reads(args[0] ?? keywords.get("mode")) ? { kind: "file", value: callee.receiver } : null;
}

/** `Config(".env")` of the few versions of Starlette that refuse a file which is not there; before and since it is done without. */
function neededSettingsFile(project: Project, { callee, args, keywords, open }: Call): NeededPath | null {
	if (open || callee.kind !== "external" || callee.canonical !== "starlette.config.Config") return null;
	const value = args[0] ?? keywords.get("env_file");
	const version = project.environment.distributions.get("starlette")?.version;
	if (value === undefined || version === undefined || versionSatisfies(version, ">=0.36.0,<0.37.1") !== true) return null;
	return { kind: "settings-file", value };
}

/** The folder of `Jinja2Templates`, which is looked into when a page is asked for. */
function neededTemplates(project: Project, { callee, args, keywords, open }: Call): NeededPath | null {
	if (open || callee.kind !== "external" || callee.canonical !== "starlette.templating.Jinja2Templates") return null;
	const value = args[0] ?? keywords.get("directory");
	const isUsed = [...project.trace.runs.values()].some(
		({ module, reached }) => reached && module.text.includes(".TemplateResponse("),
	);
	return value !== undefined && isUsed ? { kind: "template-folder", value } : null;
}

/**
 * The built pages of `app.frontend("/", directory=…)`. Unless told otherwise FastAPI looks for them at once, but where a variable says that
 * this is a developer's machine (`_resolve_frontend_check_dir` of fastapi/routing.py).
 */
function neededFrontend({ processEnvironment, trace }: Project, { callee, keywords, open }: Call): NeededPath | null {
	if (open || callee.kind !== "bound-method" || callee.name !== "frontend") return null;
	if (!isObjectOf(callee.receiver, applicationClass) && !isObjectOf(callee.receiver, routerClass)) return null;
	const value = keywords.get("directory");
	const check = keywords.get("check_dir");
	const isAsked = check?.kind === "constant" && check.value === true;
	const isLeftToFastapi = check === undefined || (check.kind === "constant" && check.value === "auto");
	// Variables can come from a file as well.
	const isKnown = trace.calls.every((call) => call.callee.kind !== "external" || !setsVariables.test(call.callee.canonical));
	const isChecked = isAsked || (isLeftToFastapi && isKnown && processEnvironment["FASTAPI_ENV"] !== "development");
	return isChecked && value !== undefined ? { kind: "frontend-folder", value } : null;
}

const setsVariables = /^dotenv\.(?:\w+\.)?load_dotenv$|^os\.(?:environ\.(?:update|setdefault|__setitem__)|putenv)$/;

/** `StaticFiles(packages=["app"])` serves the folder `statics` of a package, or another that is named with it. */
function missingPackageFolder(project: Project, call: Call): MissingPath | null {
	const { callee, keywords, open } = call;
	if (open || callee.kind !== "external" || callee.canonical !== "starlette.staticfiles.StaticFiles") return null;
	const listed = keywords.get("packages");
	for (const item of listed?.kind === "sequence" ? listed.items : []) {
		const [named, folder] = item.kind === "sequence" ? item.items : [item];
		const name = named === undefined ? null : pathText(named);
		const given = folder === undefined ? "statics" : pathText(folder);
		const home = name === null ? undefined : project.modules.get(name)?.path;
		if (name !== null && home === undefined && isNowhere(project, name)) {
			const error = `AssertionError: Package '${name}' could not be found.`;
			return { kind: "static-package", call, given: name, path: name, error };
		}
		if (name === null || given === null || home === undefined || !home.endsWith("__init__.py")) continue;
		const path = `${home.slice(0, -"__init__.py".length)}${given}`;
		if (entryAt(project, `${project.root}/${path}`) !== "missing") continue;
		const error = `AssertionError: Directory ''${given}'' in package '${name}' could not be found.`;
		return { kind: "package-folder", call, given, path, error };
	}
	return null;
}

/** Has neither the project nor the environment a package of that name? */
function isNowhere({ modules, environment }: Project, name: string): boolean {
	const [top = name] = name.split(".");
	return /^\w+$/.test(name) && !modules.has(top) && environment.findModule(top).found === "missing";
}

/** What a call makes on the disk: undefined where it makes something we cannot name, null where it makes nothing. */
function madePath({ callee, args, keywords }: Call): Value | undefined | null {
	if (callee.kind === "external") {
		const { canonical } = callee;
		if (/^(os|posix)\.(makedirs|mkdir)$/.test(canonical)) return args[0] ?? keywords.get("name") ?? keywords.get("path");
		if (/^shutil\.(copy|copy2|copyfile|copytree|move)$/.test(canonical)) return args[1];
		if (/^(subprocess|os)\.(run|call|check_call|check_output|Popen|system)$|^os\.chdir$/.test(canonical)) return undefined;
		if (/^(builtins|io|_io)\.open$/.test(canonical)) return reads(args[1] ?? keywords.get("mode")) ? null : args[0];
		return null;
	}
	if (callee.kind !== "bound-method" || callee.receiver.kind !== "instance") return null;
	return /^(mkdir|touch|write_text|write_bytes)$/.test(callee.name) ? callee.receiver : null;
}
