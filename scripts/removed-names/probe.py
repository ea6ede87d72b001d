"""Run by record.py in the environment of one release: prints what modules hold, and how it is called, as one line of JSON."""

import importlib
import inspect
import json
import re
import sys
import types
import warnings

warnings.simplefilter("ignore")
modules, asked, objects = json.load(sys.stdin)
refused = {}


def load(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
    except BaseException as error:
        kind = type(error)
        shown = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
        refused[name] = f"{shown}: {str(error).splitlines()[0] if str(error) else ''}".removesuffix(": ")
        return None


def signature(value):
    """The parameters of a callable; None where it says nothing about them, or where a wrapper around it may take others than it says."""
    if not callable(value) or getattr(value, "__module__", "") == "builtins":
        return None
    inner = [value, type.__getattribute__(value, "__init__"), type.__getattribute__(value, "__new__")] if inspect.isclass(value) else [value]
    if any(hasattr(each, "__wrapped__") or hasattr(each, "__signature__") for each in inner):
        return None
    try:
        return list(inspect.signature(value).parameters.values())
    except Exception:
        return None


def about(dotted, value, known):
    found = signature(value)
    kinds = {each.kind for each in found or []}
    places = None if found is None else [each.name for each in found if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    is_class = inspect.isclass(value)
    required = {
        each.name: "positional" if each.name in (places or []) else "keyword-only"
        for each in found or []
        if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    }
    return {
        "parameters": None
        if found is None or inspect.Parameter.VAR_KEYWORD in kinds
        else [each.name for each in found if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)],
        "positional": None if found is None or inspect.Parameter.VAR_POSITIONAL in kinds else len(places),
        "least": sum(each.name in (places or []) and each.default is each.empty for each in found or []),
        "bound": 1 if is_class else 0,
        "required": None if found is None else required,
        "places": places,
        "shown": f"{value.__name__}.__init__()" if is_class else f"{getattr(value, '__name__', dotted)}()",
        **(attributes(dotted, value, known) if is_class else {"attributes": [], "open": []}),
    }


def attributes(dotted, value, known):
    """The public attributes of a class, with those that only its objects have; `open` are those of which that is not certain."""
    names = {each for each in dir(value) if not each.startswith("_")}
    example = example_of(dotted)
    is_open = hasattr(value, "__getattr__") or value.__getattribute__ is not object.__getattribute__
    for each in known:
        if each in names:
            continue
        if has(value if example is None else example, each) or (example is None and is_spoken_of(value, each, dotted.split(".")[0])):
            names.add(each)
    return {"attributes": sorted(names), "open": [each for each in known if is_open and example is None and each not in names]}


words = {}


def is_spoken_of(value, name, top):
    """Does the source of a class, or of one above it in the same package, contain a name? Its objects may have such an attribute then."""
    return any(each.__module__.split(".")[0] == top and name in words_of(each) for each in value.__mro__)


def words_of(value):
    if value not in words:
        try:
            words[value] = set(re.findall(r"\w+", inspect.getsource(value)))
        except Exception:
            words[value] = set()
    return words[value]


def example_of(dotted):
    if dotted not in objects:
        return None
    try:
        return eval(objects[dotted], {dotted.split(".")[0]: importlib.import_module(dotted.split(".")[0])})
    except Exception:
        return None


def has(value, name):
    try:
        getattr(value, name)
        return True
    except AttributeError:
        return False
    except Exception:
        return True


def is_own(name, value):
    top = name.split(".")[0]
    if isinstance(value, types.ModuleType):
        return value.__name__.split(".")[0] == top
    home = getattr(value, "__module__", None)
    return not isinstance(home, str) or home == "builtins" or home.split(".")[0] == top


answer = {}
for name in modules:
    module = load(name)
    if module is None:
        continue
    found = {}
    for each in {each for each in dir(module) if not each.startswith("_")} | set(asked.get(name, {})):
        try:
            value = getattr(module, each)
        except BaseException:
            value = load(f"{name}.{each}")
            if value is None:
                continue
        if is_own(name, value):
            found[each] = about(f"{name}.{each}", value, asked.get(name, {}).get(each, []))
    answer[name] = found
print("ANSWER" + json.dumps({"modules": answer, "refused": refused}))
