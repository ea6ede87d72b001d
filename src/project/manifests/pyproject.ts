import { normalizeName } from "../../environment/environment.ts";
import { specifierOfPoetry } from "../../environment/poetry-constraint.ts";
import { LineIndex } from "../../text/line-index.ts";
import type { TextRange } from "../../text/range.ts";
import type { SourceTree } from "../project.ts";
import type { ManifestProblem, Requirement } from "./manifest.ts";
import { joinPath } from "./paths.ts";
import { parsePep508, requirementOf } from "./pep508.ts";
import { readKeyedRequirements } from "./poetry-table.ts";
import { type RequirementsContent, readRequirementsFile } from "./requirements-file.ts";
import {
	findTomlEntry,
	findTomlNode,
	listTomlEntries,
	parseTomlDocument,
	type TomlDocument,
	type TomlNode,
} from "./toml-document.ts";

export interface PyprojectContent extends RequirementsContent {
	readonly requiresPython: string | null;
	readonly requiresPythonRange: TextRange | null;
	/** False where the file only configures tools. */
	readonly declaresDependencies: boolean;
	/** Tool whose tables the file holds, or null for a plain PEP 621 project. */
	readonly tool: "uv" | "poetry" | "pdm" | "hatch" | null;
}

/**
 * Reads pyproject.toml: PEP 621 with its extras, PEP 735 groups, and the tables of poetry, pdm, hatch, uv and setuptools.
 * Never throws; TOML that the standard refuses is a problem, and what could be located all the same is read.
 */
export function readPyproject(files: SourceTree, path: string): PyprojectContent {
	const text = files.get(path)?.text ?? "";
	const reader = new PyprojectReader(files, path, text, parseTomlDocument(text));
	return reader.read();
}

class PyprojectReader {
	private readonly requirements: Requirement[] = [];
	private readonly constraints: Requirement[] = [];
	private readonly problems: ManifestProblem[] = [];
	private readonly lines: LineIndex;

	constructor(
		private readonly files: SourceTree,
		private readonly path: string,
		text: string,
		private readonly document: TomlDocument,
	) {
		this.lines = new LineIndex(text);
	}

	read(): PyprojectContent {
		const { document } = this;
		if (document.fault !== null) {
			const { line, message } = document.fault;
			this.problems.push({ path: this.path, line, message: `no valid TOML: ${message}`, fatal: true });
		}
		this.readProject();
		this.readGroups();
		this.readPoetry();
		for (const { key, value } of listTomlEntries(document, ["tool", "pdm", "dev-dependencies"]))
			this.readArray(value, key[0] ?? "dev");
		this.readArray(findTomlNode(document, ["tool", "uv", "dev-dependencies"]), "dev");
		this.readArray(findTomlNode(document, ["tool", "uv", "constraint-dependencies"]), "", this.constraints);
		for (const { key, value } of listTomlEntries(document, ["tool", "hatch", "envs"])) {
			if (key[1] === "dependencies" || key[1] === "extra-dependencies") this.readArray(value, `hatch:${key[0]}`);
		}
		this.readSetuptoolsDynamic();
		const python = this.readRequiresPython();
		return {
			requirements: this.withUvSources(),
			constraints: this.constraints,
			problems: this.problems,
			requiresPython: python?.specifier ?? null,
			requiresPythonRange: python?.range ?? null,
			declaresDependencies: this.declaresDependencies(),
			tool: this.findTool(),
		};
	}

	/** `[project] dependencies` and `[project.optional-dependencies]` (PEP 621). */
	private readProject(): void {
		const dependencies = findTomlNode(this.document, ["project", "dependencies"]);
		if (dependencies !== null && dependencies.kind !== "array")
			this.report(dependencies.range.start, "dependencies is no list, and PEP 621 allows nothing else", true);
		this.readArray(dependencies, "");
		for (const { key, value } of listTomlEntries(this.document, ["project", "optional-dependencies"])) {
			this.readArray(value, key[0] ?? "");
		}
	}

	/** `[dependency-groups]` with their includes (PEP 735). */
	private readGroups(): void {
		const groups = listTomlEntries(this.document, ["dependency-groups"]);
		for (const { key, value } of groups) {
			const group = key[0] ?? "";
			this.readArray(value, group);
			for (const item of value.kind === "array" ? value.items : []) {
				const included =
					item.kind === "table" ? item.entries.find((entry) => entry.key[0] === "include-group")?.value : undefined;
				if (included?.kind !== "string") continue;
				const name = normalizeName(included.value);
				if (groups.some((other) => normalizeName(other.key[0] ?? "") === name)) continue;
				this.report(item.range.start, `the included group ${included.value} is not there`, false);
			}
		}
	}

