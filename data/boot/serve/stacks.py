"""Where the server stands when it does not get on. Given: `tell`, and the scratch `folder`."""

import os
import sys

import _signal
import faulthandler


def frames_of(frame):
    found = []
    while frame is not None:
        found.append([frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name])
        frame = frame.f_back
    found.reverse()
    return found


def awaited_by(coroutine):
    """The places where a suspended coroutine and those that it awaits stand, outermost first."""
    found = []
    for _ in range(200):
        frame = None
        inner = None
        for prefix in ("cr", "gi", "ag"):
            if hasattr(coroutine, prefix + "_frame"):
                frame = getattr(coroutine, prefix + "_frame")
                inner = getattr(coroutine, "gi_yieldfrom" if prefix == "gi" else prefix + "_await", None)
                break
        if frame is None:
            break
        found.append([frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name])
        if not any(hasattr(inner, name) for name in ("cr_frame", "gi_frame", "ag_frame")):
            # `async with` awaits the next step of a generator, which does not say whose step it is; its context manager does.
            inner = getattr(frame.f_locals.get("self"), "gen", None)
            if inner is None or not hasattr(inner, "ag_frame"):
                break
        coroutine = inner
    return found


def tell_where(_signal_number, frame):
    stacks = [frames_of(frame)]
    asyncio = sys.modules.get("asyncio")
    try:
        for task in asyncio.all_tasks(asyncio.get_running_loop()):
            stacks.append(awaited_by(task.get_coro()))
    except Exception:
        pass
    tell("stacks", stacks=stacks)


def watch_for_trouble():
    stacks = os.open(os.path.join(folder, "stacks.txt"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    faulthandler.enable(file=stacks)
    faulthandler.register(_signal.SIGUSR2, file=stacks, all_threads=True)
    _signal.signal(_signal.SIGUSR1, tell_where)
