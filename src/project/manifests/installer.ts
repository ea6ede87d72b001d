import type { LockFile } from "./lock-files.ts";
import type { ManifestKind } from "./manifest.ts";
import { folderOf, relativeTo } from "./paths.ts";

export type Installer = "pip" | "uv" | "poetry" | "pdm" | "pipenv" | "conda";

/** The tool that installs from a manifest: its lock file says it best, then the tables it holds. */
export function installerOf(kind: ManifestKind, tool: string | null, lock: LockFile | null): Installer {
	if (kind === "pipfile") return "pipenv";
	if (kind === "conda") return "conda";
	if (kind !== "pyproject") return "pip";
	const named = lock?.kind ?? tool;
	return named === "uv" || named === "poetry" || named === "pdm" ? named : "pip";
}

/** The command that installs what a manifest declares, to be run in the backend's folder. */
export function installCommand(installer: Installer, path: string, backend: string): string {
	const from = relativeTo(backend, path);
	const folder = folderOf(from);
	const inProject = folder === "" ? "" : folder;
	switch (installer) {
		case "uv":
			return inProject === "" ? "uv sync" : `uv sync --project ${inProject}`;
		case "poetry":
			return inProject === "" ? "poetry install" : `poetry install --directory ${inProject}`;
		case "pdm":
			return inProject === "" ? "pdm install" : `pdm install --project ${inProject}`;
		case "pipenv":
			return inProject === "" ? "pipenv install" : `PIPENV_PIPFILE=${from} pipenv install`;
		case "conda":
			return `conda env update --file ${from}`;
		case "pip":
			return /\.(?:txt|in)$/.test(path) ? `pip install -r ${from}` : `pip install ${inProject === "" ? "." : `./${inProject}`}`;
	}
}

/** What to run after a manifest was edited. uv and pipenv renew their lock file while they install; poetry and pdm refuse a stale one. */
export function updateCommands(installer: Installer, path: string, backend: string, isLocked: boolean): string[] {
	const install = installCommand(installer, path, backend);
	if (!isLocked || (installer !== "poetry" && installer !== "pdm")) return [install];
	return [install.replace(/ install\b/, " lock"), install];
}
