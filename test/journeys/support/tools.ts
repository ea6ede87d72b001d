import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A folder with the only programs that a journey finds on its PATH. No Python is among them, so that the audit of a backend
 * without an environment of its own says the same on every machine.
 */
export const toolsFolder = mkdtempSync(join(tmpdir(), "bootmend-tools-"));

symlinkSync(process.execPath, join(toolsFolder, "node"));
for (const name of ["git", "sed"]) {
	const found = execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
	symlinkSync(found, join(toolsFolder, name));
}
process.once("exit", () => rmSync(toolsFolder, { recursive: true, force: true }));
