import { spawn } from "node:child_process";
import { createServer } from "node:net";

/** A server's command line, its interpreter and its place. */
export interface ServerCommand {
	/** Absolute path of the interpreter that has the server. */
	readonly python: string;
	/** `["uvicorn", "app.main:app"]`, to which the port is added, or `["python", "main.py"]`, which reads it from PORT. */
	readonly argv: readonly string[];
	readonly cwd: string;
	/** Added to a bare environment. */
	readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a server as its console script would, asks it as soon as it takes connections, and ends it. Null where it exits, or takes none for a
 * minute. `ask` gets its address, such as `http://127.0.0.1:8000`.
 */
export async function serve<Answer>(
	{ python, argv: [server = "", ...args], cwd, env }: ServerCommand,
	ask: (origin: string) => Promise<Answer>,
): Promise<Answer | null> {
	const port = await freePort();
	const bind = server === "gunicorn" ? ["--bind", `127.0.0.1:${port}`] : ["--port", String(port)];
	// `-P` leaves the working directory to the server itself, as its console script does. No bytecode: a file that is mended within the second,
	// at the same size, would be served as it was.
	const child = spawn(python, server === "python" ? args : ["-P", "-m", server, ...args, ...bind], {
		cwd,
		env: { PATH: process.env.PATH, HOME: cwd, LANG: "C.UTF-8", PORT: String(port), PYTHONDONTWRITEBYTECODE: "1", ...env },
		stdio: "ignore",
	});
	let isOver = false;
	child.once("exit", () => {
		isOver = true;
	});
	try {
		for (let waited = 0; waited < 60_000 && !isOver; waited += 200) {
			const answer = await ask(`http://127.0.0.1:${port}`).catch(() => null);
			if (answer !== null) return answer;
			await new Promise((done) => setTimeout(done, 200));
		}
		return null;
	} finally {
		child.kill();
	}
}

function freePort(): Promise<number> {
	return new Promise((done, fail) => {
		const server = createServer();
		server.once("error", fail);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => done(typeof address === "object" && address !== null ? address.port : 0));
		});
	});
}
