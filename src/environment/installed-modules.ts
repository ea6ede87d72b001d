import type { ModuleLookup, ModuleWorld, PythonVersion } from "./environment.ts";
import { type ModuleFacts, TableModule } from "./external-module.ts";
import type { PackageFiles } from "./package-files.ts";
import { anyPython, formatPythonVersion } from "./python-version.ts";
import { ModuleFinder, type ModuleLocation, type SearchPath } from "./search-path.ts";
import type { StandardLibrary } from "./standard-library.ts";
import { loadTable } from "./table-store.ts";

/** Where modules come from: the standard library of an interpreter, its site-packages, or the catalog. */
export interface ModuleProvider {
	find(dotted: string, world: ModuleWorld): ModuleLookup;
	/** Every module at or below a top-level name whose text mentions `symbol`, as dotted names. */
	modulesMentioning(symbol: string, topLevelName: string): readonly string[];
}

/** Packages of tests inside a package: nobody's names live there. */
const testPackage = /\.(?:tests?|testing)$/;

const missing: ModuleLookup = { found: "missing" };
const unknown: ModuleLookup = { found: "unknown" };

/** A whole package as two texts, to look for words in. */
interface PackageText {
	readonly sources: string;
	readonly extensions: string;
}

/** Modules found in folders: a standard library, or site-packages with all that `.pth` files add. */
export class FolderModules implements ModuleProvider {
	private readonly finder: ModuleFinder;
	private readonly locations = new Map<string, ModuleLocation | null>();
	private readonly opened = new Map<string, TableModule>();
	private readonly packageTexts = new Map<string, PackageText>();
	private readonly packageFiles = new Map<string, readonly { readonly module: string; readonly file: string }[]>();

	constructor(
		private readonly files: PackageFiles,
		private readonly python: PythonVersion,
		private readonly origin: "stdlib" | "installed",
		private readonly path: SearchPath,
		private readonly standard: StandardLibrary,
		private readonly distributionOf: (topLevelName: string) => string | null,
	) {
		this.finder = new ModuleFinder(files, python === anyPython ? null : formatPythonVersion(python).replace(".", ""));
	}

	find(dotted: string, world: ModuleWorld): ModuleLookup {
		const dot = dotted.lastIndexOf(".");
		const location = this.locate(dotted);
		if (location !== null) {
			// One module, one object: what it is in the middle of answering must be seen by whoever asks again.
			const module = this.opened.get(dotted) ?? this.open(dotted, location, world);
			this.opened.set(dotted, module);
			return { found: "present", module };
		}
		if (dot < 0) return this.path.provided.has(dotted) || this.path.hooked ? unknown : missing;
		const parentName = dotted.slice(0, dot);
		const parent = this.find(parentName, world);
		if (parent.found !== "present") return parent;
		if (!(parent.module instanceof TableModule)) return unknown;
		return parent.module.mayProvide(dotted) || this.path.hooked ? unknown : missing;
	}

	modulesMentioning(symbol: string, topLevelName: string): readonly string[] {
		return this.filesBelow(topLevelName)
			.filter(({ file }) => this.files.readText(file)?.includes(symbol))
			.map(({ module }) => module);
	}

	/** Every module at or below a top-level name, as dotted names; of packages of tests only the name. */
	modulesBelow(topLevelName: string): readonly string[] {
		const modules = this.filesBelow(topLevelName).map(({ module }) => module);
		const packages = modules.flatMap((module) => this.folderNames(module).map((name) => `${module}.${name}`));
		return [...new Set([...modules, ...packages])].filter((module) => this.locate(module) !== null);
	}

	private folderNames(dotted: string): readonly string[] {
		const location = this.locate(dotted);
		return location === null || location.kind === "module" ? [] : this.finder.names(location.folders);
	}

	/** Does other code of the package assign `….symbol = `, or does a C extension of it name the module? */
	private isChanged(dotted: string, symbol: string | null): boolean {
		const location = this.locate(dotted);
		// A compiled twin of a source has a few names of its compiler's own.
		if (symbol?.startsWith("__") && location?.kind === "module" && this.finder.hasCompiledTwin(location.file)) return true;
		const { sources, extensions } = this.textOf(dotted.split(".")[0] ?? dotted);
		// Compiled code that knows the module may set the names that it spells.
		if (symbol !== null && extensions.includes(`\0${dotted}\0`) && extensions.includes(symbol)) return true;
		// `setattr(module, name, …)` with a computed name may set anything on a module of that name.
		if (new RegExp(`\\bsetattr\\(\\s*(?:\\w+\\.)*${dotted.split(".").at(-1)}\\s*,\\s*[^"']`).test(sources)) return true;
		if (symbol === null || !sources.includes(symbol)) return false;
		return new RegExp(`(?<!\\bself|\\bcls)\\.${symbol}\\s*=(?!=)|\\bsetattr\\([^)\\n]*["']${symbol}["']`).test(sources);
	}

	/** The names that compiled code of the package may set on the module: where it knows the module, all that it spells. */
	namesSpelledFor(dotted: string): readonly string[] {
		const { extensions } = this.textOf(dotted.split(".")[0] ?? dotted);
		if (!extensions.includes(`\0${dotted}\0`)) return [];
		// Not what comes with C and Python, nor machine code that happens to look like a word.
		return [...new Set(extensions.match(/(?<=\0)(?!Py[A-Z]|Py_)[A-Za-z]\w{3,}(?=\0)/g))].filter((name) => !name.includes("pyx"));
	}

