import type { FixProposal } from "../../../audit/fix.ts";
import type { WrongEntry } from "../../../project/fastapi/middleware/middleware-entries.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";

/** `GZipMiddleware` and `(CORSMiddleware, {…})` in the list become `Middleware(…)`; one that stands alone gets its list. */
export function middlewareEntryRemedy({ shape, node, module }: WrongEntry): FixProposal | undefined {
	const text = module.text.slice(node.start, node.end);
	if (shape === "single")
		return {
			title: "Put the middleware into a list",
			explanation: "FastAPI takes a list of middleware, and applies them in its order.",
			applicability: "safe",
			edits: [replaceText(module, node.start, node.end, `[${text}]`)],
		};
	const args = shape === "bare" ? text : node.type === "Sequence" ? argumentsOfTuple(module.text, node) : null;
	if (args === null) return undefined;
	return {
		title: "Write the entry as Middleware(…)",
		explanation: "Middleware keeps the class together with its options, and Starlette builds it for the first request.",
		applicability: "safe",
		edits: [replaceText(module, node.start, node.end, `Middleware(${args})`)],
		needs: [{ path: module.path, module: "starlette.middleware", name: "Middleware" }],
	};
}

/** `(Class, {"option": value})` as `Class, option=value`. */
function argumentsOfTuple(text: string, { items }: ast.Sequence): string | null {
	const [owner, options, ...others] = items;
	if (owner === undefined || others.length > 0) return null;
	const name = text.slice(owner.start, owner.end);
	if (options === undefined) return name;
	if (options.type !== "Dict") return null;
	const written = options.entries.map(({ key, value }) => {
		const isName = key?.type === "Constant" && typeof key.value === "string" && /^[A-Za-z_]\w*$/.test(key.value);
		return isName ? `${String(key.value)}=${text.slice(value.start, value.end)}` : null;
	});
	return written.includes(null) ? null : [name, ...written].join(", ");
}
