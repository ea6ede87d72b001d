"""Runs the console script `uvicorn` in this very process, just as Python itself would, and tells on descriptor 3 how far it gets.

Arguments: NAME=VALUE pairs, `--`, then uvicorn's own arguments, the target first.
  folder    scratch folder, for the stacks of a crash or a hang
  root      the project's root; modules below it are its own
  guard     `1`: only databases in the scratch folder and at `hosts` may be connected to
  hosts     HOST:PORT of the scratch databases, comma separated
  original  the root that `root` is a copy of, or empty; paths that lead there are bent to the copy
  until     `import` stops before the lifespan

Nothing is imported here that Python has not loaded before the first line of a program, or a module of the project that bears the
name of a standard one would be overlooked.
"""

import os
import sys
import time

import _frozen_importlib_external
import _signal
import faulthandler

MARKERS = 3
FOREIGN = 97

process = os.getpid()
own_started = time.monotonic()


def quote(text):
    """A JSON string."""
    out = []
    for character in str(text):
        code = ord(character)
        if code > 0xFFFF:
            code -= 0x10000
            out.append("\\u%04x\\u%04x" % (0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF)))
        elif code < 0x20 or code > 0x7E or character in '"\\':
            out.append("\\u%04x" % code)
        else:
            out.append(character)
    return '"' + "".join(out) + '"'


