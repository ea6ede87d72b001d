import { LineIndex } from "../../text/line-index.ts";
import type { SourceTree } from "../project.ts";
import type { ManifestKind } from "./manifest.ts";
import { folderOf, foldersUpwards, inFolder, joinPath } from "./paths.ts";

interface Candidate {
	readonly kind: ManifestKind;
	readonly path: string;
}

/** Files that install what a start-up needs, the most telling first. */
const startUpFile =
	/^(?:Dockerfile[\w.-]*|[\w.-]+\.Dockerfile|Containerfile|render\.ya?ml|railway\.(?:json|toml)|nixpacks\.toml|Procfile|Makefile|justfile|[\w.-]*\.sh)$/i;

interface Installation {
	/** The manifest's path. */
	readonly path: string;
	/** The line that installs it: `backend/Dockerfile:7`. */
	readonly at: string;
}

/** The manifest that a Dockerfile or its like installs from; null where none does. */
export function findInstallation(files: SourceTree, backend: string, candidates: readonly Candidate[]): Installation | null {
	for (const folder of foldersUpwards(backend)) {
		const names = [...files.keys()]
			.filter((path) => folderOf(path) === folder)
			.map((path) => path.slice(folder === "" ? 0 : folder.length + 1));
		const ranked = names.filter((name) => startUpFile.test(name)).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
		for (const name of ranked) {
			const path = inFolder(folder, name);
			const found = findInFile(files.get(path)?.text ?? "", path, backend, candidates);
			if (found !== null) return found;
		}
	}
	return null;
}

function rank(name: string): number {
	if (/docker|container/i.test(name)) return /dev|test/i.test(name) ? 1 : 0;
	return 2;
}

const toolCommands: readonly (readonly [RegExp, ManifestKind])[] = [
	[/\buv\s+(?:sync|run)\b/, "pyproject"],
	[/\bpoetry\s+(?:install|sync|run)\b/, "pyproject"],
	[/\bpdm\s+(?:install|sync|run)\b/, "pyproject"],
	[/\bpipenv\s+(?:install|sync|run)\b/, "pipfile"],
];

function findInFile(text: string, path: string, backend: string, candidates: readonly Candidate[]): Installation | null {
	const lines = new LineIndex(text);
	for (let line = 1; line <= lines.lineCount; line++) {
		const content = lines.lineText(line);
		if (/^\s*#/.test(content)) continue;
		const at = `${path}:${line}`;
		for (const match of content.matchAll(/\bpip3?\s+install\b[^#\n]*?(?:-r|--requirement)[\s=]*["']?([\w./\\-]+)/g)) {
			const manifest = findNamed(match[1] ?? "", path, backend, candidates);
			if (manifest !== null) return { path: manifest.path, at };
		}
		for (const [command, kind] of toolCommands) {
			if (!command.test(content)) continue;
			const manifest = candidates.find((candidate) => candidate.kind === kind);
			if (manifest !== undefined) return { path: manifest.path, at };
		}
	}
	return null;
}

/** A file named in a container (`/app/requirements.txt`) is told by its path from here or the backend, else by its name alone. */
function findNamed(written: string, from: string, backend: string, candidates: readonly Candidate[]): Candidate | null {
	const exact = [joinPath(from, written), joinPath(inFolder(backend, "x"), written)];
	const byPath = candidates.find(({ path }) => exact.includes(path));
	if (byPath !== undefined) return byPath;
	const name = written.split(/[/\\]/).at(-1);
	return candidates.find(({ path }) => path.split("/").at(-1) === name) ?? null;
}
