import type { FixProposal } from "../../../audit/fix.ts";
import type { Project, Target } from "../../../project/project.ts";
import type { StartCommand } from "../../../project/starts/start-commands.ts";
import { spellTarget } from "../repair/target-remedies.ts";
import type { CommandFault } from "./command-fault.ts";

const workerOption = /(?:^|[\s"'])(?:-k|--worker-class)["']?[=\s,]+["']?(uvicorn(?:\.workers|_worker)\.(\w+))/;
const workers = new Set(["UvicornWorker", "UvicornH11Worker"]);

/** A server that is not told to speak ASGI, or whose worker is not there: `gunicorn main:app`, `granian main:app`. */
export function serverFault(project: Project, command: StartCommand): CommandFault | null {
	if (command.server === "granian") return silentGranian(project, command);
	if (command.server !== "gunicorn") return null;
	const [, worker = "", name = ""] = workerOption.exec(command.text) ?? [];
	return worker === "" || workers.has(name) ? plainGunicorn(project, command) : unknownWorker(command, worker);
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
function unknownWorker(command: StartCommand, worker: string): CommandFault {
	const start = command.start + command.text.indexOf(worker);
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
			edits: [{ path: command.path, range: { start, end: start + worker.length }, newText }],
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
