"""Reads manifests with the tools that own their formats: pip for requirements files, packaging and tomllib for PEP 621,
poetry-core for poetry's tables, setuptools for setup.cfg and setup.py.

Reads a JSON list of {"kind", "path", "files"} from standard input; prints a JSON list with, for each, the sorted main list
as [name, extras, specifier, marker], or {"error": …} where the tool refuses the file.
"""

import configparser
import json
import os
import re
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name


def row(name, extras, specifier, marker):
    written = ",".join(sorted(str(each) for each in SpecifierSet(str(specifier))))
    return [canonicalize_name(name), sorted(extras), written, str(marker) if marker else None]


def of_requirement(text):
    requirement = Requirement(text)
    return row(requirement.name, requirement.extras, requirement.specifier, requirement.marker)


def read_requirements(path):
    from pip._internal.network.session import PipSession
    from pip._internal.req import parse_requirements
    from pip._internal.req.constructors import install_req_from_parsed_requirement

    rows = []
    for parsed in parse_requirements(str(path), session=PipSession()):
        if parsed.constraint:
            continue
        installed = install_req_from_parsed_requirement(parsed)
        if installed.req is not None and installed.link is None:
            requirement = installed.req
            rows.append(row(requirement.name, installed.extras, requirement.specifier, installed.markers))
    return rows


def read_pyproject(path):
    document = tomllib.loads(path.read_text())
    project = document.get("project", {})
    if "dependencies" in project or "poetry" not in document.get("tool", {}):
        sources = document.get("tool", {}).get("uv", {}).get("sources", {})
        named = [text for text in project.get("dependencies", []) if " @ " not in text]
        return [found for found in map(of_requirement, named) if found[0] not in sources]
    from poetry.core.factory import Factory

    package = Factory().create_poetry(path.parent).package
    rows = []
    for dependency in package.requires:
        if dependency.is_optional():
            continue
        if dependency.is_vcs() or dependency.is_directory() or dependency.is_file() or dependency.is_url():
            continue
        constraint = "" if dependency.constraint.is_any() else str(dependency.constraint)
        # poetry-core shows an exact version without an operator.
        exact = f"=={constraint}" if constraint[:1].isdigit() else constraint
        rows.append(row(dependency.name, dependency.extras, "" if "||" in exact else exact.replace(" ", ""), None))
    return rows


def read_pipfile(path):
    rows = []
    for name, value in tomllib.loads(path.read_text()).get("packages", {}).items():
        table = value if isinstance(value, dict) else {"version": value}
        if {"git", "path", "file"} & set(table):
            continue
        version = table.get("version", "*")
        rows.append(row(name, table.get("extras", []), "" if version == "*" else version, table.get("markers")))
    return rows


def read_setup_cfg(path):
    parser = configparser.ConfigParser()
    parser.read(path)
    lines = parser.get("options", "install_requires", fallback="").splitlines()
    return [of_requirement(line.split(" #")[0]) for line in lines if line.strip() and not line.startswith("#")]


def read_setup_py(path):
    seen = {}
    source = re.sub(r"^from setuptools import .*$", "", path.read_text(), flags=re.M).replace("import setuptools", "")
    stub = type("setuptools", (), {"setup": lambda **options: seen.update(options), "find_packages": lambda *a, **k: []})
    names = {"setup": stub.setup, "find_packages": stub.find_packages, "setuptools": stub, "__file__": str(path)}
    exec(compile(source, str(path), "exec"), names)
    return [of_requirement(text) for text in seen.get("install_requires", [])]


READERS = {
    "requirements": read_requirements,
    "pyproject": read_pyproject,
    "pipfile": read_pipfile,
    "setup-cfg": read_setup_cfg,
    "setup-py": read_setup_py,
}


def read(manifest):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in manifest["files"].items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        os.chdir(folder)
        try:
            return sorted(READERS[manifest["kind"]](Path(folder, manifest["path"])), key=str)
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}


print(json.dumps([read(manifest) for manifest in json.load(sys.stdin)]))
