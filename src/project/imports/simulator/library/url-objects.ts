import { changeQuery, parseDatabaseUrl } from "../../../database/database-url.ts";
import type { Call } from "../../trace.ts";
import type { ConstantValue, InstanceValue, Origin, Value } from "../../values.ts";
import { constant } from "../external.ts";
import type { CallArguments } from "../machine.ts";
import { asText } from "../operations.ts";

const makeUrl = /^sqlalchemy\..*\bmake_url$/;
const createUrl = /^sqlalchemy\..*\bURL\.create$/;
/** pydantic's URL types, which pydantic 2 makes objects of, and those of its core. */
const urlType = /^(?:pydantic\.networks\.(?:AnyUrl|\w+Dsn)|pydantic_core\.(?:\w+\.)?(?:MultiHostUrl|Url))$/;
const buildUrl = /^(?:pydantic\.networks\.(?:AnyUrl|\w+Dsn)|pydantic_core\.(?:\w+\.)?(?:MultiHostUrl|Url))\.build$/;

/** Under which an object of a URL type keeps the text that it was made of. */
export const urlAttribute = "__url__";

/**
 * The URL, password included, that an object stands for: what SQLAlchemy's `make_url`, `URL.create` and `.set(…)` give, and pydantic's URL types.
 * Its origin is where its scheme is written. Null where it is none, or not known.
 */
export function urlText(value: Value): ConstantValue | null {
	if (value.kind !== "instance") return null;
	const kept = value.attributes.get(urlAttribute);
	if (kept?.kind === "constant") return kept;
	const { call } = value;
	if (call === null || call.result !== value) return null;
	if (call.callee.kind === "external") {
		const { canonical } = call.callee;
		if (makeUrl.test(canonical)) return given(call.args[0] ?? call.keywords.get("name_or_url"));
		if (createUrl.test(canonical)) return created(call);
		if (buildUrl.test(canonical)) return built(call);
		if (urlType.test(canonical)) return given(call.args[0] ?? call.keywords.get("url"));
	}
	return call.callee.kind === "bound-method" ? changed(call, call.callee.receiver, call.callee.name) : null;
}

/** `str(url)`, or a method that writes a URL out; null where it is none of these, or where the text is not known. */
export function writtenUrl(
	object: InstanceValue,
	method: string,
	args: CallArguments,
	hidesPassword: boolean,
): ConstantValue | null {
	if (!["str", "render_as_string", "unicode_string"].includes(method)) return null;
	const text = urlText(object);
	if (text === null || typeof text.value !== "string" || text.value.includes(unseen)) return null;
	if (method === "str") return isOfPydantic(object) || !hidesPassword ? text : withHiddenPassword(text, text.value);
	if (method === "unicode_string") return text;
	const hide = args.keywords.get("hide_password") ?? args.args[0];
	if (hide !== undefined && hide.kind !== "constant") return null;
	return hide === undefined || hide.value === true ? withHiddenPassword(text, text.value) : text;
}

function isOfPydantic(object: InstanceValue): boolean {
	return object.of.kind === "external" && /^pydantic(_core)?\./.test(object.of.canonical);
}

function withHiddenPassword(text: ConstantValue, url: string): ConstantValue {
	return { ...text, value: url.replace(/^([^:]+:\/\/[^:/@]*):[^@]*@/, "$1:***@") };
}

function given(value: Value | undefined): ConstantValue | null {
	if (value?.kind === "constant") return typeof value.value === "string" ? value : null;
	return value === undefined ? null : urlText(value);
}

/** Stands for a user, password or host that is not known: the rest of the URL says what an engine makes of it. */
const unseen = "\uE000";

type Part = "drivername" | "username" | "password" | "host" | "port" | "database";
const parts: readonly Part[] = ["drivername", "username", "password", "host", "port", "database"];

