import { versionSatisfies } from "../../../environment/pep440.ts";
import { findInClass } from "../../../project/imports/simulator/classes/class-members.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import { parseDatabaseScheme } from "../../../project/manifests/database-drivers.ts";
import { inFolder } from "../../../project/manifests/paths.ts";
import { configOf } from "../../../project/models/pydantic-model.ts";
import type { Project } from "../../../project/project.ts";
import { walk } from "../../../python/walk.ts";
import type { OptionalUse } from "../../repair/packages/optional-use.ts";
import { isExternal, resolveName } from "./names.ts";

/** What one call needs: a package that its library imports only then. */
type Need = Pick<OptionalUse, "providers" | "importName" | "what" | "error"> & Partial<Pick<OptionalUse, "extras">>;

/** Objects whose construction imports an optional package of their library. */
export function listConstructions(project: Project): OptionalUse[] {
	const constructed = project.trace.calls.flatMap((call) => {
		if (!call.reached || call.guarded) return [];
		const need =
			passwordHash(call) ??
			socksProxy(call) ??
			limiterStorage(call) ??
			databaseBackend(call) ??
			searchClient(call, project) ??
			adminSession(call);
		if (need === null) return [];
		const { module, node, stage, order } = call;
		const range = { start: node.callee.start, end: node.callee.end };
		return [{ extras: [], floor: null, ...need, module, range, stage, order }];
	});
	return [...constructed, ...taskQueues(project), ...yamlSettings(project)];
}

