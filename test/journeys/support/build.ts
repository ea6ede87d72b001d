import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Builds the program once for all journeys. */
export default function build(): void {
	execFileSync("node", ["scripts/build.mjs"], { cwd: fileURLToPath(new URL("../../..", import.meta.url)), stdio: "inherit" });
}
