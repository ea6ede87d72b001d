"""Writes data/removed-names.json: names and parameters that releases of well-known packages took away, seen by really importing them.

Run: python record.py UV [DISTRIBUTION…], where UV is the program of https://docs.astral.sh/uv/, which installs a release in a moment.
What is compared stands in packages.txt. A name is removed where a release has it and none of the newer ones; so is a parameter of a
function or a class that takes no others in its place. Of what Python's signatures do not tell, CALLS are really made.
"""

import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).parent
OUTPUT = FOLDER.parents[1] / "data" / "removed-names.json"
NEWEST = "3.11"

# distribution → releases as in packages.txt, then what is called and the keywords of which newer releases know nothing: code that makes the call
CALLS = {
    "pymongo": ("3.13.0 4.8.0 latest", "pymongo.MongoClient", {each: f"import pymongo; pymongo.MongoClient('mongodb://localhost', connect=False, **{{{each!r}: {value!r}}})" for each, value in {"ssl_cert_reqs": 0, "ssl_match_hostname": False, "ssl_ca_certs": None, "ssl_certfile": None, "ssl_keyfile": None, "waitQueueMultiple": 1}.items()}),
    "sentry-sdk": ("1.5.12 1.45.1 latest", "sentry_sdk.init", {each: f"import sentry_sdk; sentry_sdk.init({each}={value!r})" for each, value in {"request_bodies": "always", "with_locals": True, "propagate_traces": True}.items()}),
    "strawberry-graphql": ("0.219.2+fastapi+pydantic<2.10 latest+fastapi", "strawberry.fastapi.GraphQLRouter", {"graphiql": "import strawberry.fastapi as f; import strawberry\n@strawberry.type\nclass Query:\n    a: int = 1\nf.GraphQLRouter(strawberry.Schema(query=Query), graphiql=True)"}),
    "sendgrid": ("5.6.0 6.0.5 latest", "sendgrid.SendGridAPIClient", {"apikey": "import sendgrid; sendgrid.SendGridAPIClient(apikey='SG.x')"}),
    "pyjwt": ("1.7.1 2.0.1 latest", "jwt.decode", {"verify": "import jwt; jwt.decode(jwt.encode({'a': 1}, 'k' * 32), verify=False)"}),
}

PROBE = r'''
import importlib, inspect, json, sys, types, warnings
warnings.simplefilter("ignore")
modules, asked = json.loads(sys.argv[1])

def load(name):
    try:
        return importlib.import_module(name)
    except Exception:
        return None

def parameters(value):
    if not callable(value) or getattr(value, "__module__", "") == "builtins":
        return None
    try:
        found = inspect.signature(value).parameters.values()
    except Exception:
        return None
    if any(each.kind == each.VAR_KEYWORD for each in found):
        return "any"
    return [each.name for each in found if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]

def is_own(name, value):
    top = name.split(".")[0]
    if isinstance(value, types.ModuleType):
        return value.__name__.split(".")[0] == top
    home = getattr(value, "__module__", None)
    return home is None or home == "builtins" or home.split(".")[0] == top

answer = {}
for name in modules:
    module = load(name)
    if module is None:
        continue
    names = {each for each in dir(module) if not each.startswith("_")} | set(asked.get(name, []))
    found = {}
    for each in names:
        try:
            value = getattr(module, each)
        except Exception:
            value = load(f"{name}.{each}")
            if value is None:
                continue
        if is_own(name, value):
            found[each] = parameters(value)
    answer[name] = found
print("ANSWER" + json.dumps(answer))
'''


def install(uv, folder, name, release):
    """The Python of a fresh environment with a release, `1.1.4@3.8+markupsafe<2.1`; None with what uv says where that fails."""
    asked, *alongside = release.split("+")
    version, _, python = asked.partition("@")
    subprocess.run([uv, "venv", "-q", "--clear", "--python", python or NEWEST, folder], check=True)
    wanted = name if version == "latest" else f"{name}=={version}"
    command = [uv, "pip", "install", "-q", "--python", f"{folder}/bin/python", wanted, "setuptools<70", *alongside]
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode != 0:
        print(name, release, ran.stderr[-300:], file=sys.stderr)
        return None, None
    said = subprocess.run([uv, "pip", "freeze", "--python", f"{folder}/bin/python"], capture_output=True, text=True).stdout
    normal = re.sub(r"[-_.]+", "-", name).lower()
    [found] = [line.split("==")[1] for line in said.splitlines() if re.sub(r"[-_.]+", "-", line.split("==")[0]).lower() == normal]
    return f"{folder}/bin/python", found


