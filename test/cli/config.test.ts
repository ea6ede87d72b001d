import { describe, expect, it, vi } from "vitest";
import { bootmend, brokenBackend, folderWith, soundBackend } from "./support.ts";

vi.setConfig({ testTimeout: 90_000 });

const pyproject = (lines: string) => ({
	"pyproject.toml": `[project]\nname = "x"\nversion = "1"\n\n[tool.bootmend]\n${lines}\n`,
});

describe("a configuration", () => {
	it("gives the options that the command line does not", async () => {
		const folder = folderWith({ ...soundBackend, ...pyproject('target = "app.core:settings"') });
		const named = JSON.parse((await bootmend(folder, "audit", "--format", "json")).stdout);
		expect(named.project.target).toBe("app.core:settings");
		const typed = JSON.parse((await bootmend(folder, "audit", "--format", "json", "--target", "app.main:app")).stdout);
		expect(typed.project.target).toBe("app.main:app");
	});

	it("is read from the file that is named, with paths that start there", async () => {
		const folder = folderWith({
			...brokenBackend,
			"ci/bootmend.toml": 'fail-on = "low"\nenv-file = "ci.env"\n',
			"ci/ci.env": "A=1\n",
		});
		expect((await bootmend(folder, "audit", "--config", "ci/bootmend.toml")).status).toBe(1);
		const gone = folderWith({ ...soundBackend, "ci/bootmend.toml": 'env-file = "gone.env"\n' });
		expect((await bootmend(gone, "audit", "--config", "ci/bootmend.toml")).stderr).toContain("ci/gone.env");
	});

	it.each([
		[pyproject('tagret = "a:b"'), "pyproject.toml: bootmend has no setting tagret.\nIf you meant target"],
		[pyproject('fail-on = "soon"'), "pyproject.toml: fail-on is not one of CRITICAL, HIGH, MEDIUM, LOW."],
		[pyproject("clean-env = 1"), "pyproject.toml: clean-env is not true or false."],
	])("that is wrong is named: %j", async (files, words) => {
		const { status, stderr } = await bootmend(folderWith({ ...soundBackend, ...files }), "audit");
		expect(stderr).toContain(words);
		expect(status).toBe(2);
	});

	it("that is no TOML, or not there, is said", async () => {
		const folder = folderWith({ ...soundBackend, "bad.toml": "a = 1\nb =\n" });
		expect((await bootmend(folder, "audit", "--config", "bad.toml")).stderr).toContain("bad.toml:2 is no TOML.");
		expect((await bootmend(folder, "audit", "--config", "none.toml")).stderr).toContain(
			"The configuration none.toml cannot be read.",
		);
	});
});
