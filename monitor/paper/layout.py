"""Lays a form out for A4: one file of HTML without a script, a font or a picture, to be printed by any browser."""

from __future__ import annotations

from functools import cache

import jinja2

from monitor.paper.reading import Paper


def paper_html(paper: Paper, *, rows: int = 3) -> str:
    """The HTML of a paper, with ``rows`` copies of each block of rows."""
    return _environment().get_template("paper.html").render(
        paper=paper, rows=rows, said=paper.words.phrase, ticked=("one", "several")
    )


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("monitor.paper", "."), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
