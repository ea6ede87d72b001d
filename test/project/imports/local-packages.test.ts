import { expect, it } from "vitest";
import { buildProject, parseFiles } from "../build-project.ts";

function errors(files: string): readonly string[] {
	const { trace } = buildProject(parseFiles(files), { target: "src.main:app", hint: "apps/api" });
	return trace.failures.map(({ error }) => error.replace(/ \(.*/, ""));
}

const shared = "#- libs/shared/src/shared/__init__.py\ntitle = 1\n#- libs/shared/src/shared/mail.py\nsend = 1\n";
const flat = "#- libs/flat/setup.py\n#- libs/flat/flat/__init__.py\nthere = 1\n";
const main =
	"#- apps/api/src/main.py\nfrom shared import titel\nfrom shared.mail import send\nfrom flat import there, gone\nfrom other import thing\napp = 1\n";
const expected = ["ImportError: cannot import name 'titel' from 'shared'", "ImportError: cannot import name 'gone' from 'flat'"];

it("finds the packages of the repository that a list installs from a folder", () => {
	const list = "#- apps/api/requirements.txt\nfastapi\n-e ../../libs/shared\n-e ../../libs/flat[extra]\n-e ../../../outside\n";
	expect(errors(`${list}#- libs/shared/pyproject.toml\n[project]\nname = "acme-shared"\n${shared}${flat}${main}`)).toEqual(
		expected,
	);
});

it("finds the members of a workspace by their names, and those that a path leads to", () => {
	const project =
		'#- apps/api/pyproject.toml\n[project]\nname = "api"\nversion = "1"\ndependencies = ["acme-shared", "flat"]\n[tool.uv.sources]\nacme-shared = { workspace = true }\nflat = { path = "../../libs/flat" }\n';
	expect(errors(`${project}#- libs/shared/pyproject.toml\n[project]\nname = "Acme_Shared"\n${shared}${flat}${main}`)).toEqual(
		expected,
	);
});

it("says nothing of a package that nothing installs", () => {
	expect(errors(`#- apps/api/requirements.txt\nfastapi\n${shared}${flat}${main}`)).toEqual([]);
});
