import { expect, it } from "vitest";
import include from "../../../src/rules/dependencies/include-not-copied.ts";
import localFile from "../../../src/rules/dependencies/local-file-requirement.ts";
import otherPlatform from "../../../src/rules/dependencies/other-platform-requirement.ts";
import { auditDependencies, installed } from "./audit-dependencies.ts";

const main = "#- main.py\nfrom fastapi import FastAPI\n\napp = FastAPI()\n";
const list = (...lines: readonly string[]): string =>
	`#- requirements.txt\n${["fastapi", ...lines, "uvicorn"].join("\n")}\n${main}`;

it("asks for what Windows and macOS alone can install on them alone, in each notation", () => {
	const { issues, mended } = auditDependencies(list("pywin32==306", "pyobjc-core==10.1"), installed(), otherPlatform);
	expect(issues.map(({ severity, problem }) => `${severity} ${problem}`)).toEqual([
		"CRITICAL pywin32 is declared for every machine, and can be installed on Windows alone",
		"CRITICAL pyobjc-core is declared for every machine, and can be installed on macOS alone",
	]);
	expect(issues[0]).toMatchObject({ failsOn: ["clean-install"], expectedError: expect.stringContaining("pywin32==306") });
	expect(mended("requirements.txt")).toContain('pywin32==306; sys_platform == "win32"\n');
	const poetry = `#- pyproject.toml\n[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\npython = "^3.11"\npywin32 = "^306"\n${main}`;
	expect(auditDependencies(poetry, installed(), otherPlatform).mended("pyproject.toml")).toContain(
		`pywin32 = {version = "^306", markers = "sys_platform == 'win32'"}`,
	);
	const project = `#- pyproject.toml\n[project]\nname = "x"\ndependencies = ["fastapi", "pywinpty>=2"]\n${main}`;
	expect(auditDependencies(project, installed(), otherPlatform).mended("pyproject.toml")).toContain(
		`"pywinpty>=2; sys_platform == 'win32'"`,
	);
	const pinned = list("pywin32==306 \\", "    --hash=sha256:aa");
	expect(auditDependencies(pinned, installed(), otherPlatform).mended("requirements.txt")).toContain(
		'pywin32==306; sys_platform == "win32" \\\n    --hash=sha256:aa',
	);
});

it.each([
	["a marker", 'pywin32==306 ; sys_platform == "win32"'],
	["another marker", 'pywin32==306; platform_system == "Windows"'],
	["a package that every machine installs", "pywin32-ctypes==0.2.3"],
	["the empty release that Linux gets", "tensorflow-intel"],
])("lets %s be", (_, line) => {
	expect(auditDependencies(list(line), installed(), otherPlatform).issues).toEqual([]);
});

it("lets a package be that is installed here", () => {
	expect(auditDependencies(list("pywin32==306"), installed({ pywin32: {} }), otherPlatform).issues).toEqual([]);
});

it("takes from the index what conda's list names by a folder", () => {
	const lines = [
		"certifi @ file:///home/conda/feedstock_root/build_artifacts/certifi_169",
		"idna @ file:///C:/b/abs_x/idna_16 ; python_version >= '3.8'",
	];
	const { issues, mended } = auditDependencies(list(...lines), installed({ certifi: { version: "2024.7.4" } }), localFile);
	expect(issues).toHaveLength(1);
	expect(issues[0]).toMatchObject({
		severity: "CRITICAL",
		problem: "certifi, idna are declared by files on one machine",
		expectedError:
			"ERROR: Could not install packages due to an OSError: [Errno 2] No such file or directory: '/home/conda/feedstock_root/build_artifacts/certifi_169'",
	});
	expect(mended("requirements.txt")).toContain("certifi==2024.7.4\nidna; python_version >= '3.8'\n");
	const wheel = auditDependencies(list("shop @ file:///home/ann/dist/shop-1.2.0-py3-none-any.whl"), installed(), localFile);
	expect(wheel.mended("requirements.txt")).toContain("shop==1.2.0\n");
});

it.each([
	"common @ file:///app/libs/common",
	"./libs/common",
	"-e ../common",
	"common @ https://example.org/common-1.0.tar.gz",
	'idna @ file:///C:/b/idna ; sys_platform == "win32"',
])("lets %s be, which the machine may have", (line) => {
	expect(auditDependencies(list(line), installed(), localFile).issues).toEqual([]);
});

const split = `#- requirements/prod.txt\n-r base.txt\nuvicorn\n#- requirements/base.txt\nfastapi\n-c limits.txt\n#- requirements/limits.txt\nstarlette<1\n${main}`;
const image = (...lines: readonly string[]): string => `${split}#- Dockerfile\n${["FROM python:3.12", ...lines].join("\n")}\n`;

it("copies what the list includes, beside the list", () => {
	const dockerfile = image(
		"COPY requirements/prod.txt /app/requirements/",
		"RUN pip install -r /app/requirements/prod.txt",
		"COPY . .",
	);
	const { lines, mended } = auditDependencies(dockerfile, installed(), include);
	expect(lines).toEqual([
		"CRITICAL include-not-copied Dockerfile:2 The image does not get requirements/base.txt, requirements/limits.txt, which requirements/prod.txt includes",
	]);
	expect(mended("Dockerfile")).toContain(
		"COPY requirements/prod.txt /app/requirements/\nCOPY requirements/base.txt /app/requirements/base.txt\nCOPY requirements/limits.txt /app/requirements/limits.txt\nRUN",
	);
});

it.each([
	["the whole folder", ["COPY requirements/ requirements/", "RUN pip install -r requirements/prod.txt"]],
	["everything", ["COPY . .", "RUN pip install -r requirements/prod.txt"]],
	["a pattern", ["COPY requirements/*.txt ./", "RUN pip install -r prod.txt"]],
	[
		"each of them",
		["COPY requirements/prod.txt requirements/base.txt requirements/limits.txt ./", "RUN pip install -r prod.txt"],
	],
	["a mount", ["COPY requirements/prod.txt ./", "RUN --mount=type=bind,source=requirements,target=/r pip install -r prod.txt"]],
	["another stage", ["COPY --from=lists /lists /lists", "RUN pip install -r /lists/prod.txt"]],
])("lets an image be that gets %s", (_, lines) => {
	expect(auditDependencies(image(...lines), installed(), include).issues).toEqual([]);
});
