import { listAsyncEngines } from "../manifests/async-engines.ts";
import { databaseDrivers } from "../manifests/database-drivers.ts";
import type { Project } from "../project.ts";
import { fernetPlaceholder } from "./fernet-placeholder.ts";
import { readSettingType } from "./setting-type.ts";
import { settingUse } from "./setting-uses.ts";
import type { SettingsField } from "./settings-class.ts";

/** A value that a setting takes, and that nobody mistakes for a real one. */
export function placeholderFor(project: Project, field: SettingsField): string {
	const { members, choices } = readSettingType(field.node.annotation);
	const name = (field.keys[0] ?? field.name).toUpperCase();
	const type = members?.[0] ?? "str";
	if (choices?.[0] !== undefined) return choices[0];
	switch (type) {
		case "bool":
			return "false";
		case "int":
		case "PositiveInt":
		case "NonNegativeInt":
			return String(numberFor(name));
		case "float":
			return `${numberFor(name)}.0`;
		case "EmailStr":
			return "change-me@example.com";
		case "DirectoryPath":
			return ".";
		case "dict":
		case "Dict":
			return "{}";
		case "list":
		case "List":
		case "set":
		case "Set":
		case "tuple":
		case "Tuple":
			return "[]";
		default: {
			// Types such as PostgresDsn have a say of their own.
			const used = type === "str" || type === "SecretStr" ? usedText(project, field.name, name) : null;
			return padded(used ?? textFor(project, name, type), field.constraints.minLength);
		}
	}
}

/** The same for a variable of which only the name is known. */
export function placeholderText(project: Project, key: string): string {
	const used = usedText(project, key, key);
	if (used !== null) return used;
	return /(MINUTES|DAYS|SECONDS|SIZE|LIMIT)$/.test(key) ? String(numberFor(key)) : textFor(project, key, "str");
}

/** What the code that uses a setting can do with it; null where that does not say it. */
function usedText(project: Project, name: string, key: string): string | null {
	switch (settingUse(project, name)) {
		case "number":
			return String(numberFor(key));
		case "json":
			return "[]";
		case "truth":
			return "false";
		case "database-url":
			return databaseUrl(project);
		case "fernet-key":
			return fernetPlaceholder;
		default:
			return null;
	}
}

function textFor(project: Project, name: string, type: string): string {
	if (type === "RedisDsn" || /REDIS.*(URL|URI|DSN)$/.test(name)) return "redis://localhost:6379/0";
	if (type === "MongoDsn" || /MONGO.*(URL|URI|DSN)$/.test(name)) return "mongodb://localhost:27017/app";
	if (type === "AmqpDsn" || /(AMQP|RABBIT).*(URL|URI|DSN)$/.test(name)) return "amqp://guest:guest@localhost:5672//";
	if (type === "PostgresDsn") {
		const url = databaseUrl(project);
		return url.startsWith("postgresql") ? url : "postgresql://user:change-me@localhost/app";
	}
	if (/(DATABASE|DB|SQLALCHEMY|POSTGRES|PG|SQL|MYSQL).*(URL|URI|DSN)$/.test(name)) return databaseUrl(project);
	for (const [words, text] of texts) if (words.test(name)) return text;
	if (type.endsWith("Url") || /_(URL|URI)$/.test(name)) return "http://localhost:8000";
	if (/(^|_)PORT$/.test(name)) return String(numberFor(name));
	if (/ALGORITHM$/.test(name)) return "HS256";
	if (/(DB|DATABASE|SQL).*(DRIVER|DIALECT|SCHEME|ENGINE)$/.test(name)) return databaseUrl(project).replace(/:\/\/.*$/, "");
	if (/EMAIL$/.test(name)) return "change-me@example.com";
	return /(HOST|HOSTNAME|SERVER)$/.test(name) ? "localhost" : "change-me";
}

/** Words that a library takes at a certain place and nothing else, by the names that such settings have. */
const texts: readonly (readonly [RegExp, string])[] = [
	[/(^|_)DOCS_(URL|PATH)$/, "/docs"],
	[/(^|_)REDOC_(URL|PATH)$/, "/redoc"],
	[/(^|_)OPENAPI_(URL|PATH)$/, "/openapi.json"],
	[/(^|_)(PREFIX|API_V\d+_STR|API_STR)$/, "/api"],
	[/MAIL_FROM$|(^|_)(FROM_EMAIL|SENDER)$/, "change-me@example.com"],
	[/(^|_)(STARTTLS|SSL_TLS|USE_TLS|USE_SSL)$/, "true"],
	[/LOG(GING)?_?LEVEL$/, "INFO"],
	[/(^|_)(TIMEZONE|TZ)$/, "UTC"],
	[/(^|_)(TELEGRAM|TG|BOT)_(API_)?TOKEN$/, "123456789:change-me"],
];

/** A URL that names a driver the backend declares, for the kind of engine it makes. */
function databaseUrl(project: Project): string {
	const isAsync = listAsyncEngines(project).length > 0;
	const declared = new Set(project.manifests.flatMap(({ requirements }) => requirements.map(({ normalized }) => normalized)));
	const driver = databaseDrivers.find((each) => each.isAsync === isAsync && declared.has(each.distribution));
	// Code that has something to say about SQLite runs on it, and SQLite needs no server.
	const takesSqlite =
		[...project.modulesByPath.values()].some(({ text }) => /sqlite|check_same_thread/.test(text)) &&
		(!isAsync || declared.has("aiosqlite"));
	if (driver === undefined || takesSqlite) return isAsync ? "sqlite+aiosqlite:///./app.db" : "sqlite:///./app.db";
	const scheme = `${driver.database}+${driver.name}`;
	return driver.database === "sqlite" ? `${scheme}:///./app.db` : `${scheme}://user:change-me@localhost/app`;
}

function numberFor(name: string): number {
	// Redis numbers its databases, and has sixteen.
	if (/REDIS.*_DB$/.test(name)) return 0;
	if (!/PORT$/.test(name)) return 30;
	if (/MYSQL|MARIADB/.test(name)) return 3306;
	if (/(DB|DATABASE|POSTGRES|PG)/.test(name)) return 5432;
	if (/REDIS/.test(name)) return 6379;
	return /(SMTP|MAIL)/.test(name) ? 587 : 8000;
}

function padded(text: string, length: number | null): string {
	return length === null || text.length >= length ? text : text.padEnd(length, `-${text}`);
}
