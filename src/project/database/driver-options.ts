import { changeQuery, type DatabaseUrl, type QueryOption } from "./database-url.ts";
import { charsetError, unknownArgumentError, wrongTlsError } from "./driver-errors.ts";
import { isMysqlDriver, isMysqlTlsOption, urlParameters } from "./driver-parameters.ts";
import { asksForTls, isTlsWord, refusesMysqlOption, tlsOption } from "./mysql-options.ts";

/** What becomes of a URL's query when another driver reads it. */
export interface ChangedOptions {
	/** Null where nothing is left of it. */
	readonly query: string | null;
	/** Sentences for the person who decides; empty where nothing changed. */
	readonly explanation: string;
	/** False where an option is dropped that may matter. */
	readonly isCertain: boolean;
}

/** Parameters of `asyncpg.connect` that must be numbers, which a URL cannot give: the connection fails on the string. */
const asyncpgNumbers: ReadonlySet<string> = new Set([
	"timeout",
	"statement_cache_size",
	"max_cached_statement_lifetime",
	"max_cacheable_statement_size",
]);

/** The modes of libpq's `sslmode`, which asyncpg's `ssl` takes as well (asyncpg/connect_utils.py, SSLMode). */
const sslModes: ReadonlySet<string> = new Set(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]);

/** Words of libpq that say nothing the connection needs: the ways of TLS are settled by `ssl`, the rest by defaults. */
const ofLibpq = words("channel_binding sslmode sslnegotiation gssencmode connect_timeout");
/** Words of Prisma, of JDBC and of Go, for what SQLAlchemy and Python settle by themselves. */
const ofPrisma = words("pgbouncer connection_limit pool_timeout socket_timeout supa workaround sslaccept");
const ofOtherLanguages = words(
	"useUnicode characterEncoding serverTimezone allowPublicKeyRetrieval useSSL requireSSL autoReconnect reconnect parseTime loc tls createDatabaseIfNotExist zeroDateTimeBehavior",
);

/** Options of a URL that its driver refuses, in their order; none for a driver whose options are not known. */
export function refusedOptions(url: DatabaseUrl, driver: string): readonly string[] {
	return refused(url, driver).map(({ name }) => name);
}

function refused({ options }: DatabaseUrl, driver: string): readonly QueryOption[] {
	const known = urlParameters(driver);
	if (known === null) return [];
	return options.filter((option) => !known.has(option.name) || (isMysqlDriver(driver) && refusesMysqlOption(driver, option)));
}

/** The query as a driver takes it: `sslmode=require` becomes `ssl=require` for asyncpg, what it does not know is dropped. */
export function changeOptions(url: DatabaseUrl, driver: string): ChangedOptions {
	const wrong = refusedOptions(url, driver);
	if (url.query === null || wrong.length === 0) return { query: url.query, explanation: "", isCertain: true };
	const renamed: string[] = [];
	const dropped: QueryOption[] = [];
	let wantsTls = isMysqlDriver(driver) && !url.options.some(({ name }) => isMysqlTlsOption(name));
	const query = changeQuery(url.query, (option, written) => {
		if (!wrong.includes(option.name)) return written;
		const better = wantsTls || !isTlsWord(option.name) || !isMysqlDriver(driver) ? otherWord(url, driver, option) : null;
		if (isTlsWord(option.name)) wantsTls = false;
		if (better === null) dropped.push(option);
		else renamed.push(`${option.name}=${option.value} is ${better} for ${driver}.`);
		return better;
	});
	const sentences = [...renamed];
	if (dropped.length > 0) {
		const names = dropped.map(({ name }) => name).join(", ");
		sentences.push(`${driver} does not take ${names}, so ${dropped.length === 1 ? "it is" : "they are"} left out.`);
	}
	if (driver === "aiomysql" && dropped.some(asksForTls))
		sentences.push('aiomysql encrypts where it is handed a context: connect_args={"ssl": ssl.create_default_context()}.');
	return {
		query: query === "" ? null : query,
		explanation: sentences.join(" "),
		isCertain: dropped.every((each) => isDroppable(each, driver)),
	};
}

