"""Reads manifests with the tools that install from them: pip and uv for requirements files; packaging, hatchling, pdm and uv
for PEP 621; poetry-core for poetry's tables; plette (pipenv's reader) for a Pipfile; setuptools' ways for setup.cfg and setup.py.

Reads a JSON list of {"kind", "path", "files"} from standard input; prints a JSON list with, for each, what each tool reads: the
sorted main list as [name, extras, specifier, marker], or the text with which it refuses the file. The first tool is the format's own.
"""

import configparser
import functools
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
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


def project_of(path):
    return tomllib.loads(path.read_text())


def without_addresses(path, rows):
    """Requirements that a table of uv gives an address are left out, as those are that name one themselves."""
    sources = project_of(path).get("tool", {}).get("uv", {}).get("sources", {})
    return [found for found in rows if found[0] not in sources]


def read_project(path):
    named = [text for text in project_of(path).get("project", {}).get("dependencies", []) if " @ " not in text]
    return without_addresses(path, map(of_requirement, named))


def read_with_hatchling(path):
    from hatchling.metadata.core import ProjectMetadata
    from hatchling.plugin.manager import PluginManager

    named = ProjectMetadata(str(path.parent), PluginManager()).core.dependencies_complex
    return without_addresses(path, [of_requirement(str(each)) for each in named.values() if each.url is None])


@functools.cache
def pdm_core():
    from pdm.core import Core

    return Core()


def read_with_pdm(path):
    requirements = pdm_core().create_project(path.parent, global_config=os.devnull).get_dependencies()
    named = [each for each in requirements if each.is_named]
    return without_addresses(path, [of_requirement(each.as_line()) for each in named])


def uv(*arguments):
    command = [str(Path(sys.executable).with_name("uv")), "--offline", "--no-progress", "--no-config", "--quiet"]
    # A search for an interpreter takes longer than all the rest.
    environment = {**os.environ, "UV_PYTHON": sys.executable}
    ran = subprocess.run([*command, *arguments], capture_output=True, text=True, env=environment)
    if ran.returncode != 0:
        raise ValueError(ran.stderr)


def read_requirements_with_uv(path):
    """What `uv add` takes over into a project that has nothing else."""
    project = path.parent / "uv-project"
    project.mkdir()
    (project / "pyproject.toml").write_text('[project]\nname = "taken-over"\nversion = "0"\nrequires-python = ">=3.11"\n')
    uv("add", "--frozen", "--no-workspace", "--raw", "--project", str(project), "--requirements", str(path))
    return read_project(project / "pyproject.toml")


def read_project_with_uv(path):
    """What uv's own build backend, which is part of uv, writes into the metadata of a wheel."""
    text = re.sub(r"^\[build-system\]\n(?:(?!\[).*\n?)*", "", path.read_text(), flags=re.M)
    name = re.sub(r"\W+", "_", project_of(path)["project"]["name"]).lower()
    module = path.parent / "uv-build" / "src" / name
    module.mkdir(parents=True)
    (module / "__init__.py").touch()
    root = path.parent / "uv-build"
    backend = '\n[build-system]\nrequires = ["uv_build>=0.8,<1"]\nbuild-backend = "uv_build"\n'
    (root / "pyproject.toml").write_text(re.sub(r"^(?:readme|license|license-files) *=.*\n", "", text, flags=re.M) + backend)
    uv("build", "--wheel", "--out-dir", str(root / "out"), str(root))
    [wheel] = (root / "out").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        [metadata] = [each for each in archive.namelist() if each.endswith("/METADATA")]
        lines = archive.read(metadata).decode().split("\n\n")[0].splitlines()
    named = [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]
    main = [text for text in named if " @ " not in text and "extra ==" not in text]
    return without_addresses(path, map(of_requirement, main))


def read_poetry(path):
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


def read_with_plette(path):
    from plette import Pipfile

    with path.open() as file:
        packages = Pipfile.load(file).packages
    return [row_of_pipfile(name, package._data) for name, package in packages.items() if is_named(package._data)]


def is_named(value):
    return not (isinstance(value, dict) and {"git", "path", "file"} & set(value))


def row_of_pipfile(name, value):
    table = value if isinstance(value, dict) else {"version": value}
    version = table.get("version", "*")
    return row(name, table.get("extras", []), "" if version == "*" else version, table.get("markers"))


def read_pipfile(path):
    packages = project_of(path).get("packages", {})
    return [row_of_pipfile(name, value) for name, value in packages.items() if is_named(value)]


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
    "requirements": {"pip": read_requirements, "uv": read_requirements_with_uv},
    "project": {"packaging": read_project, "hatchling": read_with_hatchling, "pdm": read_with_pdm, "uv": read_project_with_uv},
    "poetry": {"poetry-core": read_poetry},
    "pipfile": {"tomllib": read_pipfile, "plette": read_with_plette},
    "setup-cfg": {"configparser": read_setup_cfg},
    "setup-py": {"setuptools": read_setup_py},
}


def kind_of(manifest):
    if manifest["kind"] != "pyproject":
        return manifest["kind"]
    document = tomllib.loads(manifest["files"][manifest["path"]])
    return "project" if "dependencies" in document.get("project", {}) or "poetry" not in document.get("tool", {}) else "poetry"


def read_with(reader, manifest):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in manifest["files"].items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        os.chdir(folder)
        try:
            return sorted(reader(Path(folder, manifest["path"])), key=str)
        except Exception as error:
            return f"{type(error).__name__}: {error}".replace(folder, "")


manifests = json.load(sys.stdin)
print(json.dumps([{tool: read_with(reader, each) for tool, reader in READERS[kind_of(each)].items()} for each in manifests]))
