import { expect, test } from "vitest";
import { openEnvironment } from "../../src/environment/open-environment.ts";
import { foundIn, optionsFor } from "./environment-of.ts";
import { memoryPackageFiles } from "./memory-package-files.ts";

function python(minor: number) {
	return openEnvironment({ ...optionsFor(memoryPackageFiles({})), pythonHints: [{ specifier: `3.${minor}`, evidence: "test" }] });
}

test("the standard library of each version is known without an interpreter", () => {
	const found = (minor: number, module: string) => python(minor).findModule(module).found;
	expect([8, 11, 12, 13, 14].map((minor) => found(minor, "asyncore"))).toEqual([
		"present",
		"present",
		"missing",
		"missing",
		"missing",
	]);
	expect([8, 9].map((minor) => found(minor, "zoneinfo"))).toEqual(["missing", "present"]);
	expect([10, 11].map((minor) => found(minor, "tomllib"))).toEqual(["missing", "present"]);
	expect([11, 12].map((minor) => found(minor, "distutils.core"))).toEqual(["present", "missing"]);
	expect([found(11, "os.path"), found(11, "xml.etree.ElementTree"), found(11, "xml.nothing"), found(11, "winreg")]).toEqual([
		"present",
		"present",
		"missing",
		"unknown",
	]);
});

test("its modules' names are those of that version", () => {
	expect([10, 11].map((minor) => foundIn(python(minor), "typing", "Self"))).toEqual(["absent", "unknown"]);
	expect([9, 10, 14].map((minor) => foundIn(python(minor), "collections", "Mapping"))).toEqual(["unknown", "absent", "absent"]);
	expect(foundIn(python(11), "time", "sleep")).toBe("unknown");
	expect(foundIn(python(11), "datetime", "UTC")).toBe("unknown");
	expect(foundIn(python(10), "datetime", "UTC")).toBe("absent");
	expect(foundIn(python(11), "signal", "SIGTERM")).toBe("unknown");
	expect(python(11).isStdlib("asyncio")).toBe(true);
	expect([python(11).isStdlib("asyncore"), python(12).isStdlib("asyncore"), python(11).isStdlib("fastapi")]).toEqual([
		true,
		false,
		false,
	]);
	expect(python(11).findSymbol("OrderedDict", ["collections"])).toEqual(["collections"]);
});

test("names of other platforms are not said to be missing there", () => {
	const mac = openEnvironment({
		...optionsFor(memoryPackageFiles({}, { platform: "darwin" })),
		pythonHints: [{ specifier: "3.11", evidence: "test" }],
	});
	expect([foundIn(mac, "signal", "SIGINFO"), foundIn(mac, "select", "kqueue")]).toEqual(["unknown", "unknown"]);
});
