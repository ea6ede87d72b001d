import type { Scalar, YAMLSeq } from "yaml";
import { normalizeName } from "../../environment/environment.ts";
import { LineIndex } from "../../text/line-index.ts";
import type { TextRange } from "../../text/range.ts";
import { loadYamlPackage } from "../../text/yaml-package.ts";
import type { SourceTree } from "../project.ts";
import type { ManifestProblem, Requirement } from "./manifest.ts";
import { joinPath } from "./paths.ts";
import { parsePep508, requirementOf } from "./pep508.ts";
import { type RequirementsContent, readRequirementsFile, unnamedRequirement } from "./requirements-file.ts";

export interface CondaContent extends RequirementsContent {
	readonly requiresPython: string | null;
	readonly requiresPythonRange: TextRange | null;
	readonly declaresDependencies: boolean;
}

/** Where the lists of a conda environment stand. */
export interface CondaLists {
	/** `dependencies`, or null. */
	readonly main: YAMLSeq | null;
	/** The list behind its `pip:`, or null. */
	readonly pip: YAMLSeq | null;
}

/** Finds the two lists of a conda environment file; null for both where the text is none. Never throws. */
export function findCondaLists(text: string): CondaLists & { readonly faults: readonly { at: number; message: string }[] } {
	const { parseDocument, isMap, isSeq } = loadYamlPackage();
	const document = parseDocument(text, { logLevel: "silent", uniqueKeys: false });
	const faults = document.errors.map(({ pos, message }) => ({ at: pos[0], message: message.split("\n")[0] ?? message }));
	const found = isMap(document.contents) ? document.contents.get("dependencies") : null;
	const main = isSeq(found) ? found : null;
	const nested = main?.items.map((item) => (isMap(item) ? item.get("pip") : null)).find((item) => isSeq(item));
	return { main, pip: isSeq(nested) ? nested : null, faults };
}

/**
 * Reads `environment.yml` (https://docs.conda.io/projects/conda/en/latest/user-guide/tasks/manage-environments.html). What conda's own
 * packages bring stands in no metadata that we have, so with any of them more may come in than is named.
 */
export function readCondaEnvironment(files: SourceTree, path: string): CondaContent {
	const text = files.get(path)?.text ?? "";
	const { main, pip, faults } = findCondaLists(text);
	const lines = new LineIndex(text);
	const requirements: Requirement[] = [];
	const constraints: Requirement[] = [];
	const problems: ManifestProblem[] = faults.map(({ at, message }) => ({
		path,
		line: lines.positionAt(at).line,
		message: `no valid YAML: ${message}`,
		fatal: true,
	}));
	let python: { readonly specifier: string; readonly range: TextRange } | null = null;
	for (const { text: written, range } of textsOf(main, text)) {
		const match = /^(?:[\w./-]+::)?([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(.*)/s.exec(written);
		const name = match?.[1] ?? "";
		const specifier = specifierOfConda(match?.[2] ?? "");
		if (name === "python") python = { specifier, range };
		else if (!/^(?:pip|setuptools|wheel)$/.test(name))
			requirements.push({
				...unnamedRequirement(path, ""),
				name,
				normalized: normalizeName(name),
				specifier,
				range,
				notation: "conda",
			});
	}
	if (requirements.length > 0) requirements.push(unnamedRequirement(path, ""));
	for (const { text: written, range } of textsOf(pip, text)) {
		const include = /^(?:-r|--requirement)[\s=]+([^\s=]\S*)$/.exec(written)?.[1];
		const included = include === undefined ? null : joinPath(path, include);
		if (included !== null && files.has(included)) {
			const content = readRequirementsFile(files, included);
			requirements.push(...content.requirements);
			constraints.push(...content.constraints);
			problems.push(...content.problems);
			continue;
		}
		const parsed = parsePep508(written);
		requirements.push(parsed === null ? unnamedRequirement(path, "") : requirementOf(parsed, { path, range, group: "" }));
	}
	return {
		requirements,
		constraints,
		problems,
		requiresPython: python === null || python.specifier === "" ? null : python.specifier,
		requiresPythonRange: python?.range ?? null,
		declaresDependencies: main !== null,
	};
}

/** The texts of a list with their places, quotes left out. */
function textsOf(list: YAMLSeq | null, text: string): { readonly text: string; readonly range: TextRange }[] {
	const { isScalar } = loadYamlPackage();
	return (list?.items ?? []).flatMap((item) => {
		if (!isScalar(item) || typeof item.value !== "string") return [];
		const range = rangeOf(item, text);
		return range === null ? [] : [{ text: item.value.trim(), range }];
	});
}

/** The place of a scalar without its quotes; null where it has none. */
export function rangeOf({ range }: Scalar, text: string): TextRange | null {
	if (range == null) return null;
	const [start, end] = range;
	return /["']/.test(text[start] ?? "") ? { start: start + 1, end: end - 1 } : { start, end };
}

/** `=3.11`, `3.11` and `=3.11=build` allow what begins so; operators mean what they mean in PEP 440. `""` for what cannot be read. */
function specifierOfConda(written: string): string {
	const plain = /^=?\s*(\d[\w.]*?)(?:\.\*)?(?:=[\w.*]+)?$/.exec(written.trim());
	if (plain !== null) return `==${plain[1]}.*`;
	return /^(?:(?:==|>=|<=|!=|<|>|~=)\s*[\w.*]+\s*(?:,\s*)?)+$/.test(written.trim()) ? written.trim() : "";
}