def encode(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ",".join(quote(key) + ":" + encode(each) for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(encode(each) for each in value) + "]"
    return quote(value)


def tell(event, **details):
    """One event; a forked child says nothing."""
    if os.getpid() != process:
        return
    details["event"] = event
    details["at"] = round((time.monotonic() - own_started) * 1000)
    data = (encode(details) + "\n").encode("ascii", "backslashreplace")
    try:
        while data:
            data = data[os.write(MARKERS, data) :]
    except OSError:
        pass


def printed(error):
    """An exception as Python prints it at its end, suggestions included."""

    class Sink:
        encoding = "utf-8"

        def __init__(self):
            self.parts = []

        def write(self, text):
            self.parts.append(text)

        def flush(self):
            pass

    sink, before = Sink(), sys.stderr
    try:
        sys.stderr = sink
        sys.__excepthook__(type(error), error, error.__traceback__)
    except BaseException:
        pass
    finally:
        sys.stderr = before
    return "".join(sink.parts)[-60000:]


# What is imported, and how long each module's own top level takes.

open_imports = []
finished_imports = []
recording = False


def import_begins(name):
    open_imports.append([name, time.perf_counter(), 0.0])


def import_ends(module):
    name, begun, inner = open_imports.pop()
    lasted = time.perf_counter() - begun
    if open_imports:
        open_imports[-1][2] += lasted
    if recording:
        finished_imports.append((name, (lasted - inner) * 1000, getattr(module, "__file__", None) or ""))
    watcher = watchers.get(name)
    if watcher is not None:
        try:
            watcher(module)
        except Exception:
            pass


# Python leaves out the frames of its import machinery, which it knows by this file name; ours is to be left out with them.
TIMED = """
def exec_module(self, module):
    begins(module.__name__)
    try:
        original(self, module)
    finally:
        ends(module)
"""


def time_imports():
    for loader in (_frozen_importlib_external.SourceFileLoader, _frozen_importlib_external.ExtensionFileLoader):
        scope = {"begins": import_begins, "ends": import_ends, "original": loader.exec_module}
        exec(compile(TIMED, "<frozen importlib._bootstrap_external>", "exec"), scope)
        loader.exec_module = scope["exec_module"]


def own_imports():
    """Modules of the project among them; what is installed inside its folder is none of its own."""
    own = [path for _, _, path in finished_imports if path.startswith(ROOT + "/")]
    return sum(1 for path in own if "/site-packages/" not in path)


def slowest():
    chosen = sorted(finished_imports, key=lambda each: -each[1])[:40]
    return [[name, round(lasted, 2)] for name, lasted, _ in chosen]


# Engines, and whether their databases may be touched.

foreign = []


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


def engine_scheme(drivername):
    return drivername.partition("+")[0]


def engine_made(engine):
    url = engine.url
    host = url.host or (url.query.get("host") if hasattr(url.query, "get") else None)
    shown = {"scheme": url.drivername, "host": host, "port": url.port, "database": url.database}
    allowed = not GUARDED or is_scratch(engine_scheme(url.drivername), host, url.port, url.database)
    tell("engine", allowed=allowed, **shown)
    if allowed:
        return
    foreign.append(shown)

    engine.dialect.connect = lambda *_, **__: refuse(shown)


def refuse(shown):
    tell("foreign", connecting=True, **shown)
    os._exit(FOREIGN)


def is_scratch(dialect, host, port, database):
    if dialect == "sqlite":
        return is_scratch_file(database)
    if dialect not in ("postgresql", "postgres"):
        return False
    return "%s:%s" % (host, port) in HOSTS


def is_scratch_file(path):
    if path is None or path in ("", ":memory:"):
        return True
    if path.startswith("file:"):
        path = path[5:].partition("?")[0]
        if path.startswith("///"):
            path = path[2:]
        if path in ("", ":memory:"):
            return True
    real = os.path.realpath(path)
    return real.startswith(FOLDER + "/")


# Connections that drivers open without SQLAlchemy.


def keep_from(scheme, host, port, database=None):
    """Ends the server where what it is about to connect to is no scratch database."""
    if GUARDED and not is_scratch(scheme, host, port, database):
        refuse({"scheme": scheme, "host": host, "port": port, "database": database})


def before(owner, name, look):
    """Has `look` see the arguments of a function first. Class methods stay what they are."""
    found = owner.__dict__.get(name) if isinstance(owner, type) else getattr(owner, name, None)
    if found is None:
        return
    original = getattr(found, "__func__", found)

    def looked(*arguments, **keywords):
        look(*arguments, **keywords)
        return original(*arguments, **keywords)

    for attribute in ("__name__", "__qualname__", "__doc__", "__module__"):
        if hasattr(original, attribute):
            setattr(looked, attribute, getattr(original, attribute))
    looked.__wrapped__ = original
    setattr(owner, name, classmethod(looked) if isinstance(found, classmethod) else looked)


def number(port):
    try:
        return int(port)
    except (TypeError, ValueError):
        return None


def watch_asyncpg(module):
    def look(*_, addr=(None, None), **__):
        host, port = (addr, None) if isinstance(addr, str) else addr[:2]
        keep_from("postgresql", host, port)

    before(module, "_connect_addr", look)


def first(value):
    return str(value).split(",")[0] if value else None


def keep_from_libpq(parts):
    host = first(parts.get("hostaddr") or parts.get("host") or os.environ.get("PGHOST"))
    port = number(first(parts.get("port") or os.environ.get("PGPORT") or 5432))
    keep_from("postgresql", host, port, parts.get("dbname"))


def watch_psycopg(module):
    def look(cls, conninfo="", *_, **__):
        from psycopg.conninfo import conninfo_to_dict

        keep_from_libpq(conninfo_to_dict(conninfo))

    if hasattr(module, "BaseConnection"):
        before(module.BaseConnection, "_connect_gen", look)


def watch_psycopg2(module):
    def look(dsn="", *_, **__):
        keep_from_libpq(module.extensions.parse_dsn(dsn))

    before(module, "_connect", look)


def by_attributes(scheme, method):
    """Drivers whose connection knows host and port as attributes."""

    def watch(module):
        def look(self, *_, **__):
            host, port = getattr(self, "host", None) or getattr(self, "_host", None), getattr(self, "port", None) or getattr(self, "_port", None)
            if scheme != "redis" or host not in ("localhost", "127.0.0.1", "::1", None):
                keep_from(scheme, host, number(port))

        for kind in ("AbstractConnection", "Connection"):
            owner = getattr(module, kind, None)
            if isinstance(owner, type):
                before(owner, method, look)

    return watch


def watch_mongo(module):
    def look(self, *_, **__):
        seeds = sorted(getattr(getattr(self, "_settings", None), "seeds", None) or [(None, None)], key=str)
        keep_from("mongodb", *seeds[0][:2])

    before(module.Topology, "select_servers", look)


def watch_sqlite(module):
    def look(database="", *_, **__):
        path = os.fsdecode(database) if isinstance(database, (str, bytes, os.PathLike)) else ""
        # What libraries keep among the temporary files is nobody's database.
        if not os.path.realpath(path).startswith(("/tmp/", "/var/tmp/")):
            keep_from("sqlite", None, None, path)

    before(module, "connect", look)


watchers = {
    "sqlalchemy.engine.interfaces": watch_engines,
    "asyncpg.connect_utils": watch_asyncpg,
    "psycopg.connection": watch_psycopg,
    "psycopg._connection_base": watch_psycopg,
    "psycopg2": watch_psycopg2,
    "pymysql.connections": by_attributes("mysql", "connect"),
    "aiomysql.connection": by_attributes("mysql", "_connect"),
    "redis.connection": by_attributes("redis", "connect"),
    "redis.asyncio.connection": by_attributes("redis", "connect"),
    "pymongo.topology": watch_mongo,
    "pymongo.synchronous.topology": watch_mongo,
    "pymongo.asynchronous.topology": watch_mongo,
    "sqlite3.dbapi2": watch_sqlite,
}


# Where it stands when it does not get on.


def frames_of(frame):
    found = []
    while frame is not None:
        found.append([frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name])
        frame = frame.f_back
    found.reverse()
    return found


def awaited_by(coroutine):
    """The places where a suspended coroutine and those that it awaits stand, outermost first."""
    found = []
    for _ in range(200):
        frame = None
        inner = None
        for prefix in ("cr", "gi", "ag"):
            if hasattr(coroutine, prefix + "_frame"):
                frame = getattr(coroutine, prefix + "_frame")
                inner = getattr(coroutine, "gi_yieldfrom" if prefix == "gi" else prefix + "_await", None)
                break
        if frame is None:
            break
        found.append([frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name])
        if not any(hasattr(inner, name) for name in ("cr_frame", "gi_frame", "ag_frame")):
            # `async with` awaits the next step of a generator, which does not say whose step it is; its context manager does.
            inner = getattr(frame.f_locals.get("self"), "gen", None)
            if inner is None or not hasattr(inner, "ag_frame"):
                break
        coroutine = inner
    return found


def tell_where(_signal_number, frame):
    stacks = [frames_of(frame)]
    asyncio = sys.modules.get("asyncio")
    try:
        for task in asyncio.all_tasks(asyncio.get_running_loop()):
            stacks.append(awaited_by(task.get_coro()))
    except Exception:
        pass
    tell("stacks", stacks=stacks)


def watch_for_trouble():
    stacks = os.open(os.path.join(FOLDER, "stacks.txt"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    faulthandler.enable(file=stacks)
    faulthandler.register(_signal.SIGUSR2, file=stacks, all_threads=True)
    _signal.signal(_signal.SIGUSR1, tell_where)


# uvicorn, step by step.


def watch_uvicorn(target):
    import uvicorn.config
    import uvicorn.lifespan.on
    import uvicorn.server

    load = uvicorn.config.import_from_string

    def import_from_string(text):
        global recording
        if text != target:
            return load(text)
        if not finished_imports:
            recording = True
            tell("importing")
        try:
            application = load(text)
        except BaseException as error:
            recording = False
            own = own_imports()
            tell("failed", stage="import", exit=isinstance(error, SystemExit), own=own, traceback=printed(error))
            raise
        if recording:
            recording = False
            tell("imported", modules=len(finished_imports), own=own_imports(), slowest=slowest())
        return application

    uvicorn.config.import_from_string = import_from_string

    lifespan = uvicorn.lifespan.on.LifespanOn
    startup, shutdown, send = lifespan.startup, lifespan.shutdown, lifespan.send

    async def watched_startup(self):
        if UNTIL == "import":
            tell("lifespan")
            os._exit(0)
        if foreign:
            tell("foreign", connecting=False, **foreign[0])
            os._exit(FOREIGN)
        tell("lifespan")
        tell_application(self.config)
        await startup(self)
        tell("lifespan-over", failed=bool(self.should_exit))

    async def watched_shutdown(self):
        tell("shutdown")
        await shutdown(self)
        tell("shutdown-over", failed=bool(self.should_exit))

    async def watched_send(self, message):
        if message.get("type", "").endswith(".failed"):
            tell("failed", stage=message["type"].split(".")[1], exit=False, traceback=str(message.get("message") or "")[-60000:])
        await send(self, message)

    lifespan.startup, lifespan.shutdown, lifespan.send = watched_startup, watched_shutdown, watched_send

    server_startup = uvicorn.server.Server.startup

    async def watched_server_startup(self, *arguments, **keywords):
        await server_startup(self, *arguments, **keywords)
        if self.started:
            tell("listening")

    uvicorn.server.Server.startup = watched_server_startup


def tell_application(config):
    """Where the application keeps its OpenAPI document, and its routes, for where it keeps none."""
    application = config.loaded_app
    for _ in range(20):
        if hasattr(application, "openapi_url") or not hasattr(application, "app"):
            break
        application = application.app
    try:
        routes = []
        for route in application.routes[:500]:
            methods = sorted(getattr(route, "methods", None) or [])
            if methods and getattr(route, "include_in_schema", True):
                routes.append([route.path, methods])
        tell("application", openapi=getattr(application, "openapi_url", None), routes=routes)
    except Exception:
        pass


def bend_paths():
    """An editable install leads to the project itself; in a copy of it, to the copy."""

    def bent(path):
        return COPY + path[len(ORIGINAL) :] if path == ORIGINAL or path.startswith(ORIGINAL + "/") else path

    inside = [path for path in sys.path if "/site-packages" not in path[len(ORIGINAL) :]]
    sys.path[:] = [bent(path) if path in inside else path for path in sys.path]
    for finder in sys.meta_path:
        module = sys.modules.get(getattr(finder, "__module__", None) or "")
        for name in ("MAPPING", "NAMESPACES"):
            table = getattr(module, name, None)
            if not isinstance(table, dict):
                continue
            for key, value in list(table.items()):
                table[key] = [bent(each) for each in value] if isinstance(value, list) else bent(value)


def has_server():
    return any(os.path.exists(os.path.join(folder, "uvicorn", "__init__.py")) for folder in sys.path)


own_arguments = dict(each.split("=", 1) for each in sys.argv[2 : sys.argv.index("--")])
FOLDER, ROOT = own_arguments["folder"], own_arguments["root"]
GUARDED, UNTIL = own_arguments["guard"] == "1", own_arguments["until"]
HOSTS = own_arguments["hosts"].split(",")
ORIGINAL, COPY = own_arguments["original"], ROOT

scripts = os.path.dirname(os.path.abspath(sys.executable))
sys.argv[:] = [os.path.join(scripts, "uvicorn"), *sys.argv[sys.argv.index("--") + 1 :]]
# `python -c` puts an empty name for the working directory first, a console script its own folder: until uvicorn itself inserts the
# working directory, no module of the project stands in the way of what uvicorn and its libraries import.
if sys.path and sys.path[0] == "":
    sys.path[0] = scripts
if ORIGINAL:
    bend_paths()
tell(
    "python",
    version="%d.%d.%d" % sys.version_info[:3],
    library=os.path.dirname(os.__file__),
    packages=[path for path in sys.path if path.endswith(("/site-packages", "/dist-packages"))],
)
if not has_server():
    tell("no-server")
    os._exit(96)
watch_for_trouble()
time_imports()
try:
    import re  # noqa: F401  The script asks for it first.

    watch_uvicorn(sys.argv[1])
except BaseException:
    # uvicorn cannot be imported; running it below shows the error as Python would.
    pass

# What pip writes into the script.
SCRIPT = """
import re
import sys
from uvicorn.main import main
if __name__ == "__main__":
    sys.exit(main())
"""
program = sys.modules["__main__"].__dict__
program.update(__doc__=None, __cached__=None)
if os.path.exists(sys.argv[0]):
    program["__file__"] = sys.argv[0]
exec(compile(SCRIPT, "<uvicorn>", "exec"), program)
