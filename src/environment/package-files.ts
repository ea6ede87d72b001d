/** A header, and texts that are read one by one. */
export interface TextBlocks {
	readonly header: string;
	/** Throws where there is no text of that index, from 0. */
	read(index: number): string;
}

/** What the machine holds of interpreters and packages, read only; `src/workspace/package-files.ts` is the real one. Paths are absolute, `/` separated. */
export interface PackageFiles {
	/** As Python's `sys.platform` has it: linux, darwin, win32. */
	readonly platform: string;
	/** Text of a source or metadata file, decoded as UTF-8 (Latin-1 where it is not), or null where there is none to be read. */
	readText(path: string): string | null;
	/** Tells one state of a file from another, by size and time of change; null where there is none to be read. */
	stampOf(path: string): string | null;
	/** Names in a folder, symbolic links followed; null where there is no such folder. */
	listFolder(path: string): ReadonlyMap<string, "file" | "folder"> | null;
	/** The path without symbolic links, or null where nothing is there. */
	realPath(path: string): string | null;
	/** A file of the bundled data, unpacked, or null. */
	readData(name: string): string | null;
	/** A file of the bundled data that is unpacked text by text, or null. */
	openData(name: string): TextBlocks | null;
	/** What was kept under a key, or null. A cache may forget anything at any time. */
	readCache(key: string): string | null;
	/** Keeps a text under a key; does nothing where that cannot be done. */
	writeCache(key: string, text: string): void;
}