	/** All text of a top-level package, kept because a second question about it is likely. */
	private textOf(topLevelName: string): PackageText {
		let text = this.packageTexts.get(topLevelName);
		if (text === undefined) {
			const files = this.filesBelow(topLevelName).map(({ file }) => file);
			const join = (wanted: readonly string[]) => wanted.map((file) => this.files.readText(file) ?? "").join("\n");
			text = {
				sources: join(files.filter((file) => file.endsWith(".py"))),
				extensions: join(files.filter((file) => !/\.pyi?$/.test(file))),
			};
			this.packageTexts.set(topLevelName, text);
		}
		return text;
	}

	/** Sources and C extensions of a top-level package, tests left out. */
	private filesBelow(topLevelName: string): readonly { readonly module: string; readonly file: string }[] {
		const known = this.packageFiles.get(topLevelName);
		if (known !== undefined) return known;
		const found: { module: string; file: string }[] = [];
		const visit = (module: string, depth: number): void => {
			const location = this.locate(module);
			if (location === null || depth > 8 || (location.kind === "package" && testPackage.test(module))) return;
			if (location.kind !== "namespace") found.push({ module, file: location.file });
			if (location.kind === "extension" && location.stub !== null) found.push({ module, file: location.stub });
			if (location.kind === "module") return;
			for (const name of this.finder.names(location.folders)) visit(`${module}.${name}`, depth + 1);
		};
		visit(topLevelName, 0);
		this.packageFiles.set(topLevelName, found);
		return found;
	}

	private locate(dotted: string): ModuleLocation | null {
		const known = this.locations.get(dotted);
		if (known !== undefined) return known;
		const location = this.search(dotted);
		this.locations.set(dotted, location);
		return location;
	}

	private search(dotted: string): ModuleLocation | null {
		const dot = dotted.lastIndexOf(".");
		const mapped = this.path.mapped.get(dotted);
		if (mapped !== undefined) return this.finder.at(mapped);
		if (dot < 0) return this.finder.find(dotted, this.path.folders);
		const parentName = dotted.slice(0, dot);
		const parent = this.locate(parentName);
		if (parent === null || parent.kind === "module") return null;
		const here = this.finder.find(dotted.slice(dot + 1), parent.folders);
		// A package that extends its own path is spread over all of sys.path, like a namespace package.
		if (here !== null || parent.kind !== "package" || !this.files.readText(parent.file)?.match(/extend_path|declare_namespace/))
			return here;
		return this.finder.find(
			dotted.slice(dot + 1),
			this.path.folders.map((folder) => `${folder}/${parentName.replaceAll(".", "/")}`),
		);
	}

	private open(dotted: string, location: ModuleLocation, world: ModuleWorld): TableModule {
		const isPackage = location.kind !== "module" && (location.kind !== "extension" || location.folders.length > 0);
		const context = { module: dotted, isPackage, python: this.python, platform: this.files.platform };
		const file = location.kind === "namespace" ? null : location.kind === "extension" ? location.stub : location.file;
		const text = file === null ? null : this.files.readText(file);
		const facts: ModuleFacts = {
			name: dotted,
			isPackage,
			origin: this.origin,
			kind:
				location.kind === "namespace"
					? "namespace"
					: text === null
						? "opaque"
						: location.kind === "extension"
							? "stub"
							: "source",
			context,
			table: text === null ? null : loadTable(this.files, text, context),
			text: text ?? "",
			changedFromOutside: (symbol) => this.origin === "installed" && this.isChanged(dotted, symbol),
			introspected: () => (this.origin === "stdlib" ? this.standard.introspect(dotted) : null),
			submoduleNames: () => (location.kind === "module" ? [] : this.finder.names(location.folders)),
			distribution: () => (this.origin === "stdlib" ? null : this.distributionOf(dotted.split(".")[0] ?? dotted)),
		};
		return new TableModule(facts, world);
	}
}

/** Modules of the standard library that only introspection knows: built into the interpreter, or all of them where no library is at hand. */
export class IntrospectedModules implements ModuleProvider {
	constructor(
		private readonly python: PythonVersion,
		private readonly platform: string,
		private readonly standard: StandardLibrary,
		/** With a real library at hand only what is built into the interpreter is answered here. */
		private readonly onlyBuiltin: boolean,
	) {}

	find(dotted: string, world: ModuleWorld): ModuleLookup {
		const module = this.standard.find(dotted);
		if (module === null) {
			const parent = dotted.slice(0, Math.max(0, dotted.lastIndexOf(".")));
			return parent !== "" && this.standard.has(parent.split(".")[0] ?? "") && !this.onlyBuiltin && parent !== "os"
				? this.missingBelow(parent)
				: missing;
		}
		if (this.onlyBuiltin && module.kind !== "builtin") return missing;
		if (module.kind === "absent") return unknown;
		const facts: ModuleFacts = {
			name: dotted,
			isPackage: module.isPackage,
			origin: this.onlyBuiltin ? "stdlib" : "catalog",
			kind: "opaque",
			context: { module: dotted, isPackage: module.isPackage, python: this.python, platform: this.platform },
			table: null,
			text: "",
			introspected: () => this.standard.introspect(dotted),
			changedFromOutside: () => false,
			submoduleNames: () => this.standard.submodules(dotted),
			distribution: () => null,
		};
		return { found: "present", module: new TableModule(facts, world) };
	}

	modulesMentioning(symbol: string, topLevelName: string): readonly string[] {
		const modules = [topLevelName, ...this.standard.submodules(topLevelName).map((name) => `${topLevelName}.${name}`)];
		return modules.filter((name) => this.standard.introspect(name)?.names.has(symbol));
	}

	private missingBelow(parent: string): ModuleLookup {
		const known = this.standard.find(parent);
		return known === null || known.kind === "absent" ? unknown : missing;
	}
}
