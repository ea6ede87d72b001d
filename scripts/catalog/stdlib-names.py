"""Prints the names of every standard library module of the Python that runs it, one module a line:

    module  kind (b builtin, x extension, s source, - not importable here)  shape (p package, i names incomplete)  dir()  __all__ or -

Fields are separated by tabs, names by blanks. Run it once for each version (see generate-stdlib.sh).
"""

import importlib
import importlib.util
import io
import os
import sys
import sysconfig
import warnings
import zipfile

# Importing these opens windows or browsers, prints, or tests.
SKIPPED = {"antigravity", "this", "idlelib", "turtledemo", "test", "ensurepip._bundled", "lib2to3.tests", "pydoc_data"}


def is_skipped(name):
    return any(name == one or name.startswith(one + ".") for one in SKIPPED) or name.endswith(".__main__") or ".tests" in name or ".test" in name


def listed_modules():
    """Dotted names of all modules, found in the library's folders and in the interpreter itself."""
    found = set(getattr(sys, "stdlib_module_names", ())) | set(sys.builtin_module_names)
    library = sysconfig.get_paths()["stdlib"]
    for folder, folders, files in os.walk(library):
        relative = os.path.relpath(folder, library)
        folders[:] = [
            one for one in folders if one not in ("site-packages", "dist-packages", "__pycache__", "lib-dynload") and one.isidentifier()
        ]
        parts = [] if relative == "." else relative.split(os.sep)
        if parts and "__init__.py" not in files:
            folders[:] = []
            continue
        for file in files:
            stem = file.split(".")[0]
            if file.endswith(".py") and stem.isidentifier() and stem not in ("__main__",):
                found.add(".".join(parts if stem == "__init__" else parts + [stem]))
    for archive in [path for path in sys.path if path.endswith(".zip") and os.path.isfile(path)]:
        for file in zipfile.ZipFile(archive).namelist():
            if file.endswith((".py", ".pyc")) and "site-packages" not in file:
                parts = file.rsplit(".", 1)[0].split("/")
                found.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    dynload = os.path.join(library, "lib-dynload")
    if os.path.isdir(dynload):
        found |= {file.split(".")[0] for file in os.listdir(dynload)}
    return sorted(name for name in found if name and not name.startswith("_test") and not name.startswith("__phello"))


def describe(name):
    if is_skipped(name):
        return None
    try:
        module = importlib.import_module(name)
    except BaseException:
        return (name, "-", "", "", "")
    spec = getattr(module, "__spec__", None)
    origin = getattr(spec, "origin", None) or ""
    kind = "b" if origin in ("built-in", "frozen") and not getattr(module, "__file__", None) else "s" if getattr(module, "__file__", "").endswith((".py", ".pyc")) else "x"
    served = served_names(module)
    # A module that answers for names of its own may have more than it lists.
    shape = ("p" if hasattr(module, "__path__") else "") + ("i" if served is None else "")
    names = " ".join(sorted(one for one in set(dir(module)) | set(vars(module)) | (served or set()) if one.isidentifier()))
    listed = getattr(module, "__all__", None)
    star = "-" if listed is None else " ".join(str(one) for one in listed)
    return (name, kind, shape, names, star)


def served_names(module):
    """The names that a module's `__getattr__` answers for, tried one by one; None where it may know others than those it spells."""
    function = vars(module).get("__getattr__")
    if function is None:
        return set()
    code = getattr(function, "__code__", None)
    if code is None or set(code.co_names) & {"import_module", "__import__", "getattr"}:
        return None
    spelt = set()
    for one in list(code.co_consts) + [vars(module).get(name) for name in code.co_names]:
        for each in [one] if isinstance(one, str) else one if isinstance(one, (tuple, frozenset, set, list, dict)) else ():
            if isinstance(each, str):
                spelt.add(each)
    return {one for one in spelt if one.isidentifier() and hasattr(module, one)}


def main():
    warnings.simplefilter("ignore")
    output, sys.stdout = sys.stdout, io.StringIO()
    for name in listed_modules():
        line = describe(name)
        if line is not None:
            output.write("\t".join(line) + "\n")
    output.flush()


main()
# Some modules leave threads or exit hooks behind.
if sys.platform != "emscripten":
    os._exit(0)
