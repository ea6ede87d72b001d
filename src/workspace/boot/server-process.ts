import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bootScript } from "./boot-scripts.ts";
import type { ScratchPostgres } from "./scratch-postgres.ts";
import type { ProcessRequest } from "./supervisor.ts";

/** Which server is started, and in what surroundings. */
export interface ServerSetup {
	readonly python: string;
	/** Absolute path of the project's root as it is booted. */
	readonly root: string;
	/** The project's own root where `root` is a copy of it, else null. */
	readonly copyOf: string | null;
	readonly workingDirectory: string;
	/** `src.main:app`. */
	readonly target: string;
	readonly factory: boolean;
	/** The server's whole environment. */
	readonly environment: Readonly<Record<string, string>>;
	/** Keep it from every database but throw-away ones? */
	readonly guarded: boolean;
	/** The scratch PostgreSQL that connections to any other one are led to, or null. */
	readonly postgres: ScratchPostgres | null;
}

/** What a server is started with. */
export interface ServerCommand extends ServerSetup {
	readonly importOnly: boolean;
	/** The supervisor's scratch folder. */
	readonly folder: string;
	readonly port: number;
}

const runScript = "exec(compile(open(__import__('sys').argv[1]).read(),'<bootmend>','exec'),{'__name__':'bootmend'})";

/** The process that runs uvicorn under our eyes; it writes no bytecode, and only listens on the loopback interface. */
export function serverCommand(id: string, command: ServerCommand): ProcessRequest {
	const { postgres } = command;
	const watching = {
		folder: command.folder,
		root: command.root,
		original: command.copyOf ?? "",
		guard: command.guarded ? "1" : "0",
		postgres: postgres === null ? "" : `${postgres.user}@127.0.0.1:${postgres.port}/${postgres.database}`,
		until: command.importOnly ? "import" : "answers",
	};
	const uvicorn = [command.target, "--host", "127.0.0.1", "--port", String(command.port)];
	const { FORCE_COLOR: _, ...environment } = command.environment;
	return {
		id,
		argv: [
			command.python,
			"-c",
			runScript,
			bootScript("serve.py"),
			...Object.entries(watching).map(([name, value]) => `${name}=${value}`),
			"--",
			...uvicorn,
			...(command.factory ? ["--factory"] : []),
		],
		env: { ...environment, NO_COLOR: "1", PYTHON_COLORS: "0", PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" },
		cwd: command.workingDirectory,
		log: null,
	};
}

/** A text file of the scratch folder; `""` where there is none. */
export function readScratchText(folder: string, name: string): string {
	try {
		return readFileSync(join(folder, name), "utf8");
	} catch {
		return "";
	}
}
