import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { indexPath, listRuleFiles, renderIndex } from "../scripts/rules-index.ts";
import type { Category, Issue } from "../src/audit/issue.ts";
import type { AnyRule, ExampleFiles, ExampleInstallation } from "../src/audit/rule.ts";
import { type AuditResult, runRules } from "../src/audit/run-rules.ts";
import { environmentOptions } from "../src/cli/environment-options.ts";
import { type Distribution, type Environment, normalizeName } from "../src/environment/environment.ts";
import { openEnvironment } from "../src/environment/open-environment.ts";
import { planIssues } from "../src/plan/plan.ts";
import { loadProject } from "../src/project/load.ts";
import type { Project, SourceFile } from "../src/project/project.ts";
import { parseModule } from "../src/python/parse.ts";
import { rules } from "../src/rules/index.ts";
import { applyChange } from "../src/text/tree-change.ts";
import { openPackageFiles } from "../src/workspace/package-files.ts";

const folders: Readonly<Record<Category, string>> = {
	DEPENDENCY: "dependencies",
	IMPORT: "imports",
	DATABASE: "database",
	CONFIG: "config",
	ENTRYPOINT: "entrypoint",
};

const packages = openPackageFiles({ cacheFolder: null });

/** An example as it would be on a machine where nothing is installed: the bundled catalog answers for what it declares. */
function exampleProject(files: ExampleFiles, installed?: ExampleInstallation): Project {
	const tree = new Map<string, SourceFile>(Object.entries(files).map(([path, text]) => [path, { path, text, sha256: "" }]));
	return loadProject({
		root: "/example",
		hint: "",
		files: tree,
		unreadable: [],
		listings: listingsOf(Object.keys(files)),
		target: null,
		processEnvironment: {},
		openEnvironment: (folder, manifests) => {
			const catalog = openEnvironment(
				environmentOptions({ root: "/example", folder, files: tree, manifests }, packages, null, {}),
			);
			return installed === undefined ? catalog : installation(catalog, installed);
		},
	});
}

/** What lies in each folder when these files are all there is. */
function listingsOf(paths: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
	const listings = new Map<string, Set<string>>();
	for (const path of paths) {
		const parts = path.split("/");
		for (const [index, part] of parts.entries()) {
			const folder = parts.slice(0, index).join("/");
			listings.set(folder, (listings.get(folder) ?? new Set()).add(part));
		}
	}
	return listings;
}

/** An environment with just these distributions; their modules are there, and those of all other known distributions are missing. */
function installation(catalog: Environment, installed: ExampleInstallation): Environment {
	const distributions = new Map(
		Object.entries(installed).map(([name, version]): [string, Distribution] => [
			normalizeName(name),
			{ name, version, requires: [], requiresPython: null, topLevel: [], extras: [] },
		]),
	);
	const { python, pythonEvidence, pythonPath, searchFolders } = catalog;
	return {
		python,
		pythonEvidence,
		pythonIsCertain: true,
		pythonPath,
		searchFolders,
		kind: "interpreter",
		distributions,
		isStdlib: (name) => catalog.isStdlib(name),
		canonical: (dotted) => catalog.canonical(dotted),
		isPublished: () => false,
		publishedUntil: () => null,
		isOftenUsed: () => false,
		distributionsFor: (name) => catalog.distributionsFor(name),
		findSymbol: (symbol, names) => catalog.findSymbol(symbol, names),
		followImports: (modules) => catalog.followImports(modules),
		releasesOf: (name) => catalog.releasesOf(name),
		expected: (name, specifier) => catalog.expected(name, specifier),
		releasesWith: (...asked) => catalog.releasesWith(...asked),
		findModule: (dotted) => {
			const providers = catalog.distributionsFor(dotted.split(".")[0] ?? dotted);
			const isMissing = providers.length > 0 && !providers.some((name) => distributions.has(name));
			return isMissing ? { found: "missing" } : catalog.findModule(dotted);
		},
	};
}

/** What all rules said of each example of the rule under test: several laws ask for the same audit. */
const audits = new Map<string, AuditResult>();

