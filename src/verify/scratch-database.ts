import { isAbsolute, join, relative, resolve } from "node:path";
import { parseDatabaseUrl } from "../project/database/database-url.ts";
import { listEngineCalls } from "../project/database/engine-calls.ts";
import type { Project } from "../project/project.ts";
import { parseDotenv } from "../project/settings/dotenv.ts";
import { applyToFiles } from "../text/edit.ts";
import type { TextEdit } from "../text/range.ts";
import { type ScratchPostgres, startScratchPostgres } from "../workspace/boot/scratch-postgres.ts";
import { copySqliteFile } from "../workspace/boot/sqlite-copy.ts";
import type { Supervisor } from "../workspace/boot/supervisor.ts";
import { kindOfPath } from "../workspace/find-repository-root.ts";
import { type DatabaseSettings, readDatabaseSettings, type UrlVariable } from "./database-settings.ts";

/** The `.env` files of a project with the scratch values in them, for code that lets a file win over the environment. */
export function rewriteEnvFiles(project: Project, scratch: ScratchDatabase): ReadonlyMap<string, string> {
	const rewritten = new Map<string, string>();
	for (const path of readDatabaseSettings(project).envFiles) {
		const text = project.files.get(path)?.text ?? "";
		const edits = parseDotenv(text).entries.flatMap(({ key, valueRange }): TextEdit[] => {
			const value = scratch.variables[key];
			return value === undefined || valueRange === null ? [] : [{ path, range: valueRange, newText: value }];
		});
		const changed = edits.length === 0 ? null : applyToFiles(new Map([[path, text]]), edits)?.get(path);
		if (changed != null) rewritten.set(path, changed);
	}
	return rewritten;
}

/** What a server is given in place of its databases. */
export interface ScratchDatabase {
	/** Variables to set, over whatever sets them otherwise. */
	readonly variables: Readonly<Record<string, string>>;
	/** What stands behind each in words: `postgresql (scratch)`. */
	readonly replaced: Readonly<Record<string, string>>;
	/** The server that every connection to a PostgreSQL is led to; null where none was needed. */
	readonly postgres: ScratchPostgres | null;
	/** Why there is none where one is needed, as a sentence; else null. */
	readonly lacking: string | null;
}

/** The place of a project and of its copy. */
export interface Copied {
	/** Absolute paths. */
	readonly root: string;
	readonly copy: string;
}

/**
 * Makes scratch databases for all that a project is told about by variables. SQLite files that lie in the project lie in its copy already.
 * `home` is the folder in which libpq and asyncpg look for the certificates that they trust. With `insisting` there is a PostgreSQL, whatever
 * the variables say: for addresses that stand in the code.
 */
export async function makeScratchDatabase(
	project: Project,
	supervisor: Supervisor,
	{ root, copy }: Copied,
	home: string | null,
	insisting: boolean,
): Promise<ScratchDatabase> {
	const settings = readDatabaseSettings(project);
	const variables: Record<string, string> = {};
	const replaced: Record<string, string> = {};
	for (const variable of settings.urls) {
		if (variable.url.dialect !== "sqlite") continue;
		const text = await scratchSqlite(variable, supervisor.folder, { root, copy });
		replaced[variable.name] = "sqlite (copy)";
		if (text !== null) variables[variable.name] = text;
	}
	const servers = settings.urls.filter((variable) => isPostgres(variable));
	if (!insisting && !needsPostgres(settings, servers, project)) return { variables, replaced, postgres: null, lacking: null };
	const folder = project.workingDirectory === "" ? root : join(root, project.workingDirectory);
	const postgres = await startScratchPostgres(supervisor);
	if ("reason" in postgres) return { variables, replaced, postgres: null, lacking: postgres.reason };
	for (const variable of servers) {
		variables[variable.name] = withServer(variable, postgres, folder);
		replaced[variable.name] = "postgresql (scratch)";
	}
	for (const address of settings.addresses) {
		const values: [string, string][] = [
			[address.host, "127.0.0.1"],
			[address.port, String(postgres.port)],
			...address.user.map((name): [string, string] => [name, postgres.user]),
			...address.password.map((name): [string, string] => [name, postgres.password]),
			...address.database.map((name): [string, string] => [name, postgres.database]),
		];
		for (const [name, value] of values) {
			if (name in variables) continue;
			variables[name] = value;
			replaced[name] = "postgresql (scratch)";
		}
	}
	// So that a client which checks certificates trusts the scratch server as it trusts the real one.
	variables.SSL_CERT_FILE = postgres.trustedCertificates;
	const named = settings.variables.get("PGSSLROOTCERT");
	const trusted = named ?? (home === null ? "" : join(home, ".postgresql/root.crt"));
	if (isFile(resolve(folder, trusted))) variables.PGSSLROOTCERT = postgres.trustedCertificates;
	return { variables, replaced, postgres, lacking: null };
}

function isPostgres({ url }: UrlVariable): boolean {
	return /^(postgres|postgresql|cockroachdb)$/.test(url.dialect);
}

/** Parts of an address may belong to any database; what is installed to reach one tells. */
function needsPostgres(settings: DatabaseSettings, servers: readonly UrlVariable[], project: Project): boolean {
	if (servers.length > 0 || listEngineCalls(project).some(({ call, url }) => call.reached && url?.dialect === "postgresql"))
		return true;
	const drivers = ["asyncpg", "psycopg", "psycopg2", "psycopg2-binary", "pg8000"];
	return settings.addresses.length > 0 && drivers.some((name) => project.environment.distributions.has(name));
}

/**
 * The URL with the scratch server for its own: scheme and options stay, so that what they break is broken here too. A file of trusted
 * certificates that is there gives way to one that the scratch server's is in; one that is not there is missed as it would be at home.
 */
function withServer({ url }: UrlVariable, postgres: ScratchPostgres, folder: string): string {
	const options = (url.query ?? "")
		.split("&")
		.filter((option) => option !== "" && !/^(host|port|hostaddr|service|user|password|dbname|options)=/.test(option))
		.map((option) => {
			const path = /^sslrootcert=(.+)$/.exec(option)?.[1];
			const isThere = path !== undefined && isFile(resolve(folder, decoded(path)));
			return isThere ? `sslrootcert=${encodeURIComponent(postgres.trustedCertificates)}` : option;
		});
	const query = options.length === 0 ? "" : `?${options.join("&")}`;
	return `${url.scheme}://${postgres.user}:${postgres.password}@127.0.0.1:${postgres.port}/${postgres.database}${query}`;
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function isFile(path: string): boolean {
	return kindOfPath(path) === "file";
}

/** A file with an absolute path gets a copy; null where the URL may stay as it is, since it leads into the copied project or to no file. */
async function scratchSqlite({ text, url }: UrlVariable, folder: string, { root, copy }: Copied): Promise<string | null> {
	const path = url.database ?? "";
	if (!isAbsolute(path) || parseDatabaseUrl(text)?.database !== path) return null;
	const inside = relative(root, path);
	const target = inside.startsWith("..") || isAbsolute(inside) ? await copySqliteFile(path, folder) : join(copy, inside);
	return text.replace(path, () => target);
}
