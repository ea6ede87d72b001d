import { describe, expect, it } from "vitest";
import optional from "../../../src/rules/dependencies/missing-optional-dependency.ts";
import { auditDependencies, installed, type TestPackage } from "./audit-dependencies.ts";

/** Severity, rule, place and package of what is reported for a main.py with these lines. */
function needs(lines: string, packages: Readonly<Record<string, TestPackage>>): readonly string[] {
	const declared = ["fastapi", "uvicorn", ...Object.keys(packages)].join("\n");
	const literal = `\n#- requirements.txt\n${declared}\n#- main.py\nfrom fastapi import FastAPI\napp = FastAPI()\n${lines}\n`;
	return auditDependencies(literal, installed(packages)).lines.map((line) => line.split(" ").slice(0, 4).join(" "));
}

describe("Tortoise needs the driver of its connections", () => {
	const tortoise = { "tortoise-orm": { provides: ["tortoise", "tortoise.backends.asyncpg", "tortoise.backends.mysql"] } };
	const registered = "from tortoise.contrib.fastapi import register_tortoise\nregister_tortoise(app, ";

	it.each([
		["a URL", 'db_url="postgres://u:p@h/db", modules={})', "asyncpg"],
		["a configuration of URLs", 'config={"connections": {"default": "mysql://u:p@h/db"}})', "aiomysql"],
		["a configuration of engines", 'config={"connections": {"d": {"engine": "tortoise.backends.asyncpg"}}})', "asyncpg"],
	])("by %s", (_, rest, driver) => {
		expect(needs(registered + rest, tortoise)).toEqual([`CRITICAL missing-optional-dependency main.py:4 ${driver}`]);
	});

	it.each([
		["SQLite, which it brings", 'db_url="sqlite://db.sqlite3", modules={})'],
		["a URL that nobody knows", "db_url=__import__('os').environ['DB'], modules={})"],
	])("not for %s", (_, rest) => {
		expect(needs(registered + rest, tortoise)).toEqual([]);
	});

	it("and finds it where it is installed", () => {
		expect(needs(`${registered}db_url="postgres://u:p@h/db", modules={})`, { ...tortoise, asyncpg: {} })).toEqual([]);
	});
});

describe("column types of sqlalchemy_utils", () => {
	const packages = { sqlalchemy: {}, "sqlalchemy-utils": { provides: ["sqlalchemy_utils"] } };
	const imports = "from sqlalchemy import Column\nfrom sqlalchemy_utils import EmailType, PasswordType, StringEncryptedType\n";

	it.each([
		["where they are made", "secret = StringEncryptedType(str, 'k')", "cryptography"],
		["where a column makes them", "password = Column(PasswordType)", "passlib"],
	])("need their package %s", (_, line, name) => {
		expect(needs(imports + line, packages)).toEqual([`CRITICAL missing-optional-dependency main.py:5 ${name}`]);
	});

	it("need none of their own otherwise", () => {
		expect(needs(`${imports}email = Column(EmailType)`, packages)).toEqual([]);
	});
});

it("AsyncElasticsearch needs aiohttp, if it is given no other connections", () => {
	const elasticsearch = { elasticsearch: { version: "9.1.0" } };
	const made = (rest: string): string =>
		`from elasticsearch import AsyncElasticsearch\nes = AsyncElasticsearch("http://h"${rest})`;
	expect(needs(made(""), elasticsearch)).toEqual(["CRITICAL missing-optional-dependency main.py:4 aiohttp"]);
	expect(needs(made(', node_class="httpxasync"'), elasticsearch)).toEqual([]);
});

it("fastapi_utils needs typing-inspect with pydantic 2 alone", () => {
	const line = "from fastapi_utils.cbv import cbv";
	const library = { "fastapi-utils": { version: "0.8.0", provides: ["fastapi_utils"] } };
	expect(needs(line, library)).toEqual(["CRITICAL missing-optional-dependency main.py:3 typing-inspect"]);
	expect(needs(line, { ...library, pydantic: { version: "1.10.0" } })).toEqual([]);
});

it("a part of a package that many share is declared by the name of its own", () => {
	expect(needs("from google.cloud import storage", {})).toEqual(["CRITICAL undeclared-import main.py:3 google.cloud.storage"]);
});

it("an email type needs an email-validator that its pydantic works with", () => {
	const literal =
		"\n#- requirements.txt\nfastapi\nuvicorn\nemail-validator==1.3.1\n#- main.py\nfrom fastapi import FastAPI\nfrom pydantic import BaseModel, EmailStr\napp = FastAPI()\nclass User(BaseModel):\n    email: EmailStr\n";
	const audit = (version: string) =>
		auditDependencies(literal, installed({ "email-validator": { version, provides: ["email_validator"] } }));
	const { lines, mended } = audit("1.3.1");
	expect(lines).toEqual(["CRITICAL incompatible-versions main.py:5 email-validator 1.3.1 does not work with pydantic 2.9.0"]);
	expect(mended("requirements.txt")).toBe("fastapi\nuvicorn\nemail-validator>=2.0.0\n");
	expect(audit("2.1.0").lines.filter((line) => line.includes("incompatible"))).toEqual([]);
});

describe("passlib's schemes", () => {
	const passlib = { passlib: {} };
	const made = 'from passlib.context import CryptContext\npasswords = CryptContext(schemes=["argon2"])\n';

	it("need their package at the first hash", () => {
		expect(needs(made, passlib)).toEqual(["HIGH missing-optional-dependency main.py:4 argon2-cffi"]);
		expect(needs(`${made}dummy = passwords.hash("x")`, passlib)).toEqual([
			"CRITICAL missing-optional-dependency main.py:5 argon2-cffi",
		]);
	});

	it("do without it where the C library has the scheme", () => {
		expect(needs(`${made.replace("argon2", "bcrypt")}dummy = passwords.hash("x")`, passlib)).toEqual([]);
		expect(needs(made, { ...passlib, "argon2-cffi": { provides: ["argon2"] } })).toEqual([]);
	});
});

describe("a library that needs a part which newer releases of what it brings lack", () => {
	const backend = (list: string) =>
		`\n#- requirements.txt\nfastapi\nuvicorn\n${list}\n#- main.py\nfrom fastapi import FastAPI\nimport old\napp = FastAPI()\n`;
	const need = {
		start: "old",
		importer: "old.core",
		module: "pkg_resources",
		symbol: null,
		fails: true,
		error: "ModuleNotFoundError: …",
	};
	const audit = (list: string, requires: readonly string[], setuptools: TestPackage) => {
		const packages = installed({ old: { version: "1.0", requires }, setuptools });
		return auditDependencies(backend(list), { ...packages, followImports: () => [need] }, optional);
	};

	it("is told, and mended by asking for an older release", () => {
		const { lines, mended } = audit("old", ["setuptools>=16"], { version: "84.2.1", provides: ["setuptools"] });
		expect(lines).toEqual([
			"CRITICAL missing-optional-dependency main.py:2 pkg_resources is needed by old (through old.core), and setuptools does not bring it from 82.0.0 on",
		]);
		expect(mended("requirements.txt")).toBe("fastapi\nuvicorn\nold\nsetuptools<82\n");
	});

	it("is left alone where an older release is installed", () => {
		const older = { version: "80.0.0", provides: ["setuptools", "pkg_resources"] };
		expect(audit("old\nsetuptools<82", ["setuptools>=16"], older).lines).toEqual([]);
		expect(audit("old", ["setuptools<82"], older).lines).toEqual([]);
	});
});
