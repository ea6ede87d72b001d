import { LineIndex } from "../../text/line-index.ts";
import type { TextRange } from "../../text/range.ts";
import type { SourceTree } from "../project.ts";
import type { ManifestProblem, Requirement } from "./manifest.ts";
import { parsePep508, requirementOf } from "./pep508.ts";
import type { RequirementsContent } from "./requirements-file.ts";

export interface SetupContent extends RequirementsContent {
	readonly requiresPython: string | null;
	readonly requiresPythonRange: TextRange | null;
	readonly declaresDependencies: boolean;
}

/**
 * Reads the `[options]` of setup.cfg: `install_requires`, `python_requires` and `[options.extras_require]`
 * (https://setuptools.pypa.io/en/latest/userguide/declarative_config.html). Never throws.
 */
export function readSetupCfg(files: SourceTree, path: string): SetupContent {
	const text = files.get(path)?.text ?? "";
	const lines = new LineIndex(text);
	const requirements: Requirement[] = [];
	const problems: ManifestProblem[] = [];
	let requiresPython: string | null = null;
	let requiresPythonRange: TextRange | null = null;
	let section = "";
	let key = "";
	let declaresDependencies = false;

	for (let line = 1; line <= lines.lineCount; line++) {
		const written = lines.lineText(line);
		const start = lines.lineStart(line);
		if (/^\s*(?:[#;]|$)/.test(written)) continue;
		const header = /^\[([^\]]+)\]/.exec(written);
		if (header !== null) {
			section = header[1]?.trim() ?? "";
			key = "";
			continue;
		}
		const option = /^([^\s=:][^=:]*)[=:]\s*/.exec(written);
		if (option !== null) key = option[1]?.trimEnd().toLowerCase() ?? "";
		const valueStart = option?.[0].length ?? written.length - written.trimStart().length;
		const value = written
			.slice(valueStart)
			.replace(/\s#.*$/, "")
			.trimEnd();
		if (section === "options" && key === "install_requires") declaresDependencies = true;
		if (value === "") continue;
		const at = { start: start + valueStart, end: start + valueStart + value.length };
		if (section === "options" && key === "python_requires") {
			requiresPython = value;
			requiresPythonRange = at;
		}
		const group = section === "options" && key === "install_requires" ? "" : section === "options.extras_require" ? key : null;
		if (group !== null) readValue(value, at.start, group, line);
	}
	return { requirements, constraints: [], problems, requiresPython, requiresPythonRange, declaresDependencies };

	/** One line of a list; a single-line list may also be separated by semicolons, which markers make ambiguous and nobody uses. */
	function readValue(value: string, start: number, group: string, line: number): void {
		if (value.startsWith("file:")) return;
		const parsed = parsePep508(value);
		if (parsed === null) {
			problems.push({ path, line, message: `no PEP 508 requirement: ${value.slice(0, 60)}`, fatal: true });
			return;
		}
		requirements.push(requirementOf(parsed, { path, range: { start, end: start + value.length }, group }));
	}
}
