"""What the package index has, asked through pip: shared by the scripts that record how releases behave."""

import re
import subprocess
import sys


def pip(*command, python=sys.executable):
    return subprocess.run([python, "-m", "pip", *command, "--disable-pip-version-check"], capture_output=True, text=True)


def releases(name):
    """Final releases, oldest first."""
    found = re.search(r"Available versions: (.*)", pip("index", "versions", name).stdout)
    versions = found.group(1).split(", ") if found else []
    return [version for version in reversed(versions) if re.fullmatch(r"[\d.]+", version)]
