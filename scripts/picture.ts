// Draws docs/wizard.svg: the wizard as it runs in a pseudo-terminal on the bundled broken backend. `npm run picture`.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { ScratchRepository } from "../test/journeys/support/repository.ts";
import { TerminalRun } from "../test/journeys/support/terminal.ts";
import { drawTerminal } from "./draw-terminal.ts";

const size = { columns: 124, rows: 34 };

execFileSync("node", ["scripts/build.mjs"], { stdio: "inherit" });
const repository = new ScratchRepository("todo-broken", "todo");
const wizard = new TerminalRun({
	command: [process.execPath, `${process.cwd()}/dist/cli.js`, repository.folder],
	folder: repository.folder,
	environment: { PATH: repository.tools },
	...size,
});
try {
	await wizard.waitFor("DEPENDENCY-001", "y accept");
	await wizard.press("y");
	await wizard.waitFor("▸ ● IMPORT-001");
	await wizard.press("k");
	mkdirSync("docs", { recursive: true });
	writeFileSync(
		"docs/wizard.svg",
		drawTerminal(wizard.terminal, "bootmend walks through a fix: the list of issues, the reason, and the change as a diff"),
	);
} finally {
	wizard.kill();
	repository.remove();
}
