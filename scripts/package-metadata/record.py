"""Writes data/package-metadata.txt.br: what releases of packages require and which import names they bring, from their own metadata.

Run: python record.py NAMES FOLDER…, with folders of wheels and site-packages (or the archives of an installer's cache) at any depth.
Nothing is fetched and nothing in them is run. What stands in data/package-metadata.txt.br already is kept, so that folders can be read
one after the other. NAMES is a file with the name of a published package at the start of each line: what is not among them is
somebody's own project and left out. So are the extras that serve work on a package itself.
"""

import datetime
import email.parser
import json
import os
import pathlib
import re
import sys
import zipfile

import brotli

DATA = pathlib.Path(__file__).parents[2] / "data"
OUTPUT = DATA / "package-metadata.txt.br"
DEVELOPMENT = re.compile(r"extra\s*==\s*['\"](?:dev|develop|development|tests?|testing|docs?|lint|linting|ci|typing|types|benchmark|examples?|release)[\w.-]*['\"]")
RELEASE = re.compile(r"(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+))?(?:\.post(\d+))?")
IMPORTABLE = re.compile(r"([A-Za-z_]\w*)(?:/[^,\n]*?\.(?:py|so|pyd)|(?:\.[\w-]+)*\.(?:py|so|pyd))$")
# Folders that packages drop into site-packages by accident; nobody imports them to use the package.
ACCIDENTS = {"test", "tests", "testing", "doc", "docs", "example", "examples", "benchmark", "benchmarks", "scripts", "tools", "build", "src"}


def normalize(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def describe(metadata, files):
    headers = email.parser.HeaderParser().parsestr(metadata)
    names = {found.group(1) for file in files if (found := IMPORTABLE.match(file))}
    return headers["Name"], headers["Version"], {
        "requires": [re.sub(r"\s+", " ", each) for each in headers.get_all("Requires-Dist", []) if not DEVELOPMENT.search(each)],
        "python": headers["Requires-Python"],
        "topLevel": sorted(names - ACCIDENTS - {"__pycache__"}),
        "extras": [each for each in headers.get_all("Provides-Extra", []) if not DEVELOPMENT.search(f"extra == '{each}'")],
    }


def from_wheel(path):
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        metadata = next((name for name in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)), None)
        return None if metadata is None else describe(wheel.read(metadata).decode("utf-8", "replace"), names)


def from_folder(path):
    # What was installed from a folder or a repository is nobody's release.
    if (path / "direct_url.json").exists() or not (path / "METADATA").exists() or not (path / "RECORD").exists():
        return None
    files = [line.rsplit(",", 2)[0].strip('"') for line in (path / "RECORD").read_text(errors="replace").splitlines()]
    return describe((path / "METADATA").read_text(errors="replace"), files)


def listed(folders):
    for folder in folders:
        for place, inner, files in os.walk(folder):
            for name in files:
                if name.endswith(".whl"):
                    yield from_wheel(os.path.join(place, name))
            for name in inner:
                if name.endswith(".dist-info"):
                    yield from_folder(pathlib.Path(place, name))
            inner[:] = [name for name in inner if not name.endswith(".dist-info") and (place == folder or name in ("lib", "site-packages") or re.match(r"python3|pool-|[\w-]{20,}$", name))]


def order(version):
    release, stage, number, post = RELEASE.fullmatch(version).groups()
    return [int(part) for part in release.split(".")], ("a", "b", "rc", None).index(stage), int(number or 0), int(post or 0)


def without_prereleases(found):
    """Releases before the first final one count only where there is no final one."""
    final = {version: facts for version, facts in found.items() if RELEASE.fullmatch(version).group(2) is None}
    return final or found


def main():
    published = {normalize(line.split()[0]) for line in pathlib.Path(sys.argv[1]).read_text().splitlines() if line.strip()}
    lines = brotli.decompress(OUTPUT.read_bytes()).decode().splitlines()[1:] if OUTPUT.exists() else []
    packages = {name: json.loads(facts) for name, facts in (line.split("\t") for line in lines)}
    found = {name: {version: each["sets"][place] for version, place in each["releases"]} for name, each in packages.items()}
    spelled = {name: each["name"] for name, each in packages.items()}
    for release in listed(sys.argv[2:]):
        if release is None or normalize(release[0]) not in published or not RELEASE.fullmatch(release[1]):
            continue
        name = normalize(release[0])
        spelled[name] = release[0]
        found.setdefault(name, {})[release[1]] = release[2]
    document = {}
    for name in sorted(found):
        kept = without_prereleases(found[name])
        sets, releases = [], []
        for version in sorted(kept, key=order):
            facts = kept[version]
            if facts not in sets:
                sets.append(facts)
            releases.append([version, sets.index(facts)])
        document[name] = {"name": spelled[name], "releases": releases, "sets": sets}
    print(len(document), "packages,", sum(len(each["releases"]) for each in document.values()), "releases", file=sys.stderr)
    # A line for each package, so that nobody has to parse the others.
    lines = [f"{name}\t{json.dumps(facts, separators=(',', ':'))}\n" for name, facts in document.items()]
    OUTPUT.write_bytes(brotli.compress("".join([f"generated {datetime.date.today().isoformat()}\n", *lines]).encode()))


if __name__ == "__main__":
    main()
