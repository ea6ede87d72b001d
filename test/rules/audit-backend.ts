import { type FoundIssue, runRules } from "../../src/audit/run-rules.ts";
import { environmentOptions } from "../../src/cli/environment-options.ts";
import { openEnvironment } from "../../src/environment/open-environment.ts";
import { loadProject } from "../../src/project/load.ts";
import type { SourceFile } from "../../src/project/project.ts";
import { rules } from "../../src/rules/index.ts";
import { applyChange } from "../../src/text/tree-change.ts";
import { openPackageFiles } from "../../src/workspace/package-files.ts";
import { parseFiles } from "../project/build-project.ts";

const packages = openPackageFiles({ cacheFolder: null });

/** What one rule says about a backend (`#- path` begins each file) on a machine where only the bundled catalog answers. */
export function auditBackend(
	rule: string,
	backend: string,
	variables: Readonly<Record<string, string>> = {},
): readonly FoundIssue[] {
	const files = new Map<string, SourceFile>(
		Object.entries(parseFiles(backend)).map(([path, text]) => [path, { path, text, sha256: "" }]),
	);
	const project = loadProject({
		root: "/example",
		hint: "",
		files,
		unreadable: [],
		target: null,
		processEnvironment: variables,
		openEnvironment: (folder, manifests) =>
			openEnvironment(environmentOptions({ root: "/example", folder, files, manifests }, packages, null, {})),
	});
	const asked = rules.filter(({ name }) => name === rule);
	if (asked.length !== 1) throw new Error(`no rule ${rule}`);
	const { issues, brokenRules } = runRules(project, asked);
	if (brokenRules[0] !== undefined) throw new Error(brokenRules[0].error);
	return issues;
}

/** The files that the fixes of all issues give, one after the other, that differ from what they were. */
export function mendedFiles(rule: string, backend: string): Readonly<Record<string, string>> {
	const before = parseFiles(backend);
	let files = before;
	for (let pass = 0; pass < 10; pass++) {
		const literal = Object.entries(files)
			.map(([path, text]) => `#- ${path}\n${text}`)
			.join("");
		const fix = auditBackend(rule, literal).find((issue) => issue.fix !== null)?.fix;
		if (!fix) break;
		const after = applyChange(new Map(Object.entries(files)), fix) ?? new Map<string, string | null>();
		const kept = Object.entries(files).filter(([path]) => !after.has(path));
		files = Object.fromEntries([...kept, ...[...after].flatMap(([path, text]) => (text === null ? [] : [[path, text]]))]);
	}
	return Object.fromEntries(Object.entries(files).filter(([path, text]) => before[path] !== text));
}
