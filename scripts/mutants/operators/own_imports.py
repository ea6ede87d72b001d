"""Own imports that do not resolve."""

import ast
import posixpath

from registry import Mutation, in_file, operator
from slips import misspell
from source import import_text


@operator(4)
def rename_module(project, random):
    """A module gets another name, and nobody is told."""
    for source in project.sources:
        if not source.is_package and source.module and source.module != project.target_module:
            yield lambda source=source: renamed(source, misspell(posixpath.basename(source.path)[:-3], random))


def renamed(source, name):
    path = posixpath.join(posixpath.dirname(source.path), f"{name}.py")
    return Mutation(f"{source.path} is {path} now", {source.path: None, path: source.text})


@operator(2)
def move_module(project, random):
    """A module goes into another folder, and nobody is told."""
    folders = sorted({posixpath.dirname(source.path) for source in project.sources})
    for source in project.sources:
        others = [folder for folder in folders if folder != posixpath.dirname(source.path)]
        if source.is_package or source.module == project.target_module or not others:
            continue
        yield lambda source=source, others=others: moved(source, random.choice(others))


def moved(source, folder):
    path = posixpath.join(folder, posixpath.basename(source.path))
    return Mutation(f"{source.path} is {path} now", {source.path: None, path: source.text})


@operator(7)
def wrong_prefix(project, random):
    """An import begins at another root than the server's."""
    for source, node, module in project.own_imports():
        if node.level:
            continue
        wrong = [f"{root}.{module}" for root in ("src", "backend", "app") if not project.is_own(f"{root}.{module}")]
        if "." in module:
            wrong += [module.split(".", 1)[1]] * 2
        for name in wrong:
            yield lambda source=source, node=node, name=name: in_file(
                source, source.replace(node, import_text(node, module=name)), f"imports from {name}"
            )


@operator(3)
def dots_off(project, random):
    """A relative import has a dot too many or too few."""
    for source, node, _ in project.own_imports():
        if node.level:
            for level in {max(1, node.level - 1), node.level + 1} - {node.level}:
                text = import_text(node, level=level)
                yield lambda source=source, node=node, text=text: in_file(source, source.replace(node, text), text)


@operator(2)
def absolute_made_relative(project, random):
    """An absolute import is written relative, with the dots counted wrongly."""
    for source, node, module in project.own_imports():
        if not node.level and "." in module:
            text = import_text(node, module=module.split(".", 1)[1], level=random.choice([1, 2, 3]))
            yield lambda source=source, node=node, text=text: in_file(source, source.replace(node, text), text)


@operator(2)
def module_case(project, random):
    """A part of a module's name has another case."""
    for source, node, _ in project.own_imports():
        if node.module:
            parts = node.module.split(".")
            at = random.randrange(len(parts))
            parts[at] = parts[at].capitalize()
            text = import_text(node, module=".".join(parts))
            yield lambda source=source, node=node, text=text: in_file(source, source.replace(node, text), text)


@operator(4)
def misspell_module(project, random):
    """A part of a module's name is misspelt in one import."""
    for source, node, _ in project.own_imports():
        if node.module:
            parts = node.module.split(".")
            at = random.randrange(len(parts))
            parts[at] = misspell(parts[at], random)
            text = import_text(node, module=".".join(parts))
            yield lambda source=source, node=node, text=text: in_file(source, source.replace(node, text), text)


@operator(2)
def module_is_no_package(project, random):
    """A name of a module is imported as if it were a module in a package."""
    for source, node, module in project.own_imports():
        found = project.by_module.get(module)
        if found is not None and not found.is_package and node.module:
            text = import_text(node, module=f"{node.module}.{node.names[0].name.lower()}")
            yield lambda source=source, node=node, text=text: in_file(source, source.replace(node, text), text)


@operator(2)
def import_from_package(project, random):
    """A name is imported from the package that holds its module."""
    for source, node, module in project.own_imports():
        if node.module and "." in node.module and module in project.by_module:
            text = import_text(node, module=node.module.rsplit(".", 1)[0])
            yield lambda source=source, node=node, text=text: in_file(source, source.replace(node, text), text)


@operator(3)
def delete_reexport(project, random):
    """A package no longer hands on what its modules have."""
    for source in project.sources:
        if source.is_package:
            for node in source.top_level(ast.ImportFrom, ast.Import):
                yield lambda source=source, node=node: in_file(source, source.remove(node), f"without {source.segment(node)}")
            if source.text.strip():
                yield lambda source=source: Mutation(f"{source.path} is empty", {source.path: ""})


@operator(1)
def delete_init(project, random):
    """A package loses its __init__.py."""
    for source in project.sources:
        if source.is_package:
            yield lambda source=source: Mutation(f"{source.path} is gone", {source.path: None})


@operator(1.5)
def delete_module(project, random):
    """A module was never committed."""
    for source in project.sources:
        if not source.is_package and source.module != project.target_module:
            yield lambda source=source: Mutation(f"{source.path} is gone", {source.path: None})


@operator(3)
def import_cycle(project, random):
    """A module imports back, at its top, from one that imports it."""
    for source, _, module in project.own_imports():
        other = project.by_module.get(module)
        if other is None or other is source or not source.definitions or not source.module:
            continue
        name = random.choice(sorted(source.definitions))
        line = f"from {source.module} import {name}\n"
        yield lambda other=other, line=line: in_file(other, other.insert_after_imports(line), line.strip())


@operator(2)
def import_at_module_level(project, random):
    """An import that a function made goes to the top of its module."""
    for source in project.sources:
        for node in source.nodes(ast.Import, ast.ImportFrom):
            if source.is_inside_function(node):
                yield lambda source=source, node=node: hoisted(source, node)


def hoisted(source, node):
    at = source.line_starts[source.top_level(ast.stmt)[0].end_lineno]
    line = f"{' '.join(source.segment(node).split())}\n"
    line = line.replace("( ", "(").replace(", )", ")").replace(",)", ")")
    span = source.span(node)
    if span[0] < at:
        return None
    return in_file(source, source.splice(((at, at), line), (span, "pass")), f"imports at the top: {line.strip()}")
