"""Lines of sound Python, each of which an audit could misread."""

SNIPPETS = {
    "module getattr": """
def __getattr__(name):
    if name == "lazy_thing":
        return 1
    raise AttributeError(name)
""",
    "late definition": """
def first_of_two():
    return second_of_two()


def second_of_two():
    return later_value


later_value = first_of_two.__name__
""",
    "descriptor and metaclass": """
class Registry(type):
    known = {}

    def __new__(cls, name, bases, namespace, **options):
        made = super().__new__(cls, name, bases, namespace)
        cls.known[name] = made
        return made

    def __getattr__(cls, name):
        return f"{cls.__name__}.{name}"


class Plugin(metaclass=Registry, tag="x"):
    pass


plugin_label = Plugin.anything_at_all
""",
    "enum": """
import enum


class Level(str, enum.Enum):
    LOW = "low"
    HIGH = "high"

    @property
    def is_high(self):
        return self is Level.HIGH


levels = {level.name: level.value for level in Level}
default_level = Level("low").is_high
""",
    "globals": """
for _name in ("alpha_value", "beta_value"):
    globals()[_name] = len(_name)

del _name
total_value = alpha_value + beta_value  # noqa: F821
""",
    "conditional definition": """
import sys

if sys.version_info >= (3, 8):
    def modern():
        return True
else:
    import modern_backport as modern

is_modern = modern()
""",
    "typed dict and protocol": """
import typing


class Row(typing.TypedDict, total=False):
    id: int
    name: "str | None"


class Named(typing.Protocol):
    name: str

    def rename(self, name: str) -> None: ...


Pair = typing.NamedTuple("Pair", [("left", int), ("right", int)])
pair_sum = Pair(1, 2).left + Pair(3, right=4).right
""",
    "decorated": """
import functools


def counted(function=None, *, limit=3):
    if function is None:
        return functools.partial(counted, limit=limit)

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return function(*args, **kwargs)

    wrapper.calls = 0
    return wrapper


@counted(limit=5)
def greet(name="x"):
    return f"hello {name}"


greet("y")
greeted = greet.calls
""",
    "dataclass": """
import dataclasses


@dataclasses.dataclass(frozen=True)
class Point:
    x: int = 0
    y: int = 0
    tags: list = dataclasses.field(default_factory=list)

    def moved(self, **changes):
        return dataclasses.replace(self, **changes)


corner = Point(1).moved(y=2)
corner_sum = corner.x + corner.y
""",
    "suppress": """
import contextlib

with contextlib.suppress(ImportError, AttributeError):
    from package_that_is_not_there import anything

try:
    missing_builtin = unicode  # noqa: F821
except NameError:
    missing_builtin = str
""",
    "generic model": """
import typing as t

from pydantic import BaseModel as _BaseModel

Item_T = t.TypeVar("Item_T")


class Holder(_BaseModel):
    name: str = "x"
    parent: "t.Optional[Holder]" = None
    kind: t.ClassVar[str] = "holder"
    _private: int = 3


held = Holder(name="y", parent=Holder()).parent.name
""",
    "walrus and match": """
import re

if (found := re.match(r"(?P<a>\\w+)", "abc")) is not None:
    found_text = found.group("a")
else:
    found_text = ""
numbers = [last := n for n in range(3)]
last_number = last
""",
    "class scope": """
class Scoped:
    base = 2
    doubled = base * 2
    by_name = {key: value for key, value in (("a", 1),)}

    def own(self):
        return self.base

    class Inner:
        pass

    inner = Inner()


scoped_value = Scoped().own() + Scoped.doubled + Scoped.by_name["a"]
""",
    "slots and setattr": """
class Holder2:
    def __init__(self, **values):
        self.__dict__.update(values)


setattr(Holder2, "extra", 5)
held2 = Holder2(name="a")
held2_name = held2.name + str(held2.extra)
""",
    "router factory": """
from fastapi import APIRouter as _APIRouter


def _make_router(*names):
    made = _APIRouter(prefix="/made")
    for name in names:
        made.add_api_route(f"/{name}", endpoint=lambda: {"ok": True}, methods=["GET"], name=name)
    return made


made_router = _make_router("a", "b")
made_paths = [route.path for route in made_router.routes]
""",
}
