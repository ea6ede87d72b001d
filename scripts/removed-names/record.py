"""Writes data/removed-names.json: what releases of well-known packages took away or refuse, seen by really importing and calling them.

Run: python record.py UV, where UV is the program of https://docs.astral.sh/uv/, which installs a release in a moment. It takes half an hour,
looks into everything once, and writes the file whole. With DISTRIBUTION… behind UV it prints what it sees of those, and writes nothing.

What is compared stands in packages.txt. A name is removed where a release has it and none of the newer ones; so is a parameter of a function or
a class that takes no others in its place, an attribute of a class, and a place for an argument. Of what signatures do not tell, the
calls of calls.py are really made.
"""

import concurrent.futures
import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from calls import CALLS, GIVEN, OBJECTS

FOLDER = pathlib.Path(__file__).parent
OUTPUT = FOLDER.parents[1] / "data" / "removed-names.json"
PROBE = (FOLDER / "probe.py").read_text()
NEWEST = "3.11"
KINDS = ("modules", "imports", "names", "attributes", "parameters", "positional", "required", "gives")


def install(uv, folder, name, release):
    """The Python of a fresh environment with a release, `1.1.4@3.8+markupsafe<2.1`, and the version found; None twice where that fails."""
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
    normal = re.sub(r"[-_.]+", "-", name.partition("[")[0]).lower()
    [found] = [line.split("==")[1] for line in said.splitlines() if re.sub(r"[-_.]+", "-", line.split("==")[0]).lower() == normal]
    return f"{folder}/bin/python", found


def run(python, code, given=""):
    try:
        return subprocess.run([python, "-W", "ignore", "-c", code], input=given, capture_output=True, text=True, cwd="/", timeout=240)
    except subprocess.TimeoutExpired:
        return None


def look(python, modules, asked):
    ran = run(python, PROBE, json.dumps([modules, asked, OBJECTS]))
    line = next((line for line in ran.stdout.splitlines() if line.startswith("ANSWER")), None) if ran else None
    return None if line is None else json.loads(line.removeprefix("ANSWER"))


def error_of(ran):
    """The last line that a failing program prints of its exception; None where it ran well."""
    if ran is None or ran.returncode == 0:
        return None
    _, _, traceback = ran.stderr.rpartition("Traceback (most recent call last):\n")
    said = next((line for line in traceback.splitlines() if line[:1].strip()), "?")
    return re.sub(r"\x1b\[[0-9;]*m", "", said)


def first_gone(seen, has):
    """The first release from which on a thing that was there is there no more; None where the newest has it or none ever had."""
    present = [has(each) for _, each in seen]
    if not seen or present[-1] or True not in present:
        return None
    last = max(index for index, each in enumerate(present) if each)
    return seen[last + 1][0]


def compare(seen, modules):
    """What the releases of one distribution, (version, answer of the probe) from old to new, have lost on the way."""
    gone = {kind: {} for kind in KINDS}
    for module in modules:
        at = first_gone(seen, lambda found: module in found["modules"])
        refusal = seen[-1][1]["refused"].get(module)
        if at is not None and refusal is not None:
            gone["imports"][module] = {"from": at, "error": refusal}
            continue
        if at is not None:
            gone["modules"][module] = at
        for name in sorted({name for _, found in seen for name in found["modules"].get(module, {})}):
            compare_name(gone, seen, module, name)
    return gone


