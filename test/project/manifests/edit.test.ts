import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
	addExtra,
	addRequirement,
	removeRequirement,
	replaceRequirement,
	setSpecifier,
} from "../../../src/project/manifests/edit.ts";
import type { Manifest, Requirement } from "../../../src/project/manifests/manifest.ts";
import { readManifests } from "../../../src/project/manifests/read-manifests.ts";
import type { Addition } from "../../../src/project/manifests/requirement-style.ts";
import type { SourceTree } from "../../../src/project/project.ts";
import { applyEdits } from "../../../src/text/edit.ts";
import type { TextEdit } from "../../../src/text/range.ts";
import { sourceTree } from "./source-tree.ts";

const asyncpg: Addition = { name: "asyncpg", extras: [], floor: "0.29.0", exact: "0.31.0" };

function edited(path: string, text: string, edit: (files: SourceTree, manifest: Manifest) => TextEdit[] | null): string | null {
	const files = sourceTree({ [path]: text });
	const manifest = readManifests(files, "").find((each) => each.path === path);
	const edits = manifest === undefined ? null : edit(files, manifest);
	return edits === null ? null : applyEdits(text, edits);
}

const named = (manifest: Manifest, name: string): Requirement => {
	const found = manifest.requirements.find((requirement) => requirement.name === name);
	if (found === undefined) throw new Error(`no requirement ${name}`);
	return found;
};
const add = (path: string, text: string, addition = asyncpg): string | null =>
	edited(path, text, (files, manifest) => addRequirement(files, manifest, addition));
const replace = (path: string, text: string, name: string, addition = asyncpg): string | null =>
	edited(path, text, (files, manifest) => replaceRequirement(files, named(manifest, name), addition));
const remove = (path: string, text: string, name: string): string | null =>
	edited(path, text, (files, manifest) => removeRequirement(files, named(manifest, name)));

