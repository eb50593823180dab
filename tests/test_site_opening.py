"""Only a finished release is served, from its own file alone, and the server starts and stops cleanly."""

from __future__ import annotations

import asyncio
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from monitor.errors import Refusal
from monitor.site import make_application, serve
from tests.release_sample import build_sample
from tests.site_visit import TABLE, ask


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_sample(tmp_path_factory.mktemp("site") / "any name.db")


def refused_code(path: Path) -> str:
    with pytest.raises(Refusal) as refused:
        make_application(path)
    return refused.value.code


# What is refused before anything is served


def test_only_a_finished_release_is_served(tmp_path: Path) -> None:
    assert refused_code(tmp_path / "nothing.db") == "SITE-01"
    assert refused_code(tmp_path) == "SITE-02"
    (tmp_path / "text.db").write_text("not a database" * 50)
    assert refused_code(tmp_path / "text.db") == "SITE-03"
    (tmp_path / "empty.db").touch()
    assert refused_code(tmp_path / "empty.db") == "SITE-03"


def test_a_working_store_is_never_served(tmp_path: Path) -> None:
    path = build_sample(tmp_path / "store.db")
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY)")
    connection.execute("CREATE TABLE submission (id TEXT)")
    connection.close()
    assert refused_code(path) == "SITE-04"


@pytest.mark.parametrize("mode", ["-wal", "-journal"])
def test_a_file_beside_the_release_that_may_change_it_is_refused(tmp_path: Path, mode: str) -> None:
    path = build_sample(tmp_path / "release.db")
    Path(f"{path}{mode}").write_bytes(b"")
    assert refused_code(path) == "SITE-05"


def test_a_release_in_write_ahead_mode_is_refused(tmp_path: Path) -> None:
    path = build_sample(tmp_path / "release.db")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    assert refused_code(path) == "SITE-05"


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (answer TEXT)",
        "CREATE VIEW more AS SELECT 1",
        "CREATE TRIGGER more AFTER INSERT ON audit BEGIN SELECT 1; END",
        "DROP TABLE audit",
        f"ALTER TABLE {TABLE} ADD COLUMN name TEXT",
        "ALTER TABLE question DROP COLUMN wording",
        "DELETE FROM release",
        "PRAGMA application_id = 1",
        "PRAGMA user_version = 99",
        f"UPDATE table_index SET name = 'sqlite_schema' WHERE name = '{TABLE}'",
        f"UPDATE table_index SET name = 'question' WHERE name = '{TABLE}'",
    ],
)
def test_a_file_with_another_layout_is_refused(tmp_path: Path, change: str) -> None:
    path = build_sample(tmp_path / "release.db")
    connection = sqlite3.connect(path)
    connection.execute(change)
    connection.commit()
    connection.close()
    assert refused_code(path) == "SITE-03"


def test_a_damaged_release_is_refused(tmp_path: Path) -> None:
    path = build_sample(tmp_path / "release.db")
    content = bytearray(path.read_bytes())
    content[100:4096] = bytes(3996)
    path.write_bytes(content)
    assert refused_code(path) == "SITE-03"


def test_nothing_beside_the_release_is_executed_or_read(tmp_path: Path) -> None:
    for folder in ("plugins", "templates", "static"):
        (tmp_path / folder).mkdir()
    (tmp_path / "plugins" / "evil.py").write_text("raise SystemExit('executed')")
    (tmp_path / "templates" / "home.html").write_text("replaced")
    (tmp_path / "static" / "own.txt").write_text("secret")
    (tmp_path / "metadata.json").write_text('{"title": "replaced"}')
    path = build_sample(tmp_path / "release.db")
    home, static = ask(path, ["/", "/static/own.txt"])
    assert "replaced" not in home.text
    assert static.status_code == 404


def test_a_release_replaced_under_the_server_is_not_mixed_with_the_old_one(tmp_path: Path) -> None:
    path = build_sample(tmp_path / "release.db")

    async def go() -> list[int]:
        transport = httpx.ASGITransport(make_application(path))  # type: ignore[arg-type]  # reason: httpx's scope is Any
        async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
            before = await client.get("/")
            build_sample(tmp_path / "new.db").replace(path)
            return [before.status_code, (await client.get("/")).status_code]

    assert asyncio.run(go()) == [200, 503]


# Serving


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_serve_tells_its_address_once_and_stops_cleanly(release: Path, stop: signal.Signals) -> None:
    script = (
        "import sys; from monitor.site import serve\n"
        "serve(sys.argv[1], port=0, ready=lambda url: print(url, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(release)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        assert httpx.get(url).status_code == 200
        process.send_signal(stop)
        out, err = process.communicate(timeout=10)
    finally:
        process.kill()
    assert (process.returncode, out, err) == (0, "", "")


def test_an_address_that_is_taken_is_refused_with_a_sentence(release: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Refusal) as refused:
            serve(release, port=taken.getsockname()[1])
    assert refused.value.code == "SITE-06"
    with pytest.raises(Refusal):
        serve(release, host="no such host", port=0)
