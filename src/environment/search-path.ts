import type { PackageFiles } from "./package-files.ts";

/** What stands behind a dotted module name. */
export type ModuleLocation =
	| { readonly kind: "package"; readonly file: string; readonly folders: readonly string[] }
	| { readonly kind: "module"; readonly file: string }
	/** A C extension, bytecode without source, or a package whose `__init__` is one; `stub` is its `.pyi`. */
	| { readonly kind: "extension"; readonly file: string; readonly stub: string | null; readonly folders: readonly string[] }
	| { readonly kind: "namespace"; readonly folders: readonly string[] };

/** The folders of `sys.path` beyond the project's own, with what `.pth` files and editable installs add. */
export interface SearchPath {
	readonly folders: readonly string[];
	/** Modules that editable installs map to files elsewhere. */
	readonly mapped: ReadonlyMap<string, string>;
	/** Folders outside site-packages that `.pth` files and editable installs bring in. */
	readonly added: readonly string[];
	/** Some start-up hook may provide modules in ways that cannot be followed. */
	readonly hooked: boolean;
	/** Modules that known hooks provide: `distutils` from setuptools. */
	readonly provided: ReadonlySet<string>;
}

/** Builds the search path of the given `site-packages` folders (https://docs.python.org/3/library/site.html). */
export function readSearchPath(files: PackageFiles, siteFolders: readonly string[]): SearchPath {
	const folders: string[] = [...siteFolders];
	const added: string[] = [];
	const mapped = new Map<string, string>();
	const provided = new Set<string>();
	let hooked = false;
	for (const site of siteFolders) {
		const names = [...(files.listFolder(site)?.keys() ?? [])].sort();
		for (const name of names) {
			if (!name.endsWith(".pth") && !name.endsWith(".egg-link")) continue;
			const text = files.readText(`${site}/${name}`) ?? "";
			for (const line of name.endsWith(".pth") ? text.split(/\r?\n/) : text.split(/\r?\n/).slice(0, 1)) {
				if (line.trim() === "" || line.startsWith("#")) continue;
				if (/^import[ \t]/.test(line)) {
					const effect = effectOfHook(files, site, name, line);
					if (effect === "unknown") hooked = true;
					else if (effect === "distutils") provided.add("distutils");
					else for (const [module, path] of effect) mapped.set(module, path);
					continue;
				}
				const folder = joinPath(site, line.trim());
				if (files.listFolder(folder) === null || folders.includes(folder)) continue;
				folders.push(folder);
				added.push(folder);
			}
		}
	}
	return { folders, mapped, added: [...added, ...new Set(mapped.values())], hooked, provided };
}

