"""Writes data/mistaken-names.json: names that people declare and that are not the package they mean.

Run: python scripts/mistaken-names/record.py [NAME…]. Each name is really installed, with its dependencies, into an empty
folder and its module imported there, so that the file says what pip and Python say today.
"""

import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile

# declared name: (module that the code imports, distribution that provides it)
MEANT = {
    "jwt": ("jwt", "pyjwt"),
    "jose": ("jose", "python-jose"),
    "sklearn": ("sklearn", "scikit-learn"),
    "dotenv": ("dotenv", "python-dotenv"),
    "yaml": ("yaml", "pyyaml"),
    "pil": ("PIL", "pillow"),
    "cv2": ("cv2", "opencv-python-headless"),
    "opencv": ("cv2", "opencv-python-headless"),
    "multipart": ("python_multipart", "python-multipart"),
    "dateutil": ("dateutil", "python-dateutil"),
    "decouple": ("decouple", "python-decouple"),
    "slugify": ("slugify", "python-slugify"),
    "mysqldb": ("MySQLdb", "mysqlclient"),
    "mysql-python": ("MySQLdb", "mysqlclient"),
    "psycopg3": ("psycopg", "psycopg"),
    "openssl": ("OpenSSL", "pyopenssl"),
    "magic": ("magic", "python-magic"),
    "beautifulsoup": ("bs4", "beautifulsoup4"),
    "docx": ("docx", "python-docx"),
    "fitz": ("fitz", "pymupdf"),
    "jinja": ("jinja2", "jinja2"),
    "socketio": ("socketio", "python-socketio"),
    "websocket": ("websocket", "websocket-client"),
    "telegram": ("telegram", "python-telegram-bot"),
    "attr": ("attr", "attrs"),
    "nacl": ("nacl", "pynacl"),
    "git": ("git", "gitpython"),
    "github": ("github", "pygithub"),
    "pptx": ("pptx", "python-pptx"),
    "dns": ("dns", "dnspython"),
    "skimage": ("skimage", "scikit-image"),
    "crypto": ("Crypto", "pycryptodome"),
    "pycrypto": ("Crypto", "pycryptodome"),
    "pythonjsonlogger": ("pythonjsonlogger", "python-json-logger"),
    "uvicorn-standard": ("uvicorn", "uvicorn"),
}


def try_out(name, module, meant):
    """("refused" | "broken" | "absent" | "other" | "forwards", the line that says so, names of each module of another author's)"""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", folder, name]
        installed = subprocess.run(command, capture_output=True, text=True)
        if installed.returncode != 0:
            missing = "No matching distribution found" in installed.stderr
            line = f"ERROR: No matching distribution found for {name}" if missing else last_error(installed.stderr)
            return "refused", line, {}
        code = f"import sys; sys.path.insert(0, {folder!r}); import {module}"
        imported = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
        if imported.returncode == 0:
            brought = {re.sub(r"[-_.]+", "-", each.name.split("-")[0]).lower() for each in pathlib.Path(folder).glob("*.dist-info")}
            return ("forwards", "", {}) if meant in brought else ("other", "", compare(names_of(module, folder), names_meant(module, meant)))
        line = imported.stderr.strip().splitlines()[-1]
        return ("absent" if line == f"ModuleNotFoundError: No module named '{module}'" else "broken"), line, {}


def names_meant(module, meant):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", folder, meant], check=True)
        return names_of(module, folder)


def compare(names, meant):
    """Module → its names, and in the same way those that the package meant does not have."""
    own = {each: sorted(set(found or []) - set(meant.get(each) or [])) for each, found in names.items()}
    return {"modules": names, "own": {each: found for each, found in own.items() if found}}


def names_of(module, folder):
    """Module → its names, for a package and every part of it."""
    code = f"""
import importlib, json, pkgutil, sys
sys.path.insert(0, {folder!r})
package = importlib.import_module({module!r})
parts = [part.name for part in pkgutil.walk_packages(getattr(package, "__path__", []), {module!r} + ".", onerror=lambda name: None)]
modules = {{}}
for name in [{module!r}, *parts]:
    try:
        modules[name] = sorted(each for each in dir(importlib.import_module(name)) if not each.startswith("__"))
    except BaseException:
        modules[name] = None
print(json.dumps(modules))
"""
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    return {name: names for name, names in json.loads(next(line for line in reversed(ran.stdout.splitlines()) if line.startswith("{"))).items() if ".test" not in name}


def last_error(text):
    lines = [line.strip() for line in text.splitlines() if re.search(r"\bERROR\b|Error:|error:", line)]
    return next((line for line in lines if "subprocess" not in line), lines[-1] if lines else "ERROR")


def main():
    path = pathlib.Path(__file__).parents[2] / "data" / "mistaken-names.json"
    wanted = sys.argv[1:] or sorted(MEANT)
    names = json.loads(path.read_text())["names"] if sys.argv[1:] else {}
    for name in wanted:
        module, meant = MEANT[name]
        outcome, line, found = try_out(name, module, meant)
        names[name] = {"module": module, "meant": meant, "outcome": outcome, "error": line, **found}
        print(name, outcome, line, file=sys.stderr)
    version = ".".join(map(str, sys.version_info[:2]))
    document = {"generated": datetime.date.today().isoformat(), "source": f"pip and Python {version}", "names": dict(sorted(names.items()))}
    path.write_text(json.dumps(document, indent="\t") + "\n")


if __name__ == "__main__":
    main()
