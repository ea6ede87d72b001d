"""Starts the processes of one boot and ends every one of them, however the program that asked for them ends.

It owns a scratch folder and reads commands from standard input, one JSON object a line:
  {"start": {"id", "argv", "env", "cwd", "log", "user", "stop"}}   log: a file for its output, or null for our own standard output
                                                                   user: [uid, gid] or null; stop: the signal that ends it in peace, or null
  {"signal": {"id", "name"}}
Standard input is also the lifeline: at its end all processes are killed and the scratch folder is removed.
Descriptor 3 receives events, one JSON object a line; descriptor 4 is handed on to processes without a log.
"""

import ctypes
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import time

EVENTS, MARKERS = 3, 4
IS_LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
PEACE, MERCY = 3.0, 5.0
PREFIX = "bootmend-boot-"

running = {}  # pid -> request


def main():
    os.setsid() if os.getpgrp() != os.getpid() else None
    for name in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(name, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: end(folder))
    adopt_orphans()
    wakeup_read, wakeup_write = os.pipe()
    os.set_blocking(wakeup_write, False)
    signal.set_wakeup_fd(wakeup_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    folder = make_folder()
    tell(ready=folder)
    pending = b""
    while True:
        ready, _, _ = select.select([0, wakeup_read], [], [], 1.0)
        if wakeup_read in ready:
            os.read(wakeup_read, 512)
        reap()
        if 0 not in ready:
            continue
        chunk = os.read(0, 65536)
        if chunk == b"":
            end(folder)
        *lines, pending = (pending + chunk).split(b"\n")
        for line in lines:
            obey(json.loads(line))


def make_folder():
    """An empty folder; those of supervisors that were killed themselves go first."""
    place = temporary_folder()
    for name in os.listdir(place):
        owner = name[len(PREFIX) :].partition("-")[0] if name.startswith(PREFIX) else ""
        if owner.isdigit() and not is_alive(int(owner)):
            shutil.rmtree(os.path.join(place, name), ignore_errors=True)
    return os.path.realpath(tempfile.mkdtemp(prefix="%s%d-" % (PREFIX, os.getpid()), dir=place))


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def temporary_folder():
    """The folder for temporary files; for root one that others can get through, since a database server runs as somebody else."""
    usual = os.path.realpath(tempfile.gettempdir())
    if os.geteuid() != 0:
        return usual
    for folder in (usual, "/tmp", "/var/tmp"):
        way = folder
        while os.path.isdir(folder) and os.stat(way).st_mode & 0o001:
            if way == os.path.dirname(way):
                return folder
            way = os.path.dirname(way)
    return usual


def obey(command):
    if "start" in command:
        start(command["start"])
    elif "signal" in command:
        wanted = command["signal"]
        for pid, request in list(running.items()):
            if request["id"] == wanted["id"]:
                send(os.kill, pid, getattr(signal, wanted["name"]))


def start(request):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            become(request)
        except BaseException as error:
            os.write(2, ("%s: %s\n" % (request["argv"][0], error)).encode(errors="replace"))
        finally:
            os._exit(127)
    running[pid] = request
    tell(started=request["id"], pid=pid)


def become(request):
    """Turns the child into the process asked for: a session of its own, no input, its output where it belongs."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for name in (signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(name, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    kept = {0, 1, 2}
    if request["log"]:
        output = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(output, 1)
        os.dup2(output, 2)
    else:
        os.dup2(MARKERS, 3)
        os.set_inheritable(3, True)
        kept.add(3)
    for descriptor in range(3, 64):
        if descriptor not in kept:
            try:
                os.close(descriptor)
            except OSError:
                pass
    if request["user"]:
        uid, gid = request["user"]
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if IS_LINUX:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.chdir(request["cwd"])
    os.execve(request["argv"][0], request["argv"], request["env"])


def reap():
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        request = running.pop(pid, None)
        if request is None:
            continue
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            try:
                name = signal.Signals(number).name
            except ValueError:
                name = "signal %d" % number
            tell(exited=request["id"], status=None, signal=name)
        else:
            tell(exited=request["id"], status=os.WEXITSTATUS(status), signal=None)


def end(folder):
    """Ends everything and this process; called once, and never returns."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    peaceful = {pid: request["stop"] for pid, request in running.items() if request["stop"]}
    for pid in list(running):
        if pid in peaceful:
            send(os.kill, pid, getattr(signal, peaceful[pid]))
        else:
            send(os.killpg, pid, signal.SIGKILL)
    limit = time.monotonic() + PEACE
    while any(pid in running for pid in peaceful) and time.monotonic() < limit:
        reap()
        time.sleep(0.01)
    limit = time.monotonic() + MERCY
    while time.monotonic() < limit:
        for pid in list(running):
            send(os.killpg, pid, signal.SIGKILL)
        for pid in descendants():
            send(os.kill, pid, signal.SIGKILL)
        reap()
        if not running and not descendants():
            break
        time.sleep(0.01)
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            break
        time.sleep(0.05)
    tell(ended=True)
    os._exit(0)


def descendants():
    """Every process below this one, those too that left their group and their parent behind; none where /proc does not say."""
    if not IS_LINUX:
        return []
    children = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % entry, "rb") as file:
                # The name in parentheses may hold anything, blanks and parentheses too.
                fields = file.read().rsplit(b")", 1)[1].split()
        except (OSError, IndexError):
            continue
        children.setdefault(int(fields[1]), []).append(int(entry))
    found, pending = [], [os.getpid()]
    while pending:
        below = children.get(pending.pop(), [])
        found += below
        pending += below
    return found


def adopt_orphans():
    """On Linux a process whose parent ends becomes ours, so that a daemon cannot get away (prctl(2))."""
    if IS_LINUX:
        prctl(PR_SET_CHILD_SUBREAPER, 1)


def prctl(option, value):
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def send(call, pid, number):
    try:
        call(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def tell(**event):
    try:
        os.write(EVENTS, (json.dumps(event) + "\n").encode())
    except OSError:
        pass


main()
