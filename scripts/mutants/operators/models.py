"""Models, tables and their fields."""

import ast
import re

from registry import Mutation, in_file, operator
from slips import misspell

CONSTRUCTORS = {"Field", "Column", "mapped_column", "Relationship", "relationship", "ForeignKey", "ConfigDict", "SettingsConfigDict"}


def called(node):
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def classes(project):
    for source in project.sources:
        for node in source.nodes(ast.ClassDef):
            if not source.is_inside_function(node) and node.bases:
                yield source, node


def fields(node):
    return [field for field in node.body if isinstance(field, (ast.AnnAssign, ast.Assign))]


def is_table(node):
    has_name = any("__tablename__" in ast.unparse(field) for field in fields(node))
    return has_name or any(word.arg == "table" for word in node.keywords)


@operator(3)
def unquote_annotation(project, random):
    """A forward reference loses its quotes."""
    for source in project.sources:
        for node in source.nodes(ast.AnnAssign, ast.arg, ast.FunctionDef, ast.AsyncFunctionDef):
            annotation = getattr(node, "annotation", None) or getattr(node, "returns", None)
            for part in ast.walk(annotation) if annotation else []:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield lambda source=source, part=part: in_file(
                        source, source.replace(part, part.value), f"{part.lineno}: {part.value} without quotes"
                    )


@operator(3)
def add_field(project, random):
    """A class gets a field that may not do there."""
    wanted = [
        "tags: list[str]",
        "extra: dict = {}",
        "metadata: str = ''",
        "meta: object = None",
        "owner: Owner",
        "labels: list[str] = Field(default=[], default_factory=list)",
        "amount = 1",
        "session: Session",
        "status: Literal['a', 'b'] = 'c'",
        "model_name: str = 'x'",
        "tags: Mapped[list[str]]",
        "note: Mapped[str | None]",
        "code: Optional[str] = None",
        "at: datetime",
    ]
    for source, node in classes(project):
        for line in random.sample(wanted, 3):
            yield lambda source=source, node=node, line=line: with_line(source, node, line)


def with_line(source, node, line):
    last = node.body[-1]
    at = source.span(last)[1]
    return in_file(source, source.splice(((at, at), f"\n{' ' * last.col_offset}{line}")), f"{node.name}: {line}")


@operator(2)
def drop_field_argument(project, random):
    """A field loses one of its arguments: primary_key, default, foreign_key …"""
    for source, node in classes(project):
        for call in [part for field in fields(node) for part in ast.walk(field) if isinstance(part, ast.Call)]:
            for word in call.keywords:
                yield lambda source=source, call=call, word=word: without_argument(source, call, word)


def without_argument(source, call, word):
    parts = [source.segment(part) for part in [*call.args, *(one for one in call.keywords if one is not word)]]
    text = f"{source.segment(call.func)}({', '.join(parts)})"
    return in_file(source, source.replace(call, text), f"{call.lineno}: {called(call)} without {word.arg}")


@operator(4)
def misspell_keyword(project, random):
    """A keyword of a call is misspelt."""
    for source in project.sources:
        for call in source.nodes(ast.Call):
            if source.is_inside_function(call) and random.random() > 0.1:
                continue
            for word in call.keywords:
                if word.arg:
                    new = misspell(word.arg, random)
                    start = source.span(word)[0]
                    span = (start, start + len(word.arg.encode()))
                    yield lambda source=source, word=word, new=new, span=span: in_file(
                        source, source.splice((span, new)), f"{word.lineno}: {word.arg}= is spelt {new}="
                    )


@operator(2)
def wrong_reference(project, random):
    """A foreign key, a table name, back_populates or a relationship's class is misspelt."""
    for source, node in classes(project):
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and re.fullmatch(r"[A-Za-z_]+(\.[A-Za-z_]+)*", part.value):
                new = f'"{misspell(part.value, random) if part.value.isidentifier() else part.value + "s"}"'
                yield lambda source=source, part=part, new=new: in_file(
                    source, source.replace(part, new), f"{part.lineno}: {part.value} is {new}"
                )


@operator(2)
def define_table_twice(project, random):
    """A table class stands in a second module too."""
    for source, node in classes(project):
        if is_table(node):
            others = [other for other in project.sources if other is not source]
            if others:
                yield lambda source=source, node=node, others=others: copied(source, node, random.choice(others))


def copied(source, node, other):
    imports = "\n".join(source.segment(line) for line in source.top_level(ast.Import, ast.ImportFrom))
    if any(line.level for line in source.top_level(ast.ImportFrom)):
        return None
    text = f"{other.text.rstrip()}\n\n\n{imports}\n\n\n{source.segment(node)}\n"
    return Mutation(f"{other.path}: also defines {node.name}", {other.path: text})


@operator(1)
def table_renamed_like_another(project, random):
    """Two table classes have the same table."""
    tables = [
        (source, field.value)
        for source, node in classes(project)
        for field in fields(node)
        if "__tablename__" in ast.unparse(field) and isinstance(field.value, ast.Constant)
    ]
    for source, value in tables:
        for other in {one.value for _, one in tables} - {value.value}:
            yield lambda source=source, value=value, other=other: in_file(
                source, source.replace(value, f'"{other}"'), f"{value.value} is called {other} too"
            )


@operator(1)
def drop_base(project, random):
    """A class loses one of its bases."""
    for source, node in classes(project):
        for base in node.bases:
            rest = [source.segment(one) for one in [*node.bases, *node.keywords] if one is not base]
            start, end = source.name_span(node)
            colon = source.data.index(b":", source.span([*node.bases, *node.keywords][-1])[1])
            text = f"({', '.join(rest)})" if rest else ""
            yield lambda source=source, node=node, base=base, end=end, colon=colon, text=text: in_file(
                source, source.splice(((end, colon), text)), f"{node.name} is no {source.segment(base)}"
            )


@operator(1)
def validator_of_no_field(project, random):
    """A validator names a field that its class does not have."""
    for source, node in classes(project):
        for method in node.body:
            for call in getattr(method, "decorator_list", []):
                if isinstance(call, ast.Call) and "validator" in called(call) and call.args:
                    yield lambda source=source, call=call: in_file(
                        source, source.replace(call.args[0], '"no_such_field"'), f"{call.lineno}: a validator of no field"
                    )
