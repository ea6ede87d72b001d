import { constants } from "node:fs";
import { copyFile, lstat, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";

/** Folders that tools make and nobody misses. */
const leftOut = new Set(["__pycache__", ".bootmend", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".nox"]);
/** Folders that are only ever read. */
const onlyLinked = new Set([".git", "node_modules"]);
/** Bytes and files copied at most, and bytes of one file; what is beyond is linked to. */
const mostBytes = 400 << 20;
const mostFiles = 20_000;
const largestFile = 64 << 20;

/**
 * Copies a project into `folder`, under its own name, so that a server can run there without writing to the project; returns the
 * copy's path. Virtual environments, git's own folder and what is too large become links. Parts that cannot be read are left out.
 */
export async function copyProject(root: string, folder: string, backend: string): Promise<string> {
	const destination = join(folder, basename(root) || "project");
	const copying = new Copying(root, destination);
	// The backend comes first, so that a large neighbour does not use up what may be copied.
	if (backend !== "") await copying.copyFolder(backend);
	await copying.copyFolder("");
	return destination;
}

class Copying {
	readonly #root: string;
	readonly #destination: string;
	readonly #done = new Set<string>();
	#bytes = 0;
	#files = 0;

	constructor(root: string, destination: string) {
		this.#root = root;
		this.#destination = destination;
	}

	async copyFolder(folder: string): Promise<void> {
		if (this.#done.has(folder)) return;
		this.#done.add(folder);
		await mkdir(join(this.#destination, folder), { recursive: true, mode: 0o700 });
		const entries = await readdir(join(this.#root, folder), { withFileTypes: true }).catch(() => []);
		for (const entry of entries) {
			const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
			if (leftOut.has(entry.name)) continue;
			if (entry.isSymbolicLink()) await this.#copyLink(path);
			else if (entry.isFile()) await this.#copyFile(path);
			else if (entry.isDirectory()) await this.#copyOrLink(path, entry.name);
		}
	}

	async #copyOrLink(path: string, name: string): Promise<void> {
		const started = [...this.#done].some((done) => done === path || done.startsWith(`${path}/`));
		const isLinked =
			onlyLinked.has(name) || this.#bytes > mostBytes || this.#files > mostFiles || (await this.#isEnvironment(path));
		if (isLinked && !started) await this.#link(path);
		else await this.copyFolder(path);
	}

	async #copyFile(path: string): Promise<void> {
		const source = join(this.#root, path);
		const target = join(this.#destination, path);
		try {
			const { size } = await lstat(source);
			if (size > largestFile || this.#bytes > mostBytes) return await this.#link(path);
			await copyFile(source, target, constants.COPYFILE_FICLONE);
			this.#bytes += size;
			this.#files++;
		} catch {
			// Unreadable for us is unreadable for the server too, or it went away meanwhile.
		}
	}

	/** A link inside the project leads to the same place of the copy, any other to where it led. */
	async #copyLink(path: string): Promise<void> {
		try {
			const source = join(this.#root, path);
			const leadsTo = resolve(dirname(source), await readlink(source));
			const inside = leadsTo.startsWith(this.#root + sep);
			await symlink(inside ? join(this.#destination, relative(this.#root, leadsTo)) : leadsTo, join(this.#destination, path));
		} catch {
			// As above.
		}
	}

	async #link(path: string): Promise<void> {
		await symlink(join(this.#root, path), join(this.#destination, path)).catch(() => undefined);
	}

	async #isEnvironment(path: string): Promise<boolean> {
		return lstat(join(this.#root, path, "pyvenv.cfg")).then(
			() => true,
			() => false,
		);
	}
}

/** Renames files of a copy, or takes them away where `to` is null; paths are relative to it. What the copy does not have is left out. */
export async function moveInCopy(
	copy: string,
	moves: readonly { readonly path: string; readonly to: string | null }[],
): Promise<void> {
	for (const { path, to } of moves) {
		if (to === null) await rm(join(copy, path), { force: true });
		else {
			await mkdir(dirname(join(copy, to)), { recursive: true });
			await rename(join(copy, path), join(copy, to)).catch(() => undefined);
		}
	}
}

/** Writes over files of a copy, by their paths relative to it; text as UTF-8. */
export async function writeOverlay(copy: string, contents: ReadonlyMap<string, string | Uint8Array>): Promise<void> {
	for (const [path, content] of contents) {
		const target = join(copy, path);
		await mkdir(dirname(target), { recursive: true });
		// The copy may hold a link to the project's own file here, which must not be written through.
		await rm(target, { force: true });
		await writeFile(target, content, { mode: 0o600 });
	}
}
