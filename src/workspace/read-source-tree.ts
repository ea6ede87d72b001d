import { createHash } from "node:crypto";
import { type Dirent, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { decodeSource, isPythonPath } from "./source-encoding.ts";

/** A text file below the root, decoded. */
export interface ReadFile {
	/** Relative to the root, `/` separated. */
	readonly path: string;
	/** Without its byte order mark. */
	readonly text: string;
	/** SHA-256 (hex) of the bytes on disk. */
	readonly sha256: string;
	/** True for Python that is no UTF-8 and does not say what else: `text` has one character a byte. */
	readonly undecodable?: true;
	/** The encoding that a byte order mark in front of the text names. */
	readonly mark?: "utf-8" | "utf-16-le" | "utf-16-be";
}

/** A file or folder that is there and was not read as text. */
export interface UnreadFile {
	readonly path: string;
	readonly reason: string;
	readonly kind: "bytes" | "access" | "size" | "omitted";
}

export interface SourceTreeReading {
	/** By path, in the order of the folders. */
	readonly files: ReadonlyMap<string, ReadFile>;
	readonly unreadable: readonly UnreadFile[];
	/** What lies in each folder that was read, by the folder's path: the names of files and folders of every kind. */
	readonly listings: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What bounds the reading of a tree, so that no tree costs unbounded time or memory. */
export interface ReadingBounds {
	readonly files: number;
	readonly depth: number;
	/** In bytes, for one Python file. */
	readonly pythonSize: number;
	/** In bytes, for one other file. */
	readonly otherSize: number;
	/** In bytes, for all Python files together: an audit holds some fifty times as much in memory. */
	readonly pythonTotal: number;
	/** In bytes, for all other files together. */
	readonly otherTotal: number;
}

const defaultBounds: ReadingBounds = {
	files: 20_000,
	depth: 40,
	pythonSize: 2_000_000,
	otherSize: 2_000_000,
	pythonTotal: 32_000_000,
	otherTotal: 80_000_000,
};

/** What is looked for behind blanks is looked for behind each of them, so that a run of them costs its square. */
const mostBlanks = 10_000;
const manyBlanks = new RegExp(`\\s{${mostBlanks + 1}}`);

/** Folders whose content is made by tools: nothing in them is the project's own source. */
const skippedFolders = new Set(
	(
		".git .hg .svn .bootmend node_modules bower_components __pycache__ __pypackages__ site-packages dist .tox .nox .eggs .mypy_cache .ruff_cache " +
		".pytest_cache .hypothesis .pytype .pyre .cache .npm .yarn .pnpm-store .next .nuxt .svelte-kit .turbo .parcel-cache .terraform .idea .vscode " +
		"htmlcov .ipynb_checkpoints"
	).split(" "),
);

const sourceExtensions = new Set(
	"py pyi toml cfg ini conf yaml yml json env sh bash zsh ps1 bat cmd lock mako service".split(" "),
);
const sourceNames =
	/^(\.env.*|.*\.env|(docker|container)file.*|.*\.dockerfile|procfile.*|(gnu)?makefile|justfile|pipfile|\.python-version|\.tool-versions|runtime\.txt|readme(\.(md|rst|txt))?|(requirements|constraints|reqs?|deps|dependencies)[^/]*|\.gitignore|\.dockerignore)$/i;
/** Requirement files that a folder of their own holds: `requirements/base.txt`. */
const requirementsFile = /(^|\/)(requirements|reqs?|deps|dependencies)\/[^/]+\.(txt|in)$/i;
/** Of all such files, only lists of requirements are read. */
const isList = /\.(?:txt|in)$/;
/** What a requirements file includes, which may have any name: `-r base.txt`. */
const inclusion = /^[ \t]*(?:-[rc]|--(?:requirement|constraint))[ \t=]*([^\s#]+)/gm;
/** Written by package managers for others than Python: large, and nothing in them concerns the backend. */
const skippedNames =
	/^(package-lock\.json|npm-shrinkwrap\.json|.*\.min\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|composer\.lock|cargo\.lock|gemfile\.lock)$/i;

/**
 * Reads the text files below `root` that can matter to a backend's start: Python, manifests, settings, container and
 * process files. Tool folders and virtual environments are left out. Never throws: what cannot be read is named.
 */
export function readSourceTree(root: string, bounds: Partial<ReadingBounds> = {}): SourceTreeReading {
	const walk = new TreeWalk(root, { ...defaultBounds, ...bounds });
	walk.readFolder("", []);
	walk.readIncluded();
	return { files: walk.files, unreadable: walk.unreadable, listings: walk.listings };
}

/**
 * Like `readSourceTree` for one folder of a repository, `/` separated and relative to `root`: everything below it, and of the
 * folders above it only the files that lie directly there (a Dockerfile, a pyproject.toml). Paths are relative to `root`.
 */
export function readSourceFolder(root: string, folder: string, bounds: Partial<ReadingBounds> = {}): SourceTreeReading {
	const walk = new TreeWalk(root, { ...defaultBounds, ...bounds });
	walk.readFolder(folder, []);
	const parts = folder === "" ? [] : folder.split("/");
	for (let depth = parts.length - 1; depth >= 0; depth--) walk.readFolder(parts.slice(0, depth).join("/"), [], false);
	walk.readIncluded();
	return { files: walk.files, unreadable: walk.unreadable, listings: walk.listings };
}

class TreeWalk {
	readonly files = new Map<string, ReadFile>();
	readonly unreadable: UnreadFile[] = [];
	readonly listings = new Map<string, ReadonlySet<string>>();
	readonly #realRoot: string;
	#folders = 0;
	#pythonTotal = 0;
	#otherTotal = 0;

	constructor(
		readonly root: string,
		readonly bounds: ReadingBounds,
	) {
		this.#realRoot = realPath(root) ?? root;
	}

	/** `above` holds the real paths of the folders on the way here: a link to one of them would be read for ever. Unless `deep`, folders in it are left out. */
	readFolder(path: string, above: readonly string[], deep = true): void {
		const real = realPath(join(this.root, path));
		if (real === null || above.includes(real)) return;
		if (above.length > this.bounds.depth) {
			this.#name(path, `more than ${this.bounds.depth} folders deep`, "size");
			return;
		}
		if (++this.#folders > this.bounds.files) {
			if (this.#folders === this.bounds.files + 1) this.#omit(path);
			return;
		}
		const entries = this.#entries(path, real);
		this.listings.set(path, new Set(entries.map((entry) => entry.name)));
		if (entries.some((entry) => entry.name === "pyvenv.cfg" || entry.name === "conda-meta")) return;
		for (const entry of entries) {
			const child = path === "" ? entry.name : `${path}/${entry.name}`;
			const kind = entry.isSymbolicLink()
				? this.#kindOfLink(child, entry.name)
				: entry.isDirectory()
					? "folder"
					: entry.isFile()
						? "file"
						: "other";
			if (deep && kind === "folder" && !isSkippedFolder(entry.name)) this.readFolder(child, [...above, real]);
			if (kind === "file" && (isSource(entry.name) || requirementsFile.test(child))) this.#readFile(child);
			// A pipe, a socket or a device would be waited for without end.
			if (kind === "other" && isPythonPath(entry.name) && !entry.isSymbolicLink()) this.#name(child, "no regular file", "access");
		}
	}

	/** Reads the requirements files of other names that those which were read include. */
	readIncluded(): void {
		const pending = [...this.files.values()].filter(({ path }) => isList.test(path));
		for (const { path, text } of pending) {
			for (const [, written = ""] of text.matchAll(inclusion)) {
				const included = posix.join(posix.dirname(path), written);
				if (this.files.has(included) || included.startsWith("..") || !isList.test(included)) continue;
				if (!lstatSync(join(this.root, included), { throwIfNoEntry: false })?.isFile()) continue;
				this.#readFile(included);
				const read = this.files.get(included);
				if (read !== undefined) pending.push(read);
			}
		}
	}

	#entries(path: string, real: string): readonly Dirent[] {
		try {
			return readdirSync(real, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
		} catch (error) {
			this.#name(path === "" ? "." : path, describeAccess(error), "access");
			return [];
		}
	}

	#kindOfLink(path: string, name: string): "folder" | "file" | "other" {
		const real = realPath(join(this.root, path));
		if (real === null) {
			if (isSource(name)) this.#name(path, "a link that leads nowhere", "access");
			return "other";
		}
		const inside = relative(this.#realRoot, real);
		const stats = statSync(real, { throwIfNoEntry: false });
		if (inside === ".." || inside.startsWith(`..${sep}`)) {
			if (isSource(name) && stats?.isFile()) this.#name(path, "a link to a file outside the repository", "access");
			return "other";
		}
		if (inside.split(sep).some(isSkippedFolder)) return "other";
		return stats?.isDirectory() ? "folder" : stats?.isFile() ? "file" : "other";
	}

	#readFile(path: string): void {
		const isPython = isPythonPath(path);
		const isFull = isPython ? this.#pythonTotal >= this.bounds.pythonTotal : this.#otherTotal >= this.bounds.otherTotal;
		if (isFull || this.files.size >= this.bounds.files) {
			this.#omit(path);
			return;
		}
		try {
			const absolute = join(this.root, path);
			const { size } = statSync(absolute);
			const limit = isPython ? this.bounds.pythonSize : this.bounds.otherSize;
			if (size > limit) {
				this.#name(path, `too large to audit (${megabytes(size)}, the limit is ${megabytes(limit)})`, "size");
				return;
			}
			const bytes = readFileSync(absolute);
			if (isPython) this.#pythonTotal += bytes.length;
			else this.#otherTotal += bytes.length;
			const decoded = decodeSource(path, bytes);
			const sha256 = () => createHash("sha256").update(bytes).digest("hex");
			const text = decoded.type === "text" ? decoded.text : decoded.recovered?.text;
			if (text !== undefined && manyBlanks.test(text)) {
				this.#name(path, `more than ${mostBlanks} blanks in a row: no one wrote that, and reading it could take hours`, "size");
				return;
			}
			if (decoded.type === "text") {
				const { name, mark } = decoded.encoding;
				const isMarked = mark.length > 0 && (name === "utf-8" || name === "utf-16-le" || name === "utf-16-be");
				this.files.set(path, { path, text: decoded.text, sha256: sha256(), ...(isMarked && { mark: name }) });
			} else if (decoded.recovered === undefined) this.#name(path, decoded.reason, "bytes");
			else {
				const { text, encoding } = decoded.recovered;
				this.files.set(path, { path, text, sha256: sha256(), ...(encoding.name === "latin-1" && { undecodable: true }) });
			}
		} catch (error) {
			this.#name(path, describeAccess(error), "access");
		}
	}

	/** What is beyond the bounds is known by its name: an import of it finds something, whatever that holds. */
	#omit(path: string): void {
		const { files, pythonTotal, otherTotal } = this.bounds;
		const most = `${files} files, ${megabytes(pythonTotal)} of Python and ${megabytes(otherTotal)} of others`;
		this.#name(path, `left out, as are others like it: the audit reads at most ${most}`, "omitted");
	}

	#name(path: string, reason: string, kind: UnreadFile["kind"]): void {
		this.unreadable.push({ path, reason, kind });
	}
}

function realPath(path: string): string | null {
	try {
		return realpathSync(path);
	} catch {
		return null;
	}
}

function isSkippedFolder(name: string): boolean {
	return skippedFolders.has(name) || name.endsWith(".egg-info") || name.endsWith(".dist-info");
}

function isSource(name: string): boolean {
	if (skippedNames.test(name)) return false;
	const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
	return (name.includes(".") && sourceExtensions.has(extension)) || sourceNames.test(name);
}

function megabytes(bytes: number): string {
	return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function describeAccess(error: unknown): string {
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	if (code === "EACCES" || code === "EPERM") return "you may not read it";
	if (code === "ELOOP") return "a loop of links";
	if (code === "ENOENT") return "it vanished while it was read";
	return `it could not be read (${code || String(error)})`;
}
