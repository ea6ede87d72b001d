import { changeQuery, type DatabaseUrl } from "./database-url.ts";

/** What becomes of a URL's query when a driver that does not speak libpq reads it. */
export interface ChangedOptions {
	/** Null where nothing is left of it. */
	readonly query: string | null;
	/** Sentences for the person who decides; empty where nothing changed. */
	readonly explanation: string;
	/** False where an option is dropped that may matter. */
	readonly isCertain: boolean;
}

/**
 * The parameters of `asyncpg.connect` that a URL can set, since SQLAlchemy hands its query on as keyword arguments, all of them strings
 * (SQLAlchemy converts `port` and its own `prepared_statement_cache_size`); tried with asyncpg 0.32 on PostgreSQL 15.
 */
const asyncpgOptions: ReadonlySet<string> = new Set([
	"dsn",
	"host",
	"port",
	"user",
	"password",
	"passfile",
	"service",
	"servicefile",
	"database",
	"command_timeout",
	"ssl",
	"direct_tls",
	"target_session_attrs",
	"krbsrvname",
	"gsslib",
	"prepared_statement_cache_size",
	"async_fallback",
]);

/** Parameters of `asyncpg.connect` that must be numbers, which a URL cannot give: the connection fails on the string. */
const asyncpgNumbers: ReadonlySet<string> = new Set([
	"timeout",
	"statement_cache_size",
	"max_cached_statement_lifetime",
	"max_cacheable_statement_size",
]);

/** The modes of libpq's `sslmode`, which asyncpg's `ssl` takes as well (asyncpg/connect_utils.py, SSLMode). */
const sslModes: ReadonlySet<string> = new Set(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]);

/** Options that say nothing the connection needs: the ways of TLS are settled by `ssl`, the rest by defaults. */
const droppable: ReadonlySet<string> = new Set(["channel_binding", "sslmode", "sslnegotiation", "gssencmode", "connect_timeout"]);

/** Options of a URL that asyncpg would refuse, in their order. Other drivers are not looked at. */
export function refusedOptions(url: DatabaseUrl, driver: string): readonly string[] {
	return driver === "asyncpg" ? url.options.map(({ name }) => name).filter((name) => !asyncpgOptions.has(name)) : [];
}

/** The query as a driver takes it: `sslmode=require` becomes `ssl=require` for asyncpg, what it does not know is dropped. */
export function changeOptions(url: DatabaseUrl, driver: string): ChangedOptions {
	const refused = refusedOptions(url, driver);
	if (url.query === null || refused.length === 0) return { query: url.query, explanation: "", isCertain: true };
	const hasSsl = url.options.some(({ name }) => name === "ssl");
	const renamed: string[] = [];
	const dropped: string[] = [];
	const query = changeQuery(url.query, ({ name, value }, written) => {
		if (!refused.includes(name)) return written;
		if (name === "sslmode" && !hasSsl && sslModes.has(value)) {
			renamed.push(`sslmode=${value} is ssl=${value} for ${driver}.`);
			return `ssl=${value}`;
		}
		dropped.push(name);
		return null;
	});
	const sentences = [...renamed];
	if (dropped.length > 0) {
		const names = dropped.join(", ");
		sentences.push(`${driver} does not take ${names}, so ${dropped.length === 1 ? "it is" : "they are"} left out.`);
	}
	return {
		query: query === "" ? null : query,
		explanation: sentences.join(" "),
		isCertain: dropped.every((name) => droppable.has(name)),
	};
}

/** Says which options a driver would refuse; empty where it refuses none. */
export function describeOptions(url: DatabaseUrl, driver: string): string {
	const refused = refusedOptions(url, driver);
	if (refused.length === 0) return "";
	const numbers = refused.filter((name) => asyncpgNumbers.has(name));
	const foreign = refused.filter((name) => !asyncpgNumbers.has(name));
	const sentences: string[] = [];
	if (foreign.length > 0)
		sentences.push(
			`${foreign.join(", ")} ${foreign.length === 1 ? "is a word" : "are words"} of libpq that ${driver} does not know.`,
		);
	if (numbers.length > 0) sentences.push(`${driver} needs a number for ${numbers.join(", ")}, and a URL can only give it text.`);
	return sentences.join(" ");
}

/** The line that Python prints at the first connection, for the option it meets first. */
export function optionError(url: DatabaseUrl, driver: string): string {
	const refused = refusedOptions(url, driver);
	const foreign = refused.find((name) => !asyncpgNumbers.has(name));
	// Unknown names fail when the call binds its arguments, before any value is looked at.
	if (foreign !== undefined) return `TypeError: connect() got an unexpected keyword argument '${foreign}'`;
	return refused[0] === "timeout"
		? "TypeError: unsupported operand type(s) for +: 'float' and 'str'"
		: "TypeError: '<' not supported between instances of 'str' and 'int'";
}
