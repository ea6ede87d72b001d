import type { FixProposal } from "../../../audit/fix.ts";
import type { AddedMiddleware } from "../../../project/fastapi/middleware/middleware.ts";
import type { MiddlewareFault } from "../../../project/fastapi/middleware/middleware-fault.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { argumentsOf, findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName } from "../../../python/walk.ts";
import type { TextEdit } from "../../../text/range.ts";
import { findSecret } from "../exception/secret-source.ts";
import { meantParameter } from "../repair/meant-parameter.ts";

/** The parameter that was likely meant by a keyword that the middleware does not take; without one the argument goes. */
export function spellKeyword(
	{ module, node, value }: AddedMiddleware,
	{ binding, keyword }: MiddlewareFault,
): FixProposal | undefined {
	const written = keyword === null ? null : findKeyword(node, keyword)?.name;
	const only = meantParameter(keyword ?? "", binding?.keyword?.parameters ?? []);
	if (written == null) return undefined;
	// What BaseHTTPMiddleware takes is for a function of its own; a library's class brings that.
	if (only === null || (only.name === "dispatch" && !only.isAlike)) return leaveOut({ module, node }, keyword ?? "");
	const name = value.kind === "external" ? value.name.slice(value.name.lastIndexOf(".") + 1) : "the middleware";
	return {
		title: `Spell the argument ${only.name}`,
		explanation: `${keyword} is no parameter of ${name}; ${only.name} is the only one ${only.isAlike ? "of a like spelling" : "that nothing is given for"}.`,
		applicability: only.isAlike ? "safe" : "review",
		edits: [replaceText(module, written.start, written.end, only.name)],
	};
}

/** Which of several parameters was meant cannot be known; without the argument the middleware is built. */
function leaveOut({ module, node }: Pick<AddedMiddleware, "module" | "node">, keyword: string): FixProposal | undefined {
	const argument = findKeyword(node, keyword);
	if (argument === null) return undefined;
	return {
		title: `Leave ${keyword} out`,
		explanation: `The middleware takes no ${keyword}; without it it is built, with its own default for what was meant.`,
		applicability: "review",
		edits: removeArguments(module, node, [argument]),
	};
}

/** SessionMiddleware's `secret_key`, from where the project keeps its secret, or made anew at each start. */
export function addSecret(
	project: Project,
	{ module, node, value }: AddedMiddleware,
	{ error }: MiddlewareFault,
): FixProposal | undefined {
	const isSession = value.kind === "external" && value.canonical === "starlette.middleware.sessions.SessionMiddleware";
	if (!isSession || !error.endsWith("'secret_key'")) return undefined;
	const secret = findSecret(project, module);
	const edits = [replaceText(module, ...insertionAtEnd(node), `secret_key=${secret ?? "secrets.token_urlsafe(32)"}`)];
	if (secret !== null)
		return {
			title: `Sign the session cookies with ${secret}`,
			explanation: "SessionMiddleware cannot do without a secret key, and this is the one that the project has.",
			applicability: "review",
			edits: separated(module.text, node, edits),
		};
	return {
		title: "Sign the session cookies with a key made at each start",
		explanation:
			"SessionMiddleware cannot do without a secret key. With this one all sessions end when the server restarts; a key from the settings keeps them.",
		applicability: "review",
		edits: separated(module.text, node, edits),
		needs: [{ path: module.path, module: "", name: "secrets" }],
	};
}

function insertionAtEnd(node: ast.Call): [number, number] {
	const end = argumentsOf(node).at(-1)?.end ?? node.argumentsRange.start + 1;
	return [end, end];
}

function separated(text: string, node: ast.Call, edits: readonly TextEdit[]): readonly TextEdit[] {
	const last = argumentsOf(node).at(-1);
	if (last === undefined || text.slice(last.end, node.end).trim() === "") return edits;
	return edits.map((edit) => ({ ...edit, newText: `, ${edit.newText}` }));
}

/** An argument that is None goes, and one that may be None is read as a list. */
export function dropNone({ module, node }: AddedMiddleware, { keyword }: MiddlewareFault): FixProposal | undefined {
	const argument = keyword === null ? null : findKeyword(node, keyword);
	if (argument === null) return undefined;
	const { value } = argument;
	const isRead =
		value.type === "Call" && /(^|\.)(getenv|environ\.get)$/.test(dottedName(value.callee) ?? "") && value.args.length === 1;
	if (isRead)
		return {
			title: `Read ${keyword} as a list, empty where the variable is not set`,
			explanation: "Without the variable the call gives None. Several values are separated by commas.",
			applicability: "review",
			edits: [
				replaceText(module, value.argumentsRange.end - 1, value.argumentsRange.end - 1, ', ""'),
				replaceText(module, value.end, value.end, '.split(",")'),
			],
		};
	if (value.type !== "Constant") return undefined;
	return {
		title: `Leave ${keyword} out`,
		explanation: "Left out it has its default, which is what None was meant for.",
		applicability: "review",
		edits: removeArguments(module, node, [argument]),
	};
}

/** `*example.com` and `https://*.example.com` mean `*.example.com`. */
export function mendPatterns({ keywords, args }: AddedMiddleware): FixProposal | undefined {
	const hosts = keywords.get("allowed_hosts") ?? args[0];
	if (hosts?.kind !== "sequence") return undefined;
	const edits: TextEdit[] = [];
	for (const item of hosts.items) {
		if (item.kind !== "constant" || typeof item.value !== "string" || !item.value.includes("*") || item.value === "*") continue;
		const bare = item.value.replace(/^[a-z]+:\/\//, "").replace(/[:/].*/s, "");
		// Only the first part can stand open: what is before a star in the middle goes.
		const mended = bare.replace(/^.*\*(?=\.)/, "*").replace(/^\*(?=[^.])/, "*.");
		if (mended === item.value) continue;
		if (mended.slice(1).includes("*")) return undefined;
		// Only what is written as one text can be written otherwise in its place.
		if (item.origin?.type !== "source") return undefined;
		edits.push({ path: item.origin.path, range: item.origin.range, newText: mended });
	}
	return edits.length === 0
		? undefined
		: {
				title: "Write the host pattern with a dot behind the star",
				explanation: "*.example.com stands for every host below example.com; a pattern names no scheme and no port.",
				applicability: "review",
				edits,
			};
}

/** `*.example.com`, a pattern as of file names, as the regular expression for the origins that it means. */
export function mendOrigins({ keywords, module, node }: AddedMiddleware): FixProposal | undefined {
	const given = keywords.get("allow_origin_regex");
	const written = findKeyword(node, "allow_origin_regex")?.value;
	if (given?.kind !== "constant" || typeof given.value !== "string" || written?.type !== "Constant") return undefined;
	const found = /^(https?:\/\/)?([\w.*-]+)(:\d+|:\*)?\/?$/.exec(given.value);
	const [, scheme = "https?://", host = "", port = ""] = found ?? [];
	if (host === "") return undefined;
	const code = scheme + `${host}${port}`.replaceAll(".", "\\.").replaceAll("*", ".*");
	return {
		title: `Write ${code}`,
		explanation: "The expression is held against the whole origin, scheme and all; .* stands for any text, \\. for a dot.",
		applicability: "review",
		edits: [replaceText(module, written.start, written.end, `r"${code}"`)],
	};
}
