import type { FixProposal } from "../../../audit/fix.ts";
import type { Project, Target } from "../../../project/project.ts";
import { joinFolder } from "../../../project/starts/folders.ts";
import type { Start } from "../../../project/starts/start.ts";
import type { StartCommand } from "../../../project/starts/start-commands.ts";
import { spellTarget } from "../repair/target-remedies.ts";
import type { CommandFault } from "./command-fault.ts";

const workerOption = /(?:^|[\s"'])(?:-k|--worker-class)["']?[=\s,]+["']?(uvicorn(?:\.workers|_worker)\.(\w+))/;
const workers = new Set(["UvicornWorker", "UvicornH11Worker"]);

/** A server that is not told to speak ASGI, or whose worker is not there: `gunicorn main:app`, `granian main:app`. */
export function serverFault(project: Project, start: Start): CommandFault | null {
	const { command } = start;
	if (command.server === "granian") return silentGranian(project, command);
	if (command.server !== "gunicorn") return null;
	const [, worker = "", name = ""] = workerOption.exec(command.text) ?? [];
	if (worker !== "" && !workers.has(name))
		return unknownWorker(command, worker, { path: command.path, start: command.start + command.text.indexOf(worker) });
	return faultOfConfiguration(project, start, worker === "") ?? plainGunicorn(project, command);
}

const configOption = /(?:^|[\s"'])(?:-c|--config)["']?[=\s,]+["']?(?:file:)?([\w./-]+)/;
const workerSetting = /^worker_class\s*=\s*["'](uvicorn(?:\.workers|_worker)\.(\w+))["']/m;

/** The file that gunicorn reads its options from: one that is not there, or that names a worker which is not there. */
function faultOfConfiguration(project: Project, start: Start, isWorkerOpen: boolean): CommandFault | null {
	const { command, place, origin, image } = start;
	const named = configOption.exec(command.text)?.[1];
	if (place === null || named?.startsWith("python:")) return null;
	const there = joinFolder(named?.startsWith("/") ? "" : place.workingDirectory, named ?? "gunicorn.conf.py");
	const path = image === null ? there : (image.files.get(there) ?? "");
	const text = project.files.get(path)?.text;
	if (text !== undefined) {
		const match = isWorkerOpen ? workerSetting.exec(text) : null;
		const [line = "", worker = "", name = ""] = match ?? [];
		if (match === null || workers.has(name)) return null;
		return unknownWorker(command, worker, { path, start: match.index + line.indexOf(worker) });
	}
	// A name without the ending of Python may be a file that is not read as source.
	if (
		named === undefined ||
		origin === null ||
		!named.endsWith(".py") ||
		!(image === null ? !named.startsWith("/") : image.isComplete)
	)
		return null;
	return missingConfiguration(project, command, named, origin.workingDirectory);
}

/** `gunicorn -c deploy/gunicorn.conf.py` where the folder has no such file. */
function missingConfiguration({ files }: Project, command: StartCommand, named: string, folder: string): CommandFault {
	const name = named.slice(named.lastIndexOf("/") + 1);
	const inside = folder === "" ? "" : `${folder}/`;
	const likely = [...files.keys()].filter((path) => path.startsWith(inside) && `/${path}`.endsWith(`/${name}`));
	const [meant] = likely.length === 1 ? likely.map((path) => path.slice(inside.length)) : [];
	const start = command.start + command.text.indexOf(named);
	return {
		...ofServer(command),
		name: named,
		clause: `tells gunicorn to read ${named}, which is not there`,
		cause: "gunicorn looks for the file in the folder that it is started in.",
		error: `Error: '${named}' doesn't exist`,
		fix:
			meant === undefined || named.startsWith("/")
				? null
				: {
						title: `Read ${meant}`,
						explanation: `There is no ${named}; ${meant} is the only file of that name.`,
						applicability: "safe",
						edits: [{ path: command.path, range: { start, end: start + named.length }, newText: meant }],
					},
	};
}

/** `gunicorn main:app` without `-k uvicorn.workers.UvicornWorker`. */
function plainGunicorn(project: Project, command: StartCommand): CommandFault | null {
	const { text, target } = command;
	if (/(^|[\s"'])(-k|--worker-class|-c|--config)\b/.test(text) || /[Uu]vicornWorker/.test(text)) return null;
	const isConfigured = [...project.files].some(
		([file, { text: content }]) =>
			/(^|\/)gunicorn[._]?conf(ig)?(\.py)?$/.test(file) || /GUNICORN_CMD_ARGS|worker_class/.test(content),
	);
	if (isConfigured || !servesAsgi(project, target)) return null;
	return {
		...ofServer(command),
		clause: `starts ${spellTarget(target)} with gunicorn's own worker, which cannot serve it`,
		cause: "gunicorn speaks WSGI unless it is told otherwise, and FastAPI speaks ASGI: every request is answered with 500.",
		error: asgiError,
		fix: withOption(command, ["-k", "uvicorn.workers.UvicornWorker"], {
			title: "Let gunicorn use uvicorn's worker",
			explanation: "The worker class that comes with uvicorn serves ASGI applications; uvicorn must be installed, too.",
		}),
	};
}

/** `gunicorn -k uvicorn.workers.Uvicorn`. */
function unknownWorker(
	command: StartCommand,
	worker: string,
	{ path, start }: { readonly path: string; readonly start: number },
): CommandFault {
	const newText = `${worker.slice(0, worker.lastIndexOf("."))}.UvicornWorker`;
	return {
		...ofServer(command),
		name: worker,
		clause: `tells gunicorn to use the worker ${worker}, which is not there`,
		cause: "uvicorn's workers for gunicorn are UvicornWorker and UvicornH11Worker.",
		error: `Error: class uri '${worker}' invalid or not found:`,
		fix: {
			title: `Use ${newText}`,
			explanation: `There is no ${worker}.`,
			applicability: "safe",
			edits: [{ path, range: { start, end: start + worker.length }, newText }],
		},
	};
}

/** `granian main:app` without `--interface asgi`. */
function silentGranian(project: Project, command: StartCommand): CommandFault | null {
	const { target, text } = command;
	if (/--interface\b|GRANIAN_INTERFACE/.test(text) || !servesAsgi(project, target)) return null;
	return {
		...ofServer(command),
		clause: `starts ${spellTarget(target)} with granian's own interface, which cannot serve it`,
		cause: "granian speaks RSGI unless it is told otherwise, and FastAPI speaks ASGI: every request is answered with 500.",
		error: asgiError,
		fix: withOption(command, ["--interface", "asgi"], {
			title: "Let granian speak ASGI",
			explanation: "FastAPI is an ASGI application.",
		}),
	};
}

const asgiError = "TypeError: FastAPI.__call__() missing 1 required positional argument: 'send'";

function ofServer({ target, start, server }: StartCommand): Pick<CommandFault, "shape" | "name" | "range"> {
	return { shape: "worker", name: spellTarget(target), range: { start, end: start + server.length } };
}

function servesAsgi({ target: audited, trace }: Project, target: Target): boolean {
	const value = audited?.module === target.module ? trace.served.value : null;
	return value?.kind === "instance" && value.of.kind === "external" && /FastAPI$/.test(value.of.canonical);
}

/** The words behind the server's name, in a shell's line or in Docker's list. */
function withOption(
	{ text, start, server, path }: StartCommand,
	words: readonly string[],
	said: Pick<FixProposal, "title" | "explanation">,
): FixProposal {
	const quote = /^\w+(["'])/.exec(text)?.[1];
	const end = start + server.length + (quote === undefined ? 0 : 1);
	const newText = quote === undefined ? ` ${words.join(" ")}` : words.map((word) => `, ${quote}${word}${quote}`).join("");
	return { ...said, applicability: "safe", edits: [{ path, range: { start: end, end }, newText }] };
}
