import type * as ast from "../../python/ast.ts";
import { addArgument, findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import type { TextEdit } from "../../text/range.ts";
import type { Project } from "../project.ts";
import { parseDatabaseUrl } from "./database-url.ts";
import { changeOptions } from "./driver-options.ts";
import type { EngineCall } from "./engine-calls.ts";
import { editUrl, findWrittenValue } from "./written-url.ts";

/** Edits that let an engine have another URL than it gets now. */
export interface AdaptedUrl {
	readonly edits: readonly TextEdit[];
	readonly needs: readonly { readonly path: string; readonly module: string; readonly name: string }[];
	/** `value`: the URL is changed where it is written; `code`: where the engine is made, because it comes from elsewhere. */
	readonly where: "value" | "code";
	/** Says what becomes of the options of the URL; empty where nothing does. */
	readonly explanation: string;
	/** False where an option is dropped that may matter. */
	readonly isCertain: boolean;
}

/**
 * Gives an engine's URL another scheme, with options that the driver takes: where the value is written, or, where it comes from the
 * environment of the server or is put together from pieces, by SQLAlchemy's `make_url` where the engine is made. Null where neither is certain.
 */
export function adaptUrl(project: Project, engine: EngineCall, scheme: string, driver: string): AdaptedUrl | null {
	const { url, value } = engine;
	if (url === null) return null;
	const changed = changeOptions(url, driver);
	const words = { explanation: changed.explanation, isCertain: changed.isCertain };
	const written = findWrittenValue(project, value);
	const edits = written === null ? null : editUrl(written, url, { scheme, query: changed.query });
	if (edits !== null) return { edits, needs: [], where: "value", ...words };
	const inCode = adaptInCode(engine, scheme, driver);
	return inCode === null ? null : { ...inCode, where: "code", ...words };
}

/** `create_async_engine(make_url(settings.url).set(drivername="postgresql+asyncpg"), connect_args={"ssl": "require"})`. */
function adaptInCode({ call, url }: EngineCall, scheme: string, driver: string): Pick<AdaptedUrl, "edits" | "needs"> | null {
	const { module, node } = call;
	const given = node.args[0] ?? findKeyword(node, "url")?.value;
	if (url === null || given === undefined || given.type === "Starred" || isEngineCall(given)) return null;
	const text = module.text.slice(given.start, given.end);
	const options = optionChanges(url.options, changeOptions(url, driver).query, driver);
	let code = /^(?:\w+\.)*make_url\(/.test(text) ? text : `make_url(${text})`;
	if (scheme !== url.scheme) code += `.set(drivername="${scheme}")`;
	if (options.dropped.length > 0) {
		const names = options.dropped.map((name) => `"${name}"`);
		code += `.difference_update_query([${names.join(", ")}])`;
	}
	if (options.added.length > 0)
		code += `.update_query_dict({${options.added.map(({ name, value }) => `"${name}": "${value}"`).join(", ")}})`;
	const edits = [replaceText(module, given.start, given.end, code)];
	if (options.ssl !== null) {
		const edit = addConnectArgument(module, node, `"ssl": "${options.ssl}"`);
		if (edit === null || call.open) return null;
		edits.push(edit);
	}
	return { edits, needs: [{ path: module.path, module: "sqlalchemy", name: "make_url" }] };
}

function isEngineCall(expression: ast.Expression): boolean {
	return expression.type === "Call" && expression.callee.type === "Name" && /engine/.test(expression.callee.id);
}

interface OptionChanges {
	/** Options that the URL is to lose. */
	readonly dropped: readonly string[];
	readonly added: EngineOptions;
	/** What `connect_args` has to say to asyncpg about TLS instead, or null. */
	readonly ssl: string | null;
}

function optionChanges(options: EngineOptions, query: string | null, driver: string): OptionChanges {
	const kept = parseDatabaseUrl(`any://?${query ?? ""}`)?.options ?? [];
	const isSame = (one: EngineOptions[number], other: EngineOptions[number]): boolean =>
		one.name === other.name && one.value === other.value;
	const dropped = [...new Set(options.map(({ name }) => name))].filter((name) => !kept.some((each) => each.name === name));
	const added = kept.filter((each) => !options.some((option) => isSame(option, each)));
	if (driver !== "asyncpg") return { dropped, added, ssl: null };
	const ssl = added.find(({ name }) => name === "ssl")?.value ?? null;
	return { dropped, added: [], ssl };
}

type EngineOptions = readonly { readonly name: string; readonly value: string }[];

/** Adds an entry to the `connect_args` of a call, which gets them where it has none; null where they are no dict display. */
function addConnectArgument(
	module: { readonly path: string; readonly text: string; readonly tree: ast.Module },
	call: ast.Call,
	entry: string,
): TextEdit | null {
	const given = findKeyword(call, "connect_args");
	if (given === null) return addArgument(module, call, `connect_args={${entry}}`);
	if (given.value.type !== "Dict") return null;
	const last = given.value.entries.at(-1);
	if (last === undefined) return replaceText(module, given.value.start, given.value.end, `{${entry}}`);
	return replaceText(module, last.value.end, last.value.end, `, ${entry}`);
}
