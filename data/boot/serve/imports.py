"""What is imported, and how long each module's own top level takes. Given: `root` of the project, and `watchers`, a function by the
name of the module that it is to see once it is imported."""

import time

import _frozen_importlib_external

open_imports = []
finished = []
recording = False


def record(on):
    global recording
    recording = on


def import_begins(name):
    open_imports.append([name, time.perf_counter(), 0.0])


def import_ends(module):
    name, begun, inner = open_imports.pop()
    lasted = time.perf_counter() - begun
    if open_imports:
        open_imports[-1][2] += lasted
    if recording:
        finished.append((name, (lasted - inner) * 1000, getattr(module, "__file__", None) or ""))
    watcher = watchers.get(name)
    if watcher is not None:
        try:
            watcher(module)
        except Exception:
            pass


# Python leaves out the frames of its import machinery, which it knows by this file name; ours is to be left out with them.
TIMED = """
def exec_module(self, module):
    begins(module.__name__)
    try:
        original(self, module)
    finally:
        ends(module)
"""


def time_imports():
    for loader in (_frozen_importlib_external.SourceFileLoader, _frozen_importlib_external.ExtensionFileLoader):
        scope = {"begins": import_begins, "ends": import_ends, "original": loader.exec_module}
        exec(compile(TIMED, "<frozen importlib._bootstrap_external>", "exec"), scope)
        loader.exec_module = scope["exec_module"]


def own_imports():
    """Modules of the project among them; what is installed inside its folder is none of its own."""
    own = [path for _, _, path in finished if path.startswith(root + "/")]
    return sum(1 for path in own if "/site-packages/" not in path)


def slowest():
    chosen = sorted(finished, key=lambda each: -each[1])[:40]
    return [[name, round(lasted, 2)] for name, lasted, _ in chosen]
