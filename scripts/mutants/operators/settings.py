"""Settings that are missing, garbled, or called otherwise."""

import ast
import posixpath
import re

from registry import Mutation, in_file, operator
from slips import misspell, rename

line_of_env = re.compile(r"^(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$")
GARBLED = ["", "abc", "maybe", "a,b,c", "http://localhost:3000", "postgres", "psql 'postgresql://me@localhost/db'", "1.5", "None"]
URLS = {
    "postgresql+asyncpg://": ["postgresql://", "postgres://", "postgresql+psycopg2://", "postgresql+asyncpgs://"],
    "postgresql://": ["postgresql+asyncpg://", "postgres://", "postgresql+psycopg://"],
    "postgresql+psycopg2://": ["postgresql+asyncpg://", "postgres://"],
    "postgresql+psycopg://": ["postgresql+asyncpg://", "postgresql+psycopg3://"],
    "sqlite+aiosqlite://": ["sqlite://", "sqlite+async://"],
    "sqlite://": ["sqlite+aiosqlite://", "sqlite3://"],
}


def variables(project):
    """Each variable that the server gets: (key, value, function of a new value or None)."""
    for path, text in project.files.items():
        if posixpath.basename(path) == ".env":
            lines = text.split("\n")
            for at, line in enumerate(lines):
                match = line_of_env.match(line)
                if match:
                    yield match[1], match[2], lambda new, at=at, lines=lines, path=path: {
                        "files": {path: "\n".join([*lines[:at], *([] if new is None else [new]), *lines[at + 1 :]])}
                    }
    for key, value in project.environment.items():
        yield key, value, lambda new, key=key: {"environment": {key: None, **as_variable(new)}}


def as_variable(line):
    return {} if line is None else dict([line.split("=", 1)])


@operator(3)
def unset_variable(project, random):
    """A variable is set nowhere."""
    for key, _, change in variables(project):
        yield lambda key=key, change=change: Mutation(f"{key} is not set", **change(None))


@operator(3)
def garble_variable(project, random):
    """A variable has a value that may not do."""
    for key, _, change in variables(project):
        value = random.choice(GARBLED)
        yield lambda key=key, change=change, value=value: Mutation(f"{key}={value}", **change(f"{key}={value}"))


@operator(1)
def misspell_variable(project, random):
    """A variable is misspelt where it is set."""
    for key, value, change in variables(project):
        new = misspell(key, random)
        yield lambda key=key, value=value, change=change, new=new: Mutation(
            f"{key} is spelt {new}", **change(f"{new}={value.strip()}")
        )


@operator(1)
def extra_variable(project, random):
    """The .env file has one variable more."""
    for path, text in project.files.items():
        if posixpath.basename(path) == ".env":
            yield lambda path=path, text=text: Mutation("one more variable", {path: f"{text.rstrip()}\nSENTRY_RATE=0.5\n"})


@operator(4)
def other_database_driver(project, random):
    """A database URL names another driver."""
    for key, value, change in variables(project):
        for new in other_urls(value):
            yield lambda key=key, new=new, change=change: Mutation(f"{key}={new.split('@')[-1]}", **change(f"{key}={new}"))
    for source in project.sources:
        for node in source.nodes(ast.Constant):
            if isinstance(node.value, str):
                for new in other_urls(source.segment(node)):
                    yield lambda source=source, node=node, new=new: in_file(source, source.replace(node, new), new)


def other_urls(text):
    found = next((scheme for scheme in URLS if scheme in text), None)
    return [text.replace(found, other) for other in URLS[found]] if found else []


def settings_classes(project):
    for source in project.sources:
        for node in source.nodes(ast.ClassDef):
            if any("Settings" in ast.unparse(base) for base in node.bases):
                yield source, node


@operator(3)
def rename_setting(project, random):
    """A setting gets another name in its class only."""
    for source, node in settings_classes(project):
        for field in node.body:
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                new = rename(field.target.id, random)
                yield lambda source=source, field=field, new=new: in_file(
                    source, source.replace(field.target, new), f"the setting {field.target.id} is {new} now"
                )


@operator(2)
def setting_without_default(project, random):
    """A setting loses its default."""
    for source, node in settings_classes(project):
        for field in node.body:
            if isinstance(field, ast.AnnAssign) and field.value is not None:
                text = f"{source.segment(field.target)}: {source.segment(field.annotation)}"
                yield lambda source=source, field=field, text=text: in_file(source, source.replace(field, text), f"no default: {text}")


@operator(1)
def setting_of_other_type(project, random):
    """A setting is declared with another type."""
    for source, node in settings_classes(project):
        for field in node.body:
            if isinstance(field, ast.AnnAssign):
                new = random.choice(["int", "bool", "list[str]", "dict[str, int]", "float", "AnyUrl", "str"])
                yield lambda source=source, field=field, new=new: in_file(
                    source, source.replace(field.annotation, new), f"{source.segment(field.target)} is of type {new}"
                )


@operator(1.5)
def uncalled(project, random):
    """A call without arguments at the module level is not made."""
    for source in project.sources:
        for node in source.nodes(ast.Call):
            if not node.args and not node.keywords and not source.is_inside_function(node):
                yield lambda source=source, node=node: in_file(
                    source, source.replace(node, source.segment(node.func)), f"{node.lineno}: {source.segment(node)} is not called"
                )
