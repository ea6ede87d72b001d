"""Packages that are not declared, and other versions of them."""

import re

from registry import Mutation, operator

requirement = re.compile(r'^(\s*"?)([A-Za-z][\w.-]*)(\[[^\]]*\])?([^"\n]*)("?,?\s*)$')
SERVERS = {"uvicorn", "fastapi"}


def requirement_lines(project):
    text = project.files.get(project.manifest or "", "")
    listed = text.split("\n")
    inside = project.manifest.endswith(".txt") if project.manifest else False
    for at, line in enumerate(listed):
        if project.manifest.endswith(".toml"):
            inside = (inside or line.startswith("dependencies")) and not line.startswith("]")
        match = requirement.match(line) if inside else None
        if match is not None and not line.startswith("dependencies"):
            yield at, listed, match


@operator(9)
def undeclare(project, random):
    """A requirement is not declared, and so not installed."""
    if not project.manifest:
        return
    for at, listed, match in requirement_lines(project):
        if match[2].lower() not in SERVERS:
            yield lambda at=at, listed=listed, name=match[2]: Mutation(
                f"{name} is not declared", {project.manifest: "\n".join([*listed[:at], *listed[at + 1 :]])}
            )


@operator(4)
def undeclare_extra(project, random):
    """A requirement loses its extra."""
    if not project.manifest:
        return
    for at, listed, match in requirement_lines(project):
        if match[3]:
            line = match[1] + match[2] + match[4] + match[5]
            yield lambda at=at, listed=listed, line=line: Mutation(
                line.strip(), {project.manifest: "\n".join([*listed[:at], line, *listed[at + 1 :]])}
            )


@operator(2)
def other_versions(project, random):
    """Nothing is pinned, and the installation brings what was new in another year."""
    if not project.manifest:
        return
    listed = project.files[project.manifest].split("\n")
    for at, _, match in requirement_lines(project):
        quoted = '"' in match[1]
        listed[at] = match[1] + match[2] + (match[3] or "") + (re.sub(r"^\s+", "", match[5]) if quoted else "")
    for pool in project.pools:
        if pool != project.pool:
            yield lambda pool=pool: Mutation(f"packages of {pool}", {project.manifest: "\n".join(listed)}, pool=pool)
