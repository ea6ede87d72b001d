import { satisfies } from "@renovatebot/pep440";
import type { PythonVersion } from "./environment.ts";
import { normalizeName } from "./environment.ts";

/** A PEP 508 requirement as package metadata states it. */
export interface MetadataRequirement {
	/** Normalised. */
	readonly normalized: string;
	readonly extras: readonly string[];
	/** PEP 440 specifier set, `""` for any version. */
	readonly specifier: string;
	/** Marker text, or null. */
	readonly marker: string | null;
}

/** Parses a `Requires-Dist` value (https://peps.python.org/pep-0508/); null for what is none. */
export function parseRequirement(text: string): MetadataRequirement | null {
	const match = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*(?:@\s*\S+|\(([^)]*)\)|([^;]*))?\s*(?:;\s*(.*))?$/s.exec(
		text,
	);
	if (match?.[1] === undefined) return null;
	const extras = (match[2] ?? "").split(",").map((extra) => normalizeName(extra.trim()));
	return {
		normalized: normalizeName(match[1]),
		extras: extras.filter((extra) => extra !== ""),
		specifier: (match[3] ?? match[4] ?? "").trim(),
		marker: match[5]?.trim() || null,
	};
}

/** What a marker is evaluated against. */
export interface MarkerFacts {
	readonly python: PythonVersion;
	/** `sys.platform`. */
	readonly platform: string;
	/** Extras that were asked for, normalised. */
	readonly extras: readonly string[];
}

/** Does a marker hold? What it asks of a variable we do not know counts as true: better one requirement too many. */
export function markerHolds(marker: string, facts: MarkerFacts): boolean {
	const tokens = marker.match(/\(|\)|"[^"]*"|'[^']*'|[<>=!~]=+|[<>]|[\w.]+/g) ?? [];
	let index = 0;
	const disjunction = (): boolean => {
		let value = conjunction();
		while (tokens[index] === "or") {
			index++;
			const right = conjunction();
			value = value || right;
		}
		return value;
	};
	const conjunction = (): boolean => {
		let value = comparison();
		while (tokens[index] === "and") {
			index++;
			const right = comparison();
			value = value && right;
		}
		return value;
	};
	const comparison = (): boolean => {
		if (tokens[index] === "(") {
			index++;
			const value = disjunction();
			index++;
			return value;
		}
		const left = tokens[index++] ?? "";
		let operator = tokens[index++] ?? "";
		if (operator === "not") operator = `not ${tokens[index++] ?? ""}`;
		return compareMarker(left, operator, tokens[index++] ?? "", facts);
	};
	return disjunction();
}

function compareMarker(left: string, operator: string, right: string, facts: MarkerFacts): boolean {
	const isLiteral = (token: string) => /^["']/.test(token);
	const literal = (token: string) => token.slice(1, -1);
	const variable = isLiteral(left) ? right : left;
	const value = isLiteral(left) ? literal(left) : isLiteral(right) ? literal(right) : "";
	if (variable === "extra") return facts.extras.includes(normalizeName(value)) === (operator === "==" || operator === "in");
	const { major, minor } = facts.python;
	if (variable === "python_version" || variable === "python_full_version") {
		const actual = variable === "python_version" ? `${major}.${minor}` : `${major}.${minor}.99`;
		if (operator === "in" || operator === "not in") return value.split(/[\s,]+/).includes(actual) === (operator === "in");
		return isLiteral(left) ? satisfies(value, `${operator}${actual}`) : satisfies(actual, `${operator}${value}`);
	}
	const known: Readonly<Record<string, string>> = {
		sys_platform: facts.platform,
		os_name: facts.platform === "win32" ? "nt" : "posix",
		platform_system: facts.platform === "win32" ? "Windows" : facts.platform === "darwin" ? "Darwin" : "Linux",
		implementation_name: "cpython",
		platform_python_implementation: "CPython",
	};
	const actual = known[variable];
	if (actual === undefined) return true;
	if (operator === "in" || operator === "not in")
		return (isLiteral(right) ? value.includes(actual) : actual.includes(value)) === (operator === "in");
	if (operator === "==" || operator === "===") return actual === value;
	return operator === "!=" ? actual !== value : true;
}
