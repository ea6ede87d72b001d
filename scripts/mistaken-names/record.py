"""Writes data/mistaken-names.json: names that people declare and that are not the package they mean.

Run: python scripts/mistaken-names/record.py. Each name is really installed, with its dependencies, into an empty
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
    "uvicorn-standard": ("uvicorn", "uvicorn"),
}


def try_out(name, module, meant):
    """("refused" | "broken" | "absent" | "other" | "forwards", the line that says so)"""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", folder, name]
        installed = subprocess.run(command, capture_output=True, text=True)
        if installed.returncode != 0:
            missing = "No matching distribution found" in installed.stderr
            line = f"ERROR: No matching distribution found for {name}" if missing else last_error(installed.stderr)
            return "refused", line
        code = f"import sys; sys.path.insert(0, {folder!r}); import {module}"
        imported = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
        if imported.returncode == 0:
            brought = {re.sub(r"[-_.]+", "-", each.name.split("-")[0]).lower() for each in pathlib.Path(folder).glob("*.dist-info")}
            return ("forwards" if meant in brought else "other"), ""
        line = imported.stderr.strip().splitlines()[-1]
        return ("absent" if line == f"ModuleNotFoundError: No module named '{module}'" else "broken"), line


def last_error(text):
    lines = [line.strip() for line in text.splitlines() if re.search(r"\bERROR\b|Error:|error:", line)]
    return next((line for line in lines if "subprocess" not in line), lines[-1] if lines else "ERROR")


def main():
    names = {}
    for name, (module, meant) in sorted(MEANT.items()):
        outcome, line = try_out(name, module, meant)
        names[name] = {"module": module, "meant": meant, "outcome": outcome, "error": line}
        print(name, names[name], file=sys.stderr)
    version = ".".join(map(str, sys.version_info[:2]))
    document = {"generated": datetime.date.today().isoformat(), "source": f"pip and Python {version}", "names": names}
    path = pathlib.Path(__file__).parents[2] / "data" / "mistaken-names.json"
    path.write_text(json.dumps(document, indent="\t") + "\n")


if __name__ == "__main__":
    main()
