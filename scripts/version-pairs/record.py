"""Writes data/version-pairs.json: releases that do not work with newer releases of something else, by really running them.

Run: python record.py [PAIR…]. For each pair the newest release of the first that fails with the newest of the second is searched for
(the releases in between are installed into an empty folder each), then the oldest release of the second with which it fails.
"""

import datetime
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from releases import pip, releases  # noqa: E402

# first distribution, second distribution (or "python"), and what fails when the two do not fit: callable or module → code that asks for it;
# then the releases of the first and of the second that are tried, and what is installed with them
PAIRS = {
    "passlib-bcrypt": ("passlib", "bcrypt", {"passlib.context.CryptContext.hash": "from passlib.context import CryptContext; CryptContext(['bcrypt']).hash('x')"}),
    "openai-httpx": ("openai", "httpx", {f"openai.{name}": f"import openai; openai.{name}(api_key='x')" for name in ("OpenAI", "AsyncOpenAI")}),
    "anthropic-httpx": ("anthropic", "httpx", {f"anthropic.{name}": f"import anthropic; anthropic.{name}(api_key='x')" for name in ("Anthropic", "AsyncAnthropic")}),
    "groq-httpx": ("groq", "httpx", {f"groq.{name}": f"import groq; groq.{name}(api_key='x')" for name in ("Groq", "AsyncGroq")}),
    "motor-pymongo": ("motor", "pymongo", {"motor.motor_asyncio": "import motor.motor_asyncio"}, {"since": "3.0"}),
    "flask-werkzeug": ("flask", "werkzeug", {"flask": "import flask"}, {"since": "1.1", "before": "3"}),
    "jinja2-markupsafe": ("jinja2", "markupsafe", {"jinja2": "import jinja2", "starlette.templating.Jinja2Templates": "import starlette.templating; starlette.templating.Jinja2Templates('.')"}, {"since": "2.10", "alongside": ["starlette==0.20.4"]}),
    "starlette-jinja2": ("starlette", "jinja2", {"starlette.templating.Jinja2Templates": "import starlette.templating; starlette.templating.Jinja2Templates('.')"}, {"since": "0.13.0", "before": "0.30", "others_since": "3.0"}),
    "starlette-httpx": ("starlette", "httpx", {"starlette.testclient.TestClient": "import starlette.testclient; starlette.testclient.TestClient(print)"}, {"since": "0.21.0", "before": "0.50", "others_since": "0.23"}),
    "pandas-numpy": ("pandas", "numpy", {"pandas": "import pandas"}, {"since": "1.5", "before": "2.3"}),
    "sqlalchemy-utils-sqlalchemy": ("sqlalchemy-utils", "sqlalchemy", {"sqlalchemy_utils": "import sqlalchemy_utils"}, {"since": "0.36"}),
    "fastapi-utils-pydantic": ("fastapi-utils", "pydantic", {"fastapi_utils.api_settings": "import fastapi_utils.api_settings"}, {"since": "0.2"}),
    "fastapi-jwt-auth-pydantic": ("fastapi-jwt-auth", "pydantic", {"fastapi_jwt_auth": "import fastapi_jwt_auth"}, {"since": "0.5"}),
    "fastapi-mail-pydantic": ("fastapi-mail", "pydantic", {"fastapi_mail": "import fastapi_mail"}, {"since": "1.0"}),
    "email-validator-pydantic": ("email-validator", "pydantic", {"pydantic.EmailStr": "import pydantic; pydantic.create_model('M', email=(pydantic.EmailStr, ...))"}, {"since": "1.0", "others_since": "1.8"}),
    "aioredis-python": ("aioredis", "python", {"aioredis": "import aioredis"}, {"since": "2.0"}),
    "sqlalchemy-python": ("sqlalchemy", "python", {"sqlalchemy": "import sqlalchemy"}, {"since": "2.0.0"}),
    # Later Pythons find a later release at fault: what annotations say is evaluated in another way since 3.13.
    "pydantic-python-3.13": ("pydantic", "python", {"fastapi": "import fastapi; fastapi.FastAPI()"}, {"since": "1.10.0", "before": "2.0", "alongside": ["fastapi==0.110.0"]}),
    # The first release of FastAPI that names a parameter `not` is as good as any other of its time.
    "pydantic-python": ("pydantic", "python", {"fastapi": "import fastapi"}, {"since": "1.7.4", "before": "2.0", "alongside": ["fastapi==0.70.1"]}),
}


def failure(requirements, code):
    """The last line that Python prints, None where it works, or "" where pip cannot install the combination; `python==3.9` says which Python."""
    asked = next((each.removeprefix("python==") for each in requirements if each.startswith("python==")), None)
    python = sys.executable if asked is None else shutil.which(f"python{asked}")
    packages = [each for each in requirements if not each.startswith("python==")]
    with tempfile.TemporaryDirectory() as folder:
        if pip("install", "-q", "--only-binary=:all:", "--target", folder, *packages, python=python).returncode != 0:
            return ""
        run = [python, "-I", "-S", "-W", "ignore", "-c", f"import sys; sys.path.insert(0, {folder!r}); {code}"]
        ran = subprocess.run(run, capture_output=True, text=True)
        return None if ran.returncode == 0 else ran.stderr.strip().splitlines()[-1].replace(folder, "site-packages")


def versions_of(name):
    """Final releases, oldest first; of Python those at hand, up to the one that runs this."""
    if name != "python":
        return releases(name)
    newest = sys.version_info[1]
    return [f"3.{minor}" for minor in range(8, newest + 1) if shutil.which(f"python3.{minor}")]


def within(version, since="0", before="99999"):
    numbers = [[int(number) for number in each.split(".")] for each in (since, version, before)]
    return numbers[0] <= numbers[1] < numbers[2]


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


def record(name, other, calls, tried={}):
    code = next(iter(calls.values()))
    alongside = tried.get("alongside", [])
    limits = {key: value for key, value in tried.items() if key in ("since", "before")}
    # The very newest may be for later Pythons only.
    newest = next(version for version in reversed(versions_of(other)) if other == "python" or failure([f"{other}=={version}"], "pass") is None)
    firsts = [version for version in releases(name) if within(version, **limits)]
    last = search(firsts, lambda version: bool(failure([f"{name}=={version}", f"{other}=={newest}", *alongside], code)))
    if last is None:
        return None
    version = firsts[last]
    others = [each for each in versions_of(other) if within(each, since=tried.get("others_since", "0"))]
    others = others[: others.index(newest) + 1][::-1]
    first = search(others, lambda each: bool(failure([f"{name}=={version}", f"{other}=={each}", *alongside], code)))
    # Of packages the newest release is what an installation takes; of Pythons the oldest that fails is the one most in use.
    shown = others[first] if other == "python" else newest
    lines = {callee: failure([f"{name}=={version}", f"{other}=={shown}", *alongside], each) for callee, each in calls.items()}
    mended = firsts[last + 1] if last + 1 < len(firsts) else None
    return {"name": name, "since": tried.get("since"), "upTo": version, "with": other, "from": others[first], "mendedIn": mended, "errors": {callee: line for callee, line in lines.items() if line}}


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
