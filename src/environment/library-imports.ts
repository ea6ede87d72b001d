import { createHash } from "node:crypto";
import type { Environment, ExternalModule, LibraryImport } from "./environment.ts";
import { keptWith } from "./kept-data.ts";
import { type ImportNeed, tableFormat } from "./module-table.ts";
import type { PackageFiles } from "./package-files.ts";

/** Bumped whenever visits mean something else: older ones are then not read. */
const visitsFormat = 5;

/** Packages of setuptools: they put copies of what they need on `sys.path` before they import it. */
const vendoring = new Set(["pkg_resources", "setuptools"]);

type World = Pick<Environment, "findModule" | "isStdlib" | "distributions" | "python" | "kind">;

/** What importing one module leads to: modules that run next, and imports that cross into another package or fail. */
interface Visit {
	readonly next: readonly string[];
	readonly crossings: readonly LibraryImport[];
}

/** Follows the imports of libraries, module by module; what was seen of one set of installed packages is kept in the cache. */
export class LibraryImports {
	private readonly key: string;

	constructor(
		private readonly world: World,
		private readonly files: PackageFiles,
		/** Where the packages lie: another folder may hold other files of the same versions. */
		place: string,
	) {
		const installed = [...world.distributions].map(([name, { version }]) => `${name}==${version}`).sort();
		const { major, minor } = world.python;
		const facts = [place, files.platform, `${major}.${minor}`, world.kind, ...installed].join("\n");
		this.key = `imports-${tableFormat}.${visitsFormat}/${createHash("sha1").update(facts).digest("hex")}`;
	}

	/** Imports between packages, and those that fail, in the order in which importing these modules meets them. */
	follow(modules: readonly string[]): readonly LibraryImport[] {
		const visits = keptWith(this.files, this.key, () => parseVisits(this.files.readCache(this.key)));
		const before = Object.keys(visits).length;
		const seen = new Set<string>();
		const found: LibraryImport[] = [];
		for (const module of modules) this.run(visits, module, seen, (crossing) => found.push({ ...crossing, start: module }));
		if (Object.keys(visits).length > before) this.files.writeCache(this.key, JSON.stringify(visits));
		return found;
	}

	/** Depth first, as Python executes modules; a loop, because chains of imports are long. */
	private run(visits: Record<string, Visit>, start: string, seen: Set<string>, report: (crossing: LibraryImport) => void): void {
		const pending = [start];
		for (let module = pending.pop(); module !== undefined; module = pending.pop()) {
			if (seen.has(module)) continue;
			const parent = module.slice(0, Math.max(0, module.lastIndexOf(".")));
			if (parent !== "" && !seen.has(parent)) {
				pending.push(module, parent);
				continue;
			}
			seen.add(module);
			const visit = visits[module] ?? this.visit(module);
			visits[module] = visit;
			const { next, crossings } = visit;
			for (const crossing of crossings) report(crossing);
			pending.push(...next.toReversed());
		}
	}

	private visit(name: string): Visit {
		const next: string[] = [];
		const crossings: LibraryImport[] = [];
		const found = this.world.findModule(name);
		// A stub says what a compiled module offers, not what it imports.
		const isFollowed = found.found === "present" && found.module.origin !== "stdlib" && found.module.kind === "source";
		if (!isFollowed || vendoring.has(topOf(name))) return { next, crossings };
		for (const need of found.module.needs()) {
			if (need.module === "__main__" || this.isSpared(need)) continue;
			const target = this.world.findModule(need.module);
			const base = { start: name, importer: name, module: need.module };
			const fails = target.found === "missing" && !this.isUncharted(need.module);
			if (fails || topOf(need.module) !== topOf(name)) {
				const line = `ModuleNotFoundError: No module named '${this.missingPart(need.module)}'`;
				if (fails) crossings.push({ ...base, symbol: null, fails: true, error: need.error ?? line });
				else if (!this.world.isStdlib(topOf(need.module)))
					crossings.push({ ...base, symbol: null, fails: false, error: need.error ?? line });
			}
			if (target.found !== "present") continue;
			if (target.module.origin !== "stdlib") next.push(need.module);
			this.visitNames(need, target.module, (symbol, error) => crossings.push({ ...base, symbol, fails: true, error }), next);
		}
		return { next, crossings };
	}

	/** Is this only a fallback, and what it stands in for is there, or may be? */
	private isSpared({ unless }: ImportNeed): boolean {
		return unless !== undefined && !unless.some((module) => this.world.findModule(module).found === "missing");
	}

	private visitNames(
		{ module: name, names, error }: ImportNeed,
		module: ExternalModule,
		fail: (symbol: string, error: string) => void,
		next: string[],
	): void {
		for (const symbol of names) {
			const lookup = module.lookup(symbol);
			if (lookup.found === "present" && lookup.entry.kind === "submodule" && module.origin !== "stdlib")
				next.push(lookup.entry.module);
			if (lookup.found === "absent" && this.world.kind === "interpreter")
				fail(symbol, error ?? `ImportError: cannot import name '${symbol}' from '${name}'`);
		}
	}

	/** The catalog lists no namespace packages; below one, only the modules themselves are known. */
	private isUncharted(module: string): boolean {
		if (this.world.kind === "interpreter") return false;
		const top = topOf(module);
		return [...this.world.distributions.values()].some(({ topLevel }) => topLevel.includes(top));
	}

	/** The first part of a dotted name that is not there. */
	private missingPart(module: string): string {
		const parts = module.split(".");
		for (let length = 1; length < parts.length; length++) {
			const part = parts.slice(0, length).join(".");
			if (this.world.findModule(part).found === "missing") return part;
		}
		return module;
	}
}

function topOf(module: string): string {
	return module.split(".")[0] ?? module;
}

function parseVisits(json: string | null): Record<string, Visit> {
	try {
		const visits: Record<string, Visit> = JSON.parse(json ?? "{}");
		return Object.assign(Object.create(null), visits);
	} catch {
		return Object.create(null);
	}
}