describe("adding", () => {
	it.each([
		["at the end of an unsorted list", "uvicorn>=1\nfastapi>=1\n", "uvicorn>=1\nfastapi>=1\nasyncpg>=0.29.0\n"],
		[
			"in its place in a sorted one",
			"alembic>=1\nfastapi>=1\nuvicorn>=1\n",
			"alembic>=1\nasyncpg>=0.29.0\nfastapi>=1\nuvicorn>=1\n",
		],
		[
			"in front where it sorts first",
			"fastapi>=1\nhttpx>=1\nuvicorn>=1\n",
			"asyncpg>=0.29.0\nfastapi>=1\nhttpx>=1\nuvicorn>=1\n",
		],
		["pinned in a list of pins", "uvicorn==1.0\nfastapi==1.0\n", "uvicorn==1.0\nfastapi==1.0\nasyncpg==0.31.0\n"],
		["without a version where none is named", "uvicorn\nfastapi\n", "uvicorn\nfastapi\nasyncpg\n"],
		["with ~=", "uvicorn~=1.0\nfastapi~=1.0\n", "uvicorn~=1.0\nfastapi~=1.0\nasyncpg~=0.29\n"],
		["with the list's spaces", "uvicorn >= 1\nfastapi >= 1\n", "uvicorn >= 1\nfastapi >= 1\nasyncpg >= 0.29.0\n"],
		["without a final line break", "uvicorn>=1", "uvicorn>=1\nasyncpg>=0.29.0"],
		["with CRLF", "uvicorn>=1\r\nfastapi>=1\r\n", "uvicorn>=1\r\nfastapi>=1\r\nasyncpg>=0.29.0\r\n"],
		["before trailing comments", "uvicorn>=1 # web\n\n# end\n", "uvicorn>=1 # web\nasyncpg>=0.29.0\n\n# end\n"],
		["behind hashes", "uvicorn==1 \\\n    --hash=sha256:aa\n", "uvicorn==1 \\\n    --hash=sha256:aa\nasyncpg==0.31.0\n"],
		["to an empty file", "", "asyncpg>=0.29.0\n"],
		["to a file of comments", "# nothing yet", "# nothing yet\nasyncpg>=0.29.0\n"],
	])("writes it %s", (_, before, after) => {
		expect(add("requirements.txt", before)).toBe(after);
	});

	it.each([
		[
			'[project]\ndependencies = [\n    "fastapi>=1",\n]\n',
			'[project]\ndependencies = [\n    "fastapi>=1",\n    "asyncpg>=0.29.0",\n]\n',
		],
		[
			"[project]\ndependencies = [\n  'fastapi>=1' # web\n]\n",
			"[project]\ndependencies = [\n  'fastapi>=1', # web\n  'asyncpg>=0.29.0'\n]\n",
		],
		[
			"[project]\ndependencies = [\n  'fastapi>=1'\n]\n",
			"[project]\ndependencies = [\n  'fastapi>=1',\n  'asyncpg>=0.29.0'\n]\n",
		],
		[
			'[project]\ndependencies = ["fastapi>=1", "uvicorn>=1"]\n',
			'[project]\ndependencies = ["fastapi>=1", "uvicorn>=1", "asyncpg>=0.29.0"]\n',
		],
		[
			'[project]\ndependencies = ["fastapi", "httpx", "uvicorn"]\n',
			'[project]\ndependencies = ["asyncpg", "fastapi", "httpx", "uvicorn"]\n',
		],
		['[project]\nname = "x"\ndependencies = []\n', '[project]\nname = "x"\ndependencies = ["asyncpg>=0.29.0"]\n'],
		[
			'[tool.poetry.dependencies]\npython = "^3.11"\nfastapi = "^1.0"\n',
			'[tool.poetry.dependencies]\npython = "^3.11"\nfastapi = "^1.0"\nasyncpg = "^0.29.0"\n',
		],
		[
			'[tool.poetry.dependencies]\nfastapi         = "^1.0"\nuvicorn         = "^1.0"\npydantic-extra  = "^1.0"\n',
			'[tool.poetry.dependencies]\nfastapi         = "^1.0"\nuvicorn         = "^1.0"\npydantic-extra  = "^1.0"\nasyncpg         = "^0.29.0"\n',
		],
	])("writes it in pyproject.toml: %s", (before, after) => {
		expect(add("pyproject.toml", before)).toBe(after);
	});

	it("writes extras as each notation does", () => {
		const psycopg: Addition = { name: "psycopg", extras: ["binary"], floor: "3.2", exact: null };
		expect(add("requirements.txt", "fastapi>=1\n", psycopg)).toBe("fastapi>=1\npsycopg[binary]>=3.2\n");
		expect(add("pyproject.toml", '[tool.poetry.dependencies]\nfastapi = "^1.0"\n', psycopg)).toContain(
			'psycopg = {extras = ["binary"], version = "^3.2"}\n',
		);
		expect(add("Pipfile", '[packages]\nfastapi = "*"\n', psycopg)).toBe(
			'[packages]\nfastapi = "*"\npsycopg = {extras = ["binary"], version = "*"}\n',
		);
	});

	it("writes it in setup.cfg and setup.py", () => {
		expect(add("setup.cfg", "[options]\ninstall_requires =\n    fastapi>=1\n\n[other]\n")).toBe(
			"[options]\ninstall_requires =\n    fastapi>=1\n    asyncpg>=0.29.0\n\n[other]\n",
		);
		expect(add("setup.py", 'from setuptools import setup\nsetup(install_requires=["fastapi>=1"])\n')).toBe(
			'from setuptools import setup\nsetup(install_requires=["fastapi>=1", "asyncpg>=0.29.0"])\n',
		);
	});
});

describe("replacing", () => {
	it.each([
		["psycopg2-binary>=2.9.9\n", "asyncpg>=0.29.0\n"],
		["psycopg2-binary==2.9.9  # driver\n", "asyncpg==0.31.0  # driver\n"],
		["psycopg2-binary\n", "asyncpg\n"],
		['psycopg2-binary >= 2.9 ; sys_platform == "linux" # x\n', 'asyncpg >= 0.29.0 ; sys_platform == "linux" # x\n'],
		["psycopg2-binary==2.9 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nfastapi\n", "asyncpg==0.31.0\nfastapi\n"],
	])("keeps the hand of %s", (before, after) => {
		expect(replace("requirements.txt", before, "psycopg2-binary")).toBe(after);
	});

	it("works in poetry's tables and PEP 621 lists", () => {
		expect(replace("pyproject.toml", '[tool.poetry.dependencies]\npsycopg2 = "^2.9" # db\n', "psycopg2")).toBe(
			'[tool.poetry.dependencies]\nasyncpg = "^0.29.0" # db\n',
		);
		expect(replace("pyproject.toml", '[project]\ndependencies = ["psycopg2>=2.9"]\n', "psycopg2")).toBe(
			'[project]\ndependencies = ["asyncpg>=0.29.0"]\n',
		);
		expect(replace("Pipfile", '[packages]\npsycopg2 = "*"\n', "psycopg2")).toBe('[packages]\nasyncpg = "*"\n');
	});
});

