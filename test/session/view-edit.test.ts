import { describe, expect, test } from "vitest";
import type { Fix } from "../../src/audit/fix.ts";
import { editableTexts, editedFix, firstEditableRow, isUnedited } from "../../src/session/view/edit.ts";
import { applyToFiles } from "../../src/text/edit.ts";

const source =
	"import os\nimport sys\n\n\ndef a():\n    return 1\n\n\ndef b():\n    return 2\n\n\ndef c():\n    return sys.path\n";

function fixOf(path: string, text: string, ...changes: readonly (readonly [string, string])[]): Fix {
	const edits = changes.map(([find, newText]) => ({
		path,
		range: { start: text.indexOf(find), end: text.indexOf(find) + find.length },
		newText,
	}));
	return { title: "Mend it", explanation: "", applicability: "safe", edits, commands: [] };
}

function edit(sources: ReadonlyMap<string, string>, fix: Fix, change: (text: string) => string) {
	const [editable] = editableTexts(fix, sources);
	if (editable === undefined) throw new Error("nothing to edit");
	const result = editedFix(fix, sources, editable.path, change(editable.text));
	return { result, files: result.type === "edited" ? applyToFiles(sources, result.fix.edits) : null };
}

describe("editing a proposal", () => {
	const sources = new Map([["a.py", source]]);
	const fix = fixOf("a.py", source, ["import os\n", ""], ["sys.path", "sys.argv"]);

	test("the changed stretches are offered, each below a line of ours", () => {
		const [editable] = editableTexts(fix, sources);
		expect(editable?.path).toBe("a.py");
		expect(editable?.text.split("\n").filter((line) => line.startsWith("#~"))).toHaveLength(2);
		expect(editable?.text).toContain("    return sys.argv\n");
		expect(editable?.text).not.toContain("import os");
	});

	test("a text that was not changed gives the proposal's own result", () => {
		const { files } = edit(sources, fix, (text) => text);
		expect(files).toEqual(applyToFiles(sources, fix.edits));
	});

	test("a person begins below our first line, and what is written into our lines is no edit", () => {
		const text = editableTexts(fix, sources)[0]?.text ?? "";
		expect(firstEditableRow(text)).toBe(1);
		expect(isUnedited(text.replace("#~ a.py", "#~ mine a.py"), text)).toBe(true);
		expect(isUnedited(text.replace("sys.argv", "sys"), text)).toBe(false);
	});

	test("what was changed is in the file, and the rest of the file is as it was", () => {
		const { files, result } = edit(sources, fix, (text) => text.replace("sys.argv", "sys.argv[1:]"));
		expect(files?.get("a.py")).toBe(source.replace("import os\n", "").replace("sys.path", "sys.argv[1:]"));
		expect(result.type === "edited" && result.fix.applicability).toBe("review");
	});

	test("an editor that leaves the last line break out changes nothing by it", () => {
		const { files } = edit(sources, fix, (text) => text.replace("sys.argv", "sys").trimEnd());
		expect(files?.get("a.py")).toBe(source.replace("import os\n", "").replace("sys.path", "sys"));
	});

	test("Windows line breaks stay", () => {
		const windows = source.replaceAll("\n", "\r\n");
		const windowsFix = fixOf("a.py", windows, ["sys.path", "sys.argv"]);
		const { files } = edit(new Map([["a.py", windows]]), windowsFix, (text) =>
			text.replaceAll("\r\n", "\n").replace("sys.argv", "sys"),
		);
		expect(files?.get("a.py")).toBe(windows.replace("sys.path", "sys"));
	});

	test("a file without a last line break stays without one", () => {
		const open = "A=1\nB=2";
		const { files } = edit(
			new Map([[".env", open]]),
			fixOf(".env", open, ["B=2", "B=3"]),
			(text) => `${text.replace("B=3", "B=4")}\n`,
		);
		expect(files?.get(".env")).toBe("A=1\nB=4");
	});

	test("text that Python would not parse is rejected with its line", () => {
		const { result } = edit(sources, fix, (text) => text.replace("return sys.argv", "return (sys.argv"));
		expect(result).toMatchObject({ type: "rejected", reason: expect.stringMatching(/line \d+/) });
	});

	test("a change that takes everything back is rejected", () => {
		const small = "A=1\n";
		const { result } = edit(new Map([[".env", small]]), fixOf(".env", small, ["A=1", "A=2"]), (text) =>
			text.replace("A=2", "A=1"),
		);
		expect(result).toMatchObject({ type: "rejected", reason: expect.stringContaining("Nothing is left") });
	});

	test("the lines that separate the stretches have to stay", () => {
		const { result } = edit(sources, fix, (text) => text.replace(/\n#~.*\n/, "\n"));
		expect(result.type).toBe("rejected");
	});
});
