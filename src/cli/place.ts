import { join, relative, resolve, sep } from "node:path";
import type { Project, SourceTree } from "../project/project.ts";
import { showLine } from "../text/gate.ts";
import { findRepositoryRoot, kindOfPath } from "../workspace/find-repository-root.ts";
import { readSourceFolder, readSourceTree, type SourceTreeReading } from "../workspace/read-source-tree.ts";
import type { ProcessIo } from "./io.ts";
import { nearest } from "./nearest.ts";
import { foldersOnPath } from "./path-folders.ts";
import { UserError } from "./user-error.ts";

/** What a person pointed at: a repository, or a folder of it. */
export interface Place {
	/** Absolute path of the repository root; of the named folder itself where git knows none. */
	readonly root: string;
	/** The named folder, relative to the root and `/` separated; `""` for the root. */
	readonly folder: string;
}

const commandNames = [
	"audit",
	"fix",
	"verify",
	"rollback",
	"status",
	"resume",
	"clean",
	"graph",
	"routes",
	"deps",
	"rules",
	"explain",
	"wizard",
];

/** Finds the repository of the path on the command line; without one, of the current folder. */
export function placeOf(path: string | undefined, io: ProcessIo): Place {
	const named = resolve(io.cwd(), path ?? ".");
	const kind = kindOfPath(named);
	if (kind === "missing") throw missing(path ?? ".", named);
	if (kind === "unreachable") {
		throw new UserError(
			`${path ?? "."} cannot be opened: a folder on the way to it may not be read.`,
			"Ask for the right to read it, or name another folder.",
		);
	}
	if (kind === "file") {
		throw new UserError(
			`${path ?? "."} is a file; bootmend looks at a whole backend.`,
			`Name its folder: bootmend audit ${showLine(relativeTo(io.cwd(), join(named, "..")))}`,
		);
	}
	const root = findRepositoryRoot(named) ?? named;
	return { root, folder: relative(root, named).split(sep).join("/") };
}

function missing(path: string, absolute: string): UserError {
	const guess = path.includes("/") ? null : nearest(path, commandNames);
	const nextStep = guess
		? `If you meant the command: bootmend ${guess}`
		: "Name the folder of the backend, or go there and name none.";
	return new UserError(`There is no folder ${absolute}.`, nextStep);
}

function relativeTo(from: string, to: string): string {
	return relative(from, to) || ".";
}

/** Files that say "a Python project begins here". */
const manifestName = /^(requirements[^/]*\.(txt|in)|pyproject\.toml|Pipfile|setup\.(py|cfg)|environment\.ya?ml)$/i;

/**
 * Reads what an audit of the place needs. Of a folder inside a repository only that folder is read, or the one above it that
 * has a manifest, together with the files that lie on the way up to the root: a monorepo's other parts do not matter, unless
 * the backend puts them on `sys.path`.
 */
export function readFiles(place: Place): Pick<Project, "files" | "unreadable" | "listings"> {
	if (place.folder === "") return readSourceTree(place.root);
	const reading = readSourceFolder(place.root, place.folder);
	const wider = folderWithManifest(reading.files, place.folder);
	if (wider === "") return readSourceTree(place.root);
	return withFoldersOnPath(place.root, wider, wider === place.folder ? reading : readSourceFolder(place.root, wider));
}

function withFoldersOnPath(root: string, backend: string, reading: SourceTreeReading): SourceTreeReading {
	const { files, unreadable, listings } = reading;
	const others = foldersOnPath(files, backend)
		.filter((folder) => !listings.has(folder) && kindOfPath(join(root, folder)) === "folder")
		.map((folder) => readSourceFolder(root, folder));
	if (others.length === 0) return reading;
	return {
		files: new Map([...files, ...others.flatMap((other) => [...other.files])]),
		unreadable: [...unreadable, ...others.flatMap((other) => other.unreadable)],
		listings: new Map([...others.flatMap((other) => [...other.listings]), ...listings]),
	};
}

/** The nearest folder at or above the named one that has a manifest; the named one where none has. */
function folderWithManifest(files: SourceTree, folder: string): string {
	const folders = new Set(
		[...files.keys()].filter((path) => manifestName.test(path.slice(path.lastIndexOf("/") + 1))).map(parentOf),
	);
	for (let current = folder; ; current = parentOf(current)) {
		if (folders.has(current)) return current;
		if (current === "") return folder;
	}
}

function parentOf(path: string): string {
	return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
