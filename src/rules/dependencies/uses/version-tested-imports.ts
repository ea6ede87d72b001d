import { versionSatisfies } from "../../../environment/pep440.ts";
import type { Project } from "../../../project/project.ts";
import type { OptionalUse } from "../../repair/packages/optional-use.ts";

/** An import that a library makes under a test of another library's version, which its source alone does not decide. */
interface TestedImport {
	/** PEP 503 name and top-level package of the library, and its versions that make the import. */
	readonly library: string;
	readonly top: string;
	readonly versions: string;
	/** The library whose version is tested, and those of its versions. */
	readonly tested: string;
	readonly where: string;
	readonly provider: string;
	readonly importName: string;
}

const testedImports: readonly TestedImport[] = [
	{
		// fastapi_utils/cbv.py, which every module of the package imports; the extra `all` alone asks for it.
		library: "fastapi-utils",
		top: "fastapi_utils",
		versions: ">=0.6",
		tested: "pydantic",
		where: ">=2",
		provider: "typing-inspect",
		importName: "typing_inspect",
	},
];

/** Imports of libraries whose need of another package hangs on versions. */
export function listVersionTestedImports({ environment, trace }: Project): OptionalUse[] {
	return testedImports.flatMap(({ library, top, versions, tested, where, provider, importName }) => {
		const isOf = (name: string, specifier: string): boolean => {
			const version = environment.distributions.get(name)?.version;
			return version !== undefined && versionSatisfies(version, specifier) === true;
		};
		if (!isOf(library, versions) || !isOf(tested, where)) return [];
		return trace.externalImports
			.filter(({ module, reached, guarded, deferred }) => reached && !guarded && !deferred && module.split(".")[0] === top)
			.map(({ module, importer, range, stage, order }) => ({
				providers: [provider],
				extras: [],
				floor: null,
				importName,
				what: module,
				module: importer,
				range,
				stage,
				order,
				error: `ModuleNotFoundError: No module named '${importName}'`,
				library,
			}));
	});
}
