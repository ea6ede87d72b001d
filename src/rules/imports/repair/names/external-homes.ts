import type { Environment } from "../../../../environment/environment.ts";
import type { Module, Project } from "../../../../project/project.ts";
import { importsOf } from "../../../../python/rewrite/remove-imports.ts";
import { hasSymbol, type SymbolHome } from "../../../repair/names/symbol-homes.ts";

/** Where packages have moved names to, by their own migration guides; what a search by name finds for itself is not listed. */
const moved: Readonly<Record<string, string>> = {
	// https://docs.pydantic.dev/latest/migration/#basesettings-has-moved-to-pydantic-settings
	"pydantic.BaseSettings": "pydantic_settings",
	// https://docs.python.org/3/whatsnew/3.10.html#removed
	...Object.fromEntries(
		"Mapping MutableMapping Sequence MutableSequence Set MutableSet Iterable Iterator Callable Hashable Sized Container Collection Generator Awaitable Coroutine AsyncIterable AsyncIterator AsyncGenerator Reversible KeysView ItemsView ValuesView MappingView ByteString"
			.split(" ")
			.map((name) => [`collections.${name}`, "collections.abc"]),
	),
	"sqlmodel.AsyncSession": "sqlmodel.ext.asyncio.session",
};

/** Packages whose names are commonly looked for in one another. */
const families: readonly (readonly string[])[] = [
	["sqlmodel", "sqlalchemy"],
	["fastapi", "starlette", "pydantic"],
	["pydantic", "pydantic_settings"],
	["pydantic_settings", "pydantic"],
	["time", "datetime"],
	["typing", "typing_extensions", "collections"],
	["collections", "typing"],
];

/** The documented public home of a name that an external module does not have, best first. */
export function listExternalHomes(project: Project, source: string, name: string, importer: Module): readonly SymbolHome[] {
	const { environment } = project;
	const listed = moved[`${source}.${name}`];
	if (listed !== undefined && hasSymbol(environment, listed, name)) return [{ module: listed, isOwn: false, isCertain: true }];
	const top = source.split(".")[0] ?? source;
	const packages = [...new Set([top, ...families.flatMap((family) => (family[0] === top ? family : []))])];
	const found = candidates(environment, packages, name).filter((module) => module !== source);
	const inFile = new Set(
		importsOf(importer.tree).flatMap((each) => (each.type === "ImportFrom" && each.level === 0 ? [each.module] : [])),
	);
	const ranked = found
		.map((module) => ({ module, rank: rankOf(module, inFile, top) + (isBorrowed(environment, module, name) ? 5 : 0) }))
		.sort((a, b) => a.rank - b.rank || a.module.length - b.module.length || (a.module < b.module ? -1 : 1));
	// One definition may be reachable by many paths: the best of them will do.
	const definitions = new Set<string>();
	const homes = ranked.filter(({ module }) => {
		const definition = environment.canonical(`${module}.${name}`);
		return !definitions.has(definition) && definitions.add(definition);
	});
	return homes.map(({ module }) => ({ module, isOwn: false, isCertain: homes.length === 1 }));
}

function candidates(environment: Environment, packages: readonly string[], name: string): readonly string[] {
	const found = environment.findSymbol(name, packages).filter((module) => !/(^|\.)_/.test(module));
	for (const module of ["collections.abc", "typing", "typing_extensions"]) {
		if (packages.some((top) => module.startsWith(top)) && !found.includes(module) && hasSymbol(environment, module, name))
			return [...found, module];
	}
	return found;
}

/** Has a module the name only for its own use? One that hands it on is called like its home: fastapi.responses, starlette.responses. */
function isBorrowed(environment: Environment, module: string, name: string): boolean {
	const home = environment.canonical(`${module}.${name}`).split(".").slice(0, -1);
	const isForeign = home[0] !== module.split(".")[0];
	return isForeign && module.includes(".") && home.at(-1) !== module.split(".").at(-1);
}

/** A module that the file imports from already comes first, then the package that was asked, then the shortest way. */
function rankOf(module: string, inFile: ReadonlySet<string>, top: string): number {
	const depth = module.split(".").length;
	return (inFile.has(module) ? 0 : 100) + (module === top || module.startsWith(`${top}.`) ? 0 : 10) + depth;
}
