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

# first distribution, second distribution, what else to install, code that fails when the two do not fit
PAIRS = {
    "passlib-bcrypt": ("passlib", "bcrypt", [], "from passlib.context import CryptContext; CryptContext(['bcrypt']).hash('x')"),
    "openai-httpx": ("openai", "httpx", [], "import openai; openai.OpenAI(api_key='x')"),
    "anthropic-httpx": ("anthropic", "httpx", [], "import anthropic; anthropic.Anthropic(api_key='x')"),
    "groq-httpx": ("groq", "httpx", [], "import groq; groq.Groq(api_key='x')"),
    "starlette-httpx": ("starlette", "httpx", [], "from starlette.testclient import TestClient; TestClient(lambda scope: None)"),
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


def record(name, other, also, code):
    newest = releases(other)[-1]
    firsts = releases(name)
    last = search(firsts, lambda version: bool(failure([f"{name}=={version}", f"{other}=={newest}", *also], code)))
    if last is None:
        return None
    version = firsts[last]
    line = failure([f"{name}=={version}", f"{other}=={newest}", *also], code)
    others = releases(other)[::-1]
    first = search(others, lambda each: bool(failure([f"{name}=={version}", f"{other}=={each}", *also], code)))
    return {"name": name, "upTo": version, "with": other, "from": others[first], "error": line, "mendedIn": firsts[last + 1] if last + 1 < len(firsts) else None}


def main():
    wanted = sys.argv[1:] or list(PAIRS)
    path = pathlib.Path(__file__).parents[2] / "data" / "version-pairs.json"
    pairs = json.loads(path.read_text())["pairs"] if sys.argv[1:] and path.exists() else {}
    for key in wanted:
        name, other, also, code = PAIRS[key]
        found = record(name, other, also, code)
        print(key, found, file=sys.stderr)
        if found is not None:
            pairs[key] = found
    version = ".".join(map(str, sys.version_info[:2]))
    document = {"generated": datetime.date.today().isoformat(), "source": f"pip and Python {version}", "pairs": pairs}
    path.write_text(json.dumps(document, indent="\t") + "\n")


if __name__ == "__main__":
    main()
