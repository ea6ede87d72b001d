import { closeOver, possibleClosure, primaryManifest, startUpRequirements } from "../../../project/manifests/declared.ts";
import type { Manifest } from "../../../project/manifests/manifest.ts";
import type { Project } from "../../../project/project.ts";
import { listStarts } from "../../../project/starts/list-starts.ts";
import type { Start } from "../../../project/starts/start.ts";
import { optionNeeds } from "./server-options.ts";

/** A start command whose server nothing installs. */
export interface MissingServer {
	readonly start: Start;
	/** PEP 503 name of what is missing: `uvicorn`, `fastapi-cli`. */
	readonly distribution: string;
	/** The line that the shell, Docker or Python prints. */
	readonly error: string;
	/** The option that needs it, `--loop uvloop`; null for the server itself. */
	readonly option: string | null;
	/** The line that installs, `Dockerfile:5`; null where no file of the repository says how its packages are installed. */
	readonly installedAt: string | null;
	/** Does the environment of this machine lack it too? Where there is none, nothing is installed. */
	readonly isMissingHere: boolean;
	/** Another start command, `Dockerfile:9`, whose server is there; null where there is none. */
	readonly sound: string | null;
}

/** The first start command whose server no installation would bring, as far as that is certain; null where there is none. */
export function findMissingServer(project: Project): MissingServer | null {
	const manifest = primaryManifest(project.manifests);
	if (manifest === null) return null;
	const { environment } = project;
	let found: Omit<MissingServer, "sound"> | null = null;
	let sound: string | null = null;
	for (const start of listStarts(project.files)) {
		const provided = providedFor(start, manifest, project);
		if (provided === null) continue;
		const needed = neededBy(start);
		const missing = needed.find(({ distribution }) => !provided.has(distribution));
		if (missing === undefined) {
			if (needed.length > 0) sound ??= `${start.path}:${start.line}`;
			continue;
		}
		if (isInstalledElsewhere(project, start, missing.distribution)) continue;
		if (environment.kind === "interpreter" && environment.distributions.has(missing.distribution) && isOnHost(start, manifest))
			continue;
		found ??= {
			start,
			...missing,
			installedAt: manifest.installedBy,
			isMissingHere: environment.kind === "catalog" || !environment.distributions.has(missing.distribution),
		};
	}
	return found === null ? null : { ...found, sound };
}

/**
 * Is no server installed here, and none on any list? Where no file says how the backend is started, it is `python -m uvicorn`, which
 * ends before it has looked at the backend. Where FastAPI is not installed either, the lists alone say what an installation brings.
 */
export function lacksEveryServer({ environment, manifests, files }: Project): boolean {
	if (environment.kind !== "interpreter") return false;
	if (!environment.distributions.has("fastapi")) {
		const { provided, opaque } = possibleClosure(manifests, environment);
		if (opaque.length > 0 || knownServers.some((name) => provided.has(name))) return false;
	}
	if (listStarts(files).some(({ command }) => !command.givesObject) || installsByName(files, "uvicorn")) return false;
	if (knownServers.some((name) => environment.findModule(name).found !== "missing")) return false;
	return !manifests.some(({ requirements }) => requirements.some(({ normalized }) => knownServers.includes(normalized)));
}

