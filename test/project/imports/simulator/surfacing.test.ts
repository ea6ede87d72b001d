import { describe, expect, test } from "vitest";
import { buildProject, parseFiles } from "../../build-project.ts";

/** The lines that start-up prints, one for each failure, in order. */
function errors(main: string): string[] {
	const files = parseFiles(`
#- settings.py
class Config:
    title = "x"
#- main.py
${main}
`);
	return buildProject(files, { target: "main:app" }).trace.failures.map((failure) => failure.error.replace(/ \(.*\)$/, ""));
}

const guarded = (handler: string) => `
try:
    from settings import Confg
except ImportError as error:
${handler}
app = object()
`;

describe("what a handler lets out again", () => {
	test.each([
		["a bare raise", "    print(error)\n    raise"],
		["the caught exception itself", "    raise error"],
		["the caught exception without its context", "    raise error from None"],
	])("%s prints what was caught", (_, handler) => {
		expect(errors(guarded(handler))).toEqual(["ImportError: cannot import name 'Confg' from 'settings'"]);
	});

	test("another exception is printed instead, and the import is still what failed", () => {
		const main = guarded('    raise RuntimeError("no settings") from error');
		expect(errors(main)).toEqual(["RuntimeError: no settings"]);
		const failure = buildProject(parseFiles(`#- settings.py\nx = 1\n#- main.py\n${main}`), { target: "main:app" }).trace
			.failures[0];
		expect(failure?.detail).toMatchObject({ type: "name-not-in-module", source: "settings", name: "Confg" });
	});

	test("its message may tell what was caught", () => {
		expect(errors(guarded('    raise ValueError(f"settings: {error}")'))[0]).toMatch(
			/^ValueError: settings: cannot import name 'Confg' from 'settings'/,
		);
	});

	test("leaving the process surfaces too", () => {
		expect(errors(guarded("    import sys\n    sys.exit(1)"))).toEqual(["SystemExit: 1"]);
	});

	test("an outer handler may catch what comes out", () => {
		const nested = (outer: string) => `
try:
    try:
        import settngs
    except ImportError as error:
        raise RuntimeError("x") from error
except ${outer}:
    settngs = None
app = object()
`;
		expect(errors(nested("RuntimeError"))).toEqual([]);
		expect(errors(nested("Exception"))).toEqual([]);
	});

	test("a handler that may end otherwise swallows, where it does", () => {
		const load = (strict: string) => `
def load(strict):
    try:
        from settings import Confg
    except ImportError:
        if not strict:
            return None
        raise
    return Confg

config = load(${strict})
app = object()
`;
		expect(errors(load("False"))).toEqual([]);
		expect(errors(load("True"))).toEqual(["ImportError: cannot import name 'Confg' from 'settings'"]);
	});
});
