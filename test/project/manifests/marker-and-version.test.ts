import { describe, expect, it } from "vitest";
import { evaluateMarker } from "../../../src/environment/marker.ts";
import { canAllBeSatisfied, pinnedVersion, versionSatisfies } from "../../../src/environment/pep440.ts";
import { specifierOfPoetry } from "../../../src/environment/poetry-constraint.ts";

const python = { major: 3, minor: 11 };

describe("markers", () => {
	it.each([
		['python_version < "3.13"', true],
		['python_version >= "3.12"', false],
		["python_version == '3.11'", true],
		['sys_platform == "win32" or (python_version > "3.8" and os_name == "posix")', true],
		['platform_system != "Windows"', true],
		['python_version in "3.10 3.11"', true],
		['python_version not in "3.10 3.11"', false],
		['python_full_version < "3.12"', true],
		['python_full_version < "3.11.3"', null],
		['platform_machine == "x86_64"', null],
		['platform_machine == "x86_64" and python_version < "3"', false],
		['platform_machine == "x86_64" or python_version > "3"', true],
		['"3.11" == python_version', true],
		['extra == "dev"', false],
		["what is this", null],
		['python_version < "3.13" and', null],
		["(".repeat(5000), null],
	])("%s", (marker, expected) => {
		expect(evaluateMarker(marker, python)).toBe(expected);
	});

	it("count the extras that were asked for", () => {
		expect(evaluateMarker('extra == "email" and python_version > "3"', python, ["email", "x"])).toBe(true);
	});

	it("leave what hangs on an unknown Python open", () => {
		expect(evaluateMarker('python_version < "3.13"', { major: 3, minor: Number.NaN })).toBeNull();
	});
});

describe("versions", () => {
	it.each([
		["1.5", ">=1.0, <2", true],
		["2.0", ">=1.0,<2", false],
		["2.0b1", ">=1.0", true],
		["1.0", "", true],
		["1.0", ">=1.0,", true],
		["1.0", "nonsense", null],
		["nonsense", ">=1", null],
	])("%s in %s", (version, specifier, expected) => {
		expect(versionSatisfies(version, specifier)).toBe(expected);
	});

	it.each([
		[[">=2.1", "<2.1.0,>=2.0.14"], false],
		[[">=2.0", "<2.1.0,>=2.0.14"], true],
		[["==1.0", "==1.1"], false],
		[["==1.0", ">=0.9", "!=1.0"], false],
		[[">1.0", "<1.1"], true],
		[["~=1.4", ">=2"], false],
		[["==1.*", ">=1.5"], true],
		[["<1", ""], true],
		[["not readable", "==1", "==2"], true],
	])("%j can all be satisfied: %s", (specifiers, expected) => {
		expect(canAllBeSatisfied(specifiers)).toBe(expected);
	});

	it.each([
		["^1.2.3", ">=1.2.3,<2.0.0"],
		["^0.2.3", ">=0.2.3,<0.3.0"],
		["^0.0.3", ">=0.0.3,<0.0.4"],
		["^0", ">=0,<1"],
		["~1.2.3", ">=1.2.3,<1.3"],
		["~1", ">=1,<2"],
		["1.2.*", "==1.2.*"],
		["1.2.3", "==1.2.3"],
		[">=1.0 <2.0", ">=1.0,<2.0"],
		[">= 1.0, < 2.0", ">=1.0,<2.0"],
		["*", ""],
		["1 || 2", ""],
	])("poetry's %s is %s", (constraint, specifier) => {
		expect(specifierOfPoetry(constraint)).toBe(specifier);
	});

	it("tells an exact version", () => {
		expect([
			pinnedVersion("==1.2"),
			pinnedVersion("== 1.2"),
			pinnedVersion("==1.*"),
			pinnedVersion(">=1"),
			pinnedVersion("==1,<2"),
		]).toEqual(["1.2", "1.2", null, null, null]);
	});
});
