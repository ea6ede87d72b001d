"""Packs the output of stdlib-names.py, one `3.x.txt` a version, into data/stdlib: pack-stdlib.py FOLDER OUTPUT.

A version that was only seen in Pyodide (`3.x.raw`) is completed from the version before it, since Pyodide leaves modules
and names of Linux out: whatever differs is marked as incomplete, so that nothing is ever said to be missing there.

A version that was seen in Debian (`3.x.debian`) has its names from there. What Debian adds of its own is left out, and what it builds
into the interpreter is an extension in the builds of python.org, where a file of the project hides it: so it stays what it was.
"""

import gzip
import os
import sys


def read(path):
    lines = {}
    with open(path, encoding="utf-8") as text:
        for line in text:
            name, kind, shape, names, star = line.rstrip("\n").split("\t")
            lines[name] = [kind, shape, names.split(), star]
    return lines


def complete(seen, before):
    for name, (kind, shape, names, star) in before.items():
        top = name.split(".")[0]
        if name not in seen and (top not in seen or seen[top][0] != "-"):
            continue
        here = seen.get(name)
        if here is None or here[0] == "-":
            seen[name] = [kind, mark(shape), names, star]
        elif kind != "-":
            if set(names) - set(here[2]):
                here[2] = sorted(set(names) | set(here[2]))
                here[1] = mark(here[1])
            # What Pyodide builds in may be an extension elsewhere.
            here[0] = kind
    return seen


DEBIAN_ADDS = {"sitecustomize", "_distutils_system_mod", "ensurepip._uninstall"}


def as_elsewhere(seen, before):
    for name in DEBIAN_ADDS:
        seen.pop(name, None)
    for name, line in seen.items():
        if line[0] == "b" and before.get(name, ["b"])[0] == "x":
            line[0] = "x"
            line[2] = sorted(set(line[2]) | {"__file__"})
    return seen


def mark(shape):
    return shape if "i" in shape else shape + "i"


def main(folder, output):
    os.makedirs(output, exist_ok=True)
    files = sorted((name for name in os.listdir(folder) if name.endswith((".txt", ".raw", ".debian"))), key=lambda name: int(name.split(".")[1]))
    before = {}
    for file in files:
        lines = read(os.path.join(folder, file))
        if file.endswith(".raw"):
            lines = complete(lines, before)
        if file.endswith(".debian"):
            lines = as_elsewhere(lines, before)
        before = lines
        text = "".join(
            "\t".join([name, kind, shape, " ".join(names), star]) + "\n" for name, (kind, shape, names, star) in sorted(lines.items())
        )
        target = os.path.join(output, file.rsplit(".", 1)[0] + ".txt.gz")
        with open(target, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as packed:
            packed.write(text.encode())


main(sys.argv[1], sys.argv[2])
