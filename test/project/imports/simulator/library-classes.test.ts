import { expect, it } from "vitest";
import { auditBackend } from "../../../rules/audit-backend.ts";

const backend = (line: string) =>
	`#- requirements.txt\nfastapi\nuvicorn\n#- main.py\nimport datetime as dt\nfrom datetime import datetime, timezone\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\nstarted = ${line}\n`;

it("finds attributes that the classes of datetime do not have", () => {
	const [issue] = auditBackend("missing-attribute", backend("datetime.utc_now()"));
	expect(issue?.expectedError).toBe("AttributeError: type object 'datetime.datetime' has no attribute 'utc_now'");
	const [zone] = auditBackend("missing-attribute", backend("dt.datetime.now(dt.timezone.UTC)"));
	expect(zone?.expectedError).toBe("AttributeError: type object 'datetime.timezone' has no attribute 'UTC'");
});

it("finds what a stand-in of the class object does not have", () => {
	const [issue] = auditBackend("missing-attribute", backend("object.AsyncClient"));
	expect(issue?.expectedError).toBe("AttributeError: type object 'object' has no attribute 'AsyncClient'");
	expect(auditBackend("missing-attribute", backend("object.__subclasses__"))).toEqual([]);
});

it("accepts those they have", () => {
	for (const line of ["datetime.now(timezone.utc)", "dt.datetime.utcnow()", "dt.date.today().isoformat()", "dt.timedelta.max"])
		expect(auditBackend("missing-attribute", backend(line))).toEqual([]);
});

it.each([
	["[1].push(2)", "'list' object has no attribute 'push'"],
	["{'a': 1}.has_key('a')", "'dict' object has no attribute 'has_key'"],
	["'abc'.decode()", "'str' object has no attribute 'decode'"],
	["(8000).split(':')", "'int' object has no attribute 'split'"],
	["{'a': 1}.items().isdisjoint([])", null],
	["[1].append(2)", null],
])("knows what objects of built-in types have: %s", (line, error) => {
	const [issue] = auditBackend("missing-attribute", backend(line));
	expect(issue?.expectedError ?? null).toBe(error === null ? null : `AttributeError: ${error}`);
});
