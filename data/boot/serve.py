"""Runs the console script `uvicorn` in this very process, just as Python itself would, and tells on descriptor 3 how far it gets.

Arguments: NAME=VALUE pairs, `--`, then uvicorn's own arguments, the target first.
  folder    scratch folder, for the stacks of a crash or a hang
  root      the project's root; modules below it are its own
  guard     `1`: only throw-away databases may be connected to
  postgres  USER@HOST:PORT/DATABASE of the scratch PostgreSQL, or empty; its password lies in `folder`
  original  the root that `root` is a copy of, or empty; paths that lead there are bent to the copy
  until     `import` stops before the lifespan

Nothing is imported here that Python has not loaded before the first line of a program, or a module of the project that bears the
name of a standard one would be overlooked. For the same reason the other files of this program, in `serve/`, are no modules to Python.
"""

import os
import sys

FOREIGN = 97

HERE = os.path.dirname(os.path.abspath(sys.argv[1]))


def part(name, **given):
    """Another file of this program, with what it is given as its globals."""
    with open(os.path.join(HERE, "serve", name + ".py"), "rb") as file:
        code = compile(file.read(), "<bootmend>", "exec")
    module = type(sys)("bootmend." + name)
    module.__dict__.update(given)
    exec(code, module.__dict__)
    return module


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


def read_postgres(address):
    if not address:
        return None
    user, _, place = address.partition("@")
    server, _, database = place.partition("/")
    host, _, port = server.partition(":")
    with open(os.path.join(FOLDER, "postgres", "password")) as file:
        password = file.read()
    return {
        "host": host,
        "port": int(port),
        "user": user,
        "password": password,
        "database": database,
        "certificate": os.path.join(FOLDER, "postgres", "server.crt"),
        "trusted": os.path.join(FOLDER, "trusted.pem"),
    }


own_arguments = dict(each.split("=", 1) for each in sys.argv[2 : sys.argv.index("--")])
FOLDER, ROOT = own_arguments["folder"], own_arguments["root"]
ORIGINAL, COPY = own_arguments["original"], ROOT

scripts = os.path.dirname(os.path.abspath(sys.executable))
sys.argv[:] = [os.path.join(scripts, "uvicorn"), *sys.argv[sys.argv.index("--") + 1 :]]
# `python -c` puts an empty name for the working directory first, a console script its own folder: until uvicorn itself inserts the
# working directory, no module of the project stands in the way of what uvicorn and its libraries import.
if sys.path and sys.path[0] == "":
    sys.path[0] = scripts
if ORIGINAL:
    bend_paths()
telling = part("telling")
telling.tell(
    "python",
    version="%d.%d.%d" % sys.version_info[:3],
    library=os.path.dirname(os.__file__),
    packages=[path for path in sys.path if path.endswith(("/site-packages", "/dist-packages"))],
)
if not has_server():
    telling.tell("no-server")
    os._exit(96)
part("stacks", tell=telling.tell, folder=FOLDER).watch_for_trouble()
databases = part(
    "databases",
    tell=telling.tell,
    folder=FOLDER,
    guarded=own_arguments["guard"] == "1",
    postgres=read_postgres(own_arguments["postgres"]),
    FOREIGN=FOREIGN,
)
databases.watch_sockets()
imports = part("imports", root=ROOT, watchers=databases.watchers)
imports.time_imports()
steps = part(
    "steps",
    tell=telling.tell,
    printed=telling.printed,
    imports=imports,
    databases=databases,
    until=own_arguments["until"],
    FOREIGN=FOREIGN,
)
try:
    import re  # noqa: F401  The script asks for it first.

    steps.watch_uvicorn(sys.argv[1])
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
