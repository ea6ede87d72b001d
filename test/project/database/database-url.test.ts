import { expect, it } from "vitest";
import { changeQuery, parseDatabaseUrl } from "../../../src/project/database/database-url.ts";
import { changeOptions, optionError } from "../../../src/project/database/driver-options.ts";

// What `sqlalchemy.engine.make_url` 2.0 and 2.1 give for the same texts.
it.each([
	[
		"postgresql://u:p@h:5432/d?a=1&b=2",
		{ dialect: "postgresql", driver: null, host: "h", port: "5432", database: "d", query: "a=1&b=2" },
	],
	["postgresql+asyncpg://u:p%40x@[::1]:5432/d", { driver: "asyncpg", host: "::1", port: "5432" }],
	["sqlite:///./app.db", { dialect: "sqlite", host: null, database: "./app.db" }],
	["sqlite+aiosqlite://", { driver: "aiosqlite", host: null, database: null, query: null }],
	["postgresql://h:port/d", { host: "h", port: "port" }],
	["postgresql://u:p:q@h/d", { host: "h", database: "d" }],
])("splits %s", (text, parts) => {
	expect(parseDatabaseUrl(text)).toMatchObject(parts);
});

it.each(["", "psql 'postgresql://h/d'", "localhost:5432/app", "//h/d"])("does not read %j", (text) => {
	expect(parseDatabaseUrl(text)).toBeNull();
});

it("decodes options, and leaves out those without a value, as Python does", () => {
	expect(parseDatabaseUrl("x://h/d?options=-c%20a%3Db&empty=&bare&n=1+2")?.options).toEqual([
		{ name: "options", value: "-c a=b" },
		{ name: "n", value: "1 2" },
	]);
});

it("keeps what stays of a query as it was written", () => {
	expect(changeQuery("a=%41&b=2&c=3", ({ name }, written) => (name === "b" ? null : written))).toBe("a=%41&c=3");
});

const of = (query: string) => {
	const url = parseDatabaseUrl(`postgresql+asyncpg://h/d?${query}`);
	if (url === null) throw new Error("no URL");
	return url;
};

it.each([
	["sslmode=require&channel_binding=require", "ssl=require", true],
	["sslmode=verify-full&connect_timeout=10", "ssl=verify-full", true],
	["ssl=require&sslmode=require", "ssl=require", true],
	["command_timeout=60&prepared_statement_cache_size=0", "command_timeout=60&prepared_statement_cache_size=0", true],
	["pgbouncer=true", null, true],
	["schema=shop", null, false],
	["sslmode=no-verify", null, true],
])("gives asyncpg the options %s as %s", (query, wanted, isCertain) => {
	expect(changeOptions(of(query), "asyncpg")).toMatchObject({ query: wanted, isCertain });
});

it("predicts what Python says first, as tried with asyncpg 0.32", () => {
	expect(optionError(of("statement_cache_size=0&sslmode=require"), "asyncpg")).toBe(
		"TypeError: connect() got an unexpected keyword argument 'sslmode'",
	);
	expect(optionError(of("statement_cache_size=0"), "asyncpg")).toBe(
		"TypeError: '<' not supported between instances of 'str' and 'int'",
	);
	expect(optionError(of("timeout=5"), "asyncpg")).toBe("TypeError: unsupported operand type(s) for +: 'float' and 'str'");
});