/** Servers that take an ASGI application; PEP 503 names, which are those of their modules too. */
const knownServers: readonly string[] = ["uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "mangum"];

/** Every name that the installation for a start command brings; null where more may come in than is known. */
function providedFor(start: Start, manifest: Manifest, project: Project): ReadonlyMap<string, unknown> | null {
	const { manifests, environment, files } = project;
	const installer = manifest.installedBy?.replace(/:\d+$/, "") ?? null;
	if (start.dockerfile !== null) {
		if (installer !== start.dockerfile || !bringsPythonOnly(files.get(start.dockerfile)?.text ?? "")) return null;
	} else if (start.service !== null || start.path.endsWith(".py") || isOfMachine(start)) return null;
	const isOrdered = installer !== null && (installer === start.dockerfile || installer === start.path);
	const declared = isOrdered ? startUpRequirements(manifests) : manifests.flatMap(({ requirements }) => requirements);
	const { opaque } = possibleClosure(manifests, environment);
	// A package that nobody knows may bring a server where it is declared itself; what others require seldom does.
	if (opaque.some((name) => name === "" || declared.some(({ normalized }) => normalized === name))) return null;
	return closeOver(declared, manifests, environment).provided;
}

/** Does it name its program by a path of one machine, `/srv/app/venv/bin/gunicorn`, whose packages somebody chose there? */
function isOfMachine({ command }: Start): boolean {
	return /(?:^|[\s=])\/\S*\/$/.test(command.before);
}

/** What a start command needs, with what is printed where it is missing. */
function neededBy({ command, dockerfile }: Start): Pick<MissingServer, "distribution" | "error" | "option">[] {
	const { server, before, text } = command;
	if (server === "fastapi") return [{ distribution: "fastapi-cli", error: fastapiError, option: null }];
	if (!servers.has(server)) return [];
	const asModule = /-m["',\s]+$/.test(before);
	const error = asModule
		? `No module named ${server}`
		: dockerfile === null
			? `${server}: command not found`
			: `exec: "${server}": executable file not found in $PATH`;
	const worker = server === "gunicorn" ? /\buvicorn(?:\.workers|_worker)(?=\.\w*Worker\b)/.exec(text)?.[0] : undefined;
	return [
		{ distribution: server, error, option: null },
		...optionNeeds(server, text),
		...(worker === undefined
			? []
			: [
					{
						distribution: worker === "uvicorn_worker" ? "uvicorn-worker" : "uvicorn",
						error: `Error: class uri '${worker}.UvicornWorker' invalid or not found:`,
						option: null,
					},
				]),
	];
}

const servers: ReadonlySet<string> = new Set(["uvicorn", "gunicorn", "hypercorn", "granian"]);

const fastapiError = 'RuntimeError: To use the fastapi command, please install "fastapi[standard]":';

/** A make file or script finds whatever the machine has, unless it orders the installation itself; a Procfile runs where nothing is but the list. */
function isOnHost(start: Start, manifest: Manifest): boolean {
	const isDeployed = start.dockerfile !== null || /(?:^|\/)(?:procfile|render\.ya?ml|fly\.toml)$/i.test(start.path);
	return !isDeployed && manifest.installedBy?.replace(/:\d+$/, "") !== start.path;
}

/** Does the command bring the server itself (`uvx`, `uv run --with uvicorn`), or does any script install it by name? */
function isInstalledElsewhere({ files }: Project, { command, dockerfile }: Start, distribution: string): boolean {
	if (/\b(?:uvx|pipx|nix)\b|--with\b/.test(command.before)) return true;
	return dockerfile === null && installsByName(files, distribution);
}

function installsByName(files: Project["files"], distribution: string): boolean {
	const installs = new RegExp(`\\b(?:install|add)\\b[^\\n]*\\b${distribution}\\b`);
	for (const [path, { text }] of files) if (!path.endsWith(".py") && !isProse(path) && installs.test(text)) return true;
	return false;
}

function isProse(path: string): boolean {
	return /\.(?:md|rst|lock)$/i.test(path);
}

/** Do all stages of a Dockerfile start from images with a bare Python or with none, or from one another? Others may bring a server. */
function bringsPythonOnly(dockerfile: string): boolean {
	const stages = [...dockerfile.matchAll(/^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?/gim)];
	const names = new Set(stages.map(([, , name]) => name?.toLowerCase()));
	return (
		stages.length > 0 &&
		stages.every(
			([, from = ""]) =>
				/^(?:docker\.io\/)?(?:library\/)?python:/.test(from) ||
				/^ghcr\.io\/astral-sh\/uv:/.test(from) ||
				/^(?:docker\.io\/)?(?:(?:library\/)?node|oven\/bun|denoland\/deno)(?::|$)/.test(from) ||
				names.has(from.toLowerCase()),
		)
	);
}
