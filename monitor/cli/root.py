"""The command `monitor` itself: its commands by group, and the one place where a refusal becomes an exit code."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from monitor.cli.languages import Speech
    from monitor.keys import Signer
    from monitor.plugins import Plugins
    from monitor.store import Store

# Every command with the module that holds it, by the group under which the help lists it.
# Modules are imported when their command runs: `monitor --help` must not wait for Datasette.
_COMMANDS = {
    "Start": {"demo": "demo", "init": "setup"},
    "Collect": {"fill": "collect", "drafts": "drafts", "import": "collect", "submissions": "submissions"},
    "Review": {"case": "cases", "schedule": "schedule", "assign": "schedule", "review": "review",
               "findings": "publish"},
    "Publish": {"release": "publish", "serve": "publish"},
    "Set up": {"instruments": "setup", "standards": "standards", "plugins": "setup", "db": "database",
               "keys": "keys"},
}


class _Commands(click.Group):
    """The commands, loaded one by one when they are asked for and listed by group."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for group in _COMMANDS.values() for name in group]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for group in _COMMANDS.values():
            if cmd_name in group:
                module = importlib.import_module(f"monitor.cli.{group[cmd_name]}")
                command: click.Command = getattr(module, f"{cmd_name}_command")
                return command
        return None

    def invoke(self, ctx: click.Context) -> object:
        from monitor.errors import Refusal

        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _stop_speaking()
            return None
        except OSError as error:
            refusal = Refusal("FILE-01", path=error.filename or "the output", why=error.strerror or "it failed")
        except Refusal as refused:
            refusal = refused
        work: Work = ctx.obj
        click.echo("\n".join(work.speech.refusal(refusal, work.__dict__.get("plugins"))), err=True)
        ctx.exit(1)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, group in _COMMANDS.items():
            commands = [(name, self.get_command(ctx, name)) for name in group]
            with formatter.section(title):
                formatter.write_dl([(name, found.get_short_help_str(90)) for name, found in commands if found])


@dataclass
class Work:
    """What every command needs: where the store is, which plugins are loaded, who acts, in which language."""

    store_path: Path
    folders: tuple[Path, ...]
    acting: str | None
    language: str | None = None
    sign_with: Path | None = None
    _opened: Store | None = field(default=None, init=False)

    @cached_property
    def speech(self) -> Speech:
        """The language that was asked for."""
        from monitor.cli.languages import Speech

        return Speech(self.language)

    @cached_property
    def plugins(self) -> Plugins:
        """The loaded plugins; broken installed ones are named on stderr, once."""
        from monitor.plugins import load

        plugins = load(self.folders)
        for sentence in plugins.left_out:
            click.echo(f"Warning: left out: {sentence}", err=True)
        if self._opened is not None:
            _point_out_changes(self._opened, plugins)
        return plugins

    @contextlib.contextmanager
    def store(self) -> Iterator[Store]:
        """The store, opened and in the end closed."""
        from monitor.cli.passphrase import passphrase
        from monitor.store import open_store, owes_purge

        with open_store(self.store_path, passphrase=passphrase, signer=self.signer()) as store:
            if owes_purge(store):
                click.echo("Warning: redacted text may still stand on the disk. Run 'monitor db purge'.", err=True)
            if "plugins" in self.__dict__:
                _point_out_changes(store, self.plugins)
            self._opened = store
            try:
                yield store
            finally:
                self._opened = None

    def signer(self) -> Signer | None:
        """The key of a person who signs with her own (``--sign-with``)."""
        from monitor.cli.passphrase import passphrase
        from monitor.keys import read_signer

        path = self.sign_with
        return None if path is None else read_signer(path, lambda: passphrase(f"Passphrase of {path.name}", "KEY"))

    def actor(self, store: Store) -> str:
        """The code of who acts: ``--as``, or the one given at ``init``. Refuses (STORE-21) what is no code."""
        from monitor.store import check_actor

        if self.acting is not None:
            check_actor(self.acting)
        return self.acting or store.monitor


