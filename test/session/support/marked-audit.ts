import { type Issue, type Story, storyOf } from "../../../src/audit/issue.ts";
import type { SourceTree } from "../../../src/project/project.ts";
import type { Diagnosis } from "../../../src/session/diagnosis.ts";
import { LineIndex } from "../../../src/text/line-index.ts";
import type { TextEdit } from "../../../src/text/range.ts";
import { readSourceTree } from "../../../src/workspace/read-source-tree.ts";

const categories = { US1: "IMPORT", US2: "DATABASE", US3: "ENTRYPOINT" } as const;

/**
 * A real audit of real files with one tiny rule: `BROKEN_US1_name` is a critical issue of that story, and its fix writes
 * `FIXED_name`. Where the name begins with `move_`, the file is renamed besides: `db.py` to `moved_db.py`. What sessions do with issues can be tested so without the rules of the product. Where another file keeps
 * `BROKEN company`, the fix mends that too and makes a file `made.py`: one fix, several files.
 */
export async function auditMarks(root: string): Promise<Diagnosis> {
	const { files } = readSourceTree(root);
	const issues: Issue[] = [];
	for (const { path, text } of files.values()) {
		const lines = new LineIndex(text);
		for (const match of text.matchAll(/BROKEN_(US[123])_(\w+)/g)) {
			const [mark, story = "US1", name = ""] = match;
			const range = { start: match.index, end: match.index + mark.length };
			const { line, column } = lines.positionAt(range.start);
			issues.push({
				id: `${categories[story as Story]}-${String(issues.length + 1).padStart(3, "0")}`,
				rule: "broken-mark",
				fingerprint: `${path}:${name}`,
				severity: "CRITICAL",
				category: categories[story as Story],
				story: storyOf(categories[story as Story]),
				stage: "import",
				blocksStartup: true,
				reachedFromTarget: true,
				failsOn: ["this-machine"],
				at: { path, range, line, column, endLine: line },
				problem: `${name} is broken`,
				rootCause: `Somebody broke ${name}.`,
				raisedAt: null,
				expectedError: null,
				importChain: [],
				fix: {
					title: `Mend ${name}`,
					explanation: "A mended name works.",
					applicability: "safe",
					edits: [{ path, range, newText: `FIXED_${name}` }, ...companyEdits(files)],
					...(name.startsWith("move_") && { moves: [{ path, to: path.replace(/[^/]+$/, "moved_$&") }] }),
					commands: [],
				},
				alternatives: [],
				manualSteps: [],
				related: [],
				hides: [],
			});
		}
	}
	return {
		files,
		report: {
			project: { root, backend: "", target: null, targetEvidence: null, packageRoot: null, python: "3.11", manifests: [] },
			filesScanned: files.size,
			durationSeconds: 0,
			issues,
			criticalPath: issues.map((issue) => issue.id),
			phases: [],
			recommendations: [],
			dependencies: [],
			importGraph: { modules: [], edges: [], cycles: [] },
			startCommands: [],
			otherApplications: [],
			notices: [],
		},
	};
}

function companyEdits(files: SourceTree): readonly TextEdit[] {
	const edits: TextEdit[] = [];
	for (const { path, text } of files.values()) {
		const start = text.indexOf("BROKEN company");
		if (start >= 0) edits.push({ path, range: { start, end: start + "BROKEN".length }, newText: "MENDED" });
	}
	return edits.length === 0 ? [] : [...edits, { path: "app/made.py", range: { start: 0, end: 0 }, newText: "made = True\n" }];
}
