"""Makes the ASGI application of a release: Datasette with our plugin, no other package's, and nothing from disk."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitor.site.gate import Application
from monitor.site.opening import open_release, refusing_damage
from monitor.site.publication import read_publication

_FOLDER = Path(__file__).parent
_MOST_ROWS = 50_000
"""No answer, JSON and CSV included, has more rows than this."""


def build_application(path: Path) -> Application:
    """The site of the release at ``path``. Raises :class:`monitor.errors.Refusal` when it is none."""
    path = path.absolute()
    with contextlib.closing(open_release(path)) as connection, refusing_damage(path):
        publication = read_publication(connection)
    opened = _identity(path)
    longest = max((table.rows for _, _, table in publication.tables()), default=0)
    datasette = _bare_datasette()
    from datasette.database import Database

    from monitor.site import plugin

    served: Any = datasette(
        template_dir=str(_FOLDER / "templates"),
        static_mounts=[("static", str(_FOLDER / "static"))],
        metadata={
            "plugins": {
                plugin.NAME: {
                    "publication": publication,
                    "static": frozenset(file.name for file in (_FOLDER / "static").iterdir()),
                    "unchanged": lambda: _identity(path) == opened,
                }
            }
        },
        settings={
            "default_allow_sql": False,
            "allow_download": False,
            "suggest_facets": False,
            "allow_csv_stream": False,
            "default_page_size": 100,
            "max_returned_rows": min(max(1_000, longest), _MOST_ROWS),
            "sql_time_limit_ms": 2_000,
            "facet_time_limit_ms": 500,
            "default_cache_ttl": 300,
        },
    )
    served.remove_database("_memory")
    served.add_database(Database(served, path=str(path), is_mutable=False), name=plugin.DATABASE)
    application: Application = served.app()
    return application


def _bare_datasette() -> Any:
    """The class Datasette, with our plugin beside Datasette's own and no other."""
    with _no_stray_package():
        plugins: Any = importlib.import_module("datasette.plugins")
        app: Any = importlib.import_module("datasette.app")
    from monitor.site import plugin

    # Datasette's own page of an error prints every local variable, for a mistyped address too; ours takes its place.
    kept = {*plugins.DEFAULT_PLUGINS, plugin.NAME} - {"datasette.handle_exception"}
    for name, known in plugins.pm.list_name_plugin():
        if known is not None and name not in kept:
            plugins.pm.unregister(name=name)
    if not plugins.pm.is_registered(plugin):
        plugins.pm.register(plugin, name=plugin.NAME)
    return app.Datasette


@contextlib.contextmanager
def _no_stray_package() -> Iterator[None]:
    # On its first import Datasette runs every installed package that names itself its plugin, unless this is set.
    mark = "_called_from_test"
    if "datasette.plugins" in sys.modules or hasattr(sys, mark):
        yield
        return
    setattr(sys, mark, True)
    try:
        yield
    finally:
        delattr(sys, mark)


def _identity(path: Path) -> tuple[int, ...] | None:
    """What tells one file from another under the same name; None when it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
