import { versionSatisfies } from "../../environment/pep440.ts";
import type { ConstantValue, Value } from "../imports/values.ts";
import type { Project } from "../project.ts";
import { charsetError, wrongTlsError } from "./driver-errors.ts";
import { isMysqlDriver } from "./driver-parameters.ts";
import { isPythonCharset } from "./mysql-options.ts";
import { isSqlalchemyBefore } from "./sqlalchemy-driver.ts";

/** What a driver refuses of the value of an argument that it has. */
export interface ValueFault {
	/** A sentence. */
	readonly reason: string;
	/** What to write instead; null where it cannot be told. */
	readonly better: string | null;
	/** A module of the standard library that `better` names, or null. */
	readonly module: string | null;
	/** The line that Python prints; null where it is not known word for word. */
	readonly error: string | null;
}

/** What is wrong with the value of one entry of `connect_args`; null where the driver takes it, or may take it. */
export function valueFault(project: Project, driver: string, name: string, value: Value): ValueFault | null {
	if (driver === "asyncpg") {
		if (name !== "server_settings" || !areNoTexts(value)) return null;
		const reason = "asyncpg takes server_settings only as a dict of texts: numbers and truth values in quotes.";
		return { reason, better: asTexts(value), module: null, error: settingsError(project) };
	}
	if (!isMysqlDriver(driver)) return null;
	const constant = value.kind === "constant" ? value.value : undefined;
	if (name === "charset" && typeof constant === "string" && isPythonCharset(constant)) {
		const reason = "MySQL calls that character set utf8mb4.";
		return { reason, better: '"utf8mb4"', module: null, error: charsetError(driver) };
	}
	if (name === "connect_timeout" && typeof constant === "string") {
		const isWritten = value.kind === "constant" && (value.origin === null || value.origin.type === "source");
		const better = isWritten && /^\d+$/.test(constant) ? constant : null;
		return { reason: "connect_timeout is a number of seconds.", better, module: null, error: null };
	}
	return name === "ssl" ? tlsFault(driver, value) : null;
}

/** aiomysql takes an SSLContext, the others a dict, and pymysql no truth value besides. */
function tlsFault(driver: string, value: Value): ValueFault | null {
	const type = value.kind === "dict" && value.entries.size > 0 ? "dict" : typeOfConstant(value);
	if (driver === "aiomysql" && (type === "dict" || type === "str")) {
		const reason = "aiomysql takes ssl as an SSLContext only.";
		return { reason, better: tlsContext(value), module: "ssl", error: wrongTlsError(driver, type) };
	}
	const isWrong = driver === "pymysql" ? type === "str" || type === "bool" : driver === "asyncmy" && type === "str";
	if (!isWrong || type === null) return null;
	const reason = `${driver} takes ssl as a dict; one without a certificate encrypts and checks none.`;
	return { reason, better: '{"check_hostname": False}', module: null, error: wrongTlsError(driver, type) };
}

/** The type of a value that asks for something, as Python names it. */
function typeOfConstant(value: Value): "str" | "bool" | null {
	if (value.kind !== "constant" || value.value === "" || value.value === null) return null;
	if (typeof value.value === "string") return "str";
	return value.value === true ? "bool" : null;
}

/** The context that a dict or a text stands for: with the certificate that it names, or the machine's own. */
function tlsContext(value: Value): string {
	const file = value.kind === "dict" ? (value.entries.get("ca") ?? value.entries.get("ssl_ca")) : undefined;
	const isText = file?.kind === "constant" && typeof file.value === "string";
	return `ssl.create_default_context(${isText ? `cafile=${JSON.stringify(file.value)}` : ""})`;
}

/** Are PostgreSQL's settings something else than texts by their names, which is all that asyncpg takes (`connect_utils._parse_connect_arguments`)? */
function areNoTexts(settings: Value): boolean {
	if (settings.kind === "constant") return settings.value !== null;
	if (settings.kind === "sequence") return true;
	return (
		settings.kind === "dict" &&
		[...settings.entries.values()].some((value) => value.kind === "constant" && typeof value.value !== "string")
	);
}

/** The same settings as texts: `{"jit": "off"}` of `{"jit": False}`; null where that cannot be told. */
function asTexts(settings: Value): string | null {
	if (settings.kind === "constant" && typeof settings.value === "string") {
		const pair = /^\s*(\w+)\s*=\s*([\w.]+)\s*$/.exec(settings.value);
		return pair === null ? null : `{"${pair[1]}": "${pair[2]}"}`;
	}
	if (settings.kind !== "dict" || !settings.complete) return null;
	const written = [...settings.entries].map(([name, value]) => {
		const text = value.kind === "constant" ? settingText(value.value) : null;
		return typeof name !== "string" || text === null ? null : `${JSON.stringify(name)}: ${JSON.stringify(text)}`;
	});
	return written.every((each) => each !== null) ? `{${written.join(", ")}}` : null;
}

function settingText(value: ConstantValue["value"]): string | null {
	if (typeof value === "boolean") return value ? "on" : "off";
	return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

/** asyncpg has an exception of its own for this since 0.29, which SQLAlchemy makes its own of since 2.1. */
function settingsError(project: Project): string | null {
	const message = "server_settings is expected to be None or a Dict[str, str]";
	const version = project.environment.distributions.get("asyncpg")?.version;
	if (version === undefined || versionSatisfies(version, ">=0.29") !== true) return null;
	switch (isSqlalchemyBefore(project, "2.1.0b1")) {
		case true:
			return `asyncpg.exceptions._base.ClientConfigurationError: ${message}`;
		case false:
			return `sqlalchemy.exc.InterfaceError: (sqlalchemy.dialects.postgresql.asyncpg.InterfaceError) ${message}`;
		default:
			return null;
	}
}
