import type { ExternalImport } from "../../../project/imports/trace.ts";
import { distributionsOf, packageOf } from "../../../project/manifests/third-party-imports.ts";
import type { Project } from "../../../project/project.ts";
import { listLibraryUses } from "./library-parts.ts";

/** An import inside an installed library that certainly fails, because another package, or Python, does not have what it asks for. */
export interface LibraryClash {
	/** PEP 503 name of the library, and its version. */
	readonly name: string;
	readonly version: string;
	/** The other package, or `Python`. */
	readonly other: string;
	readonly otherVersion: string;
	/** The module of the library that fails. */
	readonly importer: string;
	/** The line that Python prints. */
	readonly error: string;
	/** The project's own import that leads there. */
	readonly own: ExternalImport;
}

/** Clashes between what is installed, in the order in which start-up meets them. */
export function listLibraryClashes(project: Project): LibraryClash[] {
	const { environment } = project;
	if (environment.kind !== "interpreter") return [];
	return listLibraryUses(project).flatMap(({ library: { importer, module, symbol, fails, error }, own }) => {
		if (!fails || symbol === null) return [];
		const top = module.split(".")[0] ?? module;
		const name = distributionsOf(packageOf(importer), environment)[0];
		const version = name === undefined ? undefined : environment.distributions.get(name)?.version;
		if (name === undefined || version === undefined) return [];
		const other = environment.isStdlib(top) ? "Python" : distributionsOf(packageOf(module), environment)[0];
		const { major, minor } = environment.python;
		const otherVersion = other === "Python" ? `${major}.${minor}` : environment.distributions.get(other ?? "")?.version;
		if (other === undefined || otherVersion === undefined || other === name) return [];
		return [{ name, version, other, otherVersion, importer, error, own }];
	});
}
