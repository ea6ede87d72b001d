import fc from "fast-check";
import { expect, it } from "vitest";
import { readRequirementsFile } from "../../../src/project/manifests/requirements-file.ts";
import { sourceTree } from "./source-tree.ts";

function read(text: string) {
	const files = sourceTree({ "requirements.txt": text });
	const { requirements, problems } = readRequirementsFile(files, "requirements.txt");
	return {
		found: requirements.map(({ name, extras, specifier, marker, url }) => [name, extras.join(), specifier, marker, url]),
		written: requirements.map(({ range }) => text.slice(range.start, range.end)),
		problems: problems.map(({ line, message }) => `${line}: ${message}`),
	};
}

it.each([
	["fastapi", ["fastapi", "", "", null, null]],
	["fastapi>=0.115.0  # web", ["fastapi", "", ">=0.115.0", null, null]],
	["uvicorn[standard] >= 0.30, <1", ["uvicorn", "standard", ">= 0.30, <1", null, null]],
	["python-jose[cryptography,x] ~= 3.3", ["python-jose", "cryptography,x", "~= 3.3", null, null]],
	["SQLAlchemy (>=2.0)", ["SQLAlchemy", "", ">=2.0", null, null]],
	['uvloop==0.19 ; sys_platform != "win32"', ["uvloop", "", "==0.19", 'sys_platform != "win32"', null]],
	["pkg @ https://example.com/pkg-1.0.zip", ["pkg", "", "", null, "https://example.com/pkg-1.0.zip"]],
	[
		"git+https://example.com/x.git@main#egg=thing[extra]",
		["thing", "extra", "", null, "git+https://example.com/x.git@main#egg=thing[extra]"],
	],
	["-e .", ["", "", "", null, "."]],
	["-e ./libs/common[dev]", ["", "dev", "", null, "./libs/common[dev]"]],
	["./wheels/thing-1.2-py3-none-any.whl", ["thing", "", "", null, "./wheels/thing-1.2-py3-none-any.whl"]],
	["zope.interface==5.*", ["zope.interface", "", "==5.*", null, null]],
])("reads %s", (line, expected) => {
	expect(read(`${line}\n`)).toMatchObject({ found: [expected], problems: [] });
});

it("leaves options, comments and empty lines out", () => {
	const { found, problems } = read(
		"# list\n\n-i https://example.com/simple\n--extra-index-url https://x\n--pre\n--find-links ./w\nfastapi\n",
	);
	expect(found.map(([name]) => name)).toEqual(["fastapi"]);
	expect(problems).toEqual([]);
});

it("keeps hashes and continuation lines out of the requirement's range", () => {
	const { found, written } = read("idna==3.6 \\\r\n    --hash=sha256:aa \\\r\n    --hash=sha256:bb\r\nfastapi\r\n");
	expect(found.map(([name, , specifier]) => [name, specifier])).toEqual([
		["idna", "==3.6"],
		["fastapi", ""],
	]);
	expect(written).toEqual(["idna==3.6", "fastapi"]);
});

it.each(["this is prose here", "fastapi=0.1", "fastapi>0.1 uvicorn", "1. fastapi", "Install fastapi"])(
	"names what pip refuses: %s",
	(line) => {
		expect(read(`uvicorn\n${line}\n`).problems).toEqual([`2: pip cannot read this line: ${line}`]);
	},
);

it("follows includes and constraints beside the file that names them", () => {
	const files = sourceTree({
		"api/requirements-dev.txt": "-r requirements.txt\n-c ../constraints.txt\npytest\n",
		"api/requirements.txt": "fastapi\n",
		"constraints.txt": "fastapi<1\n",
	});
	const { requirements, constraints, problems } = readRequirementsFile(files, "api/requirements-dev.txt");
	expect(requirements.map(({ name, path }) => `${path}: ${name}`)).toEqual([
		"api/requirements.txt: fastapi",
		"api/requirements-dev.txt: pytest",
	]);
	expect(constraints.map(({ specifier }) => specifier)).toEqual(["<1"]);
	expect(problems).toEqual([]);
});

it("names a circle of includes and a file that is not there", () => {
	const files = sourceTree({
		"requirements.txt": "-r requirements-b.txt\n-r requirements-none.txt\n",
		"requirements-b.txt": "-r requirements.txt\nfastapi\n",
	});
	const { requirements, problems } = readRequirementsFile(files, "requirements.txt");
	expect(requirements.map(({ name }) => name)).toEqual(["fastapi"]);
	expect(problems.map(({ path, line, message }) => `${path}:${line} ${message}`)).toEqual([
		"requirements-b.txt:1 requirements.txt → requirements-b.txt → requirements.txt: the files include each other in a circle",
		"requirements.txt:2 the included file requirements-none.txt is not there",
	]);
});

it("never throws, and each range holds the name", () => {
	const piece = fc.constantFrom(
		"fastapi",
		">=",
		"1.0",
		"[x]",
		";",
		"@",
		"-r ",
		"-e ",
		"#",
		" ",
		"\n",
		"\\\n",
		"\r\n",
		"--hash=",
		"'",
		'"',
		"requirements.txt",
		"\0",
		"é",
	);
	fc.assert(
		fc.property(
			fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
			(text) => {
				const files = sourceTree({ "requirements.txt": text });
				for (const { name, range } of readRequirementsFile(files, "requirements.txt").requirements) {
					expect(text.slice(range.start, range.end)).toContain(name);
				}
			},
		),
	);
});
