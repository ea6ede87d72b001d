"""Makes wheels of a pool's packages with their names, versions and requirements, and nothing in them: what pip asks of an index.

Usage: pool/bin/python wheels.py FOLDER
"""

import re
import sys
import zipfile
from importlib import metadata
from pathlib import Path

folder = Path(sys.argv[1])
for distribution in metadata.distributions():
    name = re.sub(r"[-_.]+", "_", distribution.metadata["Name"])
    stem = f"{name}-{distribution.version}"
    info = f"{stem}.dist-info"
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", distribution.read_text("METADATA"))
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: bootmend\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", f"{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
