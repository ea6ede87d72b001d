"""Keeps the server from every database but throw-away ones: leads it to those where there are any, and ends it where there are none.
A driver is met after it has read its address and its options, so that what these break is broken here too.
Given: `tell`, the scratch `folder`, whether it is `guarded` at all, the status `FOREIGN`, and the scratch PostgreSQL as `postgres`, a dict of
`host`, `port`, `user`, `password`, `database` and the files `certificate` and `trusted`; None where there is none."""

import errno
import os
import sys

foreign = []
redirected = set()


def refuse(shown):
    tell("foreign", connecting=True, **shown)
    os._exit(FOREIGN)


def keep_from(scheme, host, port, database=None):
    """Ends the server where what it is about to connect to is no scratch database."""
    if guarded:
        refuse({"scheme": scheme, "host": host, "port": port, "database": database})


def lead_away(scheme, host, port, database, to):
    """Says once that an address of the project's own gives way to a scratch database."""
    if (scheme, host, port, database) not in redirected:
        redirected.add((scheme, host, port, database))
        tell("redirected", scheme=scheme, host=host, port=port, database=database, to=to)


# Engines of SQLAlchemy, and whether their databases may be touched.


def watch_engines(module):
    """SQLAlchemy tells the dialect of each new engine; the constructor is let be, since its signature says what create_engine takes."""
    original = module.Dialect.engine_created.__func__

    def engine_created(cls, engine):
        original(cls, engine)
        try:
            engine_made(engine)
        except Exception:
            pass

    module.Dialect.engine_created = classmethod(engine_created)


def engine_made(engine):
    url = engine.url
    host = url.host or (url.query.get("host") if hasattr(url.query, "get") else None)
    shown = {"scheme": url.drivername, "host": host, "port": url.port, "database": url.database}
    allowed = not guarded or is_led_away(url.drivername.partition("+")[0], engine.dialect.driver)
    tell("engine", allowed=allowed, **shown)
    if allowed:
        return
    foreign.append(shown)

    engine.dialect.connect = lambda *_, **__: refuse(shown)


def is_led_away(dialect, driver):
    """Is every connection of this driver met below?"""
    if dialect in ("sqlite", "duckdb"):
        return driver in ("pysqlite", "aiosqlite", "duckdb_engine")
    drivers = ("asyncpg", "psycopg", "psycopg_async", "psycopg2")
    return dialect in ("postgresql", "cockroachdb") and postgres is not None and driver in drivers


# Drivers.


def instead(owner, name, make):
    """Puts `make(original)` in the place of a function; class methods stay what they are."""
    found = owner.__dict__.get(name) if isinstance(owner, type) else getattr(owner, name, None)
    if found is None:
        return
    original = getattr(found, "__func__", found)
    made = make(original)
    for attribute in ("__name__", "__qualname__", "__doc__", "__module__"):
        if hasattr(original, attribute):
            setattr(made, attribute, getattr(original, attribute))
    made.__wrapped__ = original
    setattr(owner, name, classmethod(made) if isinstance(found, classmethod) else made)


def before(owner, name, look):
    """Has `look` see the arguments of a function first."""

    def make(original):
        def looked(*arguments, **keywords):
            look(*arguments, **keywords)
            return original(*arguments, **keywords)

        return looked

    instead(owner, name, make)


def number(port):
    try:
        return int(port)
    except (TypeError, ValueError):
        return None


def first(value):
    return str(value).split(",")[0] if value else None


def is_scratch_server(host, port):
    return postgres is not None and host in ("127.0.0.1", "localhost") and number(port) == postgres["port"]


def is_to_lead(host, port, database):
    """Is a connection to this PostgreSQL to be led to the scratch one? Ends the server where there is none."""
    if postgres is None:
        keep_from("postgresql", host, number(port), database)
    if not guarded or is_scratch_server(host, port):
        return False
    lead_away("postgresql", host, number(port), database, "postgresql")
    return True


def watch_asyncpg(module):
    def make(original):
        def connect_addr(*arguments, **keywords):
            addr, params = keywords.get("addr", (None, None)), keywords.get("params")
            host, port = (addr, None) if isinstance(addr, str) else addr[:2]
            if is_to_lead(host, port, getattr(params, "database", None)):
                host, port = keywords["addr"] = (postgres["host"], postgres["port"])
                keywords["params"] = scratch_parameters(params)
            if is_scratch_server(host, port) and hasattr(params.ssl, "load_verify_locations"):
                # Whatever its own TLS context trusts, it trusts this server's certificate beside.
                params.ssl.load_verify_locations(cafile=postgres["certificate"])
            return original(*arguments, **keywords)

        return connect_addr

    instead(module, "_connect_addr", make)


