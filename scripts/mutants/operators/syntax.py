"""Files that are no Python."""

import ast
import re

from registry import in_file, operator


@operator(7)
def spoil_syntax(project, random):
    """A slip that the parser refuses, or that changes what a file says."""
    ways = [lose_bracket, lose_colon, indent, dedent, conflict, lose_quote, curl_quotes, lose_async, lose_comma, single_equals, tab, doubled_bracket, lose_body]
    for source in project.sources:
        for way in ways:
            yield lambda source=source, way=way: in_file(source, way(source, random) or source.text, way.__name__.replace("_", " "))


def lines_like(source, pattern):
    return [at for at, line in enumerate(source.text.split("\n")) if re.search(pattern, line)]


def change_line(source, random, pattern, change):
    found = lines_like(source, pattern)
    if not found:
        return None
    lines = source.text.split("\n")
    at = random.choice(found)
    lines[at] = change(lines[at])
    return "\n".join(lines)


def lose_bracket(source, random):
    found = [match.start() for match in re.finditer(r"[)\]}(\[{]", source.text)]
    at = random.choice(found) if found else 0
    return source.text[:at] + source.text[at + 1 :] if found else None


def doubled_bracket(source, random):
    found = [match.start() for match in re.finditer(r"[)\]}(\[{]", source.text)]
    at = random.choice(found) if found else 0
    return source.text[:at] + source.text[at] + source.text[at:] if found else None


def lose_colon(source, random):
    return change_line(source, random, r"^\s*(def|class|if|for|with|try|else|async|except).*:$", lambda line: line[:-1])


def indent(source, random):
    return change_line(source, random, r"^\s*\w", lambda line: f"  {line}")


def dedent(source, random):
    return change_line(source, random, r"^    +\w", lambda line: line[random.choice([1, 2, 4]) :])


def tab(source, random):
    return change_line(source, random, r"^    +\w", lambda line: f"\t{line.lstrip()}")


def conflict(source, random):
    return change_line(
        source, random, r"^\s*\w", lambda line: f"<<<<<<< HEAD\n{line}\n=======\n{line}  # ours\n>>>>>>> feature/login"
    )


def lose_quote(source, random):
    return change_line(source, random, r"""["']$|["'][,)]""", lambda line: re.sub(r"""["']([,)]?)$""", r"\1", line, count=1))


def curl_quotes(source, random):
    return change_line(source, random, r'"[^"]+"', lambda line: re.sub(r'"([^"]+)"', "“\\1”", line, count=1))


def lose_comma(source, random):
    return change_line(source, random, r",", lambda line: line.replace(",", "", 1))


def single_equals(source, random):
    return change_line(source, random, r"==", lambda line: line.replace("==", "=", 1))


def lose_async(source, random):
    found = source.nodes(ast.AsyncFunctionDef)
    if not found:
        return None
    start = source.line_starts[(node := random.choice(found)).lineno - 1] + node.col_offset
    return source.splice(((start, start + len("async ")), ""))


def lose_body(source, random):
    found = [node for node in source.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef) if len(node.body) == 1]
    return source.splice((source.span(random.choice(found).body[0]), "# later")) if found else None