/** What an `import` line of a `.pth` file does to imports: nothing, a mapping, distutils of setuptools, or something unknown. */
function effectOfHook(
	files: PackageFiles,
	site: string,
	pth: string,
	line: string,
): "unknown" | "distutils" | ReadonlyMap<string, string> {
	if (pth === "distutils-precedence.pth") return "distutils";
	const nothing = new Map<string, string>();
	// setuptools' namespace packages are folders without __init__, which are found anyway.
	if (pth.endsWith("-nspkg.pth") || pth === "_virtualenv.pth" || pth === "easy-install.pth") return nothing;
	const modules = [...line.matchAll(/\bimport\s+([\w.]+(?:\s*,\s*[\w.]+)*)/g)].flatMap((match) =>
		(match[1] ?? "").split(/(?:(?<!\s)\s+)?,\s*/),
	);
	const finder = modules.find((name) => /^__editable___\w+_finder$/.test(name));
	if (finder !== undefined) {
		const source = files.readText(`${site}/${finder}.py`);
		return source === null ? nothing : (editableMapping(source) ?? "unknown");
	}
	if (/meta_path|path_hooks|sys\.path|sys\.modules|addsitedir/.test(line)) return "unknown";
	for (const module of modules) {
		const base = `${site}/${module.replaceAll(".", "/")}`;
		const source = files.readText(`${base}.py`) ?? files.readText(`${base}/__init__.py`);
		if (source !== null && /meta_path|path_hooks|addsitedir|sys\.path\b|sys\.modules\s*\[/.test(source)) return "unknown";
	}
	return nothing;
}

/** `MAPPING` and `NAMESPACES` of setuptools' finder for an editable install; null where they are not literal. */
function editableMapping(source: string): ReadonlyMap<string, string> | null {
	const literal = /^MAPPING\b[^=\n]*=\s*\{([^{}]*)\}/m.exec(source)?.[1];
	if (literal === undefined) return null;
	const mapping = new Map<string, string>();
	for (const entry of literal.matchAll(/(['"])([\w.]+)\1\s*:\s*(['"])(.*?)\3/g)) {
		if (entry[2] !== undefined && entry[4] !== undefined)
			mapping.set(entry[2], entry[4].replaceAll("\\\\", "/").replace(/\/$/, ""));
	}
	return mapping;
}

/** Finds modules in folders the way CPython's FileFinder does: packages, extensions, sources, bytecode, then namespaces; names case by case. */
export class ModuleFinder {
	private readonly listings = new Map<string, FolderListing | null>();

	constructor(
		private readonly files: PackageFiles,
		/** `311` for 3.11: extensions built for another version do not load. Null where any will do. */
		private readonly abi: string | null,
	) {}

	/** The first thing of that (undotted) name in the folders, or null. */
	find(name: string, folders: readonly string[]): ModuleLocation | null {
		const portions: string[] = [];
		for (const folder of folders) {
			const listing = this.list(folder);
			if (listing === null) continue;
			if (listing.entries.get(name) === "folder") {
				const inside = `${folder}/${name}`;
				const init = this.fileNamed("__init__", inside);
				if (init?.endsWith(".py")) return { kind: "package", file: init, folders: [inside] };
				if (init !== null) return { kind: "extension", file: init, stub: this.stubOf("__init__", inside), folders: [inside] };
			}
			const file = this.fileNamed(name, folder);
			if (file?.endsWith(".py")) return { kind: "module", file };
			if (file !== null) return { kind: "extension", file, stub: this.stubOf(name, folder), folders: [] };
			if (listing.entries.get(name) === "folder") portions.push(`${folder}/${name}`);
		}
		return portions.length > 0 ? { kind: "namespace", folders: portions } : null;
	}

	/** What a path without suffix, as an editable install maps a module to, stands for. */
	at(path: string): ModuleLocation | null {
		const slash = path.lastIndexOf("/");
		const name = path.slice(slash + 1).replace(/\.py$/, "");
		return this.find(name, [path.slice(0, slash)]);
	}

	/** Does a compiled module lie beside a source file, so that it is what Python imports? */
	hasCompiledTwin(file: string): boolean {
		const slash = file.lastIndexOf("/");
		const stem = file.slice(slash + 1).replace(/\.py$/, "");
		return this.list(file.slice(0, slash))?.extensions.has(stem) ?? false;
	}

	/** Names of the modules and packages right inside some folders. */
	names(folders: readonly string[]): readonly string[] {
		const names = new Set<string>();
		for (const folder of folders) {
			for (const [entry, kind] of this.list(folder)?.entries ?? []) {
				const name = kind === "folder" ? entry : /^([^.]+)\.(?:.*\.)?(?:py|so|pyd)$/.exec(entry)?.[1];
				if (
					name !== undefined &&
					/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) &&
					name !== "__pycache__" &&
					name !== "__init__" &&
					name !== "__main__"
				)
					names.add(name);
			}
		}
		return [...names];
	}

	/** A module's file by its stem. Where a compiled twin lies beside a source, the source says the same. */
	private fileNamed(stem: string, folder: string): string | null {
		const listing = this.list(folder);
		if (listing === null) return null;
		if (listing.entries.get(`${stem}.py`) === "file") return `${folder}/${stem}.py`;
		for (const extension of listing.extensions.get(stem) ?? []) if (this.loads(extension)) return `${folder}/${extension}`;
		return listing.entries.get(`${stem}.pyc`) === "file" ? `${folder}/${stem}.pyc` : null;
	}

	private stubOf(stem: string, folder: string): string | null {
		return this.list(folder)?.entries.get(`${stem}.pyi`) === "file" ? `${folder}/${stem}.pyi` : null;
	}

	private loads(extension: string): boolean {
		const tag = /\.(?:cpython-|cp)(\d{2,3})/.exec(extension)?.[1];
		return this.abi === null || tag === undefined || tag === this.abi;
	}

	private list(folder: string): FolderListing | null {
		const known = this.listings.get(folder);
		if (known !== undefined) return known;
		const entries = this.files.listFolder(folder);
		let listing: FolderListing | null = null;
		if (entries !== null) {
			const extensions = new Map<string, string[]>();
			for (const [name, kind] of entries) {
				if (kind !== "file" || !/\.(?:so|pyd)$/.test(name)) continue;
				const stem = name.slice(0, name.indexOf("."));
				extensions.set(stem, [...(extensions.get(stem) ?? []), name]);
			}
			listing = { entries, extensions };
		}
		this.listings.set(folder, listing);
		return listing;
	}
}

interface FolderListing {
	readonly entries: ReadonlyMap<string, "file" | "folder">;
	/** Extension files by module name. */
	readonly extensions: ReadonlyMap<string, readonly string[]>;
}

function joinPath(base: string, path: string): string {
	const slashes = path.replaceAll("\\", "/");
	const whole = slashes.startsWith("/") || /^[A-Za-z]:\//.test(slashes) ? slashes : `${base}/${slashes}`;
	const parts: string[] = [];
	for (const part of whole.split("/")) {
		if (part === "..") parts.pop();
		else if (part !== ".") parts.push(part);
	}
	const joined = parts.join("/");
	return joined.slice(0, 1) + joined.slice(1).replace(/(?<!\/)\/+$/, "");
}