def _point_out_changes(store: Store, plugins: Plugins) -> None:
    """A line on stderr for each plugin folder that this store does not know as it is now, until a command notes it."""
    from monitor.errors import Refusal
    from monitor.plugin_folder import shown

    store.plugins = plugins.plugins
    try:
        unnoted = store.unnoted_plugins()
    except Refusal:
        click.echo("Warning: the log is damaged; no plugin was compared with it. See 'monitor db verify'.", err=True)
        return
    for plugin, note in unnoted:
        now, which = (plugin.fingerprint or "")[:16], f"the plugin '{plugin.name}' ({plugin.origin})"
        if note is None:
            says = f"Note: {which} is new to this store. Its fingerprint, {now}, is noted with what is written next."
        else:
            noted = f"{shown(note.fingerprint[:16])}, noted by {shown(note.actor)} at {shown(note.time[:16])} UTC"
            says = (
                f"Warning: {which} has changed. Its fingerprint was {noted}, and is {now}: "
                "look at what changed before you enter anything."
            )
        click.echo(says, err=True)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--store",
    "store_path",
    type=click.Path(path_type=Path),
    default=Path("monitor.db"),
    envvar="MONITOR_STORE",
    show_envvar=True,
    show_default=True,
    help="The store to work in.",
)
@click.option(
    "--plugins-dir",
    "folders",
    type=click.Path(path_type=Path),
    multiple=True,
    envvar="MONITOR_PLUGINS_DIR",
    show_envvar=True,
    help="A folder of plugins, or one plugin. A plugin is code with access to testimony.",
)
@click.option(
    "--as",
    "acting",
    metavar="CODE",
    envvar="MONITOR_AS",
    show_envvar=True,
    help="Who acts. By default the code given at init.",
)
@click.option(
    "--sign-with",
    type=click.Path(path_type=Path),
    envvar="MONITOR_SIGN_WITH",
    show_envvar=True,
    help="The file with your own signing key, where your code is bound to one.",
)
@click.option(
    "--language",
    metavar="TAG",
    envvar="MONITOR_LANGUAGE",
    show_envvar=True,
    help="The language of instruments and messages (fr, ru, sr-Latn). What is not translated is English.",
)
@click.version_option(package_name="monitor", message="%(package)s %(version)s")
@click.pass_context
def cli(
    ctx: click.Context, store_path: Path, folders: tuple[Path, ...], acting: str | None, sign_with: Path | None,
    language: str | None,
) -> None:  # fmt: skip
    """Monitor trials and rights: collect observations, review them, publish findings that disclose nobody."""
    ctx.obj = Work(store_path, folders, acting, language, sign_with)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process: 0 done, 1 refused, 2 wrong use, 130 interrupted."""
    _leave_no_core()
    sys.exit(run(arguments))


def _leave_no_core() -> None:
    """Let no crash write the memory of this process, with testimony in it, into a file. Windows writes none."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; give its exit code. No exception leaves it."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        "".join(given).encode()
    except UnicodeEncodeError:
        click.echo("Error: what was typed holds bytes that are no text. UTF-8 is wanted.", err=True)
        return 2
    try:
        code = cli.main(given, prog_name="monitor", standalone_mode=False)
        if sys.stdout is not None:  # None where it was closed
            sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. What was not said to be saved is not saved.", err=True)
        return 130
    except BrokenPipeError:
        _stop_speaking()
        return 0
    except Exception as error:
        click.echo(f"Error: something unexpected happened ({type(error).__name__}). Details: {_keep(error)}", err=True)
        return 1


def _stop_speaking() -> None:
    # Whoever read our output has gone (`| head`); nothing is left to say, and nowhere to say it.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _keep(error: Exception) -> str:
    """Write where an unexpected error came from, without its message: a message can quote an answer."""
    try:
        handle, path = tempfile.mkstemp(prefix="monitor-error-", suffix=".txt")
    except OSError:
        return "not kept, because no temporary file could be made"
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{type(error).__name__}\n")
        frames = traceback.extract_tb(error.__traceback__)
        file.writelines(f"{frame.filename}:{frame.lineno} {frame.name}\n" for frame in frames)
    return path
