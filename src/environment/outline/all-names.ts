import type { AllNames } from "../module-table.ts";
import { dottedName } from "./signature.ts";
import { plainString } from "./strings.ts";
import { splitTokens, type Token } from "./tokens.ts";

/** What one statement does to `__all__`. */
export interface AllChange {
	readonly names: AllNames | "unknown";
	readonly replaces: boolean;
	readonly removes: boolean;
}

/** Reads `__all__ = …`, `__all__ += …`, `__all__.extend(…)` and the like; null for a statement that only reads it. */
export function readAllNames(
	text: string,
	tokens: readonly Token[],
	resolve: (dotted: string) => string | null,
): AllChange | null {
	const [, second, third] = tokens;
	if (second?.text === "=") return { names: readNames(text, tokens.slice(2), resolve), replaces: true, removes: false };
	if (second?.text === "+=") return { names: readNames(text, tokens.slice(2), resolve), replaces: false, removes: false };
	const equals = second?.text === ":" ? tokens.findIndex((token) => token.depth === 0 && token.text === "=") : -1;
	if (equals > 0) return { names: readNames(text, tokens.slice(equals + 1), resolve), replaces: true, removes: false };
	if (second?.text !== "." || third === undefined || tokens[3]?.text !== "(") return null;
	const argument = tokens.slice(4, -1);
	if (third.text === "extend") return { names: readNames(text, argument, resolve), replaces: false, removes: false };
	if (third.text === "append" || third.text === "remove") {
		const name = singleString(text, argument);
		return {
			names: name === null ? "unknown" : { names: [name], modules: [] },
			replaces: false,
			removes: third.text === "remove",
		};
	}
	return { names: "unknown", replaces: false, removes: false };
}

const wrappers = new Set(["list", "tuple", "sorted", "set", "frozenset"]);

function readNames(text: string, tokens: readonly Token[], resolve: (dotted: string) => string | null): AllNames | "unknown" {
	const [first] = tokens;
	if (first === undefined) return "unknown";
	const names: string[] = [];
	const modules: string[] = [];
	for (const term of splitTokens(tokens, "+", first.depth)) {
		const [head, next] = term;
		const last = term.at(-1);
		if (head === undefined || last === undefined) return "unknown";
		const isDisplay = (head.text === "[" || head.text === "(" || head.text === "{") && last.depth === head.depth;
		const isWrapped = wrappers.has(head.text) && next?.text === "(" && last.text === ")";
		if (
			isWrapped ||
			(isDisplay && head.text === "(" && !term.some((token) => token.text === "," && token.depth === head.depth + 1))
		) {
			const inner = readNames(text, term.slice(isWrapped ? 2 : 1, -1), resolve);
			if (inner === "unknown") return "unknown";
			names.push(...inner.names);
			modules.push(...inner.modules);
		} else if (isDisplay) {
			for (const item of splitTokens(term.slice(1, -1), ",", head.depth + 1)) {
				if (item.length === 0) continue;
				const name = singleString(text, item);
				const module = item[0]?.text === "*" ? moduleOfAll(item.slice(1), resolve) : null;
				if (name !== null) names.push(name);
				else if (module !== null) modules.push(module);
				else return "unknown";
			}
		} else {
			const name = singleString(text, term);
			const module = moduleOfAll(term, resolve);
			if (module !== null) modules.push(module);
			else if (name !== null) names.push(name);
			else return "unknown";
		}
	}
	return { names, modules };
}

/** The module in `module.__all__`. */
function moduleOfAll(tokens: readonly Token[], resolve: (dotted: string) => string | null): string | null {
	const dotted = dottedName(tokens);
	return dotted?.endsWith(".__all__") ? resolve(dotted.slice(0, -".__all__".length)) : null;
}

function singleString(text: string, tokens: readonly Token[]): string | null {
	const [only] = tokens;
	return tokens.length === 1 && only?.type === "string" ? plainString(text, only.start, only.end) : null;
}
