"""The Datasette plugin: our pages and how cells are shown. It acts only in a Datasette that carries a release."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Sequence
from typing import Any

import jinja2
import markupsafe
from datasette import Response, hookimpl
from datasette.views.base import DatasetteError

from monitor.site import reading
from monitor.site.gate import LOOKUPS, METHOD, REFUSED, Application, Gate, refused_in
from monitor.site.opening import VIEW
from monitor.site.publication import Publication, Question, read_figures

NAME = "monitor-site"
DATABASE = "release"

_SHOWN = {
    "share": ("n", "count", "share", "low", "high", "not_observed", "not_applicable"),
    "count": ("n", "count"),
    "median": ("n", "median"),
    "ratio": ("n", "ratio"),
}


def publication_of(datasette: Any) -> Publication | None:
    """The release that a Datasette serves, or None when it is not one of ours."""
    found: Publication | None = (datasette.plugin_config(NAME) or {}).get("publication")
    return found


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Any) -> None:
    """Nothing can be written, whatever a page may ask."""
    if publication_of(datasette) and database == DATABASE:
        conn.execute("PRAGMA query_only = ON")


@hookimpl
def prepare_jinja2_environment(env: jinja2.Environment, datasette: Any) -> None:
    """What every page needs, the page of an error included."""
    publication = publication_of(datasette)
    if publication is None:
        return
    env.filters |= {"percent": reading.percent, "number": reading.number, "linked": _linked}
    env.globals |= {
        "publication": publication,
        "protection": reading.Protection.of(publication.parameters),
        "between": reading.between,
        "series": publication.series,
        "lookups": LOOKUPS,
        "shown": _SHOWN,
    }
    env.trim_blocks = env.lstrip_blocks = True


@hookimpl
def asgi_wrapper(datasette: Any) -> Any:
    """The gate before everything else."""
    settings = datasette.plugin_config(NAME)

    def wrap(inner: Application) -> Application:
        if not settings:
            return inner
        return Gate(inner, settings["publication"], settings["static"], settings["unchanged"])

    return wrap


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    """Our pages; they come before those of Datasette."""
    if publication_of(datasette) is None:
        return []
    return [
        (r"^/$", home),
        (rf"^{METHOD}$", method),
        (r"^/instrument/(?P<code>[^/]+)$", instrument),
        (r"^/indicator/(?P<code>[^/]+)/(?P<id>[^/]+)$", indicator),
        (rf"^/{DATABASE}(\.json)?$", tables),
        (rf"^{REFUSED}(\.json)?$", refused),
    ]


@hookimpl
def render_cell(row: sqlite3.Row, value: Any, column: str, table: str | None, datasette: Any) -> Any:
    """Codes with their labels; a hidden figure as a word, never as a gap."""
    publication: Publication | None = datasette.jinja_env.globals.get("publication")  # once a cell: it has to be quick
    if publication is None or table is None:
        return None
    name = row["table_name"] if table == VIEW else table
    found = publication.table(name)
    if found is None:
        return None
    if value is None and column in _SHOWN.get(found[2].statistic, ()):
        if found[2].exempt:
            return "none" if column == "share" else ""  # nothing is hidden: there was nothing to share, or no interval
        return markupsafe.Markup('<span class="hidden-figure">hidden</span>')
    if isinstance(value, float) and column in ("share", "low", "high"):
        return f"{value:.3f}"
    words = publication.labels(name, column).get(value)
    return f"{words} ({value})" if words and words != value else None


@hookimpl
def handle_exception(request: Any, datasette: Any, exception: Exception) -> Any:
    """A page of ours for whatever Datasette raises; only a fault of the program is logged."""
    status, says = _words(exception)
    if status >= 500:
        logging.getLogger(__name__).error("Fault at %s", request.path, exc_info=exception)
    if request.path.partition("?")[0].endswith(".json"):
        return Response.json({"ok": False, "error": says, "status": status}, status=status)
    return _page(datasette, request, "error.html", status=status, error=says, http_status=status)


async def home(request: Any, datasette: Any) -> Any:
    """What this is, what it is not, and where the figures are."""
    withdrawn = _publication(datasette).series.withdrawn
    return await _page(datasette, request, "withdrawn.html" if withdrawn else "home.html")


async def method(request: Any, datasette: Any) -> Any:
    """How the figures were made and protected, as the release itself says it."""
    return await _page(datasette, request, "method.html")


async def instrument(request: Any, datasette: Any) -> Any:
    """One instrument: its indicators with their figures over everything, and its codebook."""
    publication = _publication(datasette)
    found = publication.instrument(request.url_vars["code"])
    return await _page(datasette, request, "instrument.html", instrument=found)


async def indicator(request: Any, datasette: Any) -> Any:
    """One indicator: its definition, its tables, its questions and provisions."""
    publication = _publication(datasette)
    whose = publication.instrument(request.url_vars["code"])
    found = whose.indicator(request.url_vars["id"]) if whose else None
    tables = found.tables if found else ()
    database = datasette.get_database(DATABASE)

    def read(connection: sqlite3.Connection) -> list[Any]:
        return [(table, reading.arrange(table, read_figures(connection, table))) for table in tables]

    tables_read = await database.execute_fn(read)
    return await _page(datasette, request, "indicator.html", instrument=whose, indicator=found, tables=tables_read)


async def tables(request: Any, datasette: Any) -> Any:
    """All tables. Datasette's own list asks every table several questions, which takes a second in a real release."""
    publication = _publication(datasette)
    if not request.path.endswith(".json"):
        return await _page(datasette, request, "tables.html")
    listed = [
        {
            "name": table.name, "instrument": whose.code, "indicator": of.id, "title": of.title,
            "dimensions": [dimension.name for dimension in table.dimensions], "rows": table.rows,
            "columns": publication.columns[table.name],
        }
        for whose, of, table in publication.tables()
    ]  # fmt: skip
    others = [name for name in publication.columns if publication.table(name) is None]
    about = {"release": publication.id, "content_hash": publication.content_hash, "licence": publication.licence}
    return Response.json({**about, "tables": listed, "others": others})


async def refused(request: Any, datasette: Any) -> Any:
    """What stands at an address that is not here, or for a request that means nothing."""
    why = refused_in(request.scope)
    if why.location:
        return Response.redirect(why.location, status=why.status)
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": why.says, "status": why.status}, status=why.status)
    return await _page(datasette, request, "error.html", status=why.status, error=why.says, http_status=why.status)


async def _page(datasette: Any, request: Any, template: str, *, http_status: int = 200, **values: object) -> Any:
    return Response.html(await datasette.render_template(template, values, request=request), status=http_status)


def _linked(text: str, questions: Sequence[Question]) -> markupsafe.Markup:
    """A definition in which the name of a question leads to its wording, which stands on the same page."""
    places = {question.name: f"{question.form}-{question.name}" for question in questions}
    parts = re.split(r"([a-z][a-z0-9_]*)", text)
    link = markupsafe.Markup('<a href="#{}">{}</a>')
    return markupsafe.Markup("").join(link.format(places[part], part) if part in places else part for part in parts)


def _words(exception: Exception) -> tuple[int, str]:
    if isinstance(exception, DatasetteError):  # raised for what a reader asked, even where its status says 500
        too_long = "This would take too long. Ask for less at once."
        return min(exception.status, 400), too_long if exception.message_is_html else exception.message
    status: int = getattr(exception, "status", 500)
    return status, str(exception) if status < 500 else "The page could not be made."


def _publication(datasette: Any) -> Publication:
    publication = publication_of(datasette)
    assert publication is not None, "our routes exist only where a release is served"
    return publication
