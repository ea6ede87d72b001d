"""Changes that a careful person makes: nearly all of these boot, and an audit has nothing CRITICAL to say of them."""

import ast
import posixpath

from registry import Mutation, in_file, operator
from operators.snippets import SNIPPETS
from source import import_text


@operator(3)
def alias_import(project, random):
    """An imported name gets an alias, used throughout."""
    for source in project.sources:
        for node in source.top_level(ast.ImportFrom):
            for alias in node.names:
                if alias.asname is None and alias.name != "*" and node.module != "__future__":
                    yield lambda source=source, node=node, name=alias.name: aliased(source, node, name)


def aliased(source, node, name):
    new = f"{name}_"
    names = [(alias.name, new if alias.name == name else alias.asname) for alias in node.names]
    edits = [(source.span(node), import_text(node, names=names))]
    edits += [(source.span(use), new) for use in source.nodes(ast.Name) if use.id == name]
    return in_file(source, source.splice(*edits), f"{name} as {new}")


@operator(2)
def guard_import(project, random):
    """A package that is not installed is asked for and done without."""
    for source in project.sources:
        name = random.choice(["orjson_x", "rich_x.console", "app_local_settings"])
        text = f"try:\n    import {name}\nexcept ImportError:\n    pass\n"
        yield lambda source=source, text=text: in_file(source, source.insert_after_imports(text), "asks for what may be missing")


@operator(2)
def import_in_functions(project, random):
    """An import goes into the functions that use its name."""
    for source in project.sources:
        for node in source.top_level(ast.ImportFrom):
            if len(node.names) == 1 and node.module != "__future__":
                yield lambda source=source, node=node: into_functions(source, node)


def into_functions(source, node):
    name = node.names[0].asname or node.names[0].name
    homes = {home for use in source.nodes(ast.Name) if use.id == name and (home := home_of(source, use)) is not None}
    edits = [(source.span(node), "")]
    for home in homes:
        first = home.body[0]
        at = source.span(first)[0]
        edits.append(((at, at), f"{import_text(node)}\n{' ' * first.col_offset}"))
    return in_file(source, source.splice(*edits), f"{name} is imported in {len(homes)} functions")


def home_of(source, node):
    """The outermost function around a node of its body."""
    home = None
    while node is not None:
        parent = source.parents.get(node)
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)) and node in parent.body and parent.body[0].lineno > parent.lineno:
            home = parent
        node = parent
    return home


@operator(1)
def add_broken_file(project, random):
    """A file that nothing imports is broken."""
    for source in project.sources:
        folder = posixpath.dirname(source.path)
        for text in ("def broken(:\n", "from app.nowhere import nothing\nimport flask_x\n", "x = undefined_thing\n"):
            yield lambda folder=folder, text=text: Mutation(
                f"{folder}: a broken file that nothing imports", {posixpath.join(folder, "old_draft.py"): text}
            )


@operator(2)
def other_import_style(project, random):
    """A relative import is written absolutely, or the other way round."""
    for source, node, module in project.own_imports():
        if node.level:
            text = import_text(node, module=module, level=0)
        elif source.module and "." in source.module:
            package = source.module.split(".") if source.is_package else source.module.split(".")[:-1]
            target = module.split(".")
            shared = 0
            while shared < min(len(package), len(target)) and package[shared] == target[shared]:
                shared += 1
            if not shared:
                continue
            text = import_text(node, module=".".join(target[shared:]), level=len(package) - shared + 1)
        else:
            continue
        yield lambda source=source, node=node, text=text: in_file(source, source.replace(node, text), text)


@operator(2)
def postpone_annotations(project, random):
    """Annotations are no longer evaluated."""
    for source in project.sources:
        if "__future__" not in source.text and source.tree.body:
            first = source.tree.body[1] if source.docstring and len(source.tree.body) > 1 else source.tree.body[0]
            at = source.span(first)[0]
            yield lambda source=source, at=at: in_file(
                source, source.splice(((at, at), "from __future__ import annotations\n\n")), "postponed annotations"
            )


@operator(3)
def add_snippet(project, random):
    """A file gets a few lines of sound Python that are not everyday."""
    for source in project.sources:
        for name, text in SNIPPETS.items():
            yield lambda source=source, text=text, name=name: in_file(source, f"{source.text.rstrip()}\n\n\n{text}", f"a snippet: {name}")


@operator(2)
def shuffle_imports(project, random):
    """The imports at the top stand in another order."""
    for source in project.sources:
        nodes = source.top_level(ast.Import, ast.ImportFrom)
        nodes = [node for node in nodes if getattr(node, "module", "") != "__future__"]
        if len(nodes) > 2:
            yield lambda source=source, nodes=nodes: shuffled(source, nodes, random)


def shuffled(source, nodes, random):
    texts = [source.segment(node) for node in nodes]
    random.shuffle(texts)
    return in_file(source, source.splice(*zip([source.span(node) for node in nodes], texts)), "imports in another order")


@operator(2)
def import_through_module(project, random):
    """A name is read from its module instead of being imported."""
    for source, node, module in project.own_imports():
        if node in source.tree.body and not node.level and all(alias.asname is None and alias.name != "*" for alias in node.names):
            yield lambda source=source, node=node, module=module: through_module(source, node, module)


def through_module(source, node, module):
    short = f"{module.rsplit('.', 1)[-1]}_module"
    names = {alias.name for alias in node.names}
    edits = [(source.span(node), f"import {module} as {short}")]
    edits += [(source.span(use), f"{short}.{use.id}") for use in source.nodes(ast.Name) if use.id in names]
    return in_file(source, source.splice(*edits), f"import {module} as {short}")


@operator(2)
def rename_throughout(project, random):
    """A name is renamed in its module and in all that import it."""
    for source in project.sources:
        for name in source.definitions:
            if source.module and (source.module, name) != (project.target_module, project.target_attribute):
                yield lambda source=source, name=name: renamed_throughout(project, source, name)


def renamed_throughout(project, owner, old):
    new = f"{old}_2"
    files = {owner.path: owner.rename(old, new)}
    for source, node, module in project.own_imports():
        if module != owner.module or source is owner or not any(alias.name == old for alias in node.names):
            continue
        if source.path in files:
            return None
        names = [(new if alias.name == old else alias.name, alias.asname or (old if alias.name == old else None)) for alias in node.names]
        files[source.path] = source.splice((source.span(node), import_text(node, names=names)))
    return Mutation(f"{owner.path}: {old} is {new} everywhere", files)


@operator(1)
def star_import(project, random):
    """Everything public of a module is imported instead of a few names."""
    for source, node, _ in project.own_imports():
        if node in source.tree.body and all(alias.asname is None for alias in node.names):
            text = import_text(node, names=[("*", None)])
            yield lambda source=source, node=node, text=text: in_file(source, source.replace(node, text), text)
