import { describe, expect, it } from "vitest";
import { type Category, type Severity, storyOf } from "../../src/audit/issue.ts";
import type { FoundIssue } from "../../src/audit/run-rules.ts";
import { listImportEdges } from "../../src/plan/import-edges.ts";
import { summariseImports } from "../../src/plan/import-graph-summary.ts";
import { planIssues } from "../../src/plan/plan.ts";
import { buildProject, parseFiles } from "../project/build-project.ts";

function found(category: Category, severity: Severity, order: number | null, path = "a.py"): FoundIssue {
	return {
		rule: "a-rule",
		fingerprint: `${category}${severity}${order}${path}`,
		severity,
		category,
		story: storyOf(category),
		stage: "import",
		blocksStartup: severity === "CRITICAL",
		reachedFromTarget: true,
		failsOn: [],
		at: { path, range: { start: 0, end: 1 }, line: (order ?? 0) + 1, column: 1, endLine: (order ?? 0) + 1 },
		problem: "",
		rootCause: "",
		expectedError: null,
		raisedAt: null,
		importChain: [],
		fix: null,
		alternatives: [],
		manualSteps: [],
		order,
	};
}

describe("the plan", () => {
	it("puts what keeps the server down on the path: dependencies, imports, database, settings, entrypoint", () => {
		const { issues, criticalPath } = planIssues([
			found("IMPORT", "MEDIUM", null, "b.py"),
			found("ENTRYPOINT", "CRITICAL", 9),
			found("CONFIG", "CRITICAL", 3, ".env"),
			found("DATABASE", "HIGH", 4),
			found("IMPORT", "CRITICAL", 7),
			found("IMPORT", "CRITICAL", 5),
			found("DEPENDENCY", "CRITICAL", 6, "requirements.txt"),
			found("ENTRYPOINT", "HIGH", null, "c.py"),
		]);
		expect(criticalPath).toEqual(["DEPENDENCY-001", "IMPORT-001", "IMPORT-002", "DATABASE-001", "CONFIG-001", "ENTRYPOINT-001"]);
		expect(issues.map((issue) => issue.id)).toEqual([...criticalPath, "ENTRYPOINT-002", "IMPORT-003"]);
		expect(issues.find((issue) => issue.id === "IMPORT-001")?.fingerprint).toBe("IMPORTCRITICAL5a.py");
	});

	it("says which issues start-up meets only once another is mended", () => {
		const { issues } = planIssues([
			found("IMPORT", "CRITICAL", 2),
			found("IMPORT", "CRITICAL", 1),
			found("CONFIG", "CRITICAL", 0),
			found("IMPORT", "MEDIUM", null),
		]);
		const hides = Object.fromEntries(issues.map((issue) => [issue.id, issue.hides]));
		expect(hides).toEqual({
			"CONFIG-001": ["IMPORT-001", "IMPORT-002"],
			"IMPORT-001": ["IMPORT-002"],
			"IMPORT-002": [],
			"IMPORT-003": [],
		});
	});

	it("gives each story its phase", () => {
		const { phases } = planIssues([
			found("DEPENDENCY", "CRITICAL", 0),
			found("IMPORT", "LOW", null),
			found("CONFIG", "HIGH", 1),
			found("ENTRYPOINT", "HIGH", 2),
		]);
		expect(phases.map((phase) => [phase.story, phase.issues])).toEqual([
			["US1", ["DEPENDENCY-001", "IMPORT-001"]],
			["US2", ["CONFIG-001"]],
			["US3", ["ENTRYPOINT-001"]],
		]);
	});

	it("keeps the ids of earlier audits, and gives none twice", () => {
		const [first, second, third] = [
			found("IMPORT", "CRITICAL", 1),
			found("IMPORT", "CRITICAL", 2),
			found("IMPORT", "CRITICAL", 0),
		];
		const known = new Map(planIssues([first, second]).issues.map((issue) => [issue.fingerprint, issue.id]));
		const { issues } = planIssues([second, third], known);
		expect(issues.map((issue) => [issue.fingerprint, issue.id])).toEqual([
			[third.fingerprint, "IMPORT-003"],
			[second.fingerprint, "IMPORT-002"],
		]);
	});

	it("does not depend on the order in which the rules spoke", () => {
		const all = [
			found("IMPORT", "CRITICAL", 2),
			found("IMPORT", "HIGH", null),
			found("CONFIG", "CRITICAL", 1),
			found("DATABASE", "LOW", null, "z.py"),
		];
		expect(planIssues([...all].reverse())).toEqual(planIssues(all));
	});
});

describe("the import graph", () => {
	const project = buildProject(
		parseFiles(`
#- app/__init__.py
#- app/main.py
from typing import TYPE_CHECKING
from fastapi import FastAPI
from app.core import db
from . import late
import app.core.config as config
if TYPE_CHECKING:
    from app.models import User
app = FastAPI()
#- app/core/__init__.py
#- app/core/db.py
from app.core.config import url
#- app/core/config.py
from .db import engine
#- app/late.py
def later():
    from app.main import app
    return app
#- app/models.py
from ..outside import x
from app import missing
`),
		{ target: "app.main:app" },
	);

	it("knows who imports whom, and when", () => {
		const edges = listImportEdges(project).map(({ importer, imported, when }) => `${importer} → ${imported} ${when}`);
		expect(edges).toEqual([
			"app.core.config → app.core.db import",
			"app.core.db → app.core.config import",
			"app.late → app.main deferred",
			"app.main → app.core.db import",
			"app.main → app.late import",
			"app.main → app.core.config import",
			"app.main → app.models typing",
			"app.models → app import",
		]);
	});

	it("sees a cycle only where both imports run while modules are imported", () => {
		expect(summariseImports(project).cycles).toEqual([["app.core.config", "app.core.db", "app.core.config"]]);
	});
});
