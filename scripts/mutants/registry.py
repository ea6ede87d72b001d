"""The list of operators: each breaks (or only changes) a backend in one way."""

from dataclasses import dataclass, field


@dataclass
class Mutation:
    """What an operator made. `files` has the new text of a file, or None where it is gone."""

    about: str
    files: dict = field(default_factory=dict)
    environment: dict = field(default_factory=dict)
    pool: str = ""


@dataclass
class Operator:
    name: str
    weight: float
    sites: object


OPERATORS = []


def operator(weight):
    """Registers a function of (project, random) that yields thunks, each of which makes one mutation or None."""

    def register(function):
        OPERATORS.append(Operator(function.__name__.replace("_", "-"), weight, function))
        return function

    return register


def in_file(source, text, about):
    """A mutation of one file, or None where nothing changed."""
    return None if text == source.text else Mutation(f"{source.path}: {about}", {source.path: text})
