/** A URL of SQLAlchemy, split as `sqlalchemy.engine.url.make_url` splits it. */
export interface DatabaseUrl {
	/** What stands before `://`: `postgresql+asyncpg`. */
	readonly scheme: string;
	/** The part of the scheme before the `+`. */
	readonly dialect: string;
	/** The part behind it, or null where the dialect's default driver is meant. */
	readonly driver: string | null;
	readonly host: string | null;
	/** As written; SQLAlchemy takes whole numbers only. */
	readonly port: string | null;
	/** Percent-encoded, as written; null without a `/`. */
	readonly database: string | null;
	/** What stands behind the `?`, as written; null without one. */
	readonly query: string | null;
	readonly options: readonly QueryOption[];
}

/** One `name=value` of a query, decoded. */
export interface QueryOption {
	readonly name: string;
	readonly value: string;
}

// The pattern of `_parse_url` in sqlalchemy/engine/url.py, the same from 1.4 to 2.1. Like `re.match` it leaves a rest unread.
const pattern =
	/^([\p{L}\p{N}_+]+):\/\/(?:[^:/]*(?::[^@]*)?@)?(?:(?:\[([^/?]+)\]|([^/:?]+))?(?::([^/?]*))?)?(?:\/([^?]*))?(?:\?(.*))?/u;

/** Splits a URL by SQLAlchemy's grammar; null where SQLAlchemy could not parse it either. */
export function parseDatabaseUrl(text: string): DatabaseUrl | null {
	const match = pattern.exec(text);
	if (match === null) return null;
	const scheme = match[1] ?? "";
	const plus = scheme.indexOf("+");
	const query = match[6] ?? null;
	return {
		scheme,
		dialect: plus < 0 ? scheme : scheme.slice(0, plus),
		driver: plus < 0 ? null : scheme.slice(plus + 1),
		host: match[2] ?? match[3] ?? null,
		port: match[4] || null,
		database: match[5] ?? null,
		query,
		options: query === null ? [] : splitQuery(query).flatMap(decoded),
	};
}

/** The query after each option was changed; `written` is the option as it stands there, null drops it. */
export function changeQuery(query: string, change: (option: QueryOption, written: string) => string | null): string {
	return splitQuery(query)
		.map((part) => {
			const [option] = decoded(part);
			return option === undefined ? part : change(option, part);
		})
		.filter((part) => part !== null)
		.join("&");
}

function splitQuery(query: string): readonly string[] {
	return query.split("&").filter((part) => part !== "");
}

/** An option without a value is none, as for `urllib.parse.parse_qsl`. */
function decoded(part: string): readonly QueryOption[] {
	const equals = part.indexOf("=");
	if (equals < 0 || equals === part.length - 1) return [];
	return [{ name: unquote(part.slice(0, equals)), value: unquote(part.slice(equals + 1)) }];
}

function unquote(text: string): string {
	const spaced = text.replace(/\+/g, " ");
	try {
		return decodeURIComponent(spaced);
	} catch {
		// A lone `%` stands for itself in Python.
		return spaced;
	}
}
