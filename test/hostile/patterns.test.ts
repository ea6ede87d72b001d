import { analyse } from "scslre";
import { expect, it } from "vitest";
import { readCondaEnvironment } from "../../src/project/manifests/conda-environment.ts";
import { listInstallCommands } from "../../src/project/manifests/install-commands.ts";
import type * as ast from "../../src/python/ast.ts";
import { parseModule } from "../../src/python/parse.ts";
import { removeArguments } from "../../src/python/rewrite/arguments.ts";
import { removeImportedNames } from "../../src/python/rewrite/remove-imports.ts";
import type { PythonSource } from "../../src/python/rewrite/source.ts";
import { walk } from "../../src/python/walk.ts";
import { applyEdits } from "../../src/text/edit.ts";
import { listPatterns } from "./source-patterns.ts";

it("has no pattern that takes more than linear time on some text", () => {
	const patterns = listPatterns(["src", "components"]);
	expect(patterns.length).toBeGreaterThan(1_000);
	const repeating = patterns.filter(({ source }) => /[*+{]/.test(source));
	const slow = repeating.filter(({ source, flags }) => analyse({ source, flags }).reports.length > 0);
	// Anchored, trimmed beforehand, or kept from beginning inside its own run (`(?<!\\s)\\s+$`), each of them can be linear.
	expect(slow.map(({ source, places }) => `${places.join(", ")}: ${source}`)).toEqual([]);
});

// Each of these texts once took a pattern a time that doubled with every few characters: it would never come to its end.

const sourceOf = (text: string): PythonSource => ({ path: "main.py", text, tree: parseModule(text) });

it("reads a long comment behind an import", () => {
	const source = sourceOf(`import a, b  ${"#".repeat(5_000)}\nb()\n`);
	const [statement] = source.tree.body;
	const alias = statement?.type === "Import" ? statement.names.slice(0, 1) : [];
	expect(applyEdits(source.text, removeImportedNames(source, alias))).toBe(`import b  ${"#".repeat(5_000)}\nb()\n`);
	const last = statement?.type === "Import" ? statement.names.slice(1) : [];
	expect(applyEdits(source.text, removeImportedNames(source, last))).toMatch(/^import a\b/);
});

it("reads a long comment behind an argument", () => {
	const source = sourceOf(`f(\n    1,\n    2  ${"#".repeat(5_000)}\n)\n`);
	const calls: ast.Call[] = [];
	walk(source.tree, (node) => {
		if (node.type === "Call") calls.push(node);
	});
	const [call] = calls;
	expect(call && applyEdits(source.text, removeArguments(source, call, call.args.slice(1)))).toMatch(/^f\(\n {4}1,?\n\)\n$/);
});

it("reads long words of a command, and long versions of a conda file", () => {
	expect(listInstallCommands(`RUN pip install ${"x".repeat(5_000)}"[]`)).toBeDefined();
	const text = `dependencies:\n  - python ${"<*  >*  ".repeat(2_000)}!\n`;
	const files = new Map([["environment.yml", { path: "environment.yml", text, sha256: "" }]]);
	expect(readCondaEnvironment(files, "environment.yml")).toBeDefined();
});
