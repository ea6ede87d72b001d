import { readProjectFile } from "../workspace/project-files.ts";
import type { PlannedFile, PlanObstacle } from "./plan-fix.ts";

/**
 * A file that gets another path, or goes where `to` is null. `edited` is what its edits make of it, null where they leave it as it is.
 * A rename keeps bytes, mode, owner and times; it never lands on a file that is there.
 */
export function planMove(
	root: string,
	path: string,
	to: string | null,
	edited: PlannedFile | null,
): { readonly files: readonly PlannedFile[] } | PlanObstacle {
	const reading = readProjectFile(root, path);
	if (reading.type === "refused") return reading;
	if (reading.type === "absent") return { type: "stale", path };
	if (reading.isLink) return refused(`${path} is a link; rename it by hand, and what it leads to stays as it is`);
	if (edited !== null && reading.nameCount > 1)
		return refused(`${path} has another name (a hard link), which would keep the old text; rename it by hand`);
	const before = { bytes: reading.bytes, image: reading.image };
	const going: PlannedFile = { path, before, after: null, text: null, folders: foldersAbove(path) };
	if (to === null) return { files: [going] };
	const place = readProjectFile(root, to);
	if (place.type === "refused") return place;
	if (place.type === "file") return refused(`${to} is there already, so ${path} cannot be renamed to it`);
	const after = edited?.after ?? before;
	const coming: PlannedFile = {
		...{ path: to, before: null, after, text: edited?.text ?? null },
		...{ folders: place.missingFolders, twin: path },
	};
	return { files: [coming, { ...going, twin: to }] };
}

function refused(reason: string): PlanObstacle {
	return { type: "refused", reason };
}

/** Outermost first. */
function foldersAbove(path: string): readonly string[] {
	const parts = path.split("/").slice(0, -1);
	return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
