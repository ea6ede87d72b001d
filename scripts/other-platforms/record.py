"""Writes data/other-platforms.json: packages that lists written on Windows or macOS name, and that cannot be installed on Linux.

Run on Linux: python record.py UV, where UV is the program of https://docs.astral.sh/uv/. Each package of NAMES is looked for as
Windows and macOS get it; the release that they get is then really installed here, with what it requires.
"""

import datetime
import json
import pathlib
import re
import subprocess
import sys
import tempfile

OUTPUT = pathlib.Path(__file__).parents[2] / "data" / "other-platforms.json"
# `sys.platform` → the wheels that are taken there
PLATFORMS = {"win32": "win_amd64", "darwin": "macosx_14_0_arm64"}
NAMES = """
pywin32 pypiwin32 pywinpty windows-curses wmi tensorflow-intel tensorflow-macos tensorflow-metal twisted-iocpsupport
pyobjc-core pyobjc-framework-cocoa winrt-runtime winkerberos py2exe macfsevents
""".split()


def release_for(name, tag):
    """The version that a machine with these wheels gets, or None."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--platform", tag, "-d", folder]
        if subprocess.run([*command, name], capture_output=True).returncode != 0:
            return None
        [wheel] = pathlib.Path(folder).iterdir()
        return wheel.name.split("-")[1]


def install(uv, requirement):
    """The version that is installed here, or None with what uv says."""
    with tempfile.TemporaryDirectory() as folder:
        command = [uv, "pip", "install", "-q", "--python", sys.executable, "--target", folder, requirement]
        ran = subprocess.run(command, capture_output=True, text=True)
        name = re.split("[=<>]", requirement)[0].replace("-", "_")
        found = [each.name.split("-")[1].removesuffix(".dist") for each in pathlib.Path(folder).glob("*.dist-info") if each.name.lower().startswith(f"{name}-")]
        return (found[0] if ran.returncode == 0 else None), ran.stderr


def main():
    packages = {}
    for name in NAMES:
        for platform, tag in PLATFORMS.items():
            version = release_for(name, tag)
            if version is None:
                continue
            installed, said = install(sys.argv[1], f"{name}=={version}")
            if installed is None:
                packages[name] = {"platform": platform, "version": version, "isBuilt": "Failed to build" in said, "here": install(sys.argv[1], name)[0]}
            print(name, packages.get(name, "can be installed here"), file=sys.stderr)
            break
    OUTPUT.write_text(json.dumps({"generated": datetime.date.today().isoformat(), "packages": packages}, indent="\t") + "\n")


if __name__ == "__main__":
    main()
