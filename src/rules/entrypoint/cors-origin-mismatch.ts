import { defineRule } from "../../audit/rule.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import type { TextRange } from "../../text/range.ts";

interface Evidence {
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

	describe({ evidence: { origin, meant, place, all, order } }) {
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

	fix({ evidence: { meant, place } }) {
		if (meant === null || place === null) return undefined;
		return {
			title: `Allow ${meant}`,
			explanation: "This is how browsers send it.",
			applicability: "safe",
			edits: [{ path: place.path, range: place.range, newText: meant }],
		};
	},
});

/** The texts of `allow_origins`, where all of them are known. */
function originsOf({ callee, args, keywords, reached, guarded }: Call): readonly { text: string; value: Value }[] | null {
	if (callee.kind !== "bound-method" || callee.name !== "add_middleware" || !reached || guarded) return null;
	const [middleware] = args;
	if (middleware?.kind !== "external" || middleware.canonical !== "starlette.middleware.cors.CORSMiddleware") return null;
	const listed = keywords.get("allow_origins");
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