def look(python, modules, asked):
    ran = subprocess.run([python, "-c", PROBE, json.dumps([modules, asked])], capture_output=True, text=True, cwd="/")
    line = next((line for line in ran.stdout.splitlines() if line.startswith("ANSWER")), None)
    return None if line is None else json.loads(line.removeprefix("ANSWER"))


def first_gone(seen, has):
    """The first release from which on a thing that was there is there no more; None where the newest has it or none ever had."""
    present = [has(each) for _, each in seen]
    if present[-1] or True not in present:
        return None
    last = max(index for index, each in enumerate(present) if each)
    return seen[last + 1][0]


def compare(uv, name, releases, modules):
    seen, asked = [], {}
    for release in releases:
        with tempfile.TemporaryDirectory() as folder:
            python, version = install(uv, folder, name, release)
            found = None if python is None else look(python, modules, asked)
        if found is None:
            continue
        seen.append((version, found))
        for module, names in found.items():
            asked[module] = sorted({*asked.get(module, []), *names})
    named = [each.split("@")[0].split("+")[0] for each in releases if not each.startswith("latest")]
    gone = {"releases": [version for version, _ in seen if version in named], "modules": {}, "names": {}, "parameters": {}}
    for module in modules:
        at = first_gone(seen, lambda each: module in each)
        if at is not None:
            gone["modules"][module] = at
        for each in asked.get(module, []):
            at = first_gone(seen, lambda found: each in found.get(module, {}))
            if at is not None:
                gone["names"][f"{module}.{each}"] = at
                continue
            known = {parameter for _, found in seen for parameter in known_parameters(found, module, each)}
            for parameter in sorted(known):
                at = first_gone(seen, lambda found: takes(found, module, each, parameter))
                if at is not None:
                    gone["parameters"].setdefault(f"{module}.{each}", {})[parameter] = {"from": at}
    return gone


def known_parameters(found, module, name):
    signature = found.get(module, {}).get(name)
    return [each for each in signature if each[0] != "_"] if isinstance(signature, list) else []


def takes(found, module, name, parameter):
    signature = found.get(module, {}).get(name)
    return not isinstance(signature, list) or parameter in signature


def call(uv, name, releases, callee, codes):
    """Keywords → the first release that refuses them, and the line that it prints."""
    said = {each: [] for each in codes}
    for release in releases.split():
        with tempfile.TemporaryDirectory() as folder:
            python, version = install(uv, folder, name, release)
            for each, code in codes.items() if python else ():
                ran = subprocess.run([python, "-W", "ignore", "-c", code], capture_output=True, text=True, cwd="/")
                lines = [line for line in ran.stderr.splitlines() if re.match(r"[\w.]+(?:Error|Exception)\b", line)]
                said[each].append((version, None if ran.returncode == 0 else (lines or ["?"])[-1]))
    found = {}
    for each, answers in said.items():
        at = first_gone([(version, line is None) for version, line in answers], lambda works: works)
        if at is not None:
            found[each] = {"from": at, "error": dict(answers)[at]}
    return {callee: found} if found else {}


def main():
    uv, *wanted = sys.argv[1:]
    packages = json.loads(OUTPUT.read_text())["packages"] if wanted and OUTPUT.exists() else {}
    for line in (FOLDER / "packages.txt").read_text().splitlines():
        if not line or line[0] == "#":
            continue
        (name, *releases), modules = (part.split() for part in line.split(" : "))
        if not wanted or name in wanted:
            packages[name] = compare(uv, name, releases, modules)
    for name, (releases, callee, codes) in CALLS.items():
        if not wanted or name in wanted:
            known = packages.setdefault(name, {"releases": [], "modules": {}, "names": {}, "parameters": {}})
            known["parameters"].update(call(uv, name, releases, callee, codes))
    for name in packages:
        print(name, {kind: len(each) for kind, each in packages[name].items()}, file=sys.stderr)
    document = {"generated": datetime.date.today().isoformat(), "packages": dict(sorted(packages.items()))}
    OUTPUT.write_text(json.dumps(document, indent="\t") + "\n")


if __name__ == "__main__":
    main()
