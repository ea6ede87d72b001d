import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { renderJson } from "../../src/report/json.ts";
import { brokenFiles, wordAudit } from "./support.ts";

const schema = JSON.parse(readFileSync(new URL("../../docs/report.schema.json", import.meta.url), "utf8"));
const validate = new Ajv({ allErrors: true, strict: true, strictTypes: false }).compile(schema);

interface Edit {
	readonly file_path: string;
	readonly start_line: number;
	readonly end_line: number;
	readonly old_code: string;
	readonly new_code: string;
	readonly masked: boolean;
}

interface Report {
	readonly issues: readonly { readonly id: string; readonly exact_fix: Edit & { readonly edits: readonly Edit[] } }[];
}

function jsonOf(files: Readonly<Record<string, string>>): { readonly text: string; readonly document: Report } {
	const { report, project } = wordAudit(files);
	const text = renderJson(report, project.files, "1.2.3");
	return { text, document: JSON.parse(text) };
}

describe("the JSON report", () => {
	it("validates against the published schema", () => {
		expect(validate(jsonOf(brokenFiles).document), JSON.stringify(validate.errors)).toBe(true);
		expect(validate(jsonOf({ "main.py": "app = 1\n" }).document), JSON.stringify(validate.errors)).toBe(true);
	});

	it("gives old lines that stand exactly once where it says, and that any tool can replace", () => {
		const files: Readonly<Record<string, string>> = { ...brokenFiles, "b.py": "BROKEN = 1\n\nBROKEN = 1\n\nBROKEN = 1\n" };
		for (const { exact_fix: fix } of jsonOf(files).document.issues) {
			if (fix.masked) continue;
			const text = files[fix.file_path] ?? "";
			expect(text.split(fix.old_code)).toHaveLength(2);
			for (const edit of [fix, ...fix.edits]) {
				const lines = (files[edit.file_path] ?? "").split(/(?<=\n)/);
				expect(lines.slice(edit.start_line - 1, edit.end_line).join("")).toBe(edit.old_code);
				const after = [...lines.slice(0, edit.start_line - 1), edit.new_code, ...lines.slice(edit.end_line)].join("");
				expect(after.match(/BETTER/g)).toHaveLength(1);
				expect(after.replace("BETTER", "BROKEN")).toBe(files[edit.file_path]);
			}
		}
	});

	it("masks secrets alike in old and new code, and says so", () => {
		const { text, document } = jsonOf(brokenFiles);
		expect(text).not.toContain("hunter2");
		const fix = document.issues.find((issue) => issue.exact_fix.file_path === ".env")?.exact_fix;
		expect(fix?.masked).toBe(true);
		expect(fix?.edits[0]?.old_code.replace("BROKEN", "BETTER")).toBe(fix?.edits[0]?.new_code);
	});

	it("holds no character that hides or reorders what a person reads", () => {
		const { text, document } = jsonOf({ "main.py": "x = 'BROKEN \u202e\u200b\u009b'\n" });
		expect(text).not.toMatch(/[\u202e\u200b\u009b]/);
		expect(document.issues[0]?.exact_fix.old_code).toBe("x = 'BROKEN \u202e\u200b\u009b'\n");
	});
});
