import { describe, expect, it } from "vitest";
import { renderGithub } from "../../src/report/github.ts";
import { renderJson } from "../../src/report/json.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { renderPretty } from "../../src/report/pretty.ts";
import { renderSarif } from "../../src/report/sarif.ts";
import { applyEdits } from "../../src/text/edit.ts";
import { brokenFiles, wordAudit } from "./support.ts";

const { report, project } = wordAudit(brokenFiles);
const texts = project.files;

describe("the pretty report", () => {
	it("says first whether the server comes up, then each issue with its diff", () => {
		const text = renderPretty(report, texts, { colour: false, width: 100 });
		expect(text).toMatch(/^bootmend {2}\/project · uvicorn main:app · Python 3\.11/);
		expect(text).toContain("The server does not come up: 3 critical.");
		expect(text).toContain("Path to a running server  IMPORT-001 → IMPORT-002 → IMPORT-003 → boots");
		expect(text).toContain('             5 - x = "BROKEN2"\n             5 + x = "BETTER2"\n');
		expect(text).toContain("Python   NameError: name 'BROKEN' is not defined");
		expect(text).not.toContain("\u001b");
	});

	it("colours only when it may, and says the same then", () => {
		const coloured = renderPretty(report, texts, { colour: true, width: 100 });
		expect(coloured).toContain("\u001b[32m");
		expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(renderPretty(report, texts, { colour: false, width: 100 }));
	});

	it("keeps to the width of the terminal where words allow it", () => {
		const lines = renderPretty(report, texts, { colour: false, width: 60 }).split("\n");
		expect(lines.filter((line) => line.length > 60 && !line.startsWith("bootmend") && !/[-+] /.test(line))).toEqual([]);
	});
});

describe("the Markdown report", () => {
	it("names cause, place and diff of each issue", () => {
		const text = renderMarkdown(report, texts);
		expect(text).toContain("### IMPORT-001: BROKEN stands in ");
		expect(text).toContain('```diff\n--- main.py\n+++ main.py\n@@ line 5 @@\n-x = "BROKEN2"\n+x = "BETTER2"\n```');
		expect(text).toContain("```sh\necho better\n```");
	});

	it("lets no text of a file become markup", () => {
		const odd = wordAudit({ "a`b.py": "x = 'BROKEN```'\n", "<img src=x>.py": "BROKEN\n" });
		const text = renderMarkdown(odd.report, odd.project.files);
		expect(text).not.toMatch(/^### .*[^\\]<img/m);
		expect(text).toContain("````diff\n");
	});
});

describe("the SARIF report", () => {
	const document = JSON.parse(renderSarif(report, texts, [], "1.2.3"));
	const [run] = document.runs;

	it("places each result, and carries its fix where no secret would be lost", () => {
		expect(document.version).toBe("2.1.0");
		expect(run.results).toHaveLength(3);
		const inMain = run.results.filter(
			(result: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }) =>
				result.locations[0]?.physicalLocation.artifactLocation.uri === "main.py",
		);
		expect(inMain[1].locations[0].physicalLocation.region).toEqual({ startLine: 5, startColumn: 6, endLine: 5, endColumn: 12 });
		const [change] = inMain[1].fixes[0].artifactChanges;
		expect(change.replacements).toEqual([
			{ deletedRegion: { startLine: 5, startColumn: 6, endLine: 5, endColumn: 12 }, insertedContent: { text: "BETTER" } },
		]);
	});
});

describe("annotations for GitHub", () => {
	it("are one command a line, with everything escaped", () => {
		const odd = wordAudit({ "a,b:c.py": "x = 'BROKEN'\n" });
		const text = renderGithub(odd.report);
		expect(text).toMatch(
			/^::warning file=a%2Cb%3Ac\.py,line=1,endLine=1,col=6,title=IMPORT-001 broken-word::BROKEN stands in a,b:c\.py%0AIt is broken/,
		);
		expect(text.trimEnd().split("\n")).toHaveLength(1);
	});
});

it("shows no secret and no escape sequence of any file, in any format", () => {
	const files = {
		"main.py":
			'from fastapi import FastAPI\n\napp = FastAPI()\nSECRET_KEY = "s3cr3t-BROKEN"\nx = "BROKEN\u001b]0;owned\u0007\u202e"\n',
		".env": "DATABASE_URL=postgres://app:s3cr3t@db/app?BROKEN=1\nAPI_KEY=s3cr3t  # BROKEN\n",
		"\u001b[31mred.py": "BROKEN\n",
	};
	const odd = wordAudit(files);
	const rendered = [
		renderPretty(odd.report, odd.project.files, { colour: false, width: 80 }),
		renderMarkdown(odd.report, odd.project.files),
		renderJson(odd.report, odd.project.files, "1.2.3"),
		renderSarif(odd.report, odd.project.files, [], "1.2.3"),
		renderGithub(odd.report),
	];
	for (const text of rendered) {
		expect(text).not.toContain("s3cr3t");
		expect(text).not.toMatch(/[\u001b\u0007\u202e]/);
		expect(text).toContain("BETTER");
	}
	expect(
		odd.report.issues.map((issue) => applyEdits(files[issue.at.path as keyof typeof files], issue.fix?.edits ?? [])),
	).not.toContain(null);
});
