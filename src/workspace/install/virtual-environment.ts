import { existsSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** The virtual environment (or named conda environment) that an interpreter belongs to; null for a system's Python. */
export function environmentOfPython(python: string): string | null {
	const folder = dirname(dirname(resolve(python)));
	const isVenv = existsSync(resolve(folder, "pyvenv.cfg"));
	const isConda = existsSync(resolve(folder, "conda-meta")) && /[\\/]envs[\\/]/.test(folder);
	return isVenv || isConda ? folder : null;
}

/** Keeps a new virtual environment out of git by a `.gitignore` of its own, as Python's venv does from 3.13 on. */
export function keepOutOfGit(environment: string): void {
	try {
		writeFileSync(resolve(environment, ".gitignore"), "# Created by bootmend\n*\n", { flag: "wx" });
	} catch {
		// It has one already, or cannot be written to: git then shows the folder as new, and nothing is lost.
	}
}