def scratch_parameters(params):
    """The parameters of asyncpg for the scratch server."""
    own = {name: postgres[name] for name in ("user", "password", "database")}
    if "options" in (params.server_settings or {}):
        own["server_settings"] = {name: value for name, value in params.server_settings.items() if name != "options"}
    return params._replace(**own)


def libpq_to_scratch(parts):
    """The parameters of libpq to connect with in the place of these."""
    host = first(parts.get("hostaddr") or parts.get("host") or os.environ.get("PGHOST"))
    port = first(parts.get("port") or os.environ.get("PGPORT") or 5432)
    led = dict(parts)
    if is_to_lead(host, port, parts.get("dbname")):
        for name in ("hostaddr", "passfile", "service", "options"):
            led.pop(name, None)
        led.update({name: postgres[name] for name in ("host", "port", "user", "password")}, dbname=postgres["database"])
    # A file of trusted certificates that is there gives way to one that the scratch server's is in; one that is not is missed as at home.
    if is_scratch_server(led.get("host"), led.get("port")) and os.path.isfile(str(led.get("sslrootcert", ""))):
        led["sslrootcert"] = postgres["trusted"]
    return led


def watch_psycopg(module):
    """Host names are looked up between the reading of the parameters and the connection, so that one must be met before the other."""

    def make(original):
        def get_connection_params(cls, conninfo="", **keywords):
            from psycopg.conninfo import conninfo_to_dict

            return original(cls, "", **libpq_to_scratch(conninfo_to_dict(conninfo, **keywords)))

        return get_connection_params

    for name in ("Connection", "AsyncConnection"):
        owner = getattr(module, name, None)
        if isinstance(owner, type):
            instead(owner, "_get_connection_params", make)


def watch_psycopg2(module):
    def make(original):
        def connect(dsn="", *arguments, **keywords):
            parts = libpq_to_scratch(module.extensions.parse_dsn(dsn))
            return original(module.extensions.make_dsn(**parts), *arguments, **keywords)

        return connect

    instead(module, "_connect", make)


def by_attributes(scheme, method):
    """Drivers whose connection knows host and port as attributes."""

    def watch(module):
        def look(self, *_, **__):
            host, port = getattr(self, "host", None) or getattr(self, "_host", None), getattr(self, "port", None) or getattr(self, "_port", None)
            if scheme != "redis" or host not in ("localhost", "127.0.0.1", "::1", None):
                keep_from(scheme, host, number(port))

        for kind in ("AbstractConnection", "Connection", "MySQLConnection", "CMySQLConnection"):
            owner = getattr(module, kind, None)
            if isinstance(owner, type):
                before(owner, method, look)

    return watch


def by_arguments(scheme, kind, usual_port):
    """Drivers whose connection is told host and port when it is made."""

    def watch(module):
        def look(self, *_, host=None, port=None, **__):
            keep_from(scheme, host, number(port) or usual_port)

        before(getattr(module, kind), "__init__", look)

    return watch


def by_functions(scheme, *names):
    """Drivers that are compiled: no connection of theirs is met on its way, so the functions that make them are."""

    def watch(module):
        def look(dsn=None, *_, host=None, server=None, port=None, **__):
            # The text of a connection may hold its password: no part of it is told.
            keep_from(scheme, host or server, number(port))

        for name in names:
            before(module, name, look)

    return watch


def watch_mongo(module):
    """Whatever is asked of a server, one is chosen first; a client that is asked nothing does no harm."""

    def look(self, *_, **__):
        seeds = sorted(getattr(getattr(self, "_settings", None), "seeds", None) or [(None, None)], key=str)
        keep_from("mongodb", *seeds[0][:2])

    before(module.Topology, "_select_servers_loop", look)


def watch_mongo_monitors(module):
    """From its making on a client calls at its servers, in the background: for it there are none."""

    def look(*_, **__):
        if guarded:
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")

    for name in ("_create_connection", "_async_create_connection"):
        before(module, name, look)


# Any other driver: Python itself tells of a connection before it is made.

usual_ports = {1433: "mssql", 1521: "oracle", 3306: "mysql", 5432: "postgresql", 7687: "neo4j", 9042: "cassandra", 27017: "mongodb"}


