import type { Project } from "../project.ts";
import { type DatabaseUrl, parseDatabaseUrl } from "./database-url.ts";
import { changeOptions } from "./driver-options.ts";
import { databaseOf, loadedDriver, preferredAsyncDriver } from "./sqlalchemy-driver.ts";

/** What surrounds a URL that was pasted whole, without blanks around it, in the order in which it is taken away. */
const wrappings: readonly RegExp[] = [
	/^export\s+(\S.*)/s,
	/^[A-Z][A-Z0-9_]*\s*=\s*(\S.*)/s,
	/^psql\s+(?:-d\s+)?(\S.*)/s,
	/^jdbc:(.*)/s,
	/^(["'`])(.*)\1$/s,
	/^<(.*)>$/s,
];

/** The URL inside a text that SQLAlchemy cannot read: without the command, quotes or assignment around it, its scheme spelt right. Null where there is none. */
export function repairedUrl(text: string): string | null {
	let rest = text.trim();
	for (let turn = 0; turn < 6; turn++) {
		const unwrapped = wrappings.map((wrapping) => wrapping.exec(rest)).find((match) => match !== null);
		const inner = unwrapped?.at(-1);
		if (inner === undefined) break;
		rest = inner.trim();
	}
	const spelt = rest
		.replace(/^([a-z]+\d?)[-_.:]([a-z]\w*):\/\//i, "$1+$2://")
		.replace(/^([a-z]\w*(?:\+\w+)?):?\/{2}(?=[^/])/i, "$1://")
		.replace(/^([a-z]\w*(?:\+\w+)?):\/(?=[^/])/i, "$1://");
	return spelt !== text && !/\s/.test(spelt) && parseDatabaseUrl(spelt) !== null ? spelt : null;
}

/** A URL as an engine of this kind takes it: with a driver that suits it, and options that the driver knows. */
export function urlForEngine(project: Project, text: string, isAsync: boolean): string {
	const url = parseDatabaseUrl(text);
	if (url === null || !isAsync) return text.replace(/^postgres(?=[:+])/, "postgresql");
	const loaded = url.dialect === "postgres" ? null : loadedDriver(project, url);
	if (loaded?.isAsync === true && loaded.isImportable !== "no") return withQuery(text, url, loaded.name);
	const driver = preferredAsyncDriver(project, databaseOf(url));
	if (driver === null) return text;
	const dialect = url.dialect === "postgres" ? "postgresql" : url.dialect;
	return withQuery(text, url, driver.name).replace(/^[^:]+/, `${dialect}+${driver.name}`);
}

function withQuery(text: string, url: DatabaseUrl, driver: string): string {
	if (url.query === null) return text;
	const { query } = changeOptions(url, driver);
	const start = text.length - url.query.length - 1;
	return text.slice(0, start) + (query === null ? "" : `?${query}`);
}
