"""Writes data/version-pairs.json: releases that do not work with newer releases of something else, by really running them.

Run: python record.py [PAIR…]. For each pair the newest release of the first that fails with the newest of the second is searched for
(the releases in between are installed into an empty folder each), then the oldest release of the second with which it fails.
"""

import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile

# first distribution, second distribution, and what fails when the two do not fit: callable → code that calls it
PAIRS = {
    "passlib-bcrypt": ("passlib", "bcrypt", {"passlib.context.CryptContext.hash": "from passlib.context import CryptContext; CryptContext(['bcrypt']).hash('x')"}),
    "openai-httpx": ("openai", "httpx", {f"openai.{name}": f"import openai; openai.{name}(api_key='x')" for name in ("OpenAI", "AsyncOpenAI")}),
    "anthropic-httpx": ("anthropic", "httpx", {f"anthropic.{name}": f"import anthropic; anthropic.{name}(api_key='x')" for name in ("Anthropic", "AsyncAnthropic")}),
    "groq-httpx": ("groq", "httpx", {f"groq.{name}": f"import groq; groq.{name}(api_key='x')" for name in ("Groq", "AsyncGroq")}),
}


def pip(*command):
    return subprocess.run([sys.executable, "-m", "pip", *command, "--disable-pip-version-check"], capture_output=True, text=True)


def releases(name):
    """Final releases, oldest first."""
    found = re.search(r"Available versions: (.*)", pip("index", "versions", name).stdout)
    versions = found.group(1).split(", ") if found else []
    return [version for version in reversed(versions) if re.fullmatch(r"[\d.]+", version)]


def failure(requirements, code):
    """The last line that Python prints, None where it works, or "" where pip cannot install the combination."""
    with tempfile.TemporaryDirectory() as folder:
        if pip("install", "-q", "--only-binary=:all:", "--target", folder, *requirements).returncode != 0:
            return ""
        run = [sys.executable, "-I", "-S", "-W", "ignore", "-c", f"import sys; sys.path.insert(0, {folder!r}); {code}"]
        ran = subprocess.run(run, capture_output=True, text=True)
        return None if ran.returncode == 0 else ran.stderr.strip().splitlines()[-1]


def search(candidates, fails):
    """Index of the last candidate that fails, where those below fail and those above do not; None where none does."""
    if candidates and fails(candidates[-1]):
        return len(candidates) - 1
    low, high = 0, len(candidates) - 2
    last = None
    while low <= high:
        middle = (low + high) // 2
        if fails(candidates[middle]):
            last, low = middle, middle + 1
        else:
            high = middle - 1
    return last


def record(name, other, calls):
    code = next(iter(calls.values()))
    newest = releases(other)[-1]
    firsts = releases(name)
    last = search(firsts, lambda version: bool(failure([f"{name}=={version}", f"{other}=={newest}"], code)))
    if last is None:
        return None
    version = firsts[last]
    others = releases(other)[::-1]
    first = search(others, lambda each: bool(failure([f"{name}=={version}", f"{other}=={each}"], code)))
    lines = {callee: failure([f"{name}=={version}", f"{other}=={newest}"], each) for callee, each in calls.items()}
    mended = firsts[last + 1] if last + 1 < len(firsts) else None
    return {"name": name, "upTo": version, "with": other, "from": others[first], "mendedIn": mended, "errors": {callee: line for callee, line in lines.items() if line}}


def main():
    wanted = sys.argv[1:] or list(PAIRS)
    path = pathlib.Path(__file__).parents[2] / "data" / "version-pairs.json"
    pairs = json.loads(path.read_text())["pairs"] if sys.argv[1:] and path.exists() else {}
    for key in wanted:
        found = record(*PAIRS[key])
        print(key, found, file=sys.stderr)
        if found is not None:
            pairs[key] = found
    version = ".".join(map(str, sys.version_info[:2]))
    document = {"generated": datetime.date.today().isoformat(), "source": f"pip and Python {version}", "pairs": pairs}
    path.write_text(json.dumps(document, indent="\t") + "\n")


if __name__ == "__main__":
    main()