def compare_name(gone, seen, module, name):
    """Notes what has become of one name, and of how it is called where it is still there."""
    dotted = f"{module}.{name}"
    at = first_gone(seen, lambda found: name in found["modules"].get(module, {}))
    if at is not None:
        gone["names"][dotted] = at
        return
    history = [(version, found["modules"][module][name]) for version, found in seen if name in found["modules"].get(module, {})]
    newest = history[-1][1]
    lost = {}
    for attribute in sorted({each for _, one in history for each in one["attributes"]}):
        at = first_gone(history, lambda one: attribute in one["attributes"])
        if at is not None:
            lost[attribute] = {"from": at, "ofObjects": attribute not in newest["open"]}
    # What has lost more than that is another class by the same name.
    if 0 < len(lost) <= 20:
        gone["attributes"][dotted] = lost
    for parameter in sorted({each for _, one in history for each in one["parameters"] or [] if each[0] != "_"}):
        at = first_gone(history, lambda one: one["parameters"] is None or parameter in one["parameters"])
        if at is not None:
            gone["parameters"].setdefault(dotted, {})[parameter] = {"from": at}
    if newest["positional"] is not None:
        at = first_gone(history, lambda one: one["positional"] is not None and one["positional"] > newest["positional"])
        if at is not None:
            gone["positional"][dotted] = {"least": newest["least"], "most": newest["positional"], "bound": newest["bound"], "shown": newest["shown"], "from": at}
    for parameter, kind in (newest["required"] or {}).items():
        at = first_gone(history, lambda one: one["required"] is not None and parameter not in one["required"])
        if at is not None:
            place = newest["places"].index(parameter) if kind == "positional" else None
            gone["required"].setdefault(dotted, {})[parameter] = {"from": at, "place": place, "shown": newest["shown"]}


def record(uv, name, releases, modules):
    """Everything that is known of one distribution: what its releases lost, and what the calls of calls.py gave in each."""
    seen, asked, said, given = [], {}, {}, {}
    for release in releases:
        with tempfile.TemporaryDirectory() as folder:
            python, version = install(uv, folder, name, release)
            found = None if python is None else look(python, modules, asked)
            if found is None:
                print(name, release, "is left out", file=sys.stderr)
                continue
            for index, each in enumerate(CALLS.get(name, [])):
                said.setdefault(index, []).append((version, error_of(run(python, each["code"]))))
            for callee, code in GIVEN.get(name, {}).items():
                ran = run(python, f"{code}\nprint('ANSWER' + type(given).__module__ + '.' + type(given).__name__)")
                if ran is not None and "ANSWER" in ran.stdout:
                    given.setdefault(callee, []).append((version, ran.stdout.split("ANSWER")[1].strip()))
        seen.append((version, found))
        for module, names in found["modules"].items():
            known = asked.setdefault(module, {})
            for each, about in names.items():
                known[each] = sorted({*known.get(each, []), *about["attributes"]})
    gone = compare(seen, modules) if seen else {kind: {} for kind in KINDS}
    for callee, answers in given.items():
        newest = answers[-1][1]
        at = first_gone(answers, lambda type: type != newest)
        if at is not None:
            gone["gives"][callee] = {"type": newest, "from": at}
    gone["calls"] = []
    for index, answers in said.items():
        at = first_gone(answers, lambda error: error is None)
        if at is not None:
            one = CALLS[name][index]
            gone["calls"].append({"callee": one["callee"], "when": one["when"], "from": at, "error": answers[-1][1]})
        else:
            print(name, CALLS[name][index]["code"][-80:], answers, file=sys.stderr)
    print(name, {kind: len(each) for kind, each in gone.items()}, file=sys.stderr, flush=True)
    pinned = {each.split("@")[0].split("+")[0]: re.fullmatch(r"[^@+]+", each) is not None for each in releases if not each.startswith("latest")}
    known = [version for version, _ in seen if version in pinned]
    return {"releases": known, "runsAlone": [version for version in known if pinned[version]], **gone}


def main():
    uv, *wanted = sys.argv[1:]
    lines = [line for line in (FOLDER / "packages.txt").read_text().splitlines() if line and line[0] != "#"]
    jobs = []
    for line in lines:
        (name, *releases), modules = (part.split() for part in line.split(" : "))
        if not wanted or name in wanted:
            jobs.append((name, releases, modules))
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        recorded = {name: pool.submit(record, uv, name, releases, modules) for name, releases, modules in jobs}
        packages = {}
        for name in sorted(recorded):
            packages[name] = recorded[name].result()
    document = json.dumps({"generated": datetime.date.today().isoformat(), "packages": packages}, indent="\t") + "\n"
    print(document) if wanted else OUTPUT.write_text(document)


if __name__ == "__main__":
    main()
