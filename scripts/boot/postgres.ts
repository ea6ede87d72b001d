import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "./free-port.ts";

/** A PostgreSQL of our own, gone when stopped. */
export interface Postgres {
	/** `postgres@127.0.0.1:54321`: what stands between `//` and the database's name in a URL. */
	readonly authority: string;
	stop(): void;
}

/** Starts a throw-away cluster on a free port, or returns null where PostgreSQL is not installed. Throws when it is and does not start. */
export async function startPostgres(): Promise<Postgres | null> {
	const programs = findPrograms();
	if (programs === null) return null;
	const folder = mkdtempSync(join(tmpdir(), "bootmend-postgres-"));
	const data = join(folder, "data");
	mkdirSync(data);
	chmodSync(folder, 0o755);
	const identity = unprivilegedIdentity();
	if (identity !== null) execFileSync("chown", ["-R", `${identity.uid}:${identity.gid}`, folder]);
	const options = { ...(identity ?? {}), cwd: folder, env: { PATH: process.env.PATH ?? "", LANG: "C", HOME: folder } };
	execFileSync(join(programs, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], {
		...options,
		stdio: "pipe",
	});
	const port = await findFreePort();
	const settings = [
		`port=${port}`,
		"listen_addresses=127.0.0.1",
		`unix_socket_directories=${folder}`,
		"fsync=off",
		"max_connections=200",
	];
	const server = spawn(join(programs, "postgres"), ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], {
		...options,
		stdio: ["ignore", "ignore", "pipe"],
	});
	let log = "";
	server.stderr.on("data", (chunk: Buffer) => {
		log += chunk.toString();
	});
	const stop = () => {
		server.kill("SIGKILL");
		rmSync(folder, { recursive: true, force: true });
	};
	process.once("exit", stop);
	for (let waited = 0; !log.includes("ready to accept connections"); waited += 50) {
		if (server.exitCode !== null || waited > 30_000) {
			stop();
			throw new Error(`PostgreSQL did not start:\n${log}`);
		}
		await sleep(50);
	}
	return { authority: `postgres@127.0.0.1:${port}`, stop };
}

/** The folder that holds initdb and postgres: on the PATH, or where Debian, Homebrew and the PostgreSQL project put it. */
function findPrograms(): string | null {
	const versions = ["/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt"].flatMap((parent) =>
		existsSync(parent)
			? readdirSync(parent)
					.sort()
					.reverse()
					.map((version) => join(parent, version, "bin"))
			: [],
	);
	const folders = [...(process.env.PATH ?? "").split(":"), ...versions, "/usr/pgsql/bin"];
	return folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres"))) ?? null;
}

/** PostgreSQL refuses to run as root, so root lends it the identity of `nobody`. */
function unprivilegedIdentity(): { uid: number; gid: number } | null {
	if (process.getuid?.() !== 0) return null;
	const entry = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8"));
	return { uid: Number(entry?.[1] ?? 65534), gid: Number(entry?.[2] ?? 65534) };
}