describe("removing", () => {
	it.each([
		["requirements.txt", "a\nb # why\nc\n", "a\nc\n"],
		["requirements.txt", "a\nb", "a"],
		["requirements.txt", "b==1 \\\n    --hash=sha256:aa\nc\n", "c\n"],
		["pyproject.toml", '[project]\ndependencies = ["a", "b", "c"]\n', '[project]\ndependencies = ["a", "c"]\n'],
		["pyproject.toml", '[project]\ndependencies = ["a", "b"]\n', '[project]\ndependencies = ["a"]\n'],
		["pyproject.toml", '[project]\ndependencies = [\n  "a",\n  "b", # x\n]\n', '[project]\ndependencies = [\n  "a",\n]\n'],
		["pyproject.toml", '[tool.poetry.dependencies]\na = "*"\nb = "*"\n', '[tool.poetry.dependencies]\na = "*"\n'],
	])("takes b out of %s: %j", (path, before, after) => {
		expect(remove(path, before, "b")).toBe(after);
	});
});

it("adds an extra and changes a specifier in place", () => {
	const change = (edit: (files: SourceTree, requirement: Requirement) => TextEdit[] | null) => (line: string) =>
		edited("requirements.txt", line, (files, manifest) => edit(files, named(manifest, "sqlalchemy")));
	const extra = change((files, requirement) => addExtra(files, requirement, "asyncio"));
	expect(extra("sqlalchemy>=2.0 # x\n")).toBe("sqlalchemy[asyncio]>=2.0 # x\n");
	expect(extra("sqlalchemy[mypy]>=2.0\n")).toBe("sqlalchemy[mypy,asyncio]>=2.0\n");
	expect(extra("sqlalchemy[asyncio]\n")).toBeNull();
	const specifier = change((files, requirement) => setSpecifier(files, requirement, "<2.1,>=2.0"));
	expect(specifier("sqlalchemy[asyncio]>=2.1 # x\n")).toBe("sqlalchemy[asyncio]<2.1,>=2.0 # x\n");
	expect(specifier('sqlalchemy; python_version > "3"\n')).toBe('sqlalchemy<2.1,>=2.0; python_version > "3"\n');
});

it.each([
	[
		"pyproject.toml",
		'[tool.poetry.dependencies]\nsqlalchemy = "^2.1" # db\n',
		'[tool.poetry.dependencies]\nsqlalchemy = "<2.1,>=2.0" # db\n',
	],
	[
		"pyproject.toml",
		'[tool.poetry.dependencies]\nsqlalchemy = {extras = ["asyncio"], version = "2.1.*"}\n',
		'[tool.poetry.dependencies]\nsqlalchemy = {extras = ["asyncio"], version = "<2.1,>=2.0"}\n',
	],
	["Pipfile", '[packages]\nsqlalchemy = "*"\n', '[packages]\nsqlalchemy = "<2.1,>=2.0"\n'],
	[
		"Pipfile",
		'[packages]\nsqlalchemy = { version = "==2.1", extras = ["asyncio"] }\n',
		'[packages]\nsqlalchemy = { version = "<2.1,>=2.0", extras = ["asyncio"] }\n',
	],
])("changes a version in %s: %j", (path, before, after) => {
	const change = (files: SourceTree, manifest: Manifest) => setSpecifier(files, named(manifest, "sqlalchemy"), "<2.1,>=2.0");
	expect(edited(path, before, change)).toBe(after);
});

it("adds so that the list reads back as it was, with the new one", () => {
	const requirement = fc.constantFrom(
		"fastapi",
		"uvicorn[standard]>=0.30",
		"httpx == 1.0",
		"bcrypt~=4.1 # hash",
		"# comment",
		"",
		'x; python_version < "3.9"',
	);
	fc.assert(
		fc.property(fc.array(requirement, { maxLength: 8 }), fc.constantFrom("\n", "\r\n"), fc.boolean(), (lines, eol, final) => {
			const text = lines.join(eol) + (final ? eol : "");
			const after = add("requirements.txt", text) ?? "";
			const names = (content: string) =>
				readManifests(sourceTree({ "requirements.txt": content }), "").flatMap((manifest) =>
					manifest.requirements.map(({ name, specifier }) => `${name}${specifier}`),
				);
			const added = names(after).filter((each) => each.startsWith("asyncpg"));
			expect(added).toHaveLength(1);
			expect(names(after).filter((each) => !each.startsWith("asyncpg"))).toEqual(names(text));
		}),
	);
});
