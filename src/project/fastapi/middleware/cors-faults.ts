import { versionSatisfies } from "../../../environment/pep440.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import type { TextRange } from "../../../text/range.ts";
import type { Call } from "../../imports/trace.ts";
import type { Value } from "../../imports/values.ts";
import type { Module, Project } from "../../project.ts";
import { type UrlEdit, urlTexts } from "./url-texts.ts";

/** An argument of CORSMiddleware with the expression that stands for it. */
interface Argument {
	readonly module: Module;
	readonly node: ast.Expression;
}

/** Something in the options of CORSMiddleware that keeps a browser from its answer. */
export type CorsFault =
	/** An item of `allow_origins` that is no origin. */
	| {
			readonly kind: "origin";
			readonly origin: string;
			/** The origins as browsers send them; empty where that cannot be told. */
			readonly meant: readonly string[];
			/** Is what is meant certain, so that nothing but the spelling changes? */
			readonly isCertain: boolean;
			/** Where the text stands, by itself; null where it is put together, or set outside the code. */
			readonly place: { readonly path: string; readonly range: TextRange } | null;
			readonly list: Argument | null;
	  }
	/** A text where a list is meant. */
	| { readonly kind: "text"; readonly argument: string; readonly text: string; readonly at: Argument }
	/** A pattern that no origin fits. */
	| { readonly kind: "pattern"; readonly pattern: string; readonly meant: string | null; readonly at: Argument }
	/** URLs of pydantic, which are no texts, or have a slash at the end as texts. */
	| { readonly kind: "url"; readonly at: Argument; readonly isText: boolean; readonly edits: readonly UrlEdit[] }
	/** Every origin with credentials, on a Starlette that then answers `*` to who sends no cookie. */
	| { readonly kind: "star"; readonly module: Module; readonly call: ast.Call };

/** A fault with the call that it belongs to, and whether no browser gets an answer at all. */
export interface FoundCorsFault {
	readonly fault: CorsFault;
	readonly call: Call;
	readonly isTotal: boolean;
}

/** What is wrong with the CORSMiddleware of the applications that start-up makes. */
export function* corsFaults(project: Project): Generator<FoundCorsFault> {
	for (const call of project.trace.calls) {
		if (!isCors(call)) continue;
		for (const fault of textsOf(call)) yield { fault, call, isTotal: isUnusable(fault) };
		const hasPattern = call.keywords.has("allow_origin_regex");
		const origins = originsOf(call);
		const bad = (origins ?? []).filter(({ text }) => !isOrigin(text));
		const list = argumentAt(call, "allow_origins");
		for (const { text, value } of bad)
			yield { fault: originFault(project, text, value, list), call, isTotal: bad.length === origins?.length && !hasPattern };
		const pattern = patternFault(call);
		if (pattern !== null) yield { fault: pattern, call, isTotal: origins === null && !call.keywords.has("allow_origins") };
		const found = list === null || !writesUrls(project) ? null : urlTexts(project, list.module, list.node);
		if (list !== null && found !== null) {
			const { isText, edits, isAll } = found;
			yield { fault: { kind: "url", at: list, isText, edits }, call, isTotal: isAll && !hasPattern };
		}
		if (isStarWithCredentials(project, call))
			yield { fault: { kind: "star", module: call.module, call: call.node }, call, isTotal: false };
	}
}

const middleware = "starlette.middleware.cors.CORSMiddleware";

/** `app.add_middleware(CORSMiddleware, …)`, `Middleware(CORSMiddleware, …)` or `CORSMiddleware(app, …)`. */
function isCors({ callee, args: [first], reached, guarded }: Call): boolean {
	if (!reached || guarded) return false;
	if (callee.kind === "external" && callee.canonical === middleware) return true;
	const takesIt =
		(callee.kind === "bound-method" && callee.name === "add_middleware") ||
		(callee.kind === "external" && callee.canonical === "starlette.middleware.Middleware");
	return takesIt && first?.kind === "external" && first.canonical === middleware;
}

function argumentAt(call: Call, name: string): Argument | null {
	const node = findKeyword(call.node, name)?.value;
	return node === undefined ? null : { module: call.module, node };
}

/** Methods that a browser sends without asking for them by name (https://fetch.spec.whatwg.org/#cors-safelisted-method). */
const safeMethods = /^(?:GET|HEAD|POST)$/;

/** Arguments that are a text where a list is meant; `*` alone means everything either way. */
function* textsOf(call: Call): Generator<Extract<CorsFault, { kind: "text" }>> {
	for (const argument of ["allow_origins", "allow_methods", "allow_headers"]) {
		const value = call.keywords.get(argument);
		const at = argumentAt(call, argument);
		if (value?.kind !== "constant" || typeof value.value !== "string" || at === null) continue;
		if (value.value.includes("*") || value.value === "") continue;
		yield { kind: "text", argument, text: value.value, at };
	}
}

