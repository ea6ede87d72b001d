import type { PythonVersion } from "./environment.ts";
import type { Interpreter } from "./interpreter.ts";
import { matchingMinors, parsePythonVersion } from "./python-version.ts";

/** Something in the project that says which Python it is for: `3.11`, `python:3.11-slim`, `>=3.10`. */
export interface PythonHint {
	readonly specifier: string;
	/** `Dockerfile:1`, `requires-python in pyproject.toml`. */
	readonly evidence: string;
}

export interface PythonChoice {
	readonly python: PythonVersion;
	readonly evidence: string;
	/** False where another version may run the server as well. */
	readonly isCertain: boolean;
}

/** The newest that most backends run on, for those that name none: one newer evaluates no annotation, and would hide what the others say. */
const usualMinor = 13;

/**
 * The version that would run a backend whose own environment is not at hand: the one that its files name, else the machine's Python
 * where they allow it, as pip, uv and poetry would take it, else the newest usual one that they allow.
 */
export function choosePython(
	hints: readonly PythonHint[],
	own: Interpreter | undefined,
	machine: Interpreter | undefined,
): PythonChoice {
	if (own !== undefined) return { python: own.python, evidence: own.evidence, isCertain: true };
	for (const { specifier, evidence } of hints) {
		const python = versionNamed(specifier);
		if (python !== null) return { python, evidence, isCertain: true };
	}
	// What is no specifier, or allows no version that we know, says nothing.
	const ranges = hints.filter(({ specifier }) => matchingMinors(specifier).length > 0);
	const common = matchingMinors("").filter((minor) => ranges.every(({ specifier }) => matchingMinors(specifier).includes(minor)));
	if (machine !== undefined && common.includes(machine.python.minor))
		return { python: machine.python, evidence: machine.evidence, isCertain: false };
	const allowed = common.length > 0 ? common : matchingMinors(ranges[0]?.specifier ?? "");
	const minor = allowed.findLast((one) => one <= usualMinor) ?? allowed[0] ?? usualMinor;
	return { python: { major: 3, minor }, evidence: ranges[0]?.evidence ?? "nothing names a Python", isCertain: false };
}

/** The one minor version that a hint means; null where it leaves a choice. */
function versionNamed(specifier: string): PythonVersion | null {
	const isOne = /^(?:[^<>=!~^*]*|==\s*3\.\d+(?:\.\*|\.\d+)?)$/.test(specifier);
	return isOne ? parsePythonVersion(specifier) : null;
}
