"""Writes the public attributes of classes of the standard library whose objects never get more, by version.

    python3 class-members.py one            prints them for the Python that runs it, as JSON
    python3 class-members.py PYTHON... TABLE.json > ../../src/project/imports/simulator/classes/library-class-members.ts

A table is what `one` printed for a version that is not at hand: node stdlib-pyodide.mjs FOLDER class-members.py > TABLE.json

Of the special methods only those are kept that `with` and `async with` ask for. Of `name@9-12` the first number is the minor version of Python 3 that brought it and the second the first one without it; versions
before the oldest and behind the newest of the interpreters given count as those.
"""

import json
import subprocess
import sys

CLASSES = """
builtins.str builtins.bytes builtins.bytearray builtins.int builtins.float builtins.bool builtins.complex builtins.list builtins.tuple builtins.dict
builtins.set builtins.frozenset builtins.range builtins.object datetime.date datetime.datetime datetime.time datetime.timedelta datetime.timezone
decimal.Decimal fractions.Fraction pathlib.Path pathlib.PurePath uuid.UUID re.Pattern collections.deque collections.OrderedDict
collections.defaultdict collections.Counter logging.Logger threading.Thread asyncio.Queue asyncio.Lock asyncio.Event asyncio.Semaphore
asyncio.Condition asyncio.BoundedSemaphore threading.Event contextvars.ContextVar collections.ChainMap queue.Queue string.Template zoneinfo.ZoneInfo
concurrent.futures.ThreadPoolExecutor contextlib.ExitStack contextlib.AsyncExitStack types.MappingProxyType argparse.ArgumentParser
configparser.ConfigParser logging.Formatter logging.StreamHandler http.HTTPStatus http.HTTPMethod
""".split()
ENTERED_BY = {"__enter__", "__aenter__"}
# What their objects are given when they are made.
MADE_PLAINLY = {"threading.Thread", "threading.Event", "queue.Queue", "argparse.ArgumentParser", "configparser.ConfigParser"}


def describe():
    import importlib

    found = {}
    for full in CLASSES:
        module, name = full.rsplit(".", 1)
        try:
            cls = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError):
            continue
        names = {one for one in dir(cls) if not one.startswith("_") or one in ENTERED_BY}
        if full == "logging.Logger":
            names |= set(vars(cls("probe")))
        elif full in MADE_PLAINLY or module in ("asyncio", "logging"):
            names |= {one for one in vars(cls()) if not one.startswith("_")}
        elif full == "uuid.UUID":
            names |= {"int", "is_safe"}
        elif full == "string.Template":
            names |= {"template"}
        elif module == "http":
            names |= {"name", "value"} | set(cls.__members__) | {one for base in cls.__mro__ for one in dir(base) if not one.startswith("_")}
            names |= {one for one in vars(next(iter(cls))) if not one.startswith("_")}
        found[full] = sorted(names)
    return found


def main(interpreters):
    tables = {}
    for python in interpreters:
        if python.endswith(".json"):
            table = json.loads(open(python).read())
            tables[table.pop("minor")] = table
            continue
        table = json.loads(subprocess.check_output([python, "-W", "ignore", __file__, "one"]))
        tables[table.pop("minor")] = table
    print("/** Public attributes by class, written by scripts/catalog/class-members.py; `name@9-12`: from Python 3.9 on, no more from 3.12 on. */")
    print("export const libraryClassMembers: Readonly<Record<string, string>> = {")
    for full in CLASSES:
        minors = [minor for minor in sorted(tables) if full in tables[minor]]
        words = []
        for name in sorted(set().union(*(tables[minor][full] for minor in minors))):
            there = [minor for minor in minors if name in tables[minor][full]]
            since = "" if there[0] == minors[0] else str(there[0])
            until = "" if there[-1] == minors[-1] else str(there[-1] + 1)
            words.append(name + (f"@{since}-{until}" if since or until else ""))
        print(f'\t"{full}": "{" ".join(words)}",')
    print("};")


if sys.argv[1:] in (["one"], []) or sys.platform == "emscripten":
    print(json.dumps({**describe(), "minor": sys.version_info[1]}))
else:
    main(sys.argv[1:])
