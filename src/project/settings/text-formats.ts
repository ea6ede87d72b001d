/** Top-level names that email-validator refuses (https://github.com/JoshData/python-email-validator, special_use_domains). */
const specialDomains = /(^|\.)(arpa|invalid|local|localhost|onion|test)$/i;

/** Why pydantic's EmailStr certainly refuses a text; null where it may take it. */
function refusesEmail(text: string): boolean {
	const address = /<([^<>]*)>\s*$/.exec(text)?.[1] ?? text;
	const at = address.lastIndexOf("@");
	if (at <= 0 || at === address.length - 1) return true;
	const domain = address.slice(at + 1);
	if (!address.slice(0, at).startsWith('"') && /[\s@]/.test(address.slice(0, at))) return true;
	return !domain.startsWith("[") && (!domain.includes(".") || specialDomains.test(domain) || /\s/.test(domain));
}

/** The least that pydantic asks of a text for these types: whatever does not even have that is certainly refused. */
const spelt: Readonly<Record<string, RegExp>> = {
	UUID: /^\s*(urn:uuid:)?\{?[\da-f-]{32,36}\}?\s*$/i,
	// Units are spelt as in ISO 8601, and only days by their word.
	timedelta: /^(?!\s*[+-]?\d+(\.\d+)?\s*(s|sec|secs|seconds?|m|mins?|minutes?|h|hrs?|hours?|w|weeks?)\s*$).*\d/i,
	date: /\d/,
	datetime: /\d/,
	time: /\d/,
	Decimal: /\d|^\s*[+-]?(s?nan|inf(inity)?)\s*$/i,
	IPvAnyAddress: /^[\da-f.:%]+$/i,
	PositiveInt: /^\s*[+-]?\d+(_\d+)*(\.0*)?\s*$/,
	NonNegativeInt: /^\s*[+-]?\d+(_\d+)*(\.0*)?\s*$/,
};

const inWords: Readonly<Record<string, string>> = {
	UUID: "a UUID",
	timedelta: "a duration, such as 00:05:00 or PT5M",
	date: "a date, such as 2025-01-31",
	datetime: "a time, such as 2025-01-31T12:00:00",
	time: "a time of the day, such as 12:00",
	Decimal: "a number",
	IPvAnyAddress: "an IP address",
	PositiveInt: "a whole number above 0",
	NonNegativeInt: "a whole number from 0 on",
};

/** The schemes that pydantic's URL types take (pydantic/networks.py); an empty list stands for any. */
const schemes: Readonly<Record<string, readonly string[]>> = {
	AnyUrl: [],
	AnyHttpUrl: ["http", "https"],
	HttpUrl: ["http", "https"],
	PostgresDsn: ["postgres", "postgresql"],
	RedisDsn: ["redis", "rediss"],
	MySQLDsn: ["mysql"],
	MariaDBDsn: ["mariadb"],
	MongoDsn: ["mongodb", "mongodb+srv"],
	AmqpDsn: ["amqp", "amqps"],
	KafkaDsn: ["kafka"],
};

/** Does pydantic certainly refuse a text for a type of its own? Schemes are compared up to their driver, which versions know different ones of. */
export function refusesFormat(type: string, text: string): boolean {
	if (type === "EmailStr") return refusesEmail(text);
	if (Object.hasOwn(spelt, type)) return spelt[type]?.test(text) === false;
	const allowed = Object.hasOwn(schemes, type) ? schemes[type] : undefined;
	if (allowed === undefined) return false;
	const scheme = /^\s*([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
	if (scheme === undefined || refusesAuthority(type, text)) return true;
	return allowed.length > 0 && !allowed.some((each) => scheme === each || scheme.split("+")[0] === each);
}

/** Types that ask for a host in every release. */
const withHost = new Set(["PostgresDsn", "MongoDsn"]);

/** Does a URL certainly have a port that is no number, or no host where one is asked for? Both were tried on pydantic 2. */
function refusesAuthority(type: string, text: string): boolean {
	const authority = /^\s*[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(text)?.[1];
	if (authority === undefined) return false;
	const hosts = authority.slice(authority.lastIndexOf("@") + 1).split(",");
	// Several hosts are for some types, in some releases.
	if (hosts.length > 1) return false;
	const found = /^(\[[^\]]*\]|[^:[]*)(?::(.*))?$/s.exec(hosts[0] ?? "");
	if (found === null) return false;
	const [, host, port = ""] = found;
	if (port !== "" && (!/^\d+$/.test(port) || Number(port) > 65_535)) return true;
	return host === "" && withHost.has(type);
}

/** What a text of such a type has to be, in words; null for types that have no form of their own. */
export function formatInWords(type: string): string | null {
	if (type === "EmailStr") return "an e-mail address";
	if (Object.hasOwn(inWords, type)) return inWords[type] ?? null;
	const allowed = Object.hasOwn(schemes, type) ? schemes[type] : undefined;
	if (allowed === undefined) return null;
	return allowed.length === 0 ? "a URL" : `a URL that begins with ${allowed.map((each) => `${each}://`).join(" or ")}`;
}

/** The texts that pydantic takes for numbers and truth values (https://docs.pydantic.dev/latest/concepts/conversion_table/). */
const numbers: Readonly<Record<string, RegExp>> = {
	int: /^\s*[+-]?\d+(_\d+)*(\.0*)?\s*$/,
	float: /^\s*[+-]?((?:\d[\d_]*(?:\.\d[\d_]*)?|\.\d[\d_]*)\.?(e[+-]?\d+)?|inf(inity)?|nan)\s*$/i,
	bool: /^\s*(0|off|f|false|n|no|1|on|t|true|y|yes)\s*$/i,
};

/** Is the type one of numbers or truth values, and the text none of them? */
export function isNoNumber(type: string, text: string): boolean {
	return Object.hasOwn(numbers, type) && numbers[type]?.test(text) === false;
}
