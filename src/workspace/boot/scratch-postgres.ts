import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { rootCertificates } from "node:tls";
import { findFreePort } from "./free-port.ts";
import { makeSelfSignedCertificate } from "./self-signed-certificate.ts";
import type { Supervisor } from "./supervisor.ts";

/** A PostgreSQL of our own, with an empty database; it ends with its supervisor. */
export interface ScratchPostgres {
	/** The host is 127.0.0.1; it takes passwords (SCRAM), with TLS and without. */
	readonly port: number;
	readonly user: string;
	readonly password: string;
	readonly database: string;
	/** File of certificates to trust: the public ones and its own. */
	readonly trustedCertificates: string;
}

/** Where the scratch PostgreSQL could not be had. */
export interface NoPostgres {
	/** A sentence for a person. */
	readonly reason: string;
}

const readyLimit = 30_000;

/** Starts a PostgreSQL from the server programs of this machine, in the supervisor's folder. */
export async function startScratchPostgres(supervisor: Supervisor): Promise<ScratchPostgres | NoPostgres> {
	const programs = findPrograms();
	if (programs === null) return { reason: "PostgreSQL's server programs (initdb, postgres) are not on this machine." };
	const folder = join(supervisor.folder, "postgres");
	const data = join(folder, "data");
	const user = unprivilegedUser();
	const password = randomBytes(12).toString("hex");
	const { certificate, key } = makeSelfSignedCertificate();
	mkdirSync(data, { recursive: true, mode: 0o700 });
	writeFileSync(join(folder, "password"), password, { mode: 0o600 });
	writeFileSync(join(folder, "server.crt"), certificate);
	writeFileSync(join(folder, "server.key"), key, { mode: 0o600 });
	const trustedCertificates = join(supervisor.folder, "trusted.pem");
	writeFileSync(trustedCertificates, [...rootCertificates, certificate].join("\n"));
	if (user !== null) {
		// Its folder lies in ours, which nobody else may list.
		chmodSync(supervisor.folder, 0o711);
		for (const path of [folder, data, ...["password", "server.crt", "server.key"].map((name) => join(folder, name))]) {
			chownSync(path, user.uid, user.gid);
		}
	}
	const log = join(folder, "log.txt");
	const common = { env: { PATH: process.env.PATH ?? "", LC_ALL: "C", HOME: folder }, cwd: folder, user, log };
	const initdb = [
		"-D",
		data,
		"-U",
		"bootmend",
		"-A",
		"scram-sha-256",
		"--pwfile",
		join(folder, "password"),
		"-E",
		"UTF8",
		"--no-sync",
	];
	supervisor.start({ ...common, id: "initdb", argv: [join(programs, "initdb"), ...initdb] });
	const made = await supervisor.exited("initdb");
	if (made.status !== 0) return { reason: `initdb failed: ${lastLine(log)}` };
	const port = await findFreePort();
	const settings = {
		port,
		listen_addresses: "127.0.0.1",
		unix_socket_directories: folder,
		fsync: "off",
		ssl: "on",
		ssl_cert_file: join(folder, "server.crt"),
		ssl_key_file: join(folder, "server.key"),
		dynamic_shared_memory_type: "mmap",
		max_connections: 200,
	};
	const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
	// SIGQUIT is the immediate shutdown, which gives shared memory back: https://www.postgresql.org/docs/current/server-shutdown.html
	supervisor.start({ ...common, id: "postgres", argv: [join(programs, "postgres"), "-D", data, ...options], stop: "SIGQUIT" });
	let ended = false;
	void supervisor.exited("postgres").then(() => {
		ended = true;
	});
	for (const until = Date.now() + readyLimit; Date.now() < until && !ended; await pause(20)) {
		if (readLog(log).includes("ready to accept connections")) {
			return { port, user: "bootmend", password, database: "postgres", trustedCertificates };
		}
	}
	return { reason: `PostgreSQL did not start: ${lastLine(log)}` };
}

/** The folder that holds initdb and postgres: on the PATH, or where Debian, Red Hat, Homebrew and Postgres.app put it. */
function findPrograms(): string | null {
	const parents = ["/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt", "/Applications/Postgres.app/Contents/Versions"];
	const versions = parents.flatMap((parent) =>
		listFolder(parent)
			.sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
			.map((version) => join(parent, version, "bin")),
	);
	const folders = [...(process.env.PATH ?? "").split(":"), ...versions, "/usr/pgsql/bin", "/usr/libexec/postgresql"];
	return folders.find((folder) => ["initdb", "postgres"].every((name) => existsSync(join(folder, name)))) ?? null;
}

function listFolder(path: string): string[] {
	try {
		return readdirSync(path);
	} catch {
		return [];
	}
}

/** PostgreSQL refuses to run as root, so root lends it the identity of `nobody`. */
function unprivilegedUser(): { uid: number; gid: number } | null {
	if (process.getuid?.() !== 0) return null;
	const entry = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readLog("/etc/passwd"));
	return { uid: Number(entry?.[1] ?? 65534), gid: Number(entry?.[2] ?? 65534) };
}

function readLog(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
}

function lastLine(path: string): string {
	return readLog(path).trimEnd().split("\n").at(-1) ?? "";
}
