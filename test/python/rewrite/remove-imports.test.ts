import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importsOf, removeImportedNames } from "../../../src/python/rewrite/remove-imports.ts";
import { applied, sourceOf } from "./support.ts";

function without(text: string, ...names: string[]): string {
	const source = sourceOf(text);
	const aliases = importsOf(source.tree).flatMap((statement) =>
		statement.names.filter((alias) => names.includes(alias.name.name)),
	);
	return applied(text, removeImportedNames(source, aliases));
}

describe("removing imported names", () => {
	it("takes a name out of a line, wherever it stands", () => {
		expect(without("from m import a, b, c\n", "a")).toBe("from m import b, c\n");
		expect(without("from m import a, b, c\n", "b")).toBe("from m import a, c\n");
		expect(without("from m import a, b, c\n", "c")).toBe("from m import a, b\n");
		expect(without("from m import a, b, c\n", "a", "c")).toBe("from m import b\n");
		expect(without("import os, sys\n", "os")).toBe("import sys\n");
	});

	it("removes the whole line with the last name, and its comment", () => {
		expect(without("import os\nfrom m import a  # used below\nimport sys\n", "a")).toBe("import os\nimport sys\n");
		expect(without("import os", "os")).toBe("");
	});

	it("keeps the comments of the names that stay in parentheses", () => {
		const text = "from m import (\n    a,  # first\n    b,  # second\n    c,  # third\n)\n";
		expect(without(text, "b")).toBe("from m import (\n    a,  # first\n    c,  # third\n)\n");
		expect(without(text, "c")).toBe("from m import (\n    a,  # first\n    b,  # second\n)\n");
		expect(without("from m import (\n    a,  # first\n    b  # second\n)\n", "b")).toBe("from m import (\n    a  # first\n)\n");
	});

	it("understands packed parentheses and backslashes", () => {
		expect(without("from m import (a, b,\n               c, d)\n", "b")).toBe("from m import (a,\n               c, d)\n");
		expect(without("from m import (a, b,\n               c)\n", "c")).toBe("from m import (a, b)\n");
		expect(without("from m import a, \\\n    b, \\\n    c\n", "c")).toBe("from m import a, \\\n    b\n");
		expect(without("from m import a, \\\n    b, \\\n    c\n", "a")).toBe("from m import b, \\\n    c\n");
	});

	it("never leaves a block empty", () => {
		expect(without("try:\n    import a\nexcept ImportError:\n    a = None\n", "a")).toBe(
			"try:\n    pass\nexcept ImportError:\n    a = None\n",
		);
		expect(without("if TYPE_CHECKING:\n    from m import a\n    from n import b\nx = 1\n", "a")).toBe(
			"if TYPE_CHECKING:\n    from n import b\nx = 1\n",
		);
		expect(without("if TYPE_CHECKING:\n    from m import a\n    from n import b\nx = 1\n", "a", "b")).toBe("x = 1\n");
	});

	it("understands several statements on a line", () => {
		expect(without("import os; import sys\n", "os")).toBe("import sys\n");
		expect(without("import os; import sys\n", "sys")).toBe("import os\n");
		expect(without("import os;\n", "os")).toBe("");
	});

	it("closes the gap that a line between blank lines leaves", () => {
		expect(without("import os\n\nimport a\n\nimport b\n", "a")).toBe("import os\n\nimport b\n");
		expect(without('"""Doc."""\n\nimport a\n\n\ndef f(): ...\n', "a")).toBe('"""Doc."""\n\n\ndef f(): ...\n');
		expect(without("import a\n\n\ndef f(): ...\n", "a")).toBe("def f(): ...\n");
		const apart = ["x = 1", "", "", "import a", "", "", "y = 2", ""];
		for (const eol of ["\n", "\r\n"]) expect(without(apart.join(eol), "a")).toBe(["x = 1", "", "", "y = 2", ""].join(eol));
	});

	it("leaves exactly the other names, in every form of the statement", () => {
		const names = ["alpha", "Beta", "gamma", "delta", "eps"];
		const forms: ((items: readonly string[], eol: string) => string)[] = [
			(items) => `from m import ${items.join(", ")}`,
			(items) => `from m import (${items.join(", ")})`,
			(items, eol) => `from m import (${eol}${items.map((item) => `    ${item},${eol}`).join("")})`,
			(items, eol) => `from m import (${eol}    ${items.join(`,${eol}    `)}${eol})`,
			(items, eol) => `from m import (${items.join(`,  # why${eol}  `)})`,
			(items, eol) => `from m import ${items.join(`, \\${eol}    `)}`,
			(items, eol) => `from m import (${items.slice(0, 2).join(", ")},${eol}    ${[...items.slice(2), "tail"].join(", ")})`,
		];
		fc.assert(
			fc.property(
				fc.subarray(names, { minLength: 1 }),
				fc.subarray(names),
				fc.constantFrom(...forms),
				fc.constantFrom("\n", "\r\n"),
				(items, doomed, form, eol) => {
					const text = `import os${eol}${form(items, eol)}${eol}x = 1${eol}`;
					const before = sourceOf(text);
					const kept = before.tree.body.flatMap((s) =>
						s.type === "ImportFrom" ? s.names.map((a) => a.name.name).filter((n) => !doomed.includes(n)) : [],
					);
					const result = without(text, ...doomed);
					const after = sourceOf(result);
					expect(after.tree.errors).toEqual([]);
					expect(after.tree.body.flatMap((s) => (s.type === "ImportFrom" ? s.names.map((a) => a.name.name) : []))).toEqual(kept);
					expect(result.startsWith(`import os${eol}`) && result.endsWith(`x = 1${eol}`)).toBe(true);
				},
			),
		);
	});
});