/** What all rules say; the rule under test must not break down on it. */
function auditOf(rule: AnyRule, files: ExampleFiles, installed = rule.example.installed?.before): readonly Issue[] {
	const key = JSON.stringify([files, installed]);
	const result = audits.get(key) ?? runRules(exampleProject(files, installed), rules);
	audits.set(key, result);
	expect(result.brokenRules.filter((broken) => broken.rule === rule.name)).toEqual([]);
	return planIssues(result.issues).issues;
}

/** Applies the rule's own fixes, one after the other with an audit between, until none is left. */
function mended(rule: AnyRule, files: ExampleFiles): ExampleFiles {
	let current = files;
	for (let pass = 0; pass < 10; pass++) {
		const fix = auditOf(rule, current).find((issue) => issue.rule === rule.name && issue.fix)?.fix;
		if (!fix) return current;
		const after = applyChange(new Map(Object.entries(current)), fix);
		expect(after, "the edits of a fix contradict one another").not.toBeNull();
		const files = [...Object.entries(current).filter(([path]) => !after?.has(path)), ...(after ?? [])];
		current = Object.fromEntries(files.flatMap(([path, text]) => (text === null ? [] : [[path, text]])));
	}
	throw new Error("the rule's fixes never come to an end");
}

it("has an index that lists every rule file", () => {
	expect(readFileSync(indexPath, "utf8"), "run: npm run rules-index").toBe(renderIndex(listRuleFiles()));
});

it("names each rule once, after its file and in its category's folder", () => {
	const files = listRuleFiles().map((file) => `${file.folder}/${file.name}`);
	expect([...rules].map((rule) => `${folders[rule.category]}/${rule.name}`).sort()).toEqual([...files].sort());
	expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
});

describe.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
	afterAll(() => audits.clear());

	it("says what is wrong, whom it hurts, and where the facts come from", () => {
		expect(rule.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
		expect(rule.name).not.toMatch(/^(no|use|check)-|-check$/);
		expect(rule.summary.length).toBeGreaterThan(10);
		expect(rule.summary).not.toMatch(/\.$/);
		expect(rule.story).toMatch(/\.$/);
		expect(rule.references.length).toBeGreaterThan(0);
		for (const reference of rule.references) expect(reference).toMatch(/^https:\/\//);
	});

	it("sees the fault of its example, and nothing of the sort once it is mended", () => {
		const before = auditOf(rule, rule.example.before);
		expect(before.map((issue) => issue.rule)).toContain(rule.name);
		expect(new Set(before.map((issue) => issue.fingerprint)).size).toBe(before.length);
		const after = auditOf(rule, rule.example.after, rule.example.installed?.after);
		expect(after.filter((issue) => issue.rule === rule.name).map((issue) => issue.problem)).toEqual([]);
		const known = new Set(before.map((issue) => issue.fingerprint));
		expect(after.filter((issue) => !known.has(issue.fingerprint)).map((issue) => `${issue.rule}: ${issue.problem}`)).toEqual([]);
	});

	// A rule that mends nothing has no example to mend: what it says is all it promises.
	const itMends = rule.fix === undefined ? () => undefined : it;
	itMends("mends its example exactly, once and for all", () => {
		const result = mended(rule, rule.example.before);
		expect(result).toEqual(rule.example.after);
		expect(mended(rule, result)).toEqual(result);
		for (const [path, text] of Object.entries(result)) if (path.endsWith(".py")) expect(parseModule(text).errors).toEqual([]);
	});

	it("finds the same with every line moved down", () => {
		const moved = Object.fromEntries(
			Object.entries(rule.example.before).map(([path, text]) => [
				path,
				/\.(py|txt)$/.test(path) && !text.startsWith("#") ? `# moved\n${text}` : text,
			]),
		);
		const fingerprints = (files: ExampleFiles) =>
			auditOf(rule, files)
				.filter((issue) => issue.rule === rule.name)
				.map((issue) => issue.fingerprint);
		expect(fingerprints(moved)).toEqual(fingerprints(rule.example.before));
	});
});
