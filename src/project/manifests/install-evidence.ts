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
	/^(?:Dockerfile[\w.-]*|[\w.-]+\.Dockerfile|Containerfile|render\.ya?ml|railway\.(?:json|toml)|nixpacks\.toml|Procfile|Makefile|justfile|start\.sh|build\.sh|README\.md)$/i;

/** The manifest that a Dockerfile or its like installs from, with the place that says so; null where none does. */
export function findInstallEvidence(
	files: SourceTree,
	backend: string,
	candidates: readonly Candidate[],
): { readonly path: string; readonly evidence: string } | null {
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
	return name === "README.md" ? 3 : 2;
}

const toolCommands: readonly (readonly [RegExp, ManifestKind])[] = [
	[/\buv\s+(?:sync|run)\b/, "pyproject"],
	[/\bpoetry\s+(?:install|sync|run)\b/, "pyproject"],
	[/\bpdm\s+(?:install|sync|run)\b/, "pyproject"],
	[/\bpipenv\s+(?:install|sync|run)\b/, "pipfile"],
];

function findInFile(
	text: string,
	path: string,
	backend: string,
	candidates: readonly Candidate[],
): { readonly path: string; readonly evidence: string } | null {
	const lines = new LineIndex(text);
	for (let line = 1; line <= lines.lineCount; line++) {
		const content = lines.lineText(line);
		if (/^\s*#/.test(content)) continue;
		const evidence = `${path}:${line} installs it`;
		for (const match of content.matchAll(/\bpip3?\s+install\b[^#\n]*?(?:-r|--requirement)[\s=]*["']?([\w./\\-]+)/g)) {
			const manifest = findNamed(match[1] ?? "", path, backend, candidates);
			if (manifest !== null) return { path: manifest.path, evidence };
		}
		for (const [command, kind] of toolCommands) {
			if (!command.test(content)) continue;
			const manifest = candidates.find((candidate) => candidate.kind === kind);
			if (manifest !== undefined) return { path: manifest.path, evidence };
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