/** `URL.create(…)`, written out as `URL.render_as_string` of sqlalchemy/engine/url.py does. */
function created(call: Call): ConstantValue | null {
	if (call.open) return null;
	const texts: Partial<Record<Part, string>> = {};
	for (const [index, part] of parts.entries()) {
		const value = call.keywords.get(part) ?? call.args[index];
		const isShown = part === "drivername" || part === "database";
		const text = value === undefined || isNone(value) ? "" : (asText(value) ?? (isShown ? null : unseen));
		if (text === null) return null;
		if (value !== undefined && !isNone(value)) texts[part] = text;
	}
	const query = call.keywords.get("query") ?? call.args[parts.length];
	const options = query === undefined || isNone(query) ? "" : queryText(query);
	const { drivername, username, password, host, port, database } = texts;
	if (drivername === undefined || options === null) return null;
	let text = `${drivername}://`;
	if (username !== undefined)
		text += `${encodeURIComponent(username)}${password === undefined ? "" : `:${encodeURIComponent(password)}`}@`;
	if (host !== undefined) text += host.includes(":") ? `[${host}]` : host;
	if (port !== undefined && port !== unseen) text += `:${port}`;
	if (database !== undefined) text += `/${database}`;
	return constant(text + options, originOf(call.keywords.get("drivername") ?? call.args[0]));
}

function queryText(query: Value): string | null {
	if (query.kind !== "dict" || !query.complete) return null;
	const options: string[] = [];
	for (const [name, value] of query.entries) {
		const text = asText(value);
		if (typeof name !== "string" || text === null) return null;
		options.push(`${encodeURIComponent(name)}=${encodeURIComponent(text)}`);
	}
	return options.length === 0 ? "" : `?${options.toSorted().join("&")}`;
}

/** `PostgresDsn.build(…)` of pydantic 2, which encodes nothing; pydantic 1 calls a part of it by another name, and wants its path with a slash. */
function built(call: Call): ConstantValue | null {
	const { keywords } = call;
	if (call.open || keywords.has("hosts") || keywords.has("fragment") || keywords.has("tld")) return null;
	const read = (name: string): string | null | undefined => {
		const value = keywords.get(name);
		if (value === undefined || isNone(value)) return undefined;
		return asText(value) ?? (["username", "user", "password", "host"].includes(name) ? unseen : null);
	};
	const isOld = keywords.has("user");
	if (isOld && call.callee.kind === "external" && call.callee.canonical.startsWith("pydantic_core.")) return null;
	const [scheme, username, password, host, port, path, query] = [
		read("scheme"),
		read(isOld ? "user" : "username"),
		read("password"),
		read("host"),
		read("port"),
		read("path"),
		read("query"),
	];
	const all = [scheme, username, password, host, port, path, query];
	if (all.includes(null) || scheme === undefined || host === undefined) return null;
	const login = username === undefined ? "" : `${username}${password === undefined ? "" : `:${password}`}@`;
	const folder = path === undefined ? "" : isOld ? path : `/${path}`;
	const text = `${scheme}://${login}${host}${port === undefined ? "" : `:${port}`}${folder}${query === undefined ? "" : `?${query}`}`;
	return constant(text, originOf(keywords.get("scheme")));
}

/** `url.set(drivername=…)` and the methods that take options out of the query. */
function changed({ args, keywords, open }: Call, receiver: Value, name: string): ConstantValue | null {
	const before = urlText(receiver);
	if (before === null || typeof before.value !== "string" || open) return null;
	const url = parseDatabaseUrl(before.value);
	if (url === null) return null;
	if (name === "set") {
		const scheme = keywords.get("drivername");
		const isOnly = args.length === 0 && keywords.size === 1;
		if (!isOnly || scheme?.kind !== "constant" || typeof scheme.value !== "string") return null;
		return constant(scheme.value + before.value.slice(url.scheme.length), scheme.origin);
	}
	const [names] = args;
	if (name !== "difference_update_query" || names?.kind !== "sequence" || !names.complete) return null;
	if (url.query === null) return before;
	const dropped = names.items.map(asText);
	const query = changeQuery(url.query, (option, written) => (dropped.includes(option.name) ? null : written));
	return { ...before, value: before.value.slice(0, -url.query.length - 1) + (query === "" ? "" : `?${query}`) };
}

function isNone(value: Value): boolean {
	return value.kind === "constant" && value.value === null;
}

function originOf(value: Value | undefined): Origin | null {
	return value?.kind === "constant" ? value.origin : null;
}
