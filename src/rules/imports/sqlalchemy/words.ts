import type { RemovedUse } from "./find-uses.ts";

/** The line that Python prints; null where it shows objects by their address. */
export function errorOf(use: RemovedUse, minor: number): string | null {
	switch (use.type) {
		case "engine-method":
			return `AttributeError: '${use.isAsync ? "AsyncEngine" : "Engine"}' object has no attribute '${use.method}'`;
		case "textual-sql":
			return use.on === "connection"
				? `sqlalchemy.exc.ObjectNotExecutableError: Not an executable object: ${quoted(use.sql)}`
				: `sqlalchemy.exc.ArgumentError: Textual SQL expression ${quoted(shortened(use.sql))} should be explicitly declared as text(${quoted(shortened(use.sql))})`;
		case "list-of-whens":
			return 'sqlalchemy.exc.ArgumentError: The "whens" argument to case(), when referring to a sequence of items, is now passed as a series of positional elements, rather than as a list. ';
		case "bound-metadata":
			return `TypeError: ${minor < 10 ? use.callee.replace(/^\w+\./, "") : use.callee}() got an unexpected keyword argument 'bind'`;
		case "metadata-of-engine":
			return "sqlalchemy.exc.ArgumentError: expected schema argument to be a string, got <class 'sqlalchemy.engine.base.Engine'>.";
		case "unbound-create-all":
			return `TypeError: ${minor < 10 ? "" : "MetaData."}${use.method}() missing 1 required positional argument: 'bind'`;
		case "url-constructor":
			return `TypeError: ${minor < 10 ? "" : "URL."}__new__() missing ${use.missing.length} required positional argument${use.missing.length === 1 ? "" : "s"}: ${listed(use.missing)}`;
		case "classical-mapper":
			return "sqlalchemy.exc.InvalidRequestError: The 'sqlalchemy.orm.mapper()' function is removed as of SQLAlchemy 2.0.  Use the 'sqlalchemy.orm.registry.map_imperatively()` method of the ``sqlalchemy.orm.registry`` class to perform classical mapping.";
		case "list-of-columns":
			return "sqlalchemy.exc.ArgumentError: Column expression, FROM clause, or other columns clause element expected, got […";
	}
}

/** What is wrong, for people. */
export function problemOf(use: RemovedUse): string {
	switch (use.type) {
		case "engine-method":
			return `An engine has no method ${use.method}`;
		case "textual-sql":
			return "A plain string is executed as SQL";
		case "list-of-columns":
			return "select is given its columns as a list";
		case "list-of-whens":
			return "case is given its conditions as a list";
		case "metadata-of-engine":
			return "MetaData is given an engine";
		case "bound-metadata":
			return `${use.callee === "declarative_base" ? "declarative_base" : "MetaData"} is given an engine`;
		case "unbound-create-all":
			return `${use.method} is called without an engine`;
		case "url-constructor":
			return "URL is called with only some of its parts";
		case "classical-mapper":
			return "mapper is no longer there";
	}
}

/** What to do where no change is certain. */
export function manualStepOf(use: RemovedUse): string {
	switch (use.type) {
		case "engine-method":
			return "Open a connection first (`with engine.connect() as connection:`), and use that.";
		case "unbound-create-all":
			return `Hand the engine to ${use.method}.`;
		default:
			return "Write the call in the way of SQLAlchemy 2.0.";
	}
}

function listed(names: readonly string[]): string {
	const all = names.map((name) => `'${name}'`);
	const last = all.at(-1) ?? "";
	if (all.length < 2) return last;
	return `${all.slice(0, -1).join(", ")}${all.length > 2 ? "," : ""} and ${last}`;
}

/** SQLAlchemy shows 25 characters of a statement. */
function shortened(sql: string): string {
	return sql.length > 25 ? `${sql.slice(0, 25)}...` : sql;
}

/** As Python's repr shows a string. */
function quoted(text: string): string {
	const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
	const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll("\r", "\\r");
	return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}
