"""Writes data/vanished-modules.json: modules that a distribution brought once and brings no more, by looking into its wheels.

Run: python record.py. For each module the newest release that still has it is searched for, and the first one that has it no more.
"""

import datetime
import functools
import json
import pathlib
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from releases import pip, releases  # noqa: E402

# module → distribution
MODULES = {
    "pkg_resources": "setuptools",
    **{
        f"langchain.{part}": "langchain"
        for part in "callbacks chains docstore document_loaders llms memory output_parsers prompts retrievers schema text_splitter vectorstores".split()
    },
}


@functools.cache
def files_of(name, version):
    with tempfile.TemporaryDirectory() as folder:
        pip("download", "-q", "--no-deps", "--only-binary=:all:", "-d", folder, f"{name}=={version}")
        [wheel] = pathlib.Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return archive.namelist()


def has(name, version, module):
    path = module.replace(".", "/")
    return any(each.startswith((f"{path}/", f"{path}.py")) for each in files_of(name, version))


def main():
    found = {}
    for module, name in MODULES.items():
        candidates = releases(name)
        low, high = 0, len(candidates) - 1
        if has(name, candidates[high], module):
            continue
        # The module is in every release below one of them, and in none from there on.
        low = next(index for index in range(high, -1, -40) if has(name, candidates[index], module))
        while high - low > 1:
            middle = (low + high) // 2
            if has(name, candidates[middle], module):
                low = middle
            else:
                high = middle
        found[module] = {"distribution": name, "upTo": candidates[low], "from": candidates[high]}
    version = ".".join(map(str, sys.version_info[:2]))
    document = {"generated": datetime.date.today().isoformat(), "source": f"wheels by pip and Python {version}", "modules": found}
    path = pathlib.Path(__file__).parents[2] / "data" / "vanished-modules.json"
    path.write_text(json.dumps(document, indent="\t") + "\n")


main()
