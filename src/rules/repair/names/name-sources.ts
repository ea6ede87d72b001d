import type { Module, Project } from "../../../project/project.ts";
import { importsOf } from "../../../python/rewrite/remove-imports.ts";
import { walk } from "../../../python/walk.ts";
import { ownModules } from "../modules/module-spelling.ts";
import { hasSymbol, listHomesInUse, listOwnHomes } from "./symbol-homes.ts";

/** An import that would bind a name: `from module import name`, or `import name` where `module` is empty. */
export interface NameSource {
	readonly module: string;
	readonly isOwn: boolean;
	/** Is it what the project imports elsewhere under this name, or the only thing of that name? */
	readonly isCertain: boolean;
}

/** Modules whose names are used so often that they need no import elsewhere to be thought of; of two that have a name the first is meant. */
const wellKnown: readonly string[] = (
	"typing datetime contextlib enum pathlib decimal uuid functools dataclasses collections collections.abc abc http zoneinfo urllib.parse io fastapi fastapi.responses fastapi.security " +
	"fastapi.middleware.cors fastapi.staticfiles fastapi.templating fastapi.encoders pydantic pydantic_settings sqlmodel sqlmodel.ext.asyncio.session sqlalchemy " +
	"sqlalchemy.orm sqlalchemy.ext.asyncio sqlalchemy.exc sqlalchemy.pool sqlalchemy.dialects.postgresql sqlalchemy.ext.declarative starlette.middleware.base " +
	"starlette.exceptions dotenv jose passlib.context httpx tenacity"
).split(" ");

/** Modules that are imported whole. */
const wholeModules = new Set(
	"os sys re json time random secrets math logging asyncio uuid hashlib datetime itertools functools typing enum base64 hmac string shutil tempfile inspect jwt httpx requests bcrypt yaml structlog uvicorn redis".split(
		" ",
	),
);

/** What an undefined name of a module may be, best first. `usedAsBase`: it stands among the bases of a class. */
export function listNameSources(project: Project, module: Module, name: string, usedAsBase: boolean): readonly NameSource[] {
	const sources: NameSource[] = [];
	const add = (source: NameSource) => {
		const isKnown = sources.some((other) => other.module === source.module);
		if (!isKnown && source.module !== module.name) sources.push(source);
	};
	const attributes = attributesRead(module, name);
	if (isWholeModule(project, name, attributes)) add({ module: "", isOwn: false, isCertain: true });
	if (usedAsBase && hasSymbol(project.environment, "enum", name)) add({ module: "enum", isOwn: false, isCertain: true });
	const inUse = listHomesInUse(project, name);
	for (const home of inUse) add({ ...home, isCertain: inUse.length === 1 });
	const own = listOwnHomes(project, name, module);
	for (const home of nearestFirst(own, module)) add({ module: home, isOwn: true, isCertain: own.length === 1 });
	if (ownModules(project).has(name) && name !== module.name && attributes.size > 0)
		add({ module: "", isOwn: true, isCertain: true });
	for (const home of knownHomes(project, module, name)) add({ module: home, isOwn: false, isCertain: sources.length === 0 });
	return sources;
}

/** The attributes that the file reads of a name. */
function attributesRead(module: Module, name: string): ReadonlySet<string> {
	const attributes = new Set<string>();
	walk(module.tree, (node) => {
		if (node.type === "Attribute" && node.value.type === "Name" && node.value.id === name) attributes.add(node.attribute.name);
	});
	return attributes;
}

/** `os` in `os.environ`; but `datetime` in `datetime.now()` is the class. */
function isWholeModule(project: Project, name: string, attributes: ReadonlySet<string>): boolean {
	const found = project.environment.findModule(name);
	if (found.found !== "present" || attributes.size === 0) return false;
	const isKnown = wholeModules.has(name) || importedWhole(project, name);
	const { module } = found;
	return isKnown && [...attributes].every((each) => module.lookup(each).found !== "absent");
}

function importedWhole(project: Project, name: string): boolean {
	return [...project.modules.values()].some((module) =>
		importsOf(module.tree).some(
			(statement) =>
				statement.type === "Import" && statement.names.some((alias) => alias.name.name === name && alias.asName === null),
		),
	);
}

function nearestFirst(homes: readonly string[], module: Module): readonly string[] {
	const shared = (home: string) => {
		const [a, b] = [home.split("."), module.name.split(".")];
		let common = 0;
		while (common < a.length && a[common] === b[common]) common++;
		return common;
	};
	return [...homes].sort((a, b) => shared(b) - shared(a) || a.length - b.length || (a < b ? -1 : 1));
}

/** Well-known modules that have the name: those that the file imports from first, then those of packages it uses, then of the project's. */
function knownHomes(project: Project, module: Module, name: string): readonly string[] {
	const inFile = modulesImported(module);
	const inProject = new Set(project.trace.externalImports.map((each) => topOf(each.module)));
	const rank = (home: string) => {
		if (inFile.has(home)) return 0;
		if (project.environment.isStdlib(topOf(home))) return 1;
		if ([...inFile].some((each) => topOf(each) === topOf(home))) return 2;
		return inProject.has(topOf(home)) ? 3 : 4;
	};
	const candidates = [...new Set([...inFile, ...wellKnown])].filter((home) => isPublicIn(project, home, name));
	return candidates
		.map((home, i) => ({ home, rank: rank(home) + (isBorrowed(project, home, name) ? 2.5 : 0), i }))
		.sort((a, b) => a.rank - b.rank || a.i - b.i)
		.map((each) => each.home);
}

/** Does the module have the name only because it imports it from another package for itself? `fastapi.encoders` has pydantic's BaseModel. */
function isBorrowed(project: Project, home: string, name: string): boolean {
	const canonical = project.environment.canonical(`${home}.${name}`);
	return topOf(canonical) !== topOf(home) && !reExporting.has(topOf(home) + topOf(canonical));
}

/** Packages that hand on the names of another as their own. */
const reExporting = new Set(["fastapistarlette", "sqlmodelsqlalchemy"]);

/** Modules of the standard library have imports and helpers of their own, which are not theirs to give: `typing.T`. */
function isPublicIn(project: Project, home: string, name: string): boolean {
	if (!hasSymbol(project.environment, home, name)) return false;
	const found = project.environment.findModule(home);
	const names = found.found === "present" && project.environment.isStdlib(topOf(home)) ? found.module.starNames() : null;
	return names === null || names.includes(name);
}

function modulesImported(module: Module): ReadonlySet<string> {
	const names = new Set<string>();
	for (const statement of importsOf(module.tree)) {
		if (statement.type === "ImportFrom" && statement.level === 0) names.add(statement.module);
	}
	return names;
}

function topOf(module: string): string {
	return module.split(".")[0] ?? module;
}
