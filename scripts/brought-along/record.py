"""Writes data/brought-along.json: how many packages bring a package along when they are installed, counted in data/package-metadata.txt.br.

Run: python record.py, with packaging and brotli installed. Of each package the newest release that is known counts, with all that its
requirements require on Linux, and no extra that nobody asks for. Those that extend FastAPI or Starlette by their name are counted
apart as well: they bring other things along than the rest.
"""

import collections
import datetime
import json
import pathlib
import re

import brotli
from packaging.requirements import InvalidRequirement, Requirement

DATA = pathlib.Path(__file__).parents[2] / "data"
EXTENSION = re.compile(r"(?:fastapi|starlette)-")
ENVIRONMENT = {
    "python_version": "3.12",
    "python_full_version": "3.12.1",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}


def normalize(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def parsed(texts):
    for text in texts:
        try:
            yield Requirement(text)
        except InvalidRequirement:
            continue


def required(requirements, extras):
    for each in requirements:
        if each.marker is None or any(each.marker.evaluate({**ENVIRONMENT, "extra": extra}) for extra in ("", *extras)):
            yield normalize(each.name), tuple(sorted(each.extras))


def brought_by(name, known):
    seen, waiting = set(), [(name, ())]
    while waiting:
        package = waiting.pop()
        if package not in seen:
            seen.add(package)
            waiting.extend(required(known.get(package[0], []), package[1]))
    return {each for each, _ in seen} - {name}


def main():
    lines = brotli.decompress((DATA / "package-metadata.txt.br").read_bytes()).decode().splitlines()[1:]
    known = {}
    for line in lines:
        name, facts = line.split("\t")
        each = json.loads(facts)
        known[name] = list(parsed(each["sets"][each["releases"][-1][1]]["requires"]))
    counts, among_extensions = collections.Counter(), collections.Counter()
    for name in known:
        brought = brought_by(name, known)
        counts.update(brought)
        if EXTENSION.match(name):
            among_extensions.update(brought)
    document = {
        "generated": datetime.date.today().isoformat(),
        "packages": len(known),
        "extensions": sum(1 for name in known if EXTENSION.match(name)),
        "brought": {name: [counts[name], among_extensions[name]] for name in sorted(counts)},
    }
    (DATA / "brought-along.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
