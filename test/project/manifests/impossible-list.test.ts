import { expect, test } from "vitest";
import type { Environment } from "../../../src/environment/environment.ts";
import { listExclusions } from "../../../src/project/manifests/impossible-list.ts";
import { readManifests } from "../../../src/project/manifests/read-manifests.ts";
import { unknownEnvironment } from "../build-project.ts";
import { sourceTree } from "./source-tree.ts";

const releases: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
	fastapi: {
		"0.70.1": ["starlette==0.16.0", "pydantic<2.0.0,>=1.6.2"],
		"0.95.2": ["starlette<0.28.0,>=0.27.0", "pydantic<2.0.0,>=1.6.2"],
		"0.110.0": ["starlette<0.37.0,>=0.36.3", "pydantic<3.0.0,>=1.7.4"],
		"0.126.0": ["starlette<0.51.0,>=0.40.0", "pydantic>=2.7.0"],
	},
	starlette: { "0.27.0": ["anyio<5,>=3.4.0"], "0.16.0": ["anyio<4,>=3.0.0"], "0.36.3": ["anyio<5,>=3.4.0"], "0.40.0": [] },
	pydantic: { "1.10.13": [], "2.9.0": [] },
};

const environment: Environment = {
	...unknownEnvironment(),
	releasesOf: (name) =>
		Object.entries(releases[name] ?? {}).map(([version, requires]) => ({
			version,
			requires,
			requiresPython: null,
			isYanked: false,
		})),
};

function exclusions(list: string, constraints = ""): string[] {
	const manifests = readManifests(sourceTree({ "requirements.txt": list, "constraints.txt": constraints }), "");
	return listExclusions(manifests[0]?.requirements ?? [], manifests[0]?.constraints ?? [], environment).map(
		({ requirement, chain, version, required }) =>
			`${requirement.name}${requirement.specifier}: ${chain.join(" → ")} ${version} needs ${required}`,
	);
}

test("a pinned release excludes what its metadata does", () => {
	expect(exclusions("fastapi==0.110.0\nstarlette==0.40.0\n")).toEqual([
		"starlette==0.40.0: fastapi 0.110.0 needs <0.37.0,>=0.36.3",
	]);
	expect(exclusions("fastapi==0.110.0\nstarlette==0.36.3\n")).toEqual([]);
});

test("a constraint limits what comes in, and brings nothing in itself", () => {
	expect(exclusions("-c constraints.txt\nfastapi==0.110.0\n", "starlette==0.40.0\n")).toEqual([
		"starlette==0.40.0: fastapi 0.110.0 needs <0.37.0,>=0.36.3",
	]);
	expect(exclusions("-c constraints.txt\nfastapi==0.110.0\n", "starlette==0.36.3\n")).toEqual([]);
	expect(exclusions("-c constraints.txt\nuvicorn==0.30.0\n", "fastapi==0.110.0\nstarlette==0.40.0\n")).toEqual([]);
});

test("a range excludes what all its releases do, and takes an older one otherwise", () => {
	expect(exclusions("fastapi>=0.90,<0.100\npydantic>=2\n")).toEqual(["pydantic>=2: fastapi 0.95.2 needs <2.0.0,>=1.6.2"]);
	expect(exclusions("fastapi>=0.90,<0.120\npydantic>=2\n")).toEqual([]);
	expect(exclusions("fastapi\npydantic<2\n")).toEqual([]);
});

test("what a later release may allow is no conflict, what it will not is one", () => {
	expect(exclusions("fastapi>=0.126\npydantic<2\n")).toEqual(["pydantic<2: fastapi 0.126.0 needs >=2.7.0"]);
	expect(exclusions("fastapi>=0.126\nstarlette>=0.60\n")).toEqual([]);
});

test("a package that only comes along excludes too", () => {
	expect(exclusions("fastapi==0.70.1\nanyio>=4\n")).toEqual(["anyio>=4: fastapi → starlette 0.16.0 needs <4,>=3.0.0"]);
});

test("what nobody knows excludes nothing", () => {
	expect(exclusions("fastapi==0.111.0\nstarlette==0.1\n")).toEqual([]);
	expect(exclusions("unheard==1\nstarlette==0.1\n")).toEqual([]);
});
