"""A backend's files as text and syntax trees, and edits of them."""

import ast
import posixpath
import re
from functools import cached_property

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Source:
    """One Python file."""

    def __init__(self, path, text, module):
        self.path = path
        self.text = text
        self.module = module
        self.is_package = posixpath.basename(path) == "__init__.py"
        self.data = text.encode()
        self.line_starts = [0]
        for line in self.data.splitlines(keepends=True):
            self.line_starts.append(self.line_starts[-1] + len(line))
        try:
            self.tree = ast.parse(text)
        except (SyntaxError, ValueError):
            self.tree = ast.Module(body=[], type_ignores=[])
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def nodes(self, *kinds):
        """Every node of these kinds, from top to bottom."""
        return [node for node in ast.walk(self.tree) if isinstance(node, kinds)]

    def top_level(self, *kinds):
        """Statements of the module itself."""
        return [node for node in self.tree.body if isinstance(node, kinds)]

    def span(self, node):
        """Byte offsets of a node, its decorators included."""
        first = min([node, *getattr(node, "decorator_list", [])], key=lambda part: part.lineno)
        # A decorator's expression begins after its "@".
        start = self.line_starts[first.lineno - 1] + first.col_offset - (first is not node)
        return start, self.line_starts[node.end_lineno - 1] + node.end_col_offset

    def segment(self, node):
        start, end = self.span(node)
        return self.data[start:end].decode()

    def replace(self, node, text):
        """The file with other text in a node's place."""
        return self.splice((self.span(node), text))

    def remove(self, statement):
        """The file without a statement; `pass` stays where it was the only one of its block."""
        parent = self.parents.get(statement)
        blocks = [getattr(parent, name, []) for name in ("body", "orelse", "finalbody")]
        alone = not isinstance(parent, ast.Module) and any(statement in block and len(block) == 1 for block in blocks)
        if alone:
            return self.replace(statement, "pass")
        start, end = self.span(statement)
        end = self.line_starts[statement.end_lineno] if statement.end_lineno < len(self.line_starts) else end
        return self.splice(((self.line_starts[self.line_of(start)], end), ""))

    def remove_decorator(self, decorator):
        """The file without a decorator's line."""
        start, end = self.line_starts[decorator.lineno - 1], self.line_starts[decorator.end_lineno]
        return self.splice(((start, end), ""))

    def parts(self, node, *kinds):
        """What of these kinds stands below a node."""
        return [part for part in ast.walk(node) if isinstance(part, kinds)]

    def line_of(self, offset):
        return self.data[:offset].count(b"\n")

    def splice(self, *edits):
        """The file with each ((start, end), text) put in place."""
        data = self.data
        for (start, end), text in sorted(edits, key=lambda edit: edit[0], reverse=True):
            data = data[:start] + text.encode() + data[end:]
        return data.decode()

    def insert_after_imports(self, text):
        """The file with lines after its last import of the module level."""
        imports = self.top_level(ast.Import, ast.ImportFrom)
        line = imports[-1].end_lineno if imports else (self.tree.body[0].end_lineno if self.docstring else 0)
        at = self.line_starts[min(line, len(self.line_starts) - 1)]
        return self.splice(((at, at), text))

    @property
    def docstring(self):
        return bool(self.tree.body) and ast.get_docstring(self.tree, clean=False) is not None

    def is_inside_function(self, node):
        node = self.parents.get(node)
        while node is not None:
            if isinstance(node, FUNCTIONS):
                return True
            node = self.parents.get(node)
        return False

    def rename(self, old, new):
        """The file with every name `old` (no attributes, no strings) called `new`."""
        edits = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and node.id == old:
                edits.append((self.span(node), new))
            elif isinstance(node, DEFINITIONS) and node.name == old and node in self.tree.body:
                edits.append((self.name_span(node), new))
        return self.splice(*edits)

    def name_span(self, definition):
        """Where a function or a class says its name."""
        start = self.line_starts[definition.lineno - 1] + definition.col_offset
        head = re.compile(rb"(?:async\s+def|def|class)\s+").match(self.data, start)
        return head.end(), head.end() + len(definition.name.encode())

    @cached_property
    def definitions(self):
        """Names that the module's own statements bind, with the statement."""
        found = {}
        for node in self.tree.body:
            if isinstance(node, DEFINITIONS):
                found[node.name] = node
            elif isinstance(node, ast.Assign):
                found.update({target.id: node for target in node.targets if isinstance(target, ast.Name)})
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found[node.target.id] = node
        return found


class Project:
    """All files of a backend; modules are named as the server's working directory has them."""

    def __init__(self, files, working_directory, target, environment, manifest, pools, pool):
        self.files = files
        self.manifest = manifest
        self.environment = environment
        self.pools = pools
        self.pool = pool
        self.target_module = target.split(":")[0]
        self.target_attribute = target.split(":")[1].split(".")[0].rstrip("()")
        self.prefix = f"{working_directory}/" if working_directory else ""
        self.all_sources = [
            Source(path, text, self.module_name(path)) for path, text in files.items() if path.endswith(".py")
        ]
        self.by_module = {source.module: source for source in self.all_sources if source.module}
        self.sources = self.find_reached()

    def module_name(self, path):
        if not path.startswith(self.prefix):
            return ""
        name = path[len(self.prefix) : -len(".py")].replace("/", ".")
        return name[: -len(".__init__")] if name.endswith(".__init__") else name

    def path_of(self, module):
        return f"{self.prefix}{module.replace('.', '/')}.py"

    def is_own(self, module):
        return module in self.by_module or any(name.startswith(f"{module}.") for name in self.by_module)

    def resolve(self, source, node):
        """The absolute name of the module that a `from` import names."""
        if not node.level:
            return node.module or ""
        package = source.module.split(".") if source.module else []
        keep = len(package) - node.level + source.is_package
        return ".".join([*package[: max(keep, 0)], *([node.module] if node.module else [])])

    def find_reached(self):
        """The files that importing the target imports, as far as import statements say it."""
        reached, pending = {}, [self.target_module]
        while pending:
            module = pending.pop()
            parts = module.split(".")
            for length in range(1, len(parts) + 1):
                source = self.by_module.get(".".join(parts[:length]))
                if source is None or source.path in reached:
                    continue
                reached[source.path] = source
                for node in source.nodes(ast.Import, ast.ImportFrom):
                    if isinstance(node, ast.Import):
                        pending += [alias.name for alias in node.names]
                        continue
                    base = self.resolve(source, node)
                    pending += [base, *(f"{base}.{alias.name}" for alias in node.names)]
        return list(reached.values())

    def own_imports(self):
        """Each `from` import of one of the backend's own modules: (source, node, absolute module)."""
        for source in self.sources:
            for node in source.nodes(ast.ImportFrom):
                module = self.resolve(source, node)
                if module and self.is_own(module):
                    yield source, node, module


def import_text(node, *, module=None, level=None, names=None):
    """A `from` import written anew, with some of its parts replaced."""
    module = node.module if module is None else module
    level = node.level if level is None else level
    names = [(alias.name, alias.asname) for alias in node.names] if names is None else names
    listed = ", ".join(name if alias is None else f"{name} as {alias}" for name, alias in names)
    return f"from {'.' * level}{module or ''} import {listed}"
