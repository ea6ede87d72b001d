import { expect, it } from "vitest";
import type { Issue } from "../../src/audit/issue.ts";
import type { AuditReport } from "../../src/plan/audit-report.ts";
import { misgivings } from "../../src/session/compare-reports.ts";

const fix = {
	title: "Declare h11",
	explanation: "",
	applicability: "safe" as const,
	edits: [],
	commands: ["poetry lock", "poetry install"],
};

/** A report with these issues, of which nothing else is asked. */
function reportOf(...issues: readonly Partial<Issue>[]): AuditReport {
	const complete = issues.map((issue) => ({ severity: "CRITICAL", fix: null, alternatives: [], manualSteps: [], ...issue }));
	return { issues: complete } as unknown as AuditReport;
}

const before = reportOf({ id: "DEPENDENCY-001", fingerprint: "undeclared", fix });

it("holds nothing against a fix that its own commands settle", () => {
	const lock = { id: "DEPENDENCY-001", fingerprint: "lock", manualSteps: ["Run poetry lock, and commit poetry.lock."] };
	expect(misgivings(before, reportOf(lock), ["undeclared"])).toEqual([]);
});

it("names a new critical issue that stays", () => {
	const other = { id: "IMPORT-001", fingerprint: "other", problem: "There is no module x", manualSteps: ["Correct it."] };
	expect(misgivings(before, reportOf(other), ["undeclared"])).toEqual([
		expect.stringContaining("1 critical issue that it did not see before: IMPORT-001 (There is no module x)"),
	]);
	const remaining = reportOf({ id: "DEPENDENCY-001", fingerprint: "undeclared" });
	expect(misgivings(before, remaining, ["undeclared"])).toEqual(["The audit still finds DEPENDENCY-001."]);
});
