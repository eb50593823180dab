"""What can be seen of a plugin's folder without running it: README, pyproject.toml, imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from monitor.intake.settings import read_toml
from monitor.kit.complaints import Complaint, complain

_NEVER_ASKED = re.compile(r"never (be )?ask|not ask", re.IGNORECASE)
_HEADINGS = {"who fills it in": r"who|fills? ", "its legal basis": r"legal|law|mandate"}
_FOR_PLUGINS = ("monitor", "monitor.testing")


def package_of(folder: Path) -> Path | None:
    """The one Python package of a plugin folder; None when there is none, or more than one."""
    packages = [path.parent for path in sorted(folder.glob("*/__init__.py")) if path.parent.name != "tests"]
    return packages[0] if len(packages) == 1 else None


def readme(folder: Path) -> Iterator[Complaint]:
    """The README is there and says what a mission, and whoever is observed, must know."""
    path = folder / "README.md"
    if not path.is_file():
        yield complain("KIT-10", "README.md")
        return
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    if not any(_NEVER_ASKED.search(heading) for heading in headings):
        yield complain("KIT-11", "README.md")
    for what, pattern in _HEADINGS.items():
        if not any(re.search(pattern, heading, re.IGNORECASE) for heading in headings):
            yield complain("KIT-12", "README.md", what=what)


def distribution(folder: Path, package: Path) -> Iterator[Complaint]:
    """The folder installs as a plugin: its pyproject.toml names the package where pip and the loader look."""
    try:
        project = read_toml((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        yield complain("KIT-13", "pyproject.toml", why=error)
        return
    entries = project.get("project", {}).get("entry-points", {}).get("monitor", {})
    if package.name not in entries.values():
        yield complain("KIT-14", "pyproject.toml", package=package.name, name=folder.resolve().name)
    wheel = project.get("tool", {}).get("hatch", {}).get("build", {}).get("targets", {}).get("wheel", {})
    if "hatch" in project.get("tool", {}) and package.name not in wheel.get("packages", ()):
        yield complain("KIT-15", "pyproject.toml", package=package.name)
    if not (package / "py.typed").is_file():
        yield complain("KIT-18", package.name)


def imports(folder: Path, package: Path) -> Iterator[Complaint]:
    """The package imports itself relatively, and from the framework only what is meant for plugins."""
    for path in sorted(package.rglob("*.py")):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError):
            continue  # the loader names it
        for line, module in _imported(tree):
            where = f"{path.relative_to(folder).as_posix()}, line {line}"
            if module.split(".")[0] == package.name:
                yield complain("KIT-16", where, module=module)
            elif module.startswith("monitor.") and module not in _FOR_PLUGINS:
                yield complain("KIT-17", where, module=module)


def _imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.lineno, node.module
