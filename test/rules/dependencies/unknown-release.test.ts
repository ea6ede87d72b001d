import { expect, test } from "vitest";
import rule from "../../../src/rules/dependencies/unknown-release.ts";
import { auditDependencies, installed, type TestPackage } from "./audit-dependencies.ts";

const versions = ["0.109.2", "0.110.0", "0.110.2", "0.110.3", "0.111.0"];

function audit(requirement: string, packages: Readonly<Record<string, TestPackage>> = {}) {
	const environment = {
		...installed(packages),
		releasesOf: (name: string) =>
			name === "fastapi"
				? versions.map((version) => ({ version, requires: null, requiresPython: null, isYanked: version === "0.110.2" }))
				: [],
	};
	const literal = `#- requirements.txt\n${requirement}\nuvicorn\n#- main.py\nfrom fastapi import FastAPI\napp = FastAPI()\n`;
	const { lines, mended } = auditDependencies(literal, environment, rule);
	return { lines, mended: mended("requirements.txt") };
}

test("a release between two others that was never made is refused by every installation", () => {
	const { lines, mended } = audit("fastapi[all]==0.110.9  # web");
	expect(lines).toEqual([
		"CRITICAL unknown-release requirements.txt:1 fastapi==0.110.9 is declared, and there is no such release",
	]);
	expect(mended).toBe("fastapi[all]==0.110.3  # web\nuvicorn\n");
});

test("a version from another world is taken back to the newest release", () => {
	expect(audit("fastapi==99.1").mended).toBe("fastapi==0.111.0\nuvicorn\n");
	expect(audit("fastapi==0.1150.0").mended).toBe("fastapi==0.111.0\nuvicorn\n");
	expect(audit("fastapi>=40").mended).toBe("fastapi>=0.111.0\nuvicorn\n");
});

test("a version of a series that never was becomes the next one", () => {
	const releases = ["0.2.5", "2.0.0", "2.1.0"].map((version) => ({
		version,
		requires: null,
		requiresPython: null,
		isYanked: false,
	}));
	const environment = { ...installed(), releasesOf: (name: string) => (name === "pydantic-settings" ? releases : []) };
	const literal =
		"#- requirements.txt\nfastapi\npydantic-settings==1.0.0\n#- main.py\nfrom fastapi import FastAPI\napp = FastAPI()\n";
	expect(auditDependencies(literal, environment, rule).mended("requirements.txt")).toBe("fastapi\npydantic-settings==2.0.0\n");
});

test("what may have been released since, or lies elsewhere, is not in question", () => {
	for (const sound of [
		"fastapi==0.112.0",
		"fastapi==0.110.2",
		"fastapi>=1.0",
		"fastapi~=0.110.0",
		"fastapi==0.110.*",
		"fastapi==0.110.4+local",
		"fastapi==0.112.0b1",
		"fastapi @ git+https://example.org/fastapi",
		'fastapi==0.110.9; python_version < "3"',
		"unheard==0.110.9",
	])
		expect(audit(sound).lines).toEqual([]);
	expect(audit("fastapi==0.110.9", { fastapi: { version: "0.110.9" } }).lines).toEqual([]);
});
