/** Where a dotted name leads inside the project's own files. */
export type OwnLookup = OwnModule | OwnNamespace;

export interface OwnModule {
	readonly type: "module";
	readonly path: string;
	readonly isPackage: boolean;
}

/** A folder without `__init__.py`; importable only where nothing later on `sys.path` has a real module of that name. */
export interface OwnNamespace {
	readonly type: "namespace";
	readonly folder: string;
}

/**
 * Answers where CPython's path finder would find the project's own modules. Names are compared byte for byte: a file system
 * that folds case does not make `app.core.Config` importable (PEP 235). Folders are relative to the repository root.
 */
export class Resolver {
	/** Folders that hold at least one file, with the Python module names directly in each. */
	private readonly folders = new Set<string>();
	private readonly files: ReadonlySet<string>;

	constructor(paths: readonly string[]) {
		this.files = new Set(paths);
		for (const path of paths) {
			for (let folder = parentOf(path); !this.folders.has(folder); folder = parentOf(folder)) {
				this.folders.add(folder);
				if (folder === "") break;
			}
		}
	}

	/** Finds a top-level name below one entry of `sys.path`, or a submodule below a package's folder. */
	findIn(folder: string, name: string): OwnLookup | null {
		const base = folder === "" ? name : `${folder}/${name}`;
		const init = `${base}/__init__.py`;
		if (this.files.has(init)) return { type: "module", path: init, isPackage: true };
		const file = `${base}.py`;
		if (this.files.has(file)) return { type: "module", path: file, isPackage: false };
		if (this.folders.has(base)) return { type: "namespace", folder: base };
		return null;
	}

	/** Is there such a folder with at least one readable file in it? */
	hasFolder(folder: string): boolean {
		return this.folders.has(folder);
	}

	hasFile(path: string): boolean {
		return this.files.has(path);
	}

	/** Every Python file below a folder with the dotted name it has from there; files whose path is no dotted name are left out. */
	modulesBelow(folder: string): { readonly name: string; readonly path: string; readonly isPackage: boolean }[] {
		const prefix = folder === "" ? "" : `${folder}/`;
		const result: { name: string; path: string; isPackage: boolean }[] = [];
		for (const path of this.files) {
			if (!path.startsWith(prefix) || !path.endsWith(".py")) continue;
			const parts = path.slice(prefix.length, -3).split("/");
			const isPackage = parts.at(-1) === "__init__";
			if (isPackage) parts.pop();
			if (parts.length > 0 && parts.every(isIdentifier)) result.push({ name: parts.join("."), path, isPackage });
		}
		return result.sort((a, b) => (a.name < b.name ? -1 : 1));
	}
}

/** The folder a path lies in; `""` for the root. */
export function parentOf(path: string): string {
	const slash = path.lastIndexOf("/");
	return slash < 0 ? "" : path.slice(0, slash);
}

/** Is this a name that can stand between the dots of an import? */
export function isIdentifier(text: string): boolean {
	return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text);
}

/** The absolute name of a relative import, or null above the top (`importlib._bootstrap._resolve_name`). */
export function absoluteName(packageName: string, level: number, module: string): string | null {
	const parts = packageName === "" ? [] : packageName.split(".");
	if (level > parts.length) return null;
	const base = parts.slice(0, parts.length - (level - 1)).join(".");
	return module === "" ? base : base === "" ? module : `${base}.${module}`;
}
