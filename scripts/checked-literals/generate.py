"""Writes data/checked-literals.json: texts that calls of well-known libraries look up at once, with what they say of others.

Run with an interpreter that has passlib and loguru: python scripts/checked-literals/generate.py > data/checked-literals.json
Each refusal is provoked by a real call, so that its words are the library's own.
"""
import encodings.aliases
import hashlib
import json
import multiprocessing
import pkgutil
import sys
import warnings

warnings.simplefilter("ignore")
PROBE = "no_such_text"


def refusal(call):
    try:
        call(PROBE)
    except Exception as error:
        return {"exception": type(error).__name__, "message": str(error).replace(PROBE, "{}")}
    raise SystemExit("a probe was taken")


def entry(call, argument, position, values, form="one", fold=""):
    return {"argument": argument, "position": position, "form": form, "fold": fold, **refusal(call), "values": sorted(values)}


def main():
    import loguru
    import passlib.context
    import passlib.registry

    codecs = {name for _, name, _ in pkgutil.iter_modules(encodings.__path__)} | set(encodings.aliases.aliases) | {"mbcs", "oem"}
    levels = "TRACE DEBUG INFO SUCCESS WARNING ERROR CRITICAL".split()
    table = {
        "passlib.context.CryptContext": [
            entry(lambda text: passlib.context.CryptContext(schemes=[text]), "schemes", 0, passlib.registry._locations, "list", "lower_"),
        ],
        "hashlib.new": [entry(hashlib.new, "name", 0, {name.lower() for name in hashlib.algorithms_available}, fold="lower")],
        "loguru.logger.add": [entry(lambda text: loguru.logger.add(sys.stderr, level=text), "level", None, levels)],
        "multiprocessing.set_start_method": [
            entry(multiprocessing.set_start_method, "method", 0, ["fork", "forkserver", "spawn"]),
        ],
        "builtins.open": [entry(lambda text: open(__file__, encoding=text), "encoding", 3, codecs, fold="lower_")],
    }
    json.dump(table, sys.stdout, indent="\t")
    print()


main()
