import { expect, it } from "vitest";
import type { Issue } from "../../src/audit/issue.ts";
import type { UnjoinedFailure } from "../../src/verify/explain-stop.ts";
import { bugReport, issueFromBoot, knowledgeOf } from "../../src/verify/found-by-boot.ts";
import { findForetold } from "../../src/verify/join-issue.ts";

const frame = (path: string, line: number) => ({ path, line, name: "f", ofProject: !path.startsWith("<") });
const failure: UnjoinedFailure = {
	stage: "import",
	error: "ImportError: cannot import name 'Feld' from 'sqlmodel' (<site-packages>/sqlmodel/__init__.py)",
	detail: [],
	frames: [frame("<site-packages>/uvicorn/importer.py", 19), frame("src/main.py", 4), frame("src/models.py", 2)],
	at: frame("src/models.py", 2),
	everyRequestFails: false,
};

const issue = (path: string, line: number, expectedError: string | null, severity: Issue["severity"] = "CRITICAL"): Issue => ({
	...issueFromBoot(failure, new Map()),
	id: `IMPORT-${String(line).padStart(3, "0")}`,
	severity,
	expectedError,
	raisedAt: { path, line },
	at: { path, range: { start: 0, end: 0 }, line, column: 1, endLine: line },
});

it("prefers the issue with the same error at the same place", () => {
	const same = issue("src/models.py", 2, "ImportError: cannot import name 'Feld' from 'sqlmodel'");
	const elsewhere = issue("src/other.py", 7, "ImportError: cannot import name 'Feld' from 'sqlmodel' (sqlmodel/__init__.py)");
	expect(findForetold(failure, [elsewhere, issue("src/models.py", 2, "NameError: name 'x' is not defined"), same])).toBe(same);
	expect(findForetold(failure, [elsewhere])).toBe(elsewhere);
});

it("takes a grave issue at the place of the failure, whatever it expected, and not one that only shares the file", () => {
	const atPlace = issue("src/models.py", 2, "TypeError: no");
	expect(findForetold(failure, [issue("src/models.py", 9, null), atPlace])).toBe(atPlace);
	expect(findForetold(failure, [issue("src/models.py", 9, null), issue("src/models.py", 2, null, "LOW")])).toBeNull();
});

it("takes an issue that expects no error where the failure passed it", () => {
	const onTheWay = issue("src/main.py", 4, null);
	expect(findForetold(failure, [onTheWay])).toBe(onTheWay);
});

it("makes an issue of what nobody foretold, of the category that its error speaks of", () => {
	expect(issueFromBoot(failure, new Map())).toMatchObject({
		rule: "found-by-boot",
		category: "IMPORT",
		severity: "CRITICAL",
		stage: "import",
	});
	const engine = { ...failure, stage: "engine", error: "sqlalchemy.exc.ArgumentError: bad" } as const;
	expect(issueFromBoot(engine, new Map())).toMatchObject({ category: "DATABASE", story: "US2" });
	const request = { ...failure, stage: "answers", error: "KeyError: 'x'" } as const;
	expect(issueFromBoot(request, new Map())).toMatchObject({ severity: "HIGH", stage: "request", blocksStartup: false });
});

it("writes a bug report that tells of packages and nothing of the project", () => {
	const report = bugReport(failure, { version: "1.0.0", python: "3.12.4", packages: ["uvicorn 0.40.0"] });
	expect(report).toContain("Error: ImportError: cannot import name '…' from '…'");
	expect(report).toContain("<site-packages>/uvicorn/importer.py:19 f");
	expect(report).toContain("project/file2.py:2");
	expect(report).not.toMatch(/models|Feld|src\//);
});

it.each([
	"aiokafka.errors.KafkaConnectionError: KafkaConnectionError: Unable to bootstrap from [('broker', 9092)]",
	"redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.",
	"socket.gaierror: [Errno -2] Name or service not known",
	"pymongo.errors.ConfigurationError: None of DNS query names exist: _mongodb._tcp.shop.example.net.",
])("holds what does not answer against nobody: %s", (error) => {
	const reached = { ...failure, error, stage: "lifespan" } as const;
	const met = { ...reached, issue: issueFromBoot(reached, new Map()), bugReport: null };
	expect(knowledgeOf(met)).toBe("unreachable");
	expect(met.issue.rootCause).toContain("Start that service");
	expect(knowledgeOf({ ...met, error: failure.error })).toBe("found");
});
