import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { type CorsFault, corsFaults, type FoundCorsFault } from "../../project/fastapi/middleware/cors-faults.ts";
import type { Project } from "../../project/project.ts";
import { findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";

type Fault<Kind extends CorsFault["kind"]> = Extract<CorsFault, { kind: Kind }>;

interface Evidence extends FoundCorsFault {
	/** Does the backend read or set a cookie anywhere? */
	readonly usesCookies: boolean;
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
		"https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS/Errors/CORSNotSupportingCredentials",
	],
	example: { before: example("http://localhost:3000/"), after: example("http://localhost:3000") },

	*detect(project) {
		for (const found of corsFaults(project)) {
			const { module, node } = found.call;
			const range = { start: node.start, end: node.end };
			const subject = `${module.name}:${nameOf(found.fault)}`;
			yield { subject, path: module.path, range, evidence: { ...found, usesCookies: usesCookies(project) } };
		}
	},

	describe({ evidence }) {
		const { fault, call, isTotal } = evidence;
		return {
			severity: isTotal ? "HIGH" : "MEDIUM",
			stage: "request",
			...wordsOf(fault),
			order: call.order,
			manualSteps: remedyFor(evidence) === undefined ? [manualStep(fault)] : [],
		};
	},

	fix({ evidence }) {
		return remedyFor(evidence);
	},
});

function nameOf(fault: CorsFault): string {
	switch (fault.kind) {
		case "origin":
			return fault.origin;
		case "text":
			return fault.argument;
		default:
			return fault.kind;
	}
}

function wordsOf(fault: CorsFault): { readonly problem: string; readonly rootCause: string } {
	switch (fault.kind) {
		case "origin": {
			const why = fault.origin.includes("*")
				? "A star inside an origin is taken literally; patterns belong into allow_origin_regex."
				: "Browsers send scheme, host and port, in small letters, without the port that is usual, and nothing around them.";
			return {
				problem: `No browser sends the origin ${fault.origin}`,
				rootCause: `${why} Requests from there are answered without the header that the browser asks for.`,
			};
		}
		case "text":
			return {
				problem: `${fault.argument} is the text "${fault.text}", not a list`,
				rootCause: textCauses[fault.argument] ?? "",
			};
		case "pattern":
			return {
				problem: `allow_origin_regex is ${fault.pattern}, which fits no origin that is meant`,
				rootCause: fault.pattern.includes("*")
					? "In a regular expression a star repeats what stands before it, and a dot is any letter. The whole origin must fit."
					: "The whole origin must fit, and browsers send none with a slash at its end.",
			};
		case "url":
			return {
				problem: fault.isText
					? "The allowed origins have the slash that pydantic writes behind a URL's host"
					: "The allowed origins are URLs of pydantic, not texts",
				rootCause: fault.isText
					? "A URL of pydantic 2 becomes a text with a slash at its end, and browsers send the origin without one."
					: "Starlette compares the Origin header, which is a text, with objects of pydantic 2 that equal no text.",
			};
		case "star":
			return {
				problem: "Every origin is allowed together with credentials",
				rootCause:
					"This Starlette answers who sends no cookie yet with *, which browsers refuse where credentials are asked for: the first request of a log-in fails.",
			};
	}
}

/** What comes of a text, by the argument (starlette/middleware/cors.py). */
const textCauses: Readonly<Record<string, string>> = {
	allow_origins:
		"Starlette asks whether the Origin header is in it: in a text, every part of it is allowed as well, down to `http://local`.",
	allow_methods:
		"Starlette asks whether the method is in it, and lists its letters to the browser, which finds none but GET, HEAD and POST allowed.",
	allow_headers: "Starlette takes each letter for a header, so that the browser may send none of those that are meant.",
};

function manualStep(fault: CorsFault): string {
	if (fault.kind === "text") return `Give ${fault.argument} a list.`;
	if (fault.kind === "star") return "Name the origins of the pages that use this API.";
	return "Write each origin as https://host or http://host:port.";
}

function remedyFor({ fault, usesCookies }: Evidence): FixProposal | undefined {
	switch (fault.kind) {
		case "origin":
			return originRemedy(fault);
		case "text":
			return listRemedy(fault);
		case "pattern": {
			const { module, node } = fault.at;
			if (fault.meant === null || node.type !== "Constant") return undefined;
			return {
				title: `Allow ${fault.meant}`,
				explanation: "As a whole, this is what the origins that are meant look like.",
				applicability: "review",
				edits: [replaceText(module, node.start, node.end, `r${JSON.stringify(fault.meant).replaceAll("\\\\", "\\")}`)],
			};
		}
		case "url":
			return {
				title: "Take the slash away",
				explanation: "As texts without a slash at the end, the origins are what browsers send.",
				applicability: "safe",
				edits: fault.edits.map(({ module, node, newCode }) => replaceText(module, node.start, node.end, newCode)),
			};
		case "star": {
			const keyword = findKeyword(fault.call, "allow_credentials");
			if (usesCookies || keyword === null) return undefined;
			return {
				title: "Allow every origin without credentials",
				explanation: "The backend uses no cookies, and tokens in headers need no credentials.",
				applicability: "review",
				edits: removeArguments(fault.module, fault.call, [keyword]),
			};
		}
	}
}

function originRemedy({ origin, meant, isCertain, place, list }: Fault<"origin">): FixProposal | undefined {
	const [first] = meant;
	if (first === undefined) return undefined;
	const said = { title: `Allow ${meant.join(" and ")}`, explanation: "This is how browsers send it." };
	if (place !== null && (meant.length === 1 || list?.module.path === place.path)) {
		const quote = meant.length === 1 ? "" : (list?.module.text[place.range.start - 1] ?? '"');
		const newText = meant.join(`${quote}, ${quote}`);
		return { ...said, applicability: isCertain ? "safe" : "review", edits: [{ path: place.path, range: place.range, newText }] };
	}
	// What is set outside the code is written otherwise elsewhere again.
	if (list === null || meant.length > 1 || origin.trim().replace(/\/$/, "") !== first) return undefined;
	const { module, node } = list;
	const shown = module.text.slice(node.start, node.end);
	const newText = `[origin.strip().rstrip("/") for origin in ${shown}]`;
	return { ...said, applicability: "review", edits: [replaceText(module, node.start, node.end, newText)] };
}

/** A list of the one text, or of its parts between commas. */
function listRemedy({ argument, text, at: { module, node } }: Fault<"text">): FixProposal {
	const shown = module.text.slice(node.start, node.end);
	const isLiteral = node.type === "Constant";
	const parts = text.split(",").map((each) => each.trim());
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

const cookies = /set_cookie|\bCookie\(|\.cookies\b|SessionMiddleware|CookieTransport|APIKeyCookie/;

function usesCookies({ modules }: Project): boolean {
	return [...modules.values()].some(({ text }) => cookies.test(text));
}
