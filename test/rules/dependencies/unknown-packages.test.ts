import { expect, it } from "vitest";
import type { Environment } from "../../../src/environment/environment.ts";
import optional from "../../../src/rules/dependencies/missing-optional-dependency.ts";
import undeclared from "../../../src/rules/dependencies/undeclared-import.ts";
import { auditDependencies, installed } from "./audit-dependencies.ts";

/** Nothing is installed; of FastAPI and uvicorn it is known what they bring, and of one more package only that it was published. */
function catalog(published: string, oftenUsed = true): Environment {
	const known = installed({ passlib: {}, requests: {} });
	const names: Readonly<Record<string, readonly string[]>> = {
		passlib: ["passlib"],
		requests: ["requests"],
		jose: ["python-jose"],
	};
	return {
		...known,
		kind: "catalog",
		distributions: new Map([...known.distributions].filter(([name]) => name !== "passlib" && name !== "requests")),
		distributionsFor: (name) => names[name] ?? [],
		isPublished: (name) => name === published,
		publishedUntil: () => null,
		isOftenUsed: (name) => name === published && oftenUsed,
	};
}

function found(imported: string, listed: string, published = "okta-verifier", oftenUsed = true, lock = ""): readonly string[] {
	const main = `from fastapi import FastAPI\nimport ${imported}\n\napp = FastAPI()\nUSED = ${imported}.name\n`;
	const list =
		lock === ""
			? `#- requirements.txt\nfastapi\nuvicorn\n${listed}`
			: `#- pyproject.toml\n[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\nfastapi = "*"\nuvicorn = "*"\n${listed} = "*"\n#- poetry.lock\n${lock}`;
	return auditDependencies(`${list}\n#- main.py\n${main}`, catalog(published, oftenUsed), undeclared).issues.map(
		({ severity, problem }) => `${severity} ${problem}`,
	);
}

it("misses what next to no package brings beside one of which only the name is known", () => {
	expect(found("passlib", "okta-verifier")).toEqual(["CRITICAL passlib is imported and requirements.txt does not declare it"]);
	expect(found("jose", "okta-verifier==1.2")).toEqual(["CRITICAL jose is imported and requirements.txt does not declare it"]);
});

it("says nothing of what many packages bring, or what the unknown one is about", () => {
	expect(found("requests", "okta-verifier")).toEqual([]);
	expect(found("passlib", "passlib-extras", "passlib-extras")).toEqual([]);
	expect(found("jose", "fastapi-verifier", "fastapi-verifier")).toEqual([]);
});

it("says nothing beside a package that may be somebody's own", () => {
	expect(found("passlib", "acme-common")).toEqual([]);
	expect(found("passlib", "okta-verifier @ git+https://github.com/acme/okta-verifier")).toEqual([]);
	expect(found("passlib", "--extra-index-url https://packages.acme.dev/simple\nokta-verifier")).toEqual([]);
	expect(found("passlib", "--extra-index-url https://download.pytorch.org/whl/cpu\nokta-verifier")).toHaveLength(1);
});

it("says nothing of what the code imports beside a package that is seldom used: it may have brought it", () => {
	expect(found("passlib", "okta-verifier", "okta-verifier", false)).toEqual([]);
});

it("says nothing of what a lock file holds", () => {
	const locked = (name: string) =>
		`[[package]]\nname = "okta-verifier"\nversion = "1.0"\n\n[[package]]\nname = "${name}"\nversion = "1.0"`;
	expect(found("passlib", "okta-verifier", undefined, true, locked("passlib"))).toEqual([]);
	expect(found("passlib", "okta-verifier", undefined, true, locked("attrs"))).toHaveLength(1);
});

it("misses an optional package that few bring, too", () => {
	const main =
		"from fastapi import FastAPI\nfrom pydantic import BaseModel, EmailStr\n\napp = FastAPI()\n\n\nclass User(BaseModel):\n    email: EmailStr\n";
	const issues = (listed: string): readonly string[] =>
		auditDependencies(
			`#- requirements.txt\nfastapi\nuvicorn\n${listed}\n#- main.py\n${main}`,
			catalog(listed, false),
			optional,
		).issues.map(({ severity, problem }) => `${severity} ${problem}`);
	expect(issues("okta-verifier")).toEqual([expect.stringMatching(/^CRITICAL email-validator is needed/)]);
	expect(issues("fastapi-verifier")).toEqual([]);
});
