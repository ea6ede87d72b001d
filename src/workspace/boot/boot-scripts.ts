import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of a Python program in `data/boot`: beside `src/` in the repository, beside `dist/` in the package. */
export function bootScript(name: "supervise.py" | "serve.py"): string {
	const here = fileURLToPath(new URL(".", import.meta.url));
	const folders = ["../../../data/boot", "../data/boot"].map((folder) => join(here, folder));
	return join(folders.find((folder) => existsSync(folder)) ?? here, name);
}
