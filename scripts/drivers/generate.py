"""Writes data/database-drivers.json: which distribution is which SQLAlchemy driver, and since which version it supports Python 3.12.

Run with a Python that has a current SQLAlchemy: python scripts/drivers/generate.py
The dialects and extras are SQLAlchemy's own (its modules and its METADATA); the floors come from the wheels on the
package index: the oldest release with a wheel for Python 3.12 that also says so (a cp312 wheel, or the classifier).
"""

import datetime
import importlib
import inspect
import json
import pathlib
import pkgutil
import re
import subprocess
import sys
import tempfile
import zipfile
from email.parser import HeaderParser
from importlib.metadata import metadata

DATABASES = ("postgresql", "mysql", "sqlite", "mssql", "oracle")
# Distributions whose import name SQLAlchemy's metadata does not tell.
DISTRIBUTIONS = {"MySQLdb": ["mysqlclient"], "psycopg2": ["psycopg2-binary", "psycopg2"], "pymysql": ["pymysql"], "psycopg": ["psycopg"], "mysql.connector": ["mysql-connector-python"]}
EXTRAS = {"psycopg": ["binary"]}
PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64")


def list_drivers():
    """(database, driver, is async, import name) of every dialect that imports a package."""
    drivers = []
    for database in DATABASES:
        package = importlib.import_module(f"sqlalchemy.dialects.{database}")
        for module in pkgutil.iter_modules(package.__path__):
            if module.name == "base":
                continue
            loaded = importlib.import_module(f"{package.__name__}.{module.name}")
            for attribute in ("dialect", "dialect_async"):
                dialect = getattr(loaded, attribute, None)
                if dialect is None:
                    continue
                source = inspect.getsource(dialect.import_dbapi)
                found = re.findall(r'__import__\(\s*"([\w.]+)"|^\s+import (\w+)', source, re.M)
                names = [first or second for first, second in found]
                if names and not {"sqlite3", "dbapi2", "sqlcipher3"} >= set(names):
                    drivers.append((database, dialect.driver, dialect.is_async, names[0]))
    return drivers


def index_versions(name):
    output = subprocess.run([sys.executable, "-m", "pip", "index", "versions", name], capture_output=True, text=True).stdout
    versions = re.search(r"Available versions: (.*)", output)
    return versions.group(1).split(", ") if versions else []


def supports_312(name, version):
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--python-version=3.12"]
        command += [f"--platform={each}" for each in PLATFORMS]
        command += ["-d", folder, f"{name}=={version}"]
        if subprocess.run(command, capture_output=True).returncode != 0:
            return False
        wheel = next(pathlib.Path(folder).glob("*.whl"))
        if "cp312" in wheel.name:
            return True
        with zipfile.ZipFile(wheel) as archive:
            member = next(each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
            headers = HeaderParser().parsestr(archive.read(member).decode())
        return "Programming Language :: Python :: 3.12" in (headers.get_all("Classifier") or [])


def floor_of(name, versions):
    """Walks down from the newest while releases still support 3.12; binary search would trust that no release forgot it."""
    floor = None
    for version in versions:
        if not supports_312(name, version):
            return floor
        floor = version
    return floor


def main():
    entries = {}
    for database, driver, is_async, import_name in list_drivers():
        for distribution in DISTRIBUTIONS.get(import_name, [import_name.lower().replace("_", "-")]):
            entry = entries.setdefault(distribution, {"importName": import_name, "extras": EXTRAS.get(distribution, []), "drivers": []})
            entry["drivers"].append({"database": database, "name": driver, "async": is_async})
    for distribution, entry in entries.items():
        versions = index_versions(distribution)
        wheel_of = "psycopg-binary" if distribution == "psycopg" else distribution
        entry["newest"] = versions[0] if versions else None
        entry["floor"] = floor_of(wheel_of, index_versions(wheel_of))
        print(distribution, entry, file=sys.stderr)
    document = {
        "generated": datetime.date.today().isoformat(),
        "source": f"SQLAlchemy {metadata('sqlalchemy')['Version']}; floors: oldest release that supports Python 3.12",
        "drivers": dict(sorted(entries.items())),
    }
    path = pathlib.Path(__file__).parents[2] / "data" / "database-drivers.json"
    path.write_text(json.dumps(document, indent="\t") + "\n")


if __name__ == "__main__":
    main()
