/** Why an installation failed, in words, from what the installing tool printed. */
export interface InstallFailure {
	/** One sentence that says what happened. */
	readonly message: string;
	readonly nextStep: string;
}

interface Explanation {
	readonly pattern: RegExp;
	readonly explain: (match: RegExpExecArray) => InstallFailure;
}

/** What pip, uv, poetry, pdm and pipenv print, the most telling first. */
const explanations: readonly Explanation[] = [
	{
		pattern:
			/Temporary failure in name resolution|Name or service not known|Failed to establish a new connection|Network is unreachable|nodename nor servname|getaddrinfo failed|dns error|error sending request|Failed to fetch|Could not fetch URL|ConnectTimeout|Connection refused|Max retries exceeded|ProxyError|Tunnel connection failed|All attempts to connect to/i,
		explain: () => ({
			message: "The package index could not be reached from here.",
			nextStep: "Check the network (or the proxy) and try again; the fixes themselves are kept.",
		}),
	},
	{
		pattern: /DO NOT MATCH THE HASHES|In --require-hashes mode|Hash mismatch|hashes? (?:are|is) required/i,
		explain: () => ({
			message: "The requirements pin hashes, and a package has none that matches.",
			nextStep:
				"Generate the file anew with the tool that wrote it (pip-compile --generate-hashes, uv pip compile), then install again.",
		}),
	},
	{
		pattern: /pyproject\.toml changed significantly since poetry\.lock|poetry\.lock is not (?:consistent|up to date)/i,
		explain: () => ({ message: "poetry.lock is older than pyproject.toml.", nextStep: "Run poetry lock, then poetry install." }),
	},
	{
		pattern: /The lockfile at `?uv\.lock`? needs to be updated|Lock ?file hash doesn't match|Pipfile\.lock .* out of date/i,
		explain: () => ({
			message: "The lock file is older than the manifest.",
			nextStep: "Renew it (uv lock, pdm lock, pipenv lock), then install again.",
		}),
	},
	{
		pattern: /No matching distribution found for ([^\s(]+)|Because ([\w.-]+) was not found in the package registry/i,
		explain: (match) => ({
			message: `No release of ${match[1] ?? match[2]} suits this Python, or there is no such package.`,
			nextStep:
				"Check the spelling and the version; a package that is too old for this Python needs a newer version, or an older Python.",
		}),
	},
	{
		pattern: /requires a different Python:?\s*([^\n]*)|requires-python[^\n]*not compatible/i,
		explain: (match) => ({
			message: `A package does not support this Python${match[1] ? `: ${match[1].trim()}` : ""}.`,
			nextStep: "Use the Python that it asks for, or another version of the package.",
		}),
	},
	{
		pattern:
			/ResolutionImpossible|conflicting dependencies|No solution found when resolving|version solving failed|SolverProblemError/i,
		explain: () => ({
			message: "The declared versions exclude each other.",
			nextStep: "Loosen one of them; bootmend audit names the packages where it can tell.",
		}),
	},
	{
		pattern: /pg_config executable not found/i,
		explain: () => ({
			message: "psycopg2 has to be compiled, and the PostgreSQL development files are not here.",
			nextStep: "Declare psycopg2-binary instead, or install libpq-dev.",
		}),
	},
	{
		pattern:
			/Failed building wheel for ([\w.-]+)|Failed to build:? `?([\w.-]+)|error: command '[^'\n]{0,200}(?:gcc|cc|clang|cl\.exe)[^'\n]{0,200}' failed|subprocess-exited-with-error/i,
		explain: (match) => ({
			message: `${match[1] ?? match[2] ?? "A package"} has to be compiled here, and that failed.`,
			nextStep: "Ask for a version that has a wheel for this Python, or install what its build needs.",
		}),
	},
	{
		pattern: /Multiple top-level (?:packages|modules) discovered/i,
		explain: () => ({
			message: "setuptools does not know which folders of the project are its packages.",
			nextStep: "Name them in pyproject.toml ([tool.setuptools] packages = [...]), or install the dependencies alone.",
		}),
	},
	{
		pattern: /externally-managed-environment/i,
		explain: () => ({
			message: "This Python belongs to the operating system, which does not let pip change it.",
			nextStep: "Make a virtual environment (python3 -m venv .venv) and try again.",
		}),
	},
	{
		pattern: /No space left on device/i,
		explain: () => ({ message: "The disk is full.", nextStep: "Make room and try again." }),
	},
	{
		pattern: /Permission denied|Access is denied/i,
		explain: () => ({
			message: "The virtual environment may not be written to.",
			nextStep: "Check who owns it; one that was made with sudo is best made anew.",
		}),
	},
	{
		pattern: /ensurepip is not available|No module named '?(?:venv|ensurepip)/i,
		explain: () => ({
			message: "This Python cannot make virtual environments: its venv module is packaged apart.",
			nextStep: "Install it (apt install python3-venv), then try again.",
		}),
	},
	{
		pattern: /No module named '?pip'?/i,
		explain: () => ({
			message: "There is no pip in the virtual environment.",
			nextStep: "Run python -m ensurepip in it, then try again.",
		}),
	},
];

/** Explains the output of an installation that ended with an error; where nothing known is in it, its last line is told. */
export function explainInstallFailure(output: readonly string[]): InstallFailure {
	const text = output.join("\n");
	for (const { pattern, explain } of explanations) {
		const match = pattern.exec(text);
		if (match !== null) return explain(match);
	}
	const last = output.findLast((line) => /error/i.test(line)) ?? output.findLast((line) => line.trim() !== "") ?? "";
	return {
		message: last === "" ? "It ended with an error and said nothing." : `It says: ${last.trim()}`,
		nextStep: "Run the command by hand to see all of it.",
	};
}
