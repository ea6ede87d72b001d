"""Makes mutants of a sound backend.

Usage: python mutate.py REQUEST.json
The request has `files` (path to text), `cwd`, `target`, `environment`, `manifest`, `pools`, `pool`, `seed`, `count` and
`operators` (names, or none for all). Prints a JSON list of objects with `operator`, `about`, `files`, `environment` and `pool`.
"""

import hashlib
import importlib
import json
import pkgutil
import random
import sys
import warnings

import operators
from registry import OPERATORS
from source import Project

warnings.simplefilter("ignore")
for found in pkgutil.iter_modules(operators.__path__):
    importlib.import_module(f"operators.{found.name}")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    project = Project(
        request["files"],
        request["cwd"],
        request["target"],
        request["environment"],
        request["manifest"],
        request["pools"],
        request["pool"],
    )
    chooser = random.Random(request["seed"])
    chosen = [one for one in OPERATORS if not request["operators"] or one.name in request["operators"]]
    print(json.dumps(list(mutants(project, chosen, chooser, request["count"]))))


def mutants(project, chosen, chooser, count):
    """Up to `count` different mutants, operators drawn by their weight."""
    sites = {one.name: shuffled(one.sites(project, chooser), chooser) for one in chosen}
    seen = set()
    made = 0
    while made < count:
        usable = [one for one in chosen if sites[one.name]]
        if not usable:
            return
        one = chooser.choices(usable, [choice.weight for choice in usable])[0]
        mutation = sites[one.name].pop()()
        if mutation is None or not (mutation.files or mutation.environment or mutation.pool):
            continue
        key = hashlib.sha256(repr((mutation.files, mutation.environment, mutation.pool)).encode()).digest()
        if key in seen:
            continue
        seen.add(key)
        made += 1
        yield {"operator": one.name, **vars(mutation)}


def shuffled(sites, chooser):
    found = list(sites)
    chooser.shuffle(found)
    return found


main()