/** What a driver takes instead of an option; null where there is nothing of the kind. */
function otherWord({ options }: DatabaseUrl, driver: string, option: QueryOption): string | null {
	const { name, value } = option;
	if (isMysqlDriver(driver)) {
		if (name === "charset") return "charset=utf8mb4";
		return asksForTls(option) ? tlsOption(driver) : null;
	}
	if (!sslModes.has(value)) return null;
	const has = (other: string): boolean => options.some((each) => each.name === other);
	if (driver === "asyncpg") return name === "sslmode" && !has("ssl") ? `ssl=${value}` : null;
	return name === "ssl" && !has("sslmode") ? `sslmode=${value}` : null;
}

function isDroppable({ name, value }: QueryOption, driver: string): boolean {
	if (ofPrisma.has(name) || ofOtherLanguages.has(name)) return driver !== "aiomysql" || !asksForTls({ name, value });
	if (name === "schema") return value === "public";
	return isMysqlDriver(driver) ? isTlsWord(name) && !asksForTls({ name, value }) : ofLibpq.has(name);
}

/** Says which options a driver would refuse; empty where it refuses none. */
export function describeOptions(url: DatabaseUrl, driver: string): string {
	const known = urlParameters(driver);
	const names = refusedOptions(url, driver);
	const numbers = names.filter((name) => driver === "asyncpg" && asyncpgNumbers.has(name));
	const values = names.filter((name) => known?.has(name));
	const others = names.filter((name) => !numbers.includes(name) && !values.includes(name));
	const sentences: string[] = [];
	for (const home of new Set(others.map((name) => homeOf(name, driver)))) {
		const found = others.filter((name) => homeOf(name, driver) === home);
		sentences.push(
			home === ""
				? `${driver} has no option ${found.join(", ")}.`
				: `${found.join(", ")} ${found.length === 1 ? "is a word" : "are words"} of ${home} that ${driver} does not know.`,
		);
	}
	if (numbers.length > 0) sentences.push(`${driver} needs a number for ${numbers.join(", ")}, and a URL can only give it text.`);
	if (values.includes("charset")) sentences.push("MySQL calls that character set utf8mb4.");
	if (values.some((name) => name !== "charset"))
		sentences.push(`What the URL says of TLS is no ${tlsObject(driver)}, which ${driver} asks for.`);
	return sentences.join(" ");
}

function tlsObject(driver: string): string {
	return driver === "aiomysql" ? "SSLContext" : "dict";
}

/** Whose word an option is, as far as that is known. */
function homeOf(name: string, driver: string): string {
	if (ofPrisma.has(name)) return "Prisma";
	if (ofOtherLanguages.has(name)) return "other languages' drivers";
	if (isMysqlDriver(driver)) return isTlsWord(name) ? "other clients" : "";
	return driver === "asyncpg" && urlParameters("psycopg2")?.has(name) ? "libpq" : "";
}

/** The line that Python prints at the first connection, for the option that it meets first; null where it is not known. */
export function optionError(url: DatabaseUrl, driver: string): string | null {
	const known = urlParameters(driver);
	const wrong = refused(url, driver);
	const isNumber = (name: string): boolean => driver === "asyncpg" && asyncpgNumbers.has(name);
	const foreign = wrong.find(({ name }) => known?.has(name) === false && !isNumber(name));
	// Unknown names fail when the call binds its arguments, before any value is looked at.
	if (foreign !== undefined) return unknownArgumentError(driver, foreign.name);
	const [first] = wrong;
	if (first === undefined) return null;
	if (isNumber(first.name))
		return first.name === "timeout"
			? "TypeError: unsupported operand type(s) for +: 'float' and 'str'"
			: "TypeError: '<' not supported between instances of 'str' and 'int'";
	return first.name === "charset" ? charsetError(driver) : wrongTlsError(driver, first.name === "ssl" ? "str" : "dict");
}

function words(text: string): ReadonlySet<string> {
	return new Set(text.split(" "));
}
