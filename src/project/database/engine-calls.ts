import { urlText } from "../imports/simulator/library/url-objects.ts";
import type { Call } from "../imports/trace.ts";
import type { Value } from "../imports/values.ts";
import { listAsyncEngines, listSyncEngines } from "../manifests/async-engines.ts";
import type { Project } from "../project.ts";
import { type DatabaseUrl, parseDatabaseUrl } from "./database-url.ts";

/** A place where start-up makes a database engine from a URL that is known. */
export interface EngineCall {
	readonly call: Call;
	readonly isAsync: boolean;
	/** The value that reaches the engine. */
	readonly value: Value;
	/** Its text. Holds the password: never to be shown. */
	readonly text: string;
	/** Null where SQLAlchemy cannot parse it. */
	readonly url: DatabaseUrl | null;
}

/** Engines whose URL is known, in start-up's order. */
export function listEngineCalls(project: Project): readonly EngineCall[] {
	return listEngines(project).flatMap(({ call, isAsync }) => {
		const value = urlValue(call);
		if (value?.kind !== "constant" || typeof value.value !== "string") return [];
		return [{ call, isAsync, value, text: value.value, url: parseDatabaseUrl(value.value) }];
	});
}

/** An engine whose URL may not be known. */
export interface MadeEngine extends Pick<EngineCall, "call" | "isAsync" | "url"> {
	/** What is given for a URL, as far as it is seen. */
	readonly value: Value | undefined;
}

/** Every engine that start-up makes, in order; `url` is null where it is not known. */
export function listEngines(project: Project): readonly MadeEngine[] {
	const calls = [
		...listAsyncEngines(project).map(({ call }) => ({ call, isAsync: true })),
		...listSyncEngines(project).map((call) => ({ call, isAsync: false })),
	];
	return calls
		.map(({ call, isAsync }) => {
			const value = urlValue(call);
			const text = value?.kind === "constant" && typeof value.value === "string" ? value.value : null;
			return { call, isAsync, value, url: text === null ? null : parseDatabaseUrl(text) };
		})
		.sort((a, b) => a.call.order - b.call.order);
}

/** The URL argument of an engine call: a text, or that of a URL object; through `AsyncEngine(create_engine(...))` the one inside, and the entry of a configuration. */
function urlValue(call: Call): Value | undefined {
	const first = call.args[0];
	if (call.callee.kind === "external" && /engine_from_config$/.test(call.callee.canonical)) return configuredUrl(call);
	const value = first ?? call.keywords.get("url");
	if (value?.kind !== "instance" || value.call === null || value.call === call) return value;
	const maker = value.of.kind === "external" ? value.of.name : "";
	return /\.create_engine$/.test(maker) ? urlValue(value.call) : (urlText(value) ?? value);
}

/** `engine_from_config({"sqlalchemy.url": …}, prefix="sqlalchemy.")`. */
function configuredUrl({ args, keywords }: Call): Value | undefined {
	const configuration = args[0] ?? keywords.get("configuration");
	const prefix = args[1] ?? keywords.get("prefix");
	if (configuration?.kind !== "dict" || (prefix !== undefined && prefix.kind !== "constant")) return undefined;
	return configuration.entries.get(`${prefix === undefined ? "sqlalchemy." : String(prefix.value)}url`);
}
