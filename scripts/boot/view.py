"""Makes a virtual environment that holds exactly what a manifest would install, by linking it out of a pool.

Usage: pool/bin/python view.py REQUEST.json
The request has `destination`, `manifest` (a requirements.txt or pyproject.toml, or null), `also` and `without`
(distribution names). Prints a JSON object with `missing`: requirements that the pool cannot meet.
"""

import json
import os
import re
import sys
from importlib import metadata
from pathlib import Path

try:
    import tomllib
except ImportError:  # Before Python 3.11 pip has brought it along.
    from pip._vendor import tomli as tomllib

from pip._vendor.packaging.requirements import InvalidRequirement, Requirement
from pip._vendor.packaging.utils import canonicalize_name

# Every proof starts a server with uvicorn, whether or not the manifest thought of it.
SERVER = ["uvicorn"]


def read_requirements(path):
    """The requirement lines of a manifest, `-r` includes followed."""
    if path.name == "pyproject.toml":
        try:
            return tomllib.loads(path.read_text()).get("project", {}).get("dependencies", [])
        except tomllib.TOMLDecodeError:
            return []
    lines = []
    for line in path.read_text(errors="replace").replace("\\\n", " ").splitlines():
        line = re.sub(r"(^|\s)#.*$", "", line).strip()
        include = re.match(r"(?:-r|--requirement)[\s=]*(\S+)", line)
        if include:
            lines += read_requirements(path.parent / include.group(1))
        elif line and not line.startswith("-"):
            lines.append(re.sub(r"\s--hash.*$", "", line))
    return lines


def closure(requirements, without):
    """Distributions that an installation would bring, and the requirements that the pool cannot meet."""
    chosen, missing, seen = {}, [], set()
    # Older Pythons do not find `backports-zoneinfo` by its normalized name.
    installed = {canonicalize_name(each.metadata["Name"]): each for each in metadata.distributions()}
    pending = [(line, "") for line in requirements]
    while pending:
        line, extra = pending.pop()
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            missing.append(line)
            continue
        name = canonicalize_name(requirement.name)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        distribution = installed.get(name)
        if distribution is None:
            missing.append(line)
            continue
        if not requirement.specifier.contains(distribution.version, prereleases=True):
            missing.append(f"{line} (the pool has {distribution.version})")
        for wanted in ["", *sorted(requirement.extras)]:
            if (name, wanted) in seen:
                continue
            seen.add((name, wanted))
            pending += [(text, wanted) for text in distribution.requires or []]
        if name not in without:
            chosen[name] = distribution
    return chosen, missing


def link(distributions, destination):
    """Fills site-packages with links to the top-level entries of each distribution."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site_packages = destination / "lib" / version / "site-packages"
    site_packages.mkdir(parents=True)
    (destination / "bin").mkdir()
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    (destination / "bin" / "python").symlink_to(base)
    full = ".".join(map(str, sys.version_info[:3]))
    (destination / "pyvenv.cfg").write_text(
        f"home = {base.parent}\ninclude-system-site-packages = false\nversion = {full}\n"
    )
    for distribution in distributions.values():
        folder = Path(distribution.locate_file(""))
        for path in distribution.files or []:
            if path.parts[0] not in ("..", "__pycache__"):
                link_entry(folder, site_packages, path.parts)


def link_entry(folder, site_packages, parts):
    """Links the first part that is a package or a file; folders without `__init__.py`, which distributions may share, are made."""
    entry = Path(parts[0])
    for part in parts[1:]:
        if entry.suffix == ".dist-info" or (folder / entry / "__init__.py").exists():
            break
        entry /= part
    target = site_packages / entry
    if not os.path.lexists(target) and (folder / entry).exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(folder / entry)


def main():
    request = json.loads(Path(sys.argv[1]).read_text())
    requirements = read_requirements(Path(request["manifest"])) if request["manifest"] else []
    without = {canonicalize_name(name) for name in request["without"]}
    distributions, missing = closure([*requirements, *request["also"], *SERVER], without)
    link(distributions, Path(request["destination"]))
    print(json.dumps({"missing": missing}))


main()
