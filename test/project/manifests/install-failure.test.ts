import { describe, expect, it } from "vitest";
import { explainInstallFailure } from "../../../src/project/manifests/install-failure.ts";

describe("a failed installation is explained", () => {
	// Each text was printed by the tool itself.
	it.each([
		[
			"pip without a network",
			[
				"WARNING: Retrying (Retry(total=1, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7f>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/stripe/",
				"ERROR: Could not find a version that satisfies the requirement stripe (from versions: none)",
				"ERROR: No matching distribution found for stripe",
			],
			"could not be reached",
		],
		[
			"uv without a network",
			["error: Failed to fetch: `https://index.example/simple/stripe/`", "  Caused by: dns error"],
			"could not be reached",
		],
		[
			"a package that does not exist",
			["ERROR: No matching distribution found for nosuchpkg-xyz-123"],
			"No release of nosuchpkg-xyz-123 suits this Python",
		],
		[
			"conflicting versions",
			["ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/"],
			"exclude each other",
		],
		[
			"uv's resolver",
			["  × No solution found when resolving dependencies:", "  ╰─▶ Because only pydantic<2 is available"],
			"exclude each other",
		],
		[
			"another Python",
			["ERROR: Package 'x' requires a different Python: 3.11.7 not in '>=3.12'"],
			"does not support this Python: 3.11.7 not in '>=3.12'",
		],
		["missing hashes", ["ERROR: In --require-hashes mode, all requirements must have their versions pinned with ==."], "hashes"],
		["psycopg2 from source", ["    Error: pg_config executable not found."], "has to be compiled"],
		["a build that fails", ["  ERROR: Failed building wheel for mysqlclient"], "mysqlclient has to be compiled here"],
		[
			"a stale poetry lock",
			["pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file."],
			"older than pyproject.toml",
		],
		["the system's Python", ["error: externally-managed-environment"], "belongs to the operating system"],
		["a flat layout", ["error: Multiple top-level packages discovered in a flat-layout: ['app', 'alembic']."], "which folders"],
	])("%s", (_, output, message) => {
		expect(explainInstallFailure(output).message).toContain(message);
	});

	it("by its last error where nothing known is in it", () => {
		expect(explainInstallFailure(["Collecting x", "ERROR: the moon is full", "bye"]).message).toBe(
			"It says: ERROR: the moon is full",
		);
		expect(explainInstallFailure([])).toMatchObject({ message: expect.stringContaining("said nothing") });
	});
});
