import { expect, test } from "vitest";
import { auditBackend } from "../audit-backend.ts";

/** A backend that makes an engine while it is imported. */
const backend = (list: string, factory: string, url: string) => `
#- requirements.txt
fastapi
uvicorn
${list}
#- main.py
from fastapi import FastAPI
from ${factory === "create_engine" ? "sqlalchemy" : "sqlalchemy.ext.asyncio"} import ${factory}

engine = ${factory}("${url}")
app = FastAPI()
`;

test.each([
	["oracle://scott:tiger@db/x", "sqlalchemy<2.1\noracledb", "cx_Oracle"],
	["oracle://scott:tiger@db/x", "sqlalchemy>=2.1", "oracledb"],
	["mssql://sa:tiger@db/x", "sqlalchemy", "pyodbc"],
	["mssql+pymssql://sa:tiger@db/x", "sqlalchemy", "pymssql"],
])("%s with %j needs %s", (url, list, driver) => {
	const issues = auditBackend("missing-optional-dependency", backend(list, "create_engine", url));
	expect(issues.map(({ expectedError }) => expectedError)).toEqual([`ModuleNotFoundError: No module named '${driver}'`]);
});

test.each([
	["mssql+pyodbc", "pyodbc", "mssql+aioodbc"],
	["mssql+pymssql", "pymssql", "mssql+aioodbc"],
	["oracle+cx_oracle", "oracledb", "oracle+oracledb"],
])("an async engine takes no %s", (scheme, driver, instead) => {
	const [issue] = auditBackend(
		"sync-database-url",
		backend(`sqlalchemy[asyncio]\n${driver}`, "create_async_engine", `${scheme}://sa:tiger@db/x`),
	);
	expect(issue?.severity).toBe("CRITICAL");
	expect(JSON.stringify(issue?.fix)).toContain(`${instead}://`);
});

test.each([
	["oracle+oracledb", "oracledb", "create_engine"],
	["oracle+oracledb", "oracledb", "create_async_engine"],
	["mssql+aioodbc", "aioodbc", "create_async_engine"],
	["mssql+pymssql", "pymssql", "create_engine"],
])("%s with %s is fine for %s", (scheme, driver, factory) => {
	for (const rule of ["sync-database-url", "missing-optional-dependency", "async-database-url", "invalid-database-url"])
		expect(auditBackend(rule, backend(`sqlalchemy[asyncio]\n${driver}`, factory, `${scheme}://sa:tiger@db/x`))).toEqual([]);
});
