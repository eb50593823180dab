"""A laptop for a test: a home, a temporary folder and a store of its own, and the real command line in processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyrage import x25519

ROOT = Path(__file__).parents[1]
PASSPHRASE = "five invented words make one"
MARK = "zqxmarkzqx"
"""Stands in every answer that the tests plant. It is long enough to stand nowhere by chance, in noise neither."""
CLOSED = MARK + "closed"
"""The mark of closed answers: a command that shows a submission prints them."""

_PLUGIN = '''
"""Invented visits."""

from monitor import Choice, Codes, Form, Instrument, Narrative, Ref, Rows, Rule, Text, Whole, hookimpl

YES_NO = Codes(yes="Yes", no="No")


class Place(Form):
    """A place that is visited."""

    class Meta:
        key = "place_ref"

    place_ref = Ref("Which place is it?", pattern=r"P-[0-9]{1,6}", example="P-1")
    street = Ref("Which street is it in?", pattern=r"[a-z0-9]{1,40}", example="street1")
    owner = Text("Who owns it?", optional=True, publish="sealed")


class Guest(Form):
    """Somebody who was there."""

    guest_ref = Ref("Who was it?", pattern=r"[a-z0-9]{1,40}", example="g1")
    remark = Text("What did they say?", optional=True)
    real_name = Text("What is their name?", optional=True, publish="sealed")


class Visit(Form):
    """One visit to a place."""

    class Meta:
        parent = Place

    open_that_day = Choice("Was it open?", YES_NO, publish="dimension")
    guests = Rows(Guest, "Who was there?", optional=True)
    note = Text("What else?", optional=True)
    story = Narrative("What happened?", optional=True)
    licence_number = Text("What is the number of the licence?", optional=True, publish="sealed")


SHUT = Rule("V1", Visit, "It was shut and somebody was there.", severity="warning",
            flag_if=Visit.open_that_day.is_("no") & (Visit.guests.count() > 0))


@hookimpl
def register_instruments():
    """One instrument."""
    return [Instrument(code="marked", version="1.0", title="Visits", forms=(Place, Visit), rules=(SHUT,))]
'''


@dataclass(frozen=True)
class Told:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def both(self) -> str:
        """All that it said."""
        return self.out + self.err


@dataclass
class Laptop:
    """A folder with all that a laptop keeps. ``inbox`` and ``identities`` are elsewhere: on a stick, in an office."""

    folder: Path
    plain: bool = False
    told: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("home", "tmp", "work", "plugin/marked_visits"):
            (self.folder / "laptop" / name).mkdir(parents=True)
        self.inbox.mkdir()
        plugin = self.folder / "laptop" / "plugin"
        (plugin / "pyproject.toml").write_text('[project]\nname = "marked_visits"\n', "utf-8")
        (plugin / "marked_visits" / "__init__.py").write_text(_PLUGIN, "utf-8")
        self.identities = [x25519.Identity.generate() for _ in range(2)]
        given = [word for one in self.identities for word in ("--recipient", str(one.to_public()))]
        how = ["--plain"] if self.plain else given
        cheap = "from monitor.keys import locking; locking._MEMORY, locking._OPERATIONS = 1 << 20, 1"
        code = f"{cheap}\nfrom monitor.cli import main; main()"  # a passphrase that costs little to try
        self.done("init", "--programme", "An invented programme", "--monitor", "MON-01", *how, code=code)

    @property
    def all(self) -> Path:
        """Everything that is on the laptop."""
        return self.folder / "laptop"

    @property
    def inbox(self) -> Path:
        """Where files of answers come from: the only place that may hold them readable."""
        return self.folder / "inbox"

    @property
    def store(self) -> Path:
        """The store."""
        return self.all / "work" / "monitor.db"

    def environment(self) -> dict[str, str]:
        """That of a process on this laptop; nothing of the machine that runs the test."""
        home = str(self.all / "home")
        return {
            "HOME": home, "HISTFILE": f"{home}/.history", "TMPDIR": str(self.all / "tmp"), "LANG": "C.UTF-8",
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "MONITOR_STORE": str(self.store),
            "MONITOR_PLUGINS_DIR": str(self.all / "plugin"), "MONITOR_PASSPHRASE": PASSPHRASE,
        }  # fmt: skip

    def start(self, *words: object, code: str = "from monitor.cli import main; main()") -> subprocess.Popen[bytes]:
        """Start a command."""
        command = [sys.executable, "-B", "-c", code, *map(str, words)]
        return subprocess.Popen(
            command, cwd=self.all / "work", env=self.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *words: object, typed: str = "", **more: str) -> Told:
        """Run a command to its end; ``typed`` is what somebody types when asked."""
        process = self.start(*words, **more)
        out, err = process.communicate(typed.encode(), timeout=120)
        self.told.append(Told(process.returncode, out.decode(), err.decode()))
        return self.told[-1]

    def done(self, *words: object, typed: str = "", **more: str) -> str:
        """The same for a command that must not be refused; gives its data."""
        told = self.run(*words, typed=typed, **more)
        assert told.code == 0, told.err
        return told.out.strip()

    def file(self, name: str, *rows: dict[str, Any]) -> Path:
        """A file of answers in the inbox: a JSON object, or JSON Lines."""
        path = self.inbox / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        return path


def place(number: int = 1) -> dict[str, Any]:
    """A place with a mark in every kind of answer."""
    return {"place_ref": f"P-{number}", "street": CLOSED, "owner": f"{MARK}owner", "_source": f"{MARK}source"}


def visit(parent: str = "P-1", **more: object) -> dict[str, Any]:
    """A visit with a mark in every kind of answer."""
    guest = {"guest_ref": CLOSED, "remark": f"{MARK}remark", "real_name": f"{MARK}name"}
    return {
        "_parent": parent, "open_that_day": "no", "guests": [guest, guest], "note": f"{MARK}note",
        "story": f"It began with {MARK}story and went on. " * 8, "licence_number": f"{MARK}licence",
        "_source": f"{MARK}source", "_explanations": {"V1": f"{MARK}explained"}, **more,
    }  # fmt: skip


def marked(folder: Path, mark: str = MARK) -> list[str]:
    """The files under a folder that hold the mark, in their name or their bytes."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        if mark in name or any(one in path.read_bytes() for one in (mark.encode(), mark.encode("utf-16-le"))):
            found.append(name)
    return found


