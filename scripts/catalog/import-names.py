"""Writes data/import-names.json: which distributions provide an import name, best first.

The names were read from the packages on PyPI by the index that the pigar project ships (`pigar/.db.sqlite3` in its
wheel); wheels that are at hand (download.sh) correct it. Only distributions among the most downloaded ones are kept,
since a suggestion to install something nobody uses would be a trap.

    python3 import-names.py --index pigar/.db.sqlite3 --ranks ranks.tsv --wheels FOLDER --output ../../data/import-names.json

ranks.tsv has a header, the distribution's name in its first column and its download rank in its fourth.
"""

import argparse
import collections
import glob
import json
import re
import sqlite3
import sys
import zipfile

LOWEST_RANK = 8000
MOST_PER_NAME = 4
# Folders that packages drop into site-packages by accident; nobody imports them to use the package.
ACCIDENTS = {
    "test", "tests", "testing", "doc", "docs", "example", "examples", "sample", "samples", "demo", "benchmark", "benchmarks", "src", "lib",
    "build", "dist", "scripts", "script", "tools", "bin", "setup", "conf", "config", "data", "resources", "utils", "util", "common",
    "core", "models", "app", "api", "main", "server", "static", "templates", "licenses", "LICENSE", "README", "notebooks", "unit_tests",
    "integration_tests", "_version", "version", "conftest", "db", "services", "schemas", "routers", "routes", "database", "settings",
    "backend", "cli", "client", "helpers", "constants", "exceptions", "types", "middleware", "auth", "crud",
}

# Modules that left the standard library, and who carries them on (https://peps.python.org/pep-0594/).
CARRIED_ON = {
    "asynchat": "standard-asynchat", "asyncore": "standard-asyncore", "cgi": "legacy-cgi", "cgitb": "legacy-cgi", "crypt": "standard-crypt",
    "distutils": "setuptools", "imghdr": "standard-imghdr", "imp": "zombie-imp", "mailcap": "standard-mailcap",
    "nntplib": "standard-nntplib", "pipes": "standard-pipes", "smtpd": "standard-smtpd", "sndhdr": "standard-sndhdr",
    "uu": "standard-uu", "xdrlib": "standard-xdrlib",
}


def normalize(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def read_ranks(path):
    ranks = {}
    with open(path, encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            columns = line.rstrip("\n").split("\t")
            if len(columns) > 3 and columns[3].isdigit():
                ranks[normalize(columns[0])] = int(columns[3])
    return ranks


def top_levels_of_wheel(path):
    """Names below which a wheel puts modules, and the distribution's own name."""
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        fields = wheel.read(metadata).decode("utf-8")
        distribution = re.search(r"^Name: *(.+)$", fields, re.M).group(1).strip()
    found = set()
    for name in names:
        first, _, rest = name.partition("/")
        if first.endswith((".dist-info", ".data", ".libs")):
            continue
        module = re.match(r"([A-Za-z_]\w*)(\.py|(\.[\w-]+)?\.(so|pyd))$", first)
        if rest and re.fullmatch(r"[A-Za-z_]\w*", first) and re.search(r"\.(py|so|pyd)$", rest):
            found.add(first)
        elif not rest and module:
            found.add(module.group(1))
    return distribution, found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--index", required=True)
    parser.add_argument("--ranks", required=True)
    parser.add_argument("--wheels", required=True)
    parser.add_argument("--output", required=True)
    options = parser.parse_args()
    ranks = read_ranks(options.ranks)
    spelled = {}
    provides = collections.defaultdict(set)
    index = sqlite3.connect(options.index)
    for name, module in index.execute(
        "select d.name, t.name from top_level_module_names t join distributions d on d.id = t.distribution_id"
    ):
        key = normalize(name)
        if ranks.get(key, sys.maxsize) <= LOWEST_RANK:
            spelled[key] = name
            provides[key].add(module)
    for path in sorted(glob.glob(options.wheels + "/*.whl")):
        name, modules = top_levels_of_wheel(path)
        key = normalize(name)
        spelled[key] = name
        provides[key] = modules
    by_module = collections.defaultdict(list)
    for key, modules in provides.items():
        for module in modules:
            if module not in ACCIDENTS and re.fullmatch(r"[A-Za-z_]\w*", module) and not key.startswith("types-"):
                by_module[module].append(key)
    result = {}
    for module, distribution in CARRIED_ON.items():
        by_module[module] = by_module[module] or [distribution]
        spelled.setdefault(distribution, distribution)
    for module in sorted(by_module):
        keys = sorted(by_module[module], key=lambda key: (ranks.get(key, sys.maxsize), key))
        result[module] = [normalize(spelled[key]) for key in keys[:MOST_PER_NAME]]
    with open(options.output, "w", encoding="utf-8") as output:
        output.write("{\n" + ",\n".join(f"{json.dumps(name)}:{json.dumps(found, separators=(',', ':'))}" for name, found in result.items()) + "\n}\n")
    print(len(result), "import names")


main()
