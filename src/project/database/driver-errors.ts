/** The line that Python prints where a driver is handed an argument that it does not have; null where it is not known word for word. */
export function unknownArgumentError(driver: string, name: string): string | null {
	switch (driver) {
		case "asyncpg":
		case "aiomysql":
		case "asyncmy":
			return `TypeError: connect() got an unexpected keyword argument '${name}'`;
		case "pymysql":
			return `TypeError: Connection.__init__() got an unexpected keyword argument '${name}'`;
		case "mysqldb":
			return `TypeError: '${name}' is an invalid keyword argument for connect()`;
		case "mysqlconnector":
			return `AttributeError: Unsupported argument '${name}'`;
		case "aiosqlite":
		case "pysqlite":
			return `TypeError: '${name}' is an invalid keyword argument for Connection()`;
		case "psycopg2":
			return `sqlalchemy.exc.ProgrammingError: (psycopg2.ProgrammingError) invalid dsn: invalid connection option "${name}"`;
		case "psycopg":
			return `sqlalchemy.exc.ProgrammingError: (psycopg.ProgrammingError) invalid connection option "${name}"`;
		default:
			return null;
	}
}

/** The line that Python prints where a driver for MySQL is handed a text, or a dict, for `ssl`; null where its releases say different things. */
export function wrongTlsError(driver: string, type: "str" | "bool" | "dict"): string | null {
	if (driver === "pymysql") return `AttributeError: '${type}' object has no attribute 'get'`;
	return driver === "aiomysql" ? `AttributeError: '${type}' object has no attribute 'wrap_bio'` : null;
}

/** The line that Python prints for `charset=utf-8`, which MySQL spells `utf8mb4`; null where it is not known. */
export function charsetError(driver: string): string | null {
	return driver === "pymysql" || driver === "aiomysql" ? "AttributeError: 'NoneType' object has no attribute 'encoding'" : null;
}
