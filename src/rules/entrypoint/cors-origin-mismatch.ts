import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import type { Module } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { findKeyword } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";
import type { TextRange } from "../../text/range.ts";

interface Evidence {
	/** The argument of CORSMiddleware: `allow_origins`, or another that is a text where a list is meant. */
	readonly argument: string;
	/** The expression that gives a text where a list is meant; null for an origin of a list. */
	readonly text: { readonly module: Module; readonly node: ast.Expression } | null;
	readonly origin: string;
	/** The origin as browsers send it; null where that cannot be told. */
	readonly meant: string | null;
	/** Where the text stands, by itself; null where it is put together. */
	readonly place: { readonly path: string; readonly range: TextRange } | null;
	/** Does no origin of the list match anything? */
	readonly all: boolean;
	readonly order: number;
}

const example = (origin: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["${origin}"])
`,
});

export default defineRule<Evidence>({
	name: "cors-origin-mismatch",
	category: "ENTRYPOINT",
	summary: "An allowed origin is written in a way that no browser sends",
	story:
		"Starlette compares the Origin header with the allowed origins as texts. Browsers send scheme, host and port, without a slash at the end: an origin written otherwise never matches, and the browser blocks every answer.",
	references: [
		"https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Origin",
		"https://starlette.dev/middleware/#corsmiddleware",
	],
	example: { before: example("http://localhost:3000/"), after: example("http://localhost:3000") },

	*detect(project) {
		for (const call of project.trace.calls) {
			for (const evidence of textsOf(call)) {
				const { module, node } = call;
				const range = { start: node.start, end: node.end };
				yield { subject: `${module.name}:${evidence.argument}`, path: module.path, range, evidence };
			}
			const origins = originsOf(call);
			if (origins === null) continue;
			const bad = origins.filter(({ text }) => !matches(text));
			for (const { text, value } of bad) {
				const source = value.kind === "constant" && value.origin?.type === "source" ? value.origin : null;
				const written =
					source === null ? undefined : project.modulesByPath.get(source.path)?.text.slice(source.range.start, source.range.end);
				const stripped = text.replace(/^(https?:\/\/[^/]+)\/.*$/, "$1");
				yield {
					subject: `${call.module.name}:${text}`,
					path: call.module.path,
					range: { start: call.node.start, end: call.node.end },
					evidence: {
						argument: "allow_origins",
						text: null,
						origin: text,
						meant: stripped !== text && matches(stripped) ? stripped : null,
						place: source !== null && written === text ? { path: source.path, range: source.range } : null,
						all: bad.length === origins.length && !call.keywords.has("allow_origin_regex"),
						order: call.order,
					},
				};
			}
		}
	},

	describe({ evidence }) {
		const { argument, text, origin, meant, place, all, order } = evidence;
		if (text !== null)
			return {
				severity: all ? "HIGH" : "MEDIUM",
				stage: "request",
				problem: `${argument} is the text "${origin}", not a list`,
				rootCause: textCauses[argument] ?? "",
				order,
				manualSteps: listRemedy(evidence) === undefined ? [`Give ${argument} a list.`] : [],
			};
		const why = origin.includes("*")
			? "A star inside an origin is taken literally; patterns belong into allow_origin_regex."
			: "Browsers send scheme, host and port, and nothing behind them.";
		return {
			severity: all ? "HIGH" : "MEDIUM",
			stage: "request",
			problem: `No browser sends the origin ${origin}`,
			rootCause: `${why} Requests from there are answered without the header that the browser asks for.`,
			order,
			manualSteps: meant !== null && place !== null ? [] : ["Write each origin as https://host or http://host:port."],
		};
	},

	fix({ evidence }) {
		const { text, meant, place } = evidence;
		if (text !== null) return listRemedy(evidence);
		if (meant === null || place === null) return undefined;
		return {
			title: `Allow ${meant}`,
			explanation: "This is how browsers send it.",
			applicability: "safe",
			edits: [{ path: place.path, range: place.range, newText: meant }],
		};
	},
});

/** What comes of a text, by the argument (starlette/middleware/cors.py). */
const textCauses: Readonly<Record<string, string>> = {
	allow_origins:
		"Starlette asks whether the Origin header is in it: in a text, every part of it is allowed as well, down to `http://local`.",
	allow_methods: "Starlette asks whether the method is in it, and lists its letters to the browser, which finds no such method.",
	allow_headers: "Starlette takes each letter for a header, so that the browser may send none of those that are meant.",
};

/** Arguments of CORSMiddleware that are a text where a list is meant; `*` alone means everything either way. */
function* textsOf(call: Call): Generator<Evidence> {
	if (!addsCors(call)) return;
	for (const argument of Object.keys(textCauses)) {
		const value = call.keywords.get(argument);
		const node = findKeyword(call.node, argument)?.value;
		if (value?.kind !== "constant" || typeof value.value !== "string" || node === undefined) continue;
		if (value.value.includes("*") || value.value === "") continue;
		const text = { module: call.module, node };
		const all = argument !== "allow_origins";
		yield { argument, text, origin: value.value, meant: null, place: null, all, order: call.order };
	}
}

/** A list of the one text, or of its parts between commas. */
function listRemedy({ argument, text, origin }: Evidence): FixProposal | undefined {
	if (text === null) return undefined;
	const { module, node } = text;
	const shown = module.text.slice(node.start, node.end);
	const isLiteral = node.type === "Constant";
	const parts = origin.split(",").map((each) => each.trim());
	const code = isLiteral
		? `[${parts.map((each) => JSON.stringify(each)).join(", ")}]`
		: `[each.strip() for each in ${shown}.split(",")]`;
	return {
		title: `Give ${argument} a list`,
		explanation: "Starlette then compares each item as a whole.",
		applicability: isLiteral ? "safe" : "review",
		edits: [replaceText(module, node.start, node.end, parts.length === 1 && !isLiteral ? `[${shown}]` : code)],
	};
}

function addsCors({ callee, args, reached, guarded }: Call): boolean {
	if (callee.kind !== "bound-method" || callee.name !== "add_middleware" || !reached || guarded) return false;
	const [middleware] = args;
	return middleware?.kind === "external" && middleware.canonical === "starlette.middleware.cors.CORSMiddleware";
}

/** The texts of `allow_origins`, where all of them are known. */
function originsOf(call: Call): readonly { text: string; value: Value }[] | null {
	if (!addsCors(call)) return null;
	const listed = call.keywords.get("allow_origins");
	if (listed?.kind !== "sequence" || !listed.complete || listed.items.length === 0) return null;
	const origins = listed.items.flatMap((value) =>
		value.kind === "constant" && typeof value.value === "string" ? [{ text: value.value, value }] : [],
	);
	return origins.length === listed.items.length && origins.every(({ text }) => text !== "*") ? origins : null;
}

/** Can a browser send this as an Origin header? Schemes of apps and extensions count as well. */
function matches(origin: string): boolean {
	return origin === "null" || /^[a-z][a-z0-9+.-]*:\/\/[^/\s*?#]+$/.test(origin) || /^[a-z][a-z0-9+.-]*:\/\/$/.test(origin);
}
