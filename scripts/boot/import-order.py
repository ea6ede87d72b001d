"""Imports a target as uvicorn does and prints which files of the project began to run, in order, as a JSON list.

Usage: python import-order.py PROJECT MODULE, in the folder that the server runs in.
"""

import importlib
import importlib.machinery
import json
import os
import sys

import uvicorn.importer  # The server has imported its own modules before the project's.
import uvicorn.main

project, target = os.path.realpath(sys.argv[1]) + os.sep, sys.argv[2]
began = []
# Before it runs, a module's source is asked for, be it well formed or not.
get_code = importlib.machinery.SourceFileLoader.get_code
listdir, scandir = os.listdir, os.scandir


def noting(loader, name):
    path = os.path.realpath(loader.path)
    if path.startswith(project):
        began.append(path[len(project) :])
    return get_code(loader, name)


def serving(*_arguments, **_options):
    raise SystemExit("the module runs a server of its own, and its import comes to no end")


class Scan:
    """The entries of a folder by name. A file system gives them in whatever order it likes; many, like this, in that of the alphabet."""

    def __init__(self, *arguments):
        with scandir(*arguments) as entries:
            self.entries = iter(sorted(entries, key=lambda entry: entry.name))

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.entries)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        pass

    def close(self):
        pass


importlib.machinery.SourceFileLoader.get_code = noting
uvicorn.run = uvicorn.main.run = uvicorn.Server.run = serving
os.listdir = lambda *arguments: sorted(listdir(*arguments))
os.scandir = Scan
sys.path[0] = os.getcwd()
try:
    importlib.import_module(target)
except BaseException as error:
    outcome = type(error).__name__
else:
    outcome = None
print("\n" + json.dumps({"began": began, "outcome": outcome}))
sys.stdout.flush()
os._exit(0)