function isUnusable({ argument, text }: Extract<CorsFault, { kind: "text" }>): boolean {
	return argument === "allow_headers" || (argument === "allow_methods" && !safeMethods.test(text));
}

/** The texts of `allow_origins`, where all of them are known. */
function originsOf(call: Call): readonly { text: string; value: Value }[] | null {
	const listed = call.keywords.get("allow_origins");
	if (listed?.kind !== "sequence" || !listed.complete || listed.items.length === 0) return null;
	const origins = listed.items.flatMap((value) =>
		value.kind === "constant" && typeof value.value === "string" ? [{ text: value.value, value }] : [],
	);
	return origins.length === listed.items.length && origins.every(({ text }) => text !== "*") ? origins : null;
}

/** Can a browser send this as an Origin header? Schemes of apps and extensions count as well. */
function isOrigin(origin: string): boolean {
	if (origin === "null" || /^[a-z][a-z0-9+.-]*:\/\/$/.test(origin)) return true;
	const [, scheme = "", host = "", port] = /^([a-z][a-z0-9+.-]*):\/\/([^/\s*?#:]+|\[[\da-f:]+\])(?::(\d+))?$/.exec(origin) ?? [];
	if (host === "") return false;
	const isWeb = scheme === "http" || scheme === "https";
	return !isWeb || (host === host.toLowerCase() && port !== (scheme === "http" ? "80" : "443"));
}

function originFault(project: Project, origin: string, value: Value, list: Argument | null): CorsFault {
	const source = value.kind === "constant" && value.origin?.type === "source" ? value.origin : null;
	const written =
		source === null ? undefined : project.modulesByPath.get(source.path)?.text.slice(source.range.start, source.range.end);
	const parts = origin.split(",").map((part) => asOrigin(part.trim()));
	const meant = parts.flatMap((part) => part ?? []).length === parts.length ? parts.flatMap((part) => part ?? []) : [];
	return {
		kind: "origin",
		origin,
		meant,
		isCertain: /^\s*[A-Za-z][\w+.-]*:\/\//.test(origin),
		place: source !== null && written === origin ? { path: source.path, range: source.range } : null,
		list,
	};
}

/** How browsers write the origin that a text means; null where that cannot be told. */
function asOrigin(text: string): string | null {
	const local = /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(text);
	const named = local ? `http://${text}` : /^[\w-]+(?:\.[\w-]+)+$/.test(text) ? `https://${text}` : text;
	const [, scheme = "", host = "", port = ""] = /^(https?):\/\/([^/\s*?#:]+)(:\d+)?(?:\/[^*]*)?$/i.exec(named) ?? [];
	if (host === "") return isOrigin(named) ? named : null;
	const usual = scheme.toLowerCase() === "http" ? ":80" : ":443";
	const origin = `${scheme}://${host}`.toLowerCase() + (port === usual ? "" : port);
	return isOrigin(origin) ? origin : null;
}

/** A regular expression with a slash behind the host, or with a star as file names have it. */
function patternFault(call: Call): CorsFault | null {
	const value = call.keywords.get("allow_origin_regex");
	const at = argumentAt(call, "allow_origin_regex");
	if (value?.kind !== "constant" || typeof value.value !== "string" || at === null) return null;
	const pattern = value.value;
	const [, host = "", end = ""] = /^(\^?https?\??:\/\/[^/|()]+)\/(\$?)$/.exec(pattern) ?? [];
	if (host !== "") return { kind: "pattern", pattern, meant: host + end, at };
	const glob = /^(\^?https?\??:\/\/)(\*\.|)([\w.-]+)(:\*|)(\$?)$/.exec(pattern);
	const [, scheme = "", star = "", name = "", ports = "", last = ""] = glob ?? [];
	if (star === "" && ports === "") return null;
	const meant = `${scheme}${star && ".*\\."}${name.replace(/\./g, "\\.")}${ports && ":\\d+"}${last}`;
	return { kind: "pattern", pattern, meant, at };
}

/** Does pydantic's URL become a text with a slash behind its host, and is it none itself? So since pydantic 2. */
function writesUrls({ environment }: Project): boolean {
	const version = environment.distributions.get("pydantic")?.version;
	return version !== undefined && versionSatisfies(version, ">=2") === true;
}

/** Starlette 1 answers with the origin itself; before, one who sends no cookie is answered `*`, which browsers refuse with credentials. */
function isStarWithCredentials({ environment }: Project, { keywords }: Call): boolean {
	const version = environment.distributions.get("starlette")?.version;
	if (version === undefined || versionSatisfies(version, "<1.0.0a1") !== true) return false;
	const credentials = keywords.get("allow_credentials");
	if (credentials?.kind !== "constant" || credentials.value !== true) return false;
	const origins = keywords.get("allow_origins");
	if (origins?.kind === "constant") return origins.value === "*";
	return origins?.kind === "sequence" && origins.items.some((item) => item.kind === "constant" && item.value === "*");
}