/** `Celery(broker="redis://…")` imports its client when a task is sent (kombu/transport/redis.py), which requests do. */
function taskQueues(project: Project): OptionalUse[] {
	return project.trace.calls.flatMap(({ callee, args, keywords, reached, module, node, order }) => {
		if (!reached || !isExternal(callee, /^celery\.(?:app\.base\.)?Celery$/)) return [];
		const urls = [keywords.get("broker") ?? args[9], keywords.get("backend") ?? args[2]].map(textOf);
		const scheme = urls.map((url) => /^(rediss?|sentinel):\/\//.exec(url ?? "")?.[1]).find((each) => each !== undefined);
		if (scheme === undefined || !sendsTasks(project)) return [];
		const range = { start: node.callee.start, end: node.callee.end };
		return [
			{
				providers: ["redis"],
				extras: [],
				floor: null,
				importName: "redis",
				what: `Celery with a ${scheme}:// address`,
				module,
				range,
				stage: "request" as const,
				order,
				error: "ImportError: Missing redis library (pip install redis)",
			},
		];
	});
}

function sendsTasks(project: Project): boolean {
	for (const { text } of project.modules.values()) if (/\.(?:delay|apply_async|send_task)\(/.test(text)) return true;
	return false;
}

/** `pwdlib.PasswordHash.recommended()` makes an Argon2 hasher (pwdlib/_hash.py). */
function passwordHash({ callee }: Call): Need | null {
	const isRecommended =
		isExternal(callee, /^pwdlib\.(?:_hash\.)?PasswordHash\.recommended$/) ||
		isMethodOf(callee, "recommended", /^pwdlib\.(?:_hash\.)?PasswordHash$/);
	if (!isRecommended) return null;
	return {
		providers: ["argon2-cffi"],
		importName: "argon2",
		what: "PasswordHash.recommended()",
		error:
			"pwdlib.exceptions.HasherNotAvailable: The argon2 hash algorithm is not available. Are you sure it's installed? Try to run `pip install pwdlib[argon2]`.",
	};
}

/** `httpx.Client(proxy="socks5://…")` imports socksio when the client is made (httpx/_transports/default.py). */
function socksProxy({ callee, keywords }: Call): Need | null {
	if (!isExternal(callee, /^httpx\.(?:_client\.)?(?:Async)?Client$/)) return null;
	const proxy = textOf(keywords.get("proxy") ?? keywords.get("proxies"));
	if (!/^socks5h?:\/\//.test(proxy ?? "")) return null;
	return {
		providers: ["socksio"],
		importName: "socksio",
		what: "an httpx client with a SOCKS proxy",
		error:
			"ImportError: Using SOCKS proxy, but the 'socksio' package is not installed. Make sure to install httpx using `pip install httpx[socks]`.",
	};
}

/** Packages that `limits` asks for by the scheme of a storage (`limits/storage/*.py`, `DEPENDENCIES`). */
const storagePackages: Readonly<Record<string, string>> = {
	redis: "redis",
	rediss: "redis",
	"redis+unix": "redis",
	memcached: "pymemcache",
	mongodb: "pymongo",
};

/** `slowapi.Limiter(storage_uri="redis://…")` opens its storage when it is made. */
function limiterStorage({ callee, keywords }: Call): Need | null {
	const isLimiter = isExternal(callee, /^slowapi\.(?:extension\.)?Limiter$/);
	if (!isLimiter && !isExternal(callee, /^limits\.storage\.storage_from_string$/)) return null;
	const scheme = /^([a-z+]+):\/\//.exec(textOf(keywords.get("storage_uri")) ?? "")?.[1];
	const name = scheme === undefined ? undefined : storagePackages[scheme];
	if (name === undefined) return null;
	return {
		providers: [name],
		importName: name,
		what: `a limiter with a ${scheme}:// storage`,
		error: `limits.errors.ConfigurationError: '${name}' prerequisite not available.…`,
	};
}

/** Drivers of the library `databases` by dialect (`Database.SUPPORTED_BACKENDS` of databases/core.py). */
const databaseBackends: Readonly<Record<string, string>> = { postgresql: "asyncpg", mysql: "aiomysql", sqlite: "aiosqlite" };

/** `databases.Database(url)` imports the driver of its URL when it is made. */
function databaseBackend({ callee, args, keywords }: Call): Need | null {
	if (!isExternal(callee, /^databases\.(?:core\.)?Database$/)) return null;
	const scheme = parseDatabaseScheme(textOf(args[0] ?? keywords.get("url")) ?? "");
	if (scheme === null) return null;
	const driver = scheme.driver ?? databaseBackends[scheme.database];
	if (driver === undefined || !/^(?:asyncpg|aiopg|aiomysql|asyncmy|aiosqlite)$/.test(driver)) return null;
	return {
		providers: [driver],
		importName: driver,
		what: `the database URL ${scheme.database}://`,
		error: `ModuleNotFoundError: No module named '${driver}'`,
	};
}

/** `elasticsearch.AsyncElasticsearch(…)` makes its connections, which are aiohttp's (elastic_transport/_node/_http_aiohttp.py). */
function searchClient({ callee, keywords }: Call, { environment }: Project): Need | null {
	if (!isExternal(callee, /^elasticsearch\.(?:\w+\.)*AsyncElasticsearch$/) || keywords.has("node_class")) return null;
	const version = environment.distributions.get("elasticsearch")?.version;
	if (version === undefined || versionSatisfies(version, ">=8") !== true) return null;
	return {
		providers: ["aiohttp"],
		importName: "aiohttp",
		what: "AsyncElasticsearch",
		error: "ValueError: You must have 'aiohttp' installed to use AiohttpHttpNode",
	};
}

/** A backend of sqladmin's authentication signs its sessions: it imports starlette's middleware for them when it is made (sqladmin/authentication.py). */
function adminSession({ callee }: Call): Need | null {
	if (callee.kind !== "class" || findInClass(callee, "__init__") !== null) return null;
	if (!callee.bases.some((base) => isExternal(base, /^sqladmin\.authentication\.AuthenticationBackend$/))) return null;
	return {
		providers: ["itsdangerous"],
		importName: "itsdangerous",
		what: `${callee.node.name.name} (an AuthenticationBackend of sqladmin)`,
		error: "ModuleNotFoundError: No module named 'itsdangerous'",
	};
}

/** Settings that a class reads from a YAML file which is there: pydantic-settings then imports PyYAML (pydantic_settings/sources). */
function yamlSettings(project: Project): OptionalUse[] {
	return project.trace.settings.flatMap(({ call, settingsClass }) => {
		const file = configOf(settingsClass, "yaml_file");
		const customise = findInClass(settingsClass, "settings_customise_sources")?.value;
		if (!call.reached || call.guarded || customise?.kind !== "function" || file?.kind !== "constant") return [];
		if (typeof file.value !== "string" || !project.files.has(inFolder(project.workingDirectory, file.value))) return [];
		let isRead = false;
		walk(customise.node, (node) => {
			isRead ||= "type" in node && node.type === "Call" && isExternal(resolveName(node.callee, customise.scope), yamlSource);
			return !isRead;
		});
		if (!isRead) return [];
		const { module, node, stage, order } = call;
		return [
			{
				providers: ["pyyaml"],
				extras: [],
				floor: null,
				importName: "yaml",
				what: `the settings file ${file.value}`,
				module,
				range: { start: node.callee.start, end: node.callee.end },
				stage,
				order,
				error: "ImportError: PyYAML is not installed, run `pip install pydantic-settings[yaml]`",
			},
		];
	});
}

const yamlSource = /^pydantic_settings\.(?:\w+\.)*YamlConfigSettingsSource$/;

function isMethodOf(callee: Value, name: string, owner: RegExp): boolean {
	return (
		callee.kind === "bound-method" &&
		callee.name === name &&
		callee.receiver.kind === "external" &&
		isExternal(callee.receiver, owner)
	);
}

function textOf(value: Value | undefined): string | null {
	return value?.kind === "constant" && typeof value.value === "string" ? value.value : null;
}
