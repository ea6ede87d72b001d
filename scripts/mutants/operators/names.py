"""Names that their module does not have, or that nothing defines."""

import ast

from registry import in_file, operator
from slips import misspell, rename
from source import DEFINITIONS, import_text


@operator(5)
def rename_definition(project, random):
    """A name gets another one in its own module, and those who import it are not told."""
    for source, node, module in project.own_imports():
        owner = project.by_module.get(module)
        for alias in node.names:
            if owner is not None and alias.name in owner.definitions:
                yield lambda owner=owner, name=alias.name: renamed(owner, name, rename(name, random))


def renamed(owner, old, new):
    return in_file(owner, owner.rename(old, new), f"{old} is {new} now")


@operator(3)
def misspell_imported_name(project, random):
    """One import asks an own module for a misspelt name."""
    for source, node, _ in project.own_imports():
        yield lambda source=source, node=node: misspelt(source, node, random)


@operator(3)
def misspell_library_name(project, random):
    """One import asks a package for a misspelt name."""
    for source in project.sources:
        for node in source.nodes(ast.ImportFrom):
            if not node.level and node.module != "__future__" and not project.is_own(node.module):
                yield lambda source=source, node=node: misspelt(source, node, random)


def misspelt(source, node, random):
    """Where it is used the name is misspelt likewise, as a person would who believed in it."""
    at = random.randrange(len(node.names))
    old = node.names[at].name
    if old == "*":
        return None
    new = misspell(old, random)
    names = [(new if index == at else alias.name, alias.asname) for index, alias in enumerate(node.names)]
    edits = [(source.span(node), import_text(node, names=names))]
    if node.names[at].asname is None:
        edits += [(source.span(use), new) for use in source.nodes(ast.Name) if use.id == old]
    return in_file(source, source.splice(*edits), f"{old} is spelt {new}")


@operator(2)
def wrong_library_module(project, random):
    """A name is taken from another module of its library, or from another library."""
    library = [
        (source, node)
        for source in project.sources
        for node in source.nodes(ast.ImportFrom)
        if not node.level and node.module != "__future__" and not project.is_own(node.module)
    ]
    modules = sorted({node.module for _, node in library})
    for source, node in library:
        for module in modules:
            if module != node.module:
                text = import_text(node, module=module)
                yield lambda source=source, node=node, text=text: in_file(source, source.replace(node, text), text)


@operator(1.5)
def misspell_library_module(project, random):
    """A module of a package is misspelt."""
    for source in project.sources:
        for node in source.nodes(ast.ImportFrom):
            if not node.level and "." in node.module and not project.is_own(node.module):
                text = import_text(node, module=misspell(node.module, random) if random.random() < 0.5 else node.module + "s")
                yield lambda source=source, node=node, text=text: in_file(source, source.replace(node, text), text)


@operator(7)
def remove_import(project, random):
    """An import is forgotten: the whole line, or one of its names."""
    for source in project.sources:
        for node in source.top_level(ast.Import, ast.ImportFrom):
            if isinstance(node, ast.ImportFrom) and len(node.names) > 1:
                for lost in node.names:
                    rest = [(alias.name, alias.asname) for alias in node.names if alias is not lost]
                    text = import_text(node, names=rest)
                    about = f"imports no {lost.name}"
                    yield lambda source=source, node=node, text=text, about=about: in_file(
                        source, source.replace(node, text), about
                    )
            yield lambda source=source, node=node: in_file(
                source, source.remove(node), f"without {' '.join(source.segment(node).split())}"
            )


@operator(3)
def misspell_name(project, random):
    """A name is misspelt where it is used."""
    for source in project.sources:
        for node in source.nodes(ast.Name):
            if isinstance(node.ctx, ast.Load) and (not source.is_inside_function(node) or random.random() < 0.05):
                new = misspell(node.id, random)
                yield lambda source=source, node=node, new=new: in_file(
                    source, source.replace(node, new), f"{node.lineno}: {node.id} is spelt {new}"
                )


@operator(4)
def misspell_attribute(project, random):
    """An attribute is misspelt: a setting, a method, a part of a module."""
    for source in project.sources:
        for node in source.nodes(ast.Attribute):
            if isinstance(node.ctx, ast.Load) and (not source.is_inside_function(node) or random.random() < 0.05):
                yield lambda source=source, node=node: attribute_misspelt(source, node, random)


def attribute_misspelt(source, node, random):
    new = misspell(node.attr, random)
    end = source.span(node)[1]
    text = source.splice(((end - len(node.attr.encode()), end), new))
    return in_file(source, text, f"{node.lineno}: .{node.attr} is spelt .{new}")


@operator(2)
def define_too_late(project, random):
    """A definition stands at the end of its module, below what uses it."""
    for source in project.sources:
        for node in source.top_level(*DEFINITIONS, ast.Assign)[:-1]:
            if node is not source.tree.body[-1]:
                yield lambda source=source, node=node: in_file(
                    source,
                    f"{source.remove(node).rstrip()}\n\n\n{source.segment(node)}\n",
                    f"{node.lineno}: {source.segment(node).splitlines()[0]} goes to the end",
                )


@operator(1)
def only_for_type_checking(project, random):
    """An import that runs goes under TYPE_CHECKING."""
    for source, node, _ in project.own_imports():
        if node in source.tree.body and not any(alias.name == "*" for alias in node.names):
            guarded = f"from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    {import_text(node)}"
            yield lambda source=source, node=node, guarded=guarded: in_file(
                source, source.replace(node, guarded), f"only for type checking: {import_text(node)}"
            )