def watch_sockets():
    def look(event, arguments):
        if event != "socket.connect" or not isinstance(arguments[1], tuple):
            return
        host, port = arguments[1][:2]
        if port in usual_ports and not is_scratch_server(host, port):
            keep_from(usual_ports[port], host, port)

    if guarded:
        sys.addaudithook(look)


# Files of databases.


def by_file(scheme):
    """Databases in a file: what is opened is a copy of it."""

    def watch(module):
        def make(original):
            def connect(*arguments, **keywords):
                # SQLite's first parameter has no name before Python 3.13, and `database` for all.
                if guarded and arguments:
                    arguments = (scratch_file(scheme, arguments[0]),) + arguments[1:]
                elif guarded and "database" in keywords:
                    keywords["database"] = scratch_file(scheme, keywords["database"])
                return original(*arguments, **keywords)

            return connect

        instead(module, "connect", make)

    return watch


def scratch_file(scheme, database):
    """The database to open in the place of this one: itself where it lies in the scratch folder or in memory, else a copy."""
    text = os.fsdecode(database) if isinstance(database, (str, bytes, os.PathLike)) else ""
    if scheme == "duckdb" and text.startswith(("md:", "motherduck:")):
        keep_from("motherduck", None, None)
    prefix, path, query = split_uri(text)
    real = os.path.realpath(path)
    if path in ("", ":default:") or path.startswith(":memory:") or "mode=memory" in query or real.startswith(folder + "/"):
        return database
    # Where its folder is not there, the file cannot be opened, as it could not at home.
    if not os.path.isdir(os.path.dirname(real)):
        return database
    lead_away(scheme, None, None, path, scheme)
    return prefix + copy_of(real) + query


def split_uri(text):
    """`file:///data/shop.db?mode=ro` as `file:`, `/data/shop.db` and `?mode=ro` (https://www.sqlite.org/uri.html)."""
    if not text.startswith("file:"):
        return "", text, ""
    path, mark, query = text[5:].partition("?")
    if path.startswith("//"):
        path = path[path.find("/", 2) :] if "/" in path[2:] else ""
    return "file:", path, mark + query


def copy_of(path):
    """A copy of a database's file with what its journals hold, made once."""
    place = os.path.join(folder, "database-files")
    copy = os.path.join(place, path.strip("/").replace("/", "-"))
    if not os.path.isdir(place):
        os.mkdir(place)
    for suffix in ("", "-wal", "-journal", ".wal"):
        if os.path.isfile(path + suffix) and not os.path.exists(copy + suffix):
            with open(path + suffix, "rb") as source, open(copy + suffix, "wb") as target:
                for chunk in iter(lambda: source.read(1 << 20), b""):
                    target.write(chunk)
    return copy


watchers = {
    "sqlalchemy.engine.interfaces": watch_engines,
    "asyncpg.connect_utils": watch_asyncpg,
    "psycopg.connection": watch_psycopg,
    "psycopg.connection_async": watch_psycopg,
    "psycopg2": watch_psycopg2,
    "pymysql.connections": by_attributes("mysql", "connect"),
    "aiomysql.connection": by_attributes("mysql", "_connect"),
    "mysql.connector.connection": by_attributes("mysql", "_open_connection"),
    "mysql.connector.connection_cext": by_attributes("mysql", "_open_connection"),
    "MySQLdb.connections": by_arguments("mysql", "Connection", 3306),
    "pg8000.core": by_arguments("postgresql", "CoreConnection", 5432),
    "redis.connection": by_attributes("redis", "connect"),
    "redis.asyncio.connection": by_attributes("redis", "connect"),
    "pymongo.topology": watch_mongo,
    "pymongo.synchronous.topology": watch_mongo,
    "pymongo.asynchronous.topology": watch_mongo,
    "pymongo.pool": watch_mongo_monitors,
    "pymongo.pool_shared": watch_mongo_monitors,
    "pymongo.synchronous.pool": watch_mongo_monitors,
    "pymongo.asynchronous.pool": watch_mongo_monitors,
    "asyncmy.connection": by_functions("mysql", "connect", "_connect"),
    "pymssql": by_functions("mssql", "connect"),
    "pyodbc": by_functions("odbc", "connect"),
    "oracledb": by_functions("oracle", "connect", "connect_async", "create_pool", "create_pool_async"),
    "cx_Oracle": by_functions("oracle", "connect", "Connection", "SessionPool"),
    "ibm_db": by_functions("db2", "connect", "pconnect"),
    "sqlite3.dbapi2": by_file("sqlite"),
    "duckdb": by_file("duckdb"),
}
