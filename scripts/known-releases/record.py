"""Writes data/known-releases.json.br: which releases some packages have had, and what each of them requires, read from their wheels.

Run: python record.py UV, where UV is the program of https://docs.astral.sh/uv/, which installs a release in a moment. What packages
are read, and from which release on, stands in packages.txt. The names of the releases are asked for with several Pythons, since pip
leaves out what the one that runs it cannot install.
"""

import datetime
import email.parser
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

import brotli
from pip._internal.models.index import PyPI

# Extras for work on the package itself: nobody installs them to serve.
DEVELOPMENT = re.compile(r"extra\s*==\s*['\"](?:dev|test|tests|testing|doc|docs|lint|ci|typing|benchmark)[\w-]*['\"]")
PYTHONS = [found for minor in range(8, 15) if (found := shutil.which(f"python3.{minor}"))]
FOLDER = pathlib.Path(__file__).parent


def numbers(version):
    return [int(part) for part in version.split(".")]


def releases(name):
    """Final releases and the ones after a final release, oldest first."""
    found = set()
    for python in PYTHONS:
        command = [python, "-m", "pip", "index", "versions", name, "--disable-pip-version-check"]
        listed = re.search(r"Available versions: (.*)", subprocess.run(command, capture_output=True, text=True).stdout)
        found |= set(listed.group(1).split(", ")) if listed else set()
    plain = [version for version in found if re.fullmatch(r"\d+(\.\d+)*(\.post\d+)?", version)]
    return in_order(plain)


class Page(html.parser.HTMLParser):
    """The files of a page of the simple index (PEP 503), and whether each of them is withdrawn."""

    def __init__(self):
        super().__init__()
        self.files = []
        self.withdrawn = None

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.withdrawn = "data-yanked" in dict(attributes)

    def handle_data(self, data):
        if self.withdrawn is not None and data.strip():
            self.files.append((data.strip(), self.withdrawn))
            self.withdrawn = None


def yanked(name):
    """Final releases whose files are all withdrawn: pip names them nowhere, and installs them where exactly they are asked for (PEP 592)."""
    page = Page()
    with urllib.request.urlopen(f"{PyPI.simple_url}/{name}/") as answer:
        page.feed(answer.read().decode())
    withdrawn, kept = set(), set()
    for file, is_withdrawn in page.files:
        found = re.match(r"[^-]+(?:-[a-zA-Z][^-]*)*-(\d+(?:\.\d+)*(?:\.post\d+)?)(?:-.*\.whl|\.tar\.gz|\.zip)$", file)
        if found:
            (withdrawn if is_withdrawn else kept).add(found.group(1))
    return withdrawn - kept


def in_order(versions):
    return sorted(versions, key=lambda version: numbers(version.replace("post", "")))


def read_metadata(uv, requirements):
    """Name → (requirements, requires-python) of wheels that are installed together into an empty folder; None where that fails."""
    with tempfile.TemporaryDirectory() as folder:
        command = [uv, "pip", "install", "-q", "--no-deps", "--only-binary=:all:", "--link-mode=hardlink", "--target", folder]
        if subprocess.run([*command, "--python", sys.executable, *requirements], capture_output=True).returncode != 0:
            return None
        answers = {}
        for path in pathlib.Path(folder).glob("*.dist-info/METADATA"):
            headers = email.parser.HeaderParser().parsestr(path.read_text())
            requires = [each for each in headers.get_all("Requires-Dist", []) if not DEVELOPMENT.search(each)]
            answers[re.sub(r"[-_.]+", "-", headers["Name"]).lower()] = (requires, headers["Requires-Python"])
        return answers


def main():
    uv = sys.argv[1]
    lines = [line.split() for line in (FOLDER / "packages.txt").read_text().splitlines() if line and line[0] != "#"]
    versions = {name: releases(name) for name, *_ in lines}
    pending = {name: [each for each in versions[name] if numbers(each.replace("post", "")) >= numbers(first[0])] for name, *first in lines if first}
    facts = {name: {} for name in versions}
    while any(pending.values()):
        batch = {name: waiting.pop() for name, waiting in pending.items() if waiting}
        answers = read_metadata(uv, [f"{name}=={version}" for name, version in batch.items()])
        for name, version in batch.items():
            found = answers if answers is not None else read_metadata(uv, [f"{name}=={version}"])
            if found is not None and name in found:
                facts[name][version] = found[name]
    packages = {}
    for name, known in facts.items():
        sets = []
        places = {}
        for version, (requires, python) in known.items():
            entry = {"requires": sorted(requires), "python": python}
            if entry not in sets:
                sets.append(entry)
            places[version] = sets.index(entry)
        withdrawn = yanked(name)
        releases_of_name = in_order({*versions[name], *withdrawn})
        packages[name] = {"releases": [[version, places[version]] if version in places else [version] for version in releases_of_name], "sets": sets}
        if withdrawn:
            packages[name]["yanked"] = in_order(withdrawn)
        print(name, len(versions[name]), len(known), len(sets), file=sys.stderr)
    document = {"generated": datetime.date.today().isoformat(), "packages": packages}
    data = json.dumps(document, separators=(",", ":")).encode()
    (FOLDER.parents[1] / "data" / "known-releases.json.br").write_bytes(brotli.compress(data))


if __name__ == "__main__":
    main()