def marked_in_process(pid: int, but: Sequence[Path] = ()) -> list[str]:
    """What others see of a process that holds the mark: its words, its environment, its open files.

    Files that were deleted and are still open are among them. ``but`` are files that may hold the mark.
    """
    own = Path(f"/proc/{pid}")
    found = [name for name in ("cmdline", "environ") if MARK.encode() in (own / name).read_bytes()]
    for link in (own / "fd").iterdir():
        target = str(link.readlink())
        file = target.startswith("/") and Path(target) not in but and not target.startswith("/dev/")
        if file and MARK.encode() in link.read_bytes():
            found.append(target)
    return found


def stopped_when(process: subprocess.Popen[bytes], path: Path, size: int) -> bool:
    """Stop a process as soon as a file is this large; false when it has ended before."""
    while process.poll() is None:
        if path.exists() and path.stat().st_size >= size:
            process.send_signal(signal.SIGSTOP)
            while process.poll() is None and _state(process.pid) not in "Tt":
                time.sleep(0.001)
            return process.poll() is None
        time.sleep(0.001)
    return False


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def bits(data: bytes) -> Iterator[int]:
    """The bits of bytes, five at a time, as bech32 has them."""
    number, length = int.from_bytes(data), len(data) * 8
    padded = number << (-length % 5)
    return (padded >> shift & 31 for shift in range(length + -length % 5 - 5, -1, -5))


def as_age_identity(secret: bytes) -> x25519.Identity:
    """32 bytes as a private key of age (bech32 of BIP 173)."""
    letters, prefix = "qpzry9x8gf2tvdw0s3jn54khce6mua7l", "age-secret-key-"
    data = list(bits(secret))
    expanded = [*(ord(one) >> 5 for one in prefix), 0, *(ord(one) & 31 for one in prefix)]
    check = 1
    for value in [*expanded, *data, *[0] * 6]:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place_, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> place_ & 1 else 0
    data += [(check ^ 1) >> 5 * (5 - place_) & 31 for place_ in range(6)]
    return x25519.Identity.from_str(f"{prefix}1{''.join(letters[one] for one in data)}".upper())
