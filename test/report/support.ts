import { defineRule } from "../../src/audit/rule.ts";
import { type FoundIssue, runRules } from "../../src/audit/run-rules.ts";
import type { AuditReport } from "../../src/plan/audit-report.ts";
import { buildReport } from "../../src/plan/build-report.ts";
import type { Project } from "../../src/project/project.ts";
import { buildProject } from "../project/build-project.ts";

/** A rule for tests: the word BROKEN is a fault that BETTER mends; in a .env file it is one of the configuration. */
const brokenWord = defineRule<{ readonly order: number }>({
	name: "broken-word",
	category: "IMPORT",
	summary: "The word BROKEN stands in a file",
	story: "A word for tests.",
	references: [],
	example: { before: {}, after: {} },
	*detect(project) {
		let order = 0;
		for (const [path, file] of project.files) {
			for (const match of file.text.matchAll(/BROKEN(\w*)/g)) {
				const range = { start: match.index, end: match.index + "BROKEN".length };
				yield { subject: `${path}:${match[1]}`, path, range, evidence: { order: order++ } };
			}
		}
	},
	describe: (match) => ({
		severity: "CRITICAL",
		stage: "import",
		problem: `BROKEN stands in ${match.path}`,
		rootCause: "It is broken, and https://app:hunter2@example.com says so",
		expectedError: "NameError: name 'BROKEN' is not defined",
		order: match.evidence.order,
	}),
	fix: (match) => ({
		title: "Write BETTER",
		explanation: "BETTER is not broken.",
		applicability: "safe",
		edits: [{ path: match.path, range: match.range, newText: "BETTER" }],
		commands: ["echo better"],
	}),
});

/** What the word rule finds in some files. */
export function wordAudit(files: Readonly<Record<string, string>>): {
	readonly project: Project;
	readonly report: AuditReport;
	readonly found: readonly FoundIssue[];
} {
	const project = buildProject(files, { target: "main:app" });
	const result = runRules(project, [brokenWord]);
	return { project, found: result.issues, report: buildReport(project, { result, dependencies: [], durationSeconds: 0.25 }) };
}

/** A backend with three faults, one of them beside a secret. */
export const brokenFiles = {
	"main.py": 'from fastapi import FastAPI\n\napp = FastAPI()\n"BROKEN1"\nx = "BROKEN2"\n',
	".env": "DATABASE_URL=postgres://app:hunter2@db/app?BROKEN=1\nSECRET_KEY=hunter2\n",
};
