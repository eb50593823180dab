"""The demo: an invented mission, from its first hearing to the public site, in one command."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.printing import say
from monitor.cli.root import Work


@click.command("demo")
@click.option(
    "--out",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where store.db, release.db and the invented submissions go. By default a folder of your own in the "
    "temporary folder.",
)
@click.option("--no-serve", is_flag=True, help="Stop when the release is built and checked.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="Where the site listens on 127.0.0.1; a free port if this one is taken.",
)
@click.pass_obj
def demo_command(work: Work, folder: Path | None, no_serve: bool, port: int) -> None:
    """Drive an invented mission through the whole path, and serve its site.

    Everything in it is invented, and the same every time: about 300 cases with 2,392 hearings. They are imported,
    checked, stored, reviewed, counted, protected, released and attacked by the same stages that real ones pass. To
    repeat it is safe: only the files of an earlier demo are replaced.
    """
    from monitor.demo import default_folder, run, serve_release

    release = run(folder or default_folder(), work.plugins, say=say)
    if no_serve:
        say(f"To see its site: monitor serve {release}")
    else:
        serve_release(release, port=port, say=say)
