import { expect, it } from "vitest";
import { askForReleaseWith } from "../../../src/rules/repair/packages/release-with-name.ts";
import { buildProject } from "../../project/build-project.ts";
import { installed } from "../dependencies/audit-dependencies.ts";

/** What the manifest asks for after the proposal, where the installed openai is 1.0 and these releases have the name or not. */
function asked(requirement: string, releases: Readonly<Record<string, boolean>>): string | null {
	const text = `fastapi\n${requirement}\n`;
	const project = buildProject(
		{ "requirements.txt": text, "main.py": "from fastapi import FastAPI\nfrom openai import Thing\napp = FastAPI()\n" },
		{
			target: "main:app",
			environment: {
				...installed({ openai: { version: "1.0" } }),
				releasesWith: () => Object.entries(releases).map(([version, has]) => ({ version, has })),
			},
		},
	);
	const [edit] = askForReleaseWith(project, "openai", "Thing")?.edits ?? [];
	return edit === undefined ? null : text.slice(0, edit.range.start) + edit.newText + text.slice(edit.range.end);
}

it("raises a pin to the first release after which none lacks the name", () => {
	const releases = { "0.9": true, "1.0": false, "1.2": true, "1.3": false, "1.4": true, "2.0": true };
	expect(asked("openai==1.0", releases)).toBe("fastapi\nopenai>=1.4\n");
});

it("goes back behind the major version that dropped it, or to the last release that is known to have it", () => {
	expect(asked("openai", { "0.9": true, "1.0": false, "2.0": false })).toBe("fastapi\nopenai>=0.9,<1\n");
	expect(asked("openai>=1", { "1.0.0": false })).toBeNull();
	expect(asked("openai", { "1.0a1": true, "1.0": false })).toBe("fastapi\nopenai==1.0a1\n");
});

it("says nothing where nobody knows, or where another release is asked for already", () => {
	expect(asked("openai==1.0", {})).toBeNull();
	expect(asked("openai>=1.4", { "1.0": false, "1.4": true })).toBeNull();
	expect(asked("httpx", { "1.0": false, "1.4": true })).toBeNull();
});
