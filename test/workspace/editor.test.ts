import { expect, test } from "vitest";
import { editText, findEditor } from "../../src/workspace/editor.ts";

test("$VISUAL comes before $EDITOR, quotes keep words together, and nothing is no editor", () => {
	expect(findEditor({ VISUAL: "vim -u NONE", EDITOR: "ed" })).toEqual(["vim", "-u", "NONE"]);
	expect(findEditor({ VISUAL: "", EDITOR: '"/opt/my editor/bin/edit" --fast' })).toEqual(["/opt/my editor/bin/edit", "--fast"]);
	expect(findEditor({})).toBeNull();
	expect(findEditor({ EDITOR: "  " })).toBeNull();
});

test("editors that return at once are told to wait", () => {
	expect(findEditor({ EDITOR: "code" })).toEqual(["code", "--wait"]);
	expect(findEditor({ EDITOR: "/usr/bin/subl -n" })).toEqual(["/usr/bin/subl", "-n", "-w"]);
	expect(findEditor({ EDITOR: "code --wait" })).toEqual(["code", "--wait"]);
});

test("what the editor saves is the result, and the text has the file's own extension", () => {
	const editor = [
		process.execPath,
		"-e",
		"const fs = require('fs'), file = process.argv[1]; fs.appendFileSync(file, String(file.endsWith('.py')))",
	];
	expect(editText("x = 1\n", "src/main.py", editor)).toEqual({ type: "edited", text: "x = 1\ntrue" });
});

test("an editor that is not there or that fails is said so, and changes nothing", () => {
	expect(editText("x", "a.py", ["/no/such/editor"])).toMatchObject({ type: "failed", reason: expect.stringContaining("ENOENT") });
	expect(editText("x", "a.py", [process.execPath, "-e", "process.exit(3)"])).toMatchObject({
		type: "failed",
		reason: expect.stringContaining("status 3"),
	});
	expect(editText("x", "a.py", null)).toEqual({ type: "no-editor" });
});

test("the editor that npm names where the person has chosen none is no editor of theirs", () => {
	const npm = { npm_execpath: "/usr/lib/node_modules/npm/bin/npm-cli.js" };
	expect(findEditor({ ...npm, EDITOR: "vi" })).toBeNull();
	expect(findEditor({ ...npm, EDITOR: "C:\\Windows\\notepad.exe" })).toBeNull();
	expect(findEditor({ ...npm, EDITOR: "nano" })).toEqual(["nano"]);
	expect(findEditor({ ...npm, EDITOR: "vi", VISUAL: "vi" })).toEqual(["vi"]);
	expect(findEditor({ EDITOR: "vi" })).toEqual(["vi"]);
});
