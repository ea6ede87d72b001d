import { type DatabaseUrl, parseDatabaseUrl } from "../project/database/database-url.ts";
import { listEngineCalls } from "../project/database/engine-calls.ts";
import type { Project } from "../project/project.ts";
import { parseDotenv, resolveDotenv } from "../project/settings/dotenv.ts";

/** An environment variable that gives the server a database URL. */
export interface UrlVariable {
	readonly name: string;
	/** Holds the password: never to be shown. */
	readonly text: string;
	readonly url: DatabaseUrl;
}

/** Environment variables that give the parts of a database's address one by one: `POSTGRES_HOST`, `POSTGRES_DB`. */
export interface AddressVariables {
	readonly host: string;
	readonly port: string;
	readonly user: readonly string[];
	readonly password: readonly string[];
	readonly database: readonly string[];
}

export interface DatabaseSettings {
	readonly urls: readonly UrlVariable[];
	readonly addresses: readonly AddressVariables[];
	/** Variables of the server's shell and of the `.env` files that it reads, the shell's first. */
	readonly variables: ReadonlyMap<string, string>;
	/** The `.env` files that were found, relative to the root. */
	readonly envFiles: readonly string[];
}

const databases = /^(postgres(ql)?|sqlite|mysql|mariadb|mssql|oracle|cockroachdb)$/;

/** Finds the variables by which a project is told its databases: those that hold a URL now, and those whose default in the code is one. */
export function readDatabaseSettings(project: Project): DatabaseSettings {
	const envFiles = listEnvFiles(project);
	const variables = readVariables(project, envFiles);
	const urls = new Map<string, UrlVariable>();
	const note = (name: string, text: unknown): void => {
		if (urls.has(name) || typeof text !== "string") return;
		const url = parseDatabaseUrl(text.trim());
		if (url !== null && databases.test(url.dialect) && leadsSomewhere(url)) urls.set(name, { name, text: text.trim(), url });
	};
	for (const [name, value] of variables) note(name, value);
	for (const { value, text } of listEngineCalls(project)) {
		if (value.kind !== "constant" || value.origin === null || value.origin.type === "source") continue;
		note(value.origin.key, text);
	}
	const names = new Set(variables.keys());
	for (const { fields } of project.trace.settings) {
		for (const { field, given } of fields) {
			const [key] = field.keys;
			if (key === undefined) continue;
			for (const each of field.keys) names.add(each);
			const value = given ?? field.fallback;
			if (value?.kind === "constant" && !isSet(variables, field.keys)) note(key, value.value);
		}
	}
	for (const { name, fallback } of listLookups(project)) {
		names.add(name);
		if (fallback !== null && !variables.has(name)) note(name, fallback);
	}
	return { urls: [...urls.values()], addresses: listAddresses(names), variables, envFiles };
}

/** `postgresql://` alone is a piece that a URL is put together from. */
function leadsSomewhere({ host, database, query }: DatabaseUrl): boolean {
	return Boolean(host) || Boolean(database) || query !== null;
}

function isSet(variables: ReadonlyMap<string, string>, keys: readonly string[]): boolean {
	const folded = new Set([...variables.keys()].map((name) => name.toLowerCase()));
	return keys.some((key) => folded.has(key.toLowerCase()));
}

/** The `.env` files of the backend and of the root, and those that a settings class names. */
function listEnvFiles(project: Project): readonly string[] {
	const named = project.trace.settings.flatMap(({ envFiles }) => envFiles ?? []);
	const usual = [project.workingDirectory, ""].map((folder) => (folder === "" ? ".env" : `${folder}/.env`));
	return [...new Set([...usual, ...named])].filter((path) => project.files.has(path));
}

/** The shell's variables win over those of a file, as they do for pydantic-settings and python-dotenv. */
function readVariables(project: Project, envFiles: readonly string[]): Map<string, string> {
	const variables = new Map(Object.entries(project.processEnvironment));
	for (const path of envFiles) {
		const text = project.files.get(path)?.text ?? "";
		const entries = resolveDotenv(parseDotenv(text).entries, project.processEnvironment, "environment");
		for (const [name, value] of entries) if (typeof value === "string" && !variables.has(name)) variables.set(name, value);
	}
	return variables;
}

interface Lookup {
	readonly name: string;
	/** Text of its default, or null. */
	readonly fallback: string | null;
}

/** `os.getenv("NAME", "…")`, and the like of decouple, environs and Starlette's Config. */
const lookup =
	/\b(?:getenv|environ\.get|environ\[|config|env(?:\.(?:str|url|db|get))?|_config)\s*(?:\(\s*)?["'](\w+)["'](?:\s*,\s*(?:(?:default|cast)\s*=\s*(?:str\s*,\s*default\s*=\s*)?)?["']([^"'\n]*)["'])?/g;

function listLookups(project: Project): readonly Lookup[] {
	const found: Lookup[] = [];
	for (const { module } of project.trace.runs.values()) {
		for (const match of module.text.matchAll(lookup)) {
			if (match[1] !== undefined) found.push({ name: match[1], fallback: match[2] ?? null });
		}
	}
	return found;
}

/** A host counts only where something else of the same address has a name too. */
function listAddresses(names: ReadonlySet<string>): readonly AddressVariables[] {
	const spelled = new Map([...names].map((name) => [name.toUpperCase(), name]));
	const found: AddressVariables[] = [];
	for (const [upper, host] of spelled) {
		const match = /^((?:.*_)?(?:POSTGRES(?:QL)?|PG|DB|DATABASE|SQL)_?(?:DB_)?)(HOST|SERVER|HOSTNAME|ADDRESS)$/.exec(upper);
		if (match === null) continue;
		const prefix = match[1] ?? "";
		const present = (...ends: readonly string[]): string[] =>
			ends.flatMap((end) => {
				const name = spelled.get(prefix + end);
				return name === undefined ? [] : [name];
			});
		const address = {
			host,
			port: present("PORT")[0] ?? spelled.get(`${prefix}PORT`) ?? `${prefix}PORT`,
			user: present("USER", "USERNAME"),
			password: present("PASSWORD", "PASS", "PASSWD", "PWD"),
			database: present("DB", "NAME", "DATABASE", "DBNAME", "DATABASE_NAME", "DB_NAME"),
		};
		if (address.user.length + address.password.length + address.database.length > 0) found.push(address);
	}
	return found;
}
