import type { PythonVersion } from "./environment.ts";
import type { Introspection } from "./external-module.ts";
import { keptWith } from "./kept-data.ts";
import type { PackageFiles } from "./package-files.ts";
import { formatPythonVersion, knownPythonMinors } from "./python-version.ts";

/** What introspection of real interpreters showed of one standard library module. */
export interface StandardModule {
	readonly name: string;
	readonly isPackage: boolean;
	/** `builtin`: part of the interpreter; `extension`: a C extension; `source`: a Python file; `absent`: listed, but not importable on Linux. */
	readonly kind: "builtin" | "extension" | "source" | "absent";
}

/** The modules of one version's standard library and their names, as bundled (see scripts/catalog/stdlib-names.py). */
export function standardLibrary(files: PackageFiles, python: PythonVersion): StandardLibrary {
	return keptWith(files, `standard library ${formatPythonVersion(python)}`, () => new StandardLibrary(files, python));
}

/** See {@link standardLibrary}. */
export class StandardLibrary {
	private lines: ReadonlyMap<string, string> | null = null;
	private tops: ReadonlySet<string> | null = null;

	constructor(
		private readonly files: PackageFiles,
		readonly python: PythonVersion,
	) {}

	/** Is a top-level module part of the standard library of this version, on whatever platform? */
	has(topLevelName: string): boolean {
		this.tops ??= new Set([...this.read().keys()].map((name) => name.split(".")[0] ?? name));
		return this.tops.has(topLevelName);
	}

	find(name: string): StandardModule | null {
		const line = this.read().get(name);
		if (line === undefined) return null;
		const [kind = "", shape = ""] = line.split("\t", 2);
		return { name, isPackage: shape.includes("p"), kind: kindOf(kind) };
	}

	/** Names of the modules right below a package. */
	submodules(name: string): readonly string[] {
		const prefix = `${name}.`;
		return [...this.read().keys()]
			.filter((one) => one.startsWith(prefix) && !one.includes(".", prefix.length))
			.map((one) => one.slice(prefix.length));
	}

	/** The names that `dir()` showed, or null for a module that was not there. */
	introspect(name: string): Introspection | null {
		const line = this.read().get(name);
		const [kind, shape = "", names = "", star = ""] = line?.split("\t") ?? [];
		if (kind === undefined || kindOf(kind) === "absent") return null;
		const all = names === "" ? [] : names.split(" ");
		return {
			names: new Set(all),
			star: star === "-" ? all.filter((one) => !one.startsWith("_")) : star === "" ? [] : star.split(" "),
			complete: this.files.platform === "linux" && !shape.includes("i"),
		};
	}

	private read(): ReadonlyMap<string, string> {
		if (this.lines !== null) return this.lines;
		const oldest = knownPythonMinors[0];
		const newest = knownPythonMinors[knownPythonMinors.length - 1] ?? oldest;
		const minor = Math.min(Math.max(this.python.minor, oldest), newest);
		const text = this.files.readData(`stdlib/${formatPythonVersion({ major: 3, minor })}.txt.gz`) ?? "";
		const lines = new Map<string, string>();
		for (const line of text.split("\n")) {
			const tab = line.indexOf("\t");
			if (tab > 0) lines.set(line.slice(0, tab), line.slice(tab + 1));
		}
		this.lines = lines;
		return lines;
	}
}

function kindOf(letter: string): StandardModule["kind"] {
	if (letter === "b") return "builtin";
	if (letter === "x") return "extension";
	return letter === "s" ? "source" : "absent";
}