	/** poetry's tables. With `[project] dependencies` (poetry 2) they only add sources and versions to what stands there. */
	private readPoetry(): void {
		const before = findTomlNode(this.document, ["project", "dependencies"]) === null;
		if (before) this.readPoetryTable(["tool", "poetry", "dependencies"], "");
		this.readPoetryTable(["tool", "poetry", "dev-dependencies"], "dev");
		const groups = new Set(listTomlEntries(this.document, ["tool", "poetry", "group"]).map(({ key }) => key[0] ?? ""));
		for (const group of groups)
			this.readPoetryTable(["tool", "poetry", "group", group, "dependencies"], group === "main" ? "" : group);
	}

	private readPoetryTable(table: readonly string[], group: string): void {
		const entries = listTomlEntries(this.document, table).filter(({ key }) => key[0] !== "python");
		this.requirements.push(...readKeyedRequirements(entries, this.path, group, "poetry"));
	}

	/** `dynamic = ["dependencies"]` with `[tool.setuptools.dynamic] dependencies = { file = [...] }`. */
	private readSetuptoolsDynamic(): void {
		const dynamic = ["tool", "setuptools", "dynamic"];
		for (const { key, value } of listTomlEntries(this.document, dynamic)) {
			const group = key[0] === "optional-dependencies" ? (key[1] ?? "") : "";
			if (key[0] !== "dependencies" && key[0] !== "optional-dependencies") continue;
			const listed =
				key.at(-1) === "file"
					? value
					: value.kind === "table"
						? value.entries.find((e) => e.key[0] === "file")?.value
						: undefined;
			const names = listed?.kind === "array" ? listed.items : listed === undefined ? [] : [listed];
			for (const name of names) if (name.kind === "string") this.readDynamicFile(name.value, name.range.start, group);
		}
	}

	private readDynamicFile(written: string, at: number, group: string): void {
		const included = joinPath(this.path, written);
		if (included === null) return;
		if (!this.files.has(included)) {
			this.report(at, `the included file ${included} is not there`, true);
			return;
		}
		const content = readRequirementsFile(this.files, included, group);
		this.requirements.push(...content.requirements);
		this.constraints.push(...content.constraints);
		this.problems.push(...content.problems);
	}

	private readArray(node: TomlNode | null, group: string, into = this.requirements): void {
		if (node?.kind !== "array") return;
		for (const item of node.items) {
			if (item.kind !== "string") continue;
			const parsed = parsePep508(item.value);
			if (parsed === null) {
				this.report(item.range.start, `no PEP 508 requirement: ${item.value.slice(0, 60)}`, true);
				continue;
			}
			into.push(requirementOf(parsed, { path: this.path, range: item.inner, group }));
		}
	}

	/** `[tool.uv.sources]` turns requirements of that name into direct references (a path, a git address, a workspace member). */
	private withUvSources(): Requirement[] {
		const sources = new Map<string, string>();
		for (const { key, value } of listTomlEntries(this.document, ["tool", "uv", "sources"])) {
			const fields = value.kind === "table" ? value.entries : key.length > 1 ? [{ key: key.slice(1), value }] : [];
			for (const field of fields) {
				const kind = field.key[0] ?? "";
				if (!["path", "git", "url", "workspace"].includes(kind)) continue;
				sources.set(normalizeName(key[0] ?? ""), field.value.kind === "string" ? field.value.value : kind);
			}
		}
		return this.requirements.map((requirement) => {
			const source = sources.get(requirement.normalized);
			return source === undefined ? requirement : { ...requirement, url: requirement.url ?? source };
		});
	}

	private readRequiresPython(): { readonly specifier: string; readonly range: TextRange } | null {
		const project = findTomlNode(this.document, ["project", "requires-python"]);
		if (project?.kind === "string") return { specifier: project.value, range: project.inner };
		const poetry = findTomlNode(this.document, ["tool", "poetry", "dependencies", "python"]);
		if (poetry?.kind !== "string") return null;
		const specifier = specifierOfPoetry(poetry.value);
		return specifier === "" ? null : { specifier, range: poetry.inner };
	}

	private declaresDependencies(): boolean {
		if (this.requirements.length > 0) return true;
		return [
			["project", "dependencies"],
			["project", "name"],
			["tool", "poetry", "name"],
		].some((path) => findTomlEntry(this.document, path) !== null);
	}

	private findTool(): PyprojectContent["tool"] {
		for (const tool of ["poetry", "pdm", "uv", "hatch"] as const) {
			if (this.document.sections.some(({ path }) => path[0] === "tool" && path[1] === tool)) return tool;
		}
		return null;
	}

	private report(offset: number, message: string, fatal: boolean): void {
		this.problems.push({ path: this.path, line: this.lines.positionAt(offset).line, message, fatal });
	}
}
