import type { SourceTree } from "../project.ts";
import type { LockFile } from "./lock-files.ts";
import type { Manifest } from "./manifest.ts";
import { folderOf } from "./paths.ts";
import { installingCommand } from "./resolution.ts";

/** What the tool does about a lock that is older than its manifest: stops, installs what it says, or writes it anew. */
export type LockTreatment = "refused" | "followed" | "renewed";

/** How the installation for start-up treats a stale lock; null where it does not look at it. Without an order, the plain command counts. */
export function treatmentOf(files: SourceTree, manifest: Manifest, { kind, path }: LockFile): LockTreatment | null {
	const { installedBy } = manifest;
	const command = installingCommand(files, manifest);
	if (installedBy === null) return manifest.installer === kind ? (kind === "poetry" ? "refused" : "renewed") : null;
	const script = files.get(installedBy.replace(/:\d+$/, ""))?.text ?? "";
	if (!command.includes(kind) || /\buv pip\b|\bexport\b/.test(command)) return null;
	if (new RegExp(`\\b${kind}\\s+(?:lock|update|add|upgrade)\\b`).test(script)) return null;
	if (/^FROM\s/im.test(script) && !bringsLock(script, path)) return null;
	switch (kind) {
		case "uv":
			// Other commands of the script have options of their own: `uv run --no-sync` beside a plain `uv sync`.
			if (/--frozen\b|--no-sync\b/.test(command) || /\bUV_FROZEN\b/.test(script)) return "followed";
			return /--locked\b/.test(command) || /\bUV_LOCKED\b/.test(script) ? "refused" : "renewed";
		case "poetry":
			// Up to 1.4 it warned, and installed what is locked.
			return /\bpoetry["']?==["']?(?:0|1\.[0-4])\./.test(script) || /\bPOETRY_VERSION=["']?(?:0|1\.[0-4])\./.test(script)
				? "followed"
				: "refused";
		case "pipenv":
			if (/--deploy\b/.test(script)) return "refused";
			return /\bpipenv\s+sync\b|--ignore-pipfile\b/.test(script) ? "followed" : "renewed";
		case "pdm":
			return /\bpdm\s+sync\b|--frozen-lockfile\b|--no-lock\b/.test(script) ? "followed" : "renewed";
	}
}

/** Does an image get the lock file: by its name, with its folder, or with a pattern? */
function bringsLock(dockerfile: string, path: string): boolean {
	const name = path.slice(folderOf(path) === "" ? 0 : folderOf(path).length + 1);
	const places = dockerfile.match(/^[ \t]*(?:COPY|ADD|RUN)\b.*(?:\\\r?\n.*)*/gim) ?? [];
	return places.some(
		(each) => each.includes(name) || (/^\s*(?:COPY|ADD)\b/i.test(each) && /[*?]|\s\.{1,2}\/?\s|\/\s/.test(each)),
	);
}
