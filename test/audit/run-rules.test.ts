import { expect, it } from "vitest";
import { type AnyRule, type Description, defineRule, type Match } from "../../src/audit/rule.ts";
import { mostIssues, runRules } from "../../src/audit/run-rules.ts";
import { spend } from "../../src/python/effort.ts";
import { buildProject } from "../project/build-project.ts";

const files = {
	"main.py": "from fastapi import FastAPI\nimport reached\n\napp = FastAPI()\n",
	"reached.py": "FAULT = 1\nFAULT = 2\n",
	"orphan.py": "FAULT = 3\n",
};

function ruleOf(
	more: { readonly describe?: (match: Match<null>) => Partial<Description>; readonly fix?: AnyRule["fix"] } = {},
): AnyRule {
	return defineRule<null>({
		name: "word-fault",
		category: "IMPORT",
		summary: "A word for tests",
		story: "A word for tests.",
		references: [],
		example: { before: {}, after: {} },
		*detect(project) {
			for (const [path, file] of project.files) {
				for (const { index } of file.text.matchAll(/FAULT/g)) {
					yield { subject: "FAULT", path, range: { start: index, end: index + 5 }, evidence: null };
				}
			}
		},
		describe: (match) => ({
			severity: "CRITICAL",
			stage: "import",
			problem: "It is wrong",
			rootCause: "It is so",
			...more.describe?.(match),
		}),
		...(more.fix ? { fix: more.fix } : {}),
	});
}

function auditOf(rule: AnyRule, sources: Readonly<Record<string, string>> = files) {
	return runRules(buildProject(sources, { target: "main:app" }), [rule]);
}

it("keeps an issue of a file that the target never imports from stopping start-up", () => {
	const [first, , orphan] = [...auditOf(ruleOf()).issues].sort(
		(a, b) => Number(b.reachedFromTarget) - Number(a.reachedFromTarget),
	);
	expect(first).toMatchObject({
		severity: "CRITICAL",
		stage: "import",
		blocksStartup: true,
		reachedFromTarget: true,
		importChain: ["main", "reached"],
	});
	expect(orphan).toMatchObject({ severity: "MEDIUM", stage: "none", blocksStartup: false, failsOn: [], importChain: [] });
});

it("says nothing of a name that only the mend of another fault uses", () => {
	const unused = { ...ruleOf({ describe: () => ({ unlessUsed: "Depends" }) }), name: "unused-word" };
	const mendedBy = (newText: string, path = "reached.py") =>
		ruleOf({
			fix: () => ({
				title: "Mend it",
				explanation: "So that it works.",
				applicability: "safe",
				edits: [{ path, range: { start: 0, end: 0 }, newText }],
			}),
		});
	const unusedBeside = (rule: AnyRule, sources = files) =>
		runRules(buildProject(sources, { target: "main:app" }), [unused, rule])
			.issues.filter((issue) => issue.rule === "unused-word")
			.map(({ at }) => at.path);
	const all = ["orphan.py", "reached.py", "reached.py"];
	expect(unusedBeside(mendedBy("value = 0\n")).toSorted()).toEqual(all);
	expect(unusedBeside(mendedBy("Depends(0)\n"))).toEqual(["orphan.py"]);
	expect(unusedBeside(mendedBy("Dependsome()\n")).toSorted()).toEqual(all);
	expect(unusedBeside(mendedBy("Depends(0)\n", "main.py")).toSorted()).toEqual(all);
	const written = { ...files, "reached.py": "Depends(FAULT)\n" };
	const rewritten = ruleOf({
		fix: () => ({
			title: "Mend it",
			explanation: "So that it works.",
			applicability: "safe",
			edits: [{ path: "reached.py", range: { start: 0, end: 14 }, newText: "Depends(value)" }],
		}),
	});
	expect(unusedBeside(rewritten, written).toSorted()).toEqual(["orphan.py", "reached.py"]);
});

it("gives each issue a fingerprint that moved lines do not change, and two of one subject two", () => {
	const fingerprints = (sources: Readonly<Record<string, string>>) =>
		auditOf(ruleOf(), sources).issues.map((issue) => issue.fingerprint);
	const moved = { ...files, "reached.py": `"""Moved."""\n\n\n${files["reached.py"]}` };
	expect(new Set(fingerprints(files)).size).toBe(3);
	expect(fingerprints(moved)).toEqual(fingerprints(files));
});

it("says what to do where there is no fix", () => {
	const [issue] = auditOf(ruleOf()).issues;
	expect(issue?.fix).toBeNull();
	expect(issue?.manualSteps).toHaveLength(1);
});

it("keeps the issue where its fix would leave no Python", () => {
	const breaking = ruleOf({
		fix: (match) => ({
			title: "Break it",
			explanation: "No.",
			applicability: "safe",
			edits: [{ path: match.path, range: match.range, newText: "(" }],
		}),
	});
	const { issues } = auditOf(breaking);
	expect(issues.map((issue) => issue.fix)).toEqual([null, null, null]);
});

it("goes on without a rule that breaks down, and names it", () => {
	const broken = ruleOf({
		describe: () => {
			throw new Error("oh");
		},
	});
	const result = runRules(buildProject(files, { target: "main:app" }), [broken, ruleOf()]);
	expect(result.brokenRules).toEqual([{ rule: "word-fault", error: "oh" }]);
	expect(result.issues).toHaveLength(3);
});

it("tries no more fixes than a long file can pay for, and says of the others what to do", () => {
	const comment = `# ${"x".repeat(1_000_000)}\n`;
	const mending = ruleOf({
		fix: (match) => ({
			title: "Mend it",
			explanation: "So.",
			applicability: "safe",
			edits: [{ path: match.path, range: match.range, newText: "MENDED" }],
		}),
	});
	const sources = { ...files, "reached.py": comment + Array.from({ length: 5 }, (_, i) => `FAULT = ${i}\n`).join("") };
	const own = auditOf(mending, sources).issues.filter((issue) => issue.at.path === "reached.py");
	expect(own[0]?.fix).not.toBeNull();
	expect(own.at(-1)?.fix).toBeNull();
	expect(own.at(-1)?.manualSteps.at(-1)).toContain("audit again");
});

it("lists as many issues of one rule as a person can look at, and names the rule that saw more", () => {
	const sources = { ...files, "reached.py": Array.from({ length: mostIssues + 5 }, (_, i) => `FAULT = ${i}\n`).join("") };
	const result = runRules(buildProject(sources, { target: "main:app" }), [ruleOf()]);
	expect(result.cutRules).toEqual(["word-fault"]);
	expect(result.issues).toHaveLength(mostIssues);
});

it("stops a rule that takes too much work, keeps what it had found, names it and asks the others", () => {
	const found = ruleOf();
	const endless: AnyRule = {
		...found,
		*detect(project) {
			yield* found.detect(project);
			for (;;) spend(1_000);
		},
	};
	const result = runRules(buildProject(files, { target: "main:app" }), [endless, ruleOf()]);
	expect(result.spentRules).toEqual(["word-fault"]);
	expect(result.brokenRules).toEqual([]);
	expect(result.issues).toHaveLength(6);
});
