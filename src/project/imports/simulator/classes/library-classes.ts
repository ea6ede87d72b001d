import { libraryClassMembers } from "./library-class-members.ts";

/** The newest Python whose classes are on record; what a later one adds to them is not known. */
const newestMinor = 14;

/** Public attributes of a class whose objects never get more, on a version of Python 3; null for any other class. */
function libraryClassNames(canonical: string, minor: number): readonly string[] | null {
	const full = recordedName(canonical);
	const listed = full === null ? undefined : libraryClassMembers[full];
	if (listed === undefined) return null;
	return listed.split(" ").flatMap((word) => {
		const [name = "", versions = ""] = word.split("@");
		const [since = "", until = ""] = versions.split("-");
		const isThere = (since === "" || Number(since) <= minor) && (until === "" || minor < Number(until));
		return isThere ? [name] : [];
	});
}

/** The class's name as Python prints it for its objects, where it is certain that it has no such public attribute; else null. */
export function classWithout(canonical: string, name: string, minor: number): string | null {
	if (name.startsWith("_") || name === "mro" || minor > newestMinor) return null;
	const names = libraryClassNames(canonical, minor);
	return names === null || names.includes(name) ? null : printedName(canonical, minor);
}

/** The enumerations among the classes on record. */
export const libraryEnumerations = /^http\.HTTP(Status|Method)$/;

/** What `with` and `async with` ask an object for. */
export type EnteringMethod = "__enter__" | "__aenter__";

/** Has an object of a class on record that special method of `with` or `async with`? Null for classes that are not on record. */
export function entersBy(canonical: string, method: EnteringMethod, minor: number): boolean | null {
	return minor > newestMinor ? null : (libraryClassNames(canonical, minor)?.includes(method) ?? null);
}

/** Classes of the record by the names under which their C modules or newer homes know them. */
function recordedName(canonical: string): string | null {
	const full = canonical
		.replace(/^_(py)?datetime\./, "datetime.")
		.replace(/^_(py)?decimal\./, "decimal.")
		.replace(/^_collections\./, "collections.")
		.replace(/^_contextvars\./, "contextvars.")
		.replace(/^pathlib\._\w+\./, "pathlib.")
		.replace(/^asyncio\.\w+\.(?=[A-Z])/, "asyncio.");
	const made = madeBy[full] ?? full;
	return Object.hasOwn(libraryClassMembers, made) ? made : null;
}

/** Functions that give objects of these classes. */
const madeBy: Readonly<Record<string, string>> = {
	"logging.getLogger": "logging.Logger",
	"re.compile": "re.Pattern",
	"pathlib.PosixPath": "pathlib.Path",
};

/** Classes written in C print the module they come from. */
function printedName(canonical: string, minor: number): string {
	const full = recordedName(canonical) ?? canonical;
	if (full === "contextvars.ContextVar") return minor >= 11 ? "_contextvars.ContextVar" : "ContextVar";
	if (/^(datetime|decimal|re)\./.test(full) || /^collections\.[a-z]|OrderedDict$/.test(full)) return full;
	return full.slice(full.lastIndexOf(".") + 1);
}

/** The name that an object of the class prints: paths are made as those of the system. */
export function printedOfInstance(printed: string): string {
	return printed === "Path" ? "PosixPath" : printed === "PurePath" ? "PurePosixPath" : printed;
}

/** The same names for a class as an error line prints it (`PosixPath`, `datetime.datetime`, `list`); empty for any other. */
export function namesOfPrinted(printed: string, minor: number): readonly string[] {
	const short = printed.replace(/^Posix/, "").replace(/^PurePosix/, "Pure");
	const full = Object.keys(libraryClassMembers).find((each) => each === short || each.endsWith(`.${short}`));
	return full === undefined ? [] : (libraryClassNames(full, minor) ?? []);
}
