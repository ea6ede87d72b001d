import type { QueryOption } from "./database-url.ts";
import { isMysqlTlsOption } from "./driver-parameters.ts";

/** The words by which hosters' dashboards and other languages' drivers ask MySQL for TLS. */
const tlsWords = new Set([
	"ssl-mode",
	"sslmode",
	"sslMode",
	"ssl_mode",
	"sslaccept",
	"ssl",
	"tls",
	"useSSL",
	"requireSSL",
	"use_ssl",
]);

/** Values that ask for none, or leave it to the server. */
const without = /^(disabled?|false|0|off|no|prefer(red)?|allow)$/i;

/** Does an option say that the connection is to be encrypted? */
export function asksForTls({ name, value }: QueryOption): boolean {
	return tlsWords.has(name) && !without.test(value.trim());
}

/** Is that a word for TLS, whatever it says of it? */
export function isTlsWord(name: string): boolean {
	return tlsWords.has(name);
}

/**
 * The option of a URL by which SQLAlchemy has a driver encrypt without naming a certificate, which is what `ssl-mode=REQUIRED` means; null for
 * drivers that do so by themselves (mysqlconnector), and for aiomysql, which takes an SSLContext only.
 */
export function tlsOption(driver: string): string | null {
	if (driver === "pymysql" || driver === "asyncmy") return "ssl_check_hostname=false";
	return driver === "mysqldb" ? "ssl_mode=REQUIRED" : null;
}

/** Does a driver for MySQL refuse the value of an option that it has? Each was tried on MariaDB. */
export function refusesMysqlOption(driver: string, { name, value }: QueryOption): boolean {
	if (name === "charset") return isPythonCharset(value);
	if (name === "ssl") return ["pymysql", "aiomysql", "asyncmy"].includes(driver);
	return driver === "aiomysql" && isMysqlTlsOption(name);
}

/** `utf-8`, as Python spells what MySQL calls `utf8mb4`. */
export function isPythonCharset(value: string): boolean {
	return /^utf-8$/i.test(value);
}
