import { importForLibrary } from "../importing.ts";
import type { LibraryCall } from "./library-call.ts";

/** An engine imports the driver of its URL when it is made, and finds a file of the project that has its name: `asyncpg.py`. */
export function importOwnDriver({ machine, canonical, args }: LibraryCall): null {
	if (!/\.create_(async_)?engine$/.test(canonical)) return null;
	const url = args.args[0] ?? args.keywords.get("url");
	if (url?.kind !== "constant" || typeof url.value !== "string") return null;
	const driver = /^\w+\+(\w+):/.exec(url.value)?.[1];
	if (driver === undefined) return null;
	const isOwn = machine.path.front.some((folder) => machine.resolver.findIn(folder, driver)?.type === "module");
	if (isOwn) importForLibrary(machine, driver);
	return null;
}
