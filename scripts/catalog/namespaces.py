"""Writes data/namespace-packages.json: which distribution provides which part of a package that many share (`google.protobuf`).

Run: python3 namespaces.py WORK. The wheels of the distributions in namespaces.txt are fetched into the folder WORK and only
looked into; nothing is installed or run. A folder without `__init__.py` is shared; its parts are named
down to the first that only one distribution fills.
"""

import datetime
import json
import pathlib
import re
import subprocess
import sys
import zipfile

HERE = pathlib.Path(__file__).parent


def fetch(name, folder):
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*command, "--dest", str(folder), name], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def parts_of(wheel):
    """Dotted names of the packages and modules that lie in folders without `__init__.py`, and the distribution's name."""
    with zipfile.ZipFile(wheel) as archive:
        files = archive.namelist()
        metadata = next(name for name in files if name.endswith(".dist-info/METADATA"))
        name = re.search(r"^Name: *(.+)$", archive.read(metadata).decode(), re.M).group(1).strip()
    packages = {path.rpartition("/")[0] for path in files if path.endswith("/__init__.py")}
    parts = set()
    for path in files:
        steps = path.split("/")
        if not re.search(r"\.(?:py|so|pyd)$", path) or steps[0].endswith((".dist-info", ".data", ".libs")) or len(steps) < 2:
            continue
        for length in range(1, len(steps)):
            if "/".join(steps[:length]) in packages:
                break
        else:
            length = len(steps)
        dotted = [step.split(".")[0] for step in steps[:length]]
        if length > 1 and all(step.isidentifier() for step in dotted):
            parts.add(".".join(dotted))
    return re.sub(r"[-_.]+", "-", name).lower(), parts


def collapse(providers):
    """Names a folder below the shared package, not each of its parts, where all of them come from one distribution."""
    collapsed = {}
    for part, distributions in providers.items():
        steps = part.split(".")
        for length in range(2, len(steps) + 1):
            prefix = ".".join(steps[:length])
            below = [tuple(sorted(names)) for other, names in providers.items() if f"{other}.".startswith(f"{prefix}.")]
            # A folder with a single part may well be filled by other distributions too (azure.storage).
            if length == len(steps) or (len(below) > 1 and len(set(below)) == 1):
                collapsed[prefix] = distributions
                break
    return collapsed


def main():
    work = pathlib.Path(sys.argv[1])
    work.mkdir(parents=True, exist_ok=True)
    names = [line for line in (HERE / "namespaces.txt").read_text().splitlines() if line and not line.startswith("#")]
    providers = {}
    for name in names:
        stem = re.sub(r"[-_.]+", "[-_.]", name)
        found = [each for each in work.glob("*.whl") if re.match(rf"{stem}-\d", each.name, re.I)]
        if not found:
            fetch(name, work)
            found = [each for each in work.glob("*.whl") if re.match(rf"{stem}-\d", each.name, re.I)]
        distribution, parts = parts_of(found[0])
        for part in parts:
            providers.setdefault(part, []).append(distribution)
    providers = collapse(providers)
    document = {
        "generated": datetime.date.today().isoformat(),
        "source": "wheels of the distributions in scripts/catalog/namespaces.txt",
        "parts": {part: sorted(providers[part]) for part in sorted(providers)},
    }
    (HERE.parents[1] / "data" / "namespace-packages.json").write_text(json.dumps(document, indent="\t") + "\n")


if __name__ == "__main__":
    main()
