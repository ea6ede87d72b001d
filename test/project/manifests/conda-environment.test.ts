import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { addRequirement, removeRequirement, setSpecifier } from "../../../src/project/manifests/edit.ts";
import type { Manifest } from "../../../src/project/manifests/manifest.ts";
import { readManifests } from "../../../src/project/manifests/read-manifests.ts";
import { applyEdits } from "../../../src/text/edit.ts";
import { sourceTree } from "./source-tree.ts";

const redis = { name: "redis", extras: [], floor: "5.0", exact: "5.0.1" };
const whole = `name: api
channels:
  - conda-forge  # first
dependencies:
  - python=3.11
  - conda-forge::numpy>=1.26,<2
  - pip
  - pip:
      # the web
      - fastapi>=0.110
      - "uvicorn[standard]>=0.29"  # server
`;

function conda(text: string, more: Readonly<Record<string, string>> = {}): Manifest {
	const manifest = readManifests(sourceTree({ "environment.yml": text, ...more }), "").find(({ kind }) => kind === "conda");
	if (manifest === undefined) throw new Error("no manifest");
	return manifest;
}

function added(text: string): string | null {
	const edits = addRequirement(sourceTree({ "environment.yml": text }), conda(text), redis);
	return edits === null ? null : applyEdits(text, edits);
}

describe("a conda environment", () => {
	it("is read with both lists, the Python that it asks for, and the command that installs it", () => {
		const { requirements, requiresPython, installCommand, primary } = conda(whole);
		expect(requirements.map(({ name, specifier, notation }) => [name, specifier, notation])).toEqual([
			["numpy", ">=1.26,<2", "conda"],
			["", "", "pep508"],
			["fastapi", ">=0.110", "pep508"],
			["uvicorn", ">=0.29", "pep508"],
		]);
		expect(requirements[3]?.extras).toEqual(["standard"]);
		expect([requiresPython, installCommand, primary]).toEqual(["==3.11.*", "conda env update --file environment.yml", true]);
	});

	it("is known in full where conda brings Python alone", () => {
		const { requirements } = conda("dependencies: [python=3.12, pip, {pip: [fastapi, uvicorn]}]\n");
		expect(requirements.map(({ name }) => name)).toEqual(["fastapi", "uvicorn"]);
	});

	it("follows the files behind -r, and names the line of bad YAML", () => {
		const text = "dependencies:\n  - pip:\n      - -r requirements.txt\n";
		expect(conda(text, { "requirements.txt": "fastapi\n" }).requirements.map(({ path }) => path)).toEqual(["requirements.txt"]);
		const [problem] = conda("dependencies:\n  - pip: [fastapi\n  - uvicorn: }\n").problems;
		expect([problem?.line, problem?.message]).toEqual([3, expect.stringContaining("no valid YAML: ")]);
	});

	it("is no manifest of packages where the file is about something else", () => {
		const files = sourceTree({ "environment.yml": "production:\n  url: https://example.com\n" });
		expect(readManifests(files, "")).toEqual([]);
	});
});

describe("a package is declared in it", () => {
	it("at the end of pip's list, all else kept", () => {
		expect(added(whole)).toBe(`${whole}      - redis>=5.0\n`);
		expect(parse(added(whole) ?? "").dependencies[3].pip).toEqual(["fastapi>=0.110", "uvicorn[standard]>=0.29", "redis>=5.0"]);
	});

	it.each([
		["without a final line break", "dependencies:\n- pip:\n  - fastapi", "dependencies:\n- pip:\n  - fastapi\n  - redis"],
		["in a list on one line", "dependencies: [pip, {pip: [fastapi]}]\n", "dependencies: [pip, {pip: [fastapi, redis]}]\n"],
		[
			"with pip's list begun",
			"dependencies:\n  - python=3.11\n  - fastapi\nprefix: /x\n",
			"dependencies:\n  - python=3.11\n  - fastapi\n  - pip\n  - pip:\n      - redis\nprefix: /x\n",
		],
		[
			"with Windows line ends",
			"dependencies:\r\n  - pip:\r\n    - fastapi\r\n",
			"dependencies:\r\n  - pip:\r\n    - fastapi\r\n    - redis\r\n",
		],
		[
			"with pins",
			"dependencies:\n  - pip:\n    - fastapi==0.115.0\n",
			"dependencies:\n  - pip:\n    - fastapi==0.115.0\n    - redis==5.0.1\n",
		],
	])("%s", (_, before, after) => {
		expect(added(before)).toBe(after);
		expect(() => parse(after)).not.toThrow();
	});

	it("not where the file cannot be read", () => {
		expect(added("dependencies:\n  - pip: [fastapi\n  - uvicorn: }\n")).toBeNull();
	});
});

it("changes and removes what stands in pip's list", () => {
	const files = sourceTree({ "environment.yml": whole });
	const [, , fastapi, uvicorn] = conda(whole).requirements;
	if (fastapi === undefined || uvicorn === undefined) throw new Error("not read");
	expect(applyEdits(whole, setSpecifier(files, uvicorn, "<0.30") ?? [])).toBe(whole.replace(">=0.29", "<0.30"));
	expect(applyEdits(whole, removeRequirement(files, fastapi) ?? [])).toBe(whole.replace("      - fastapi>=0.110\n", ""));
	expect(applyEdits(whole, removeRequirement(files, uvicorn) ?? [])).toBe(whole.replace(/ +- "uvicorn.*\n/, ""));
});
