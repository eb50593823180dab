"""The site shows a release and nothing else, whatever is asked of it."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.release_sample import build_sample, build_withdrawn
from tests.site_visit import TABLE, ask, get, statuses_as_sent

PAGES = (
    "/",
    "/instrument/trial_monitoring",
    "/indicator/trial_monitoring/TM-I01",
    "/indicator/trial_monitoring/TM-I02",
    "/indicator/trial_monitoring/TM-I03",
    "/method",
    "/release",
    "/release.json",
    "/release/finding",
    f"/release/{TABLE}",
    f"/release/{TABLE}/MD,2021",
    f"/release/{TABLE}.json?_shape=objects&_size=max",
    f"/release/{TABLE}.csv?_size=max&_dl=on",
    "/static/site.css",
)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_sample(tmp_path_factory.mktemp("site") / "any name.db")


# What is served


def test_every_page_answers(release: Path) -> None:
    for address, answer in zip(PAGES, ask(release, PAGES), strict=True):
        assert answer.status_code == 200, address


def test_the_home_page_says_what_this_is_and_what_it_is_not(release: Path) -> None:
    page = get(release, "/").text
    for words in (
        "What this is",
        "What this is not",
        "Everything in this release is invented",
        "2020 to 2023",
        "Invented Mission",
    ):
        assert words in page
    assert "at least 10 different persons and 3 different cases" in page


def test_a_release_that_is_not_invented_carries_no_such_notice(tmp_path: Path) -> None:
    page = get(build_sample(tmp_path / "real.db", invented=False), "/").text
    assert "invented." not in page


def test_every_page_names_the_release_its_hash_and_its_licence(release: Path) -> None:
    for answer in ask(release, [page for page in PAGES if "." not in page]):
        for words in ("mission-2023-1", "ab" * 32, "CC BY 4.0", 'lang="en"', 'href="#content"', "<title>"):
            assert words in answer.text


def test_the_method_is_the_one_that_stands_in_the_file(release: Path) -> None:
    page = get(release, "/method").text
    for words in ('<h2 id="what-is-counted">What is counted</h2>', "Hearings, as they were seen.", "Everybody."):
        assert words in page


def test_earlier_releases_stand_with_their_state_and_their_errata(release: Path) -> None:
    page = get(release, "/").text
    for words in (
        "The first year", "Two years", "2020 to 2021", "from observations until 1 February 2022",
        "<strong>Withdrawn:</strong> It gave away a court.", "In release mission-2022-1", "Kosovo stood under Albania.",
    ):  # fmt: skip
        assert words in page
    assert "Le Kosovo" not in page  # an erratum in another language is not shown twice


def test_a_row_that_did_not_move_says_since_when(release: Path) -> None:
    page = get(release, "/indicator/trial_monitoring/TM-I01").text
    assert page.count("(unchanged since release mission-2022-1 of 1 February 2022)") == 1


def test_a_withdrawn_release_is_a_notice_and_its_figures_are_gone(tmp_path: Path) -> None:
    path = build_withdrawn(tmp_path / "withdrawn.db")
    gone = [page for page in PAGES if page not in ("/", "/method", "/static/site.css")]
    home, method, *answers = ask(path, ["/", "/method", *gone])
    assert home.status_code == method.status_code == 200
    assert "withdrawn" in home.text and "A figure named a court." in home.text
    assert 'href="/release"' not in home.text
    for address, answer in zip(gone, answers, strict=True):
        assert answer.status_code == 410, address
        assert "A figure named a court." in answer.text
        assert ".json" in address or 'href="/"' in answer.text
    assert get(path, "/elsewhere").status_code == 404


def test_every_page_of_a_draft_says_that_it_is_none(tmp_path: Path) -> None:
    draft = build_sample(tmp_path / "draft.db", draft=True)
    for answer in ask(draft, ["/", "/method", f"/release/{TABLE}"]):
        assert "do not publish it or pass it on" in answer.text


def test_the_countries_of_a_region_stand_below_it(tmp_path: Path) -> None:
    path = build_sample(tmp_path / "regions.db")
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE dimension_code SET parent = 'AL' WHERE table_name = ? AND code IN ('XK', 'BA')", (TABLE,)
        )  # Albania plays the region
    page = get(path, "/indicator/trial_monitoring/TM-I01").text
    places = [page.index(f"Country: {name}") for name in ("Albania", "Bosnia and Herzegovina", "Kosovo", "Moldova")]
    assert places == sorted(places)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE dimension_code SET parent = NULL WHERE table_name = ? AND code = 'BA'", (TABLE,))
    page = get(path, "/indicator/trial_monitoring/TM-I01").text
    places = [page.index(f"Country: {name}") for name in ("Albania", "Kosovo", "Bosnia and Herzegovina", "Moldova")]
    assert places == sorted(places)


def test_an_instrument_shows_its_findings_in_words_and_its_questions(release: Path) -> None:
    page = get(release, "/instrument/trial_monitoring").text
    assert "between 75\u00a0% and 80\u00a0%" in page
    assert "31 minutes" in page
    assert "Did each victim in the case have a lawyer at the hearing?" in page
    assert "sealed, never published" in page
    assert "tests CETS 15(2), THB 12(2)" in page
    assert f'href="/indicator/trial_monitoring/TM-I01#by-{TABLE.rpartition("__")[2].replace("_", "-")}"' in page


def test_an_indicator_shows_definition_tables_questions_and_law(release: Path) -> None:
    page = get(release, "/indicator/trial_monitoring/TM-I01").text
    for words in (
        'is held, and <a href="#hearing-victim_represented">victim_represented</a> is yes or partly or no',
        'id="hearing-victim_represented"',
        "Not observed",
        "Not applicable",
        "CETS 15(2)",
        "not yet checked against the official text",
        "some did, or for part of the session",
        f"/release/{TABLE}.csv",
        f"/release/{TABLE}.json",
    ):
        assert words in page


def test_hidden_figures_are_words_and_never_zero_or_a_gap(release: Path) -> None:
    for address in ("/indicator/trial_monitoring/TM-I01", "/indicator/trial_monitoring/TM-I03"):
        page = get(release, address).text
        assert "hidden</span>" in page
        assert "fewer than 10 persons or 3 cases, or needed to protect another figure" in page
        assert "<td></td>" not in page.replace("\n", "")
        assert ">0</td>" not in page
        assert "None" not in page
    assert 'class="hidden-figure">hidden' in get(release, f"/release/{TABLE}").text


def test_countries_stand_in_alphabetical_order_after_the_total(release: Path) -> None:
    page = get(release, "/indicator/trial_monitoring/TM-I01").text
    wanted = ["All", "Albania", "Bosnia and Herzegovina", "Kosovo", "Moldova", "Not recorded"]
    places = [page.index(f"Country: {name}<") for name in wanted]
    assert places == sorted(places)


def test_rows_that_overlap_are_said_not_to_add_up(release: Path) -> None:
    assert "do not add up to the total" in get(release, "/indicator/trial_monitoring/TM-I02").text
    assert "do not add up to the total" not in get(release, "/indicator/trial_monitoring/TM-I01").text


def test_downloads_hold_the_whole_table_as_it_stands_in_the_file(release: Path) -> None:
    connection = sqlite3.connect(release)
    rows = [list(row) for row in connection.execute(f"SELECT * FROM {TABLE} ORDER BY 1, 2")]
    connection.close()
    assert get(release, f"/release/{TABLE}.json?_size=max").json()["rows"] == rows
    assert len(get(release, f"/release/{TABLE}.csv?_size=max").text.splitlines()) == len(rows) + 1


def test_machines_find_every_table_in_one_list(release: Path) -> None:
    listed = get(release, "/release.json").json()
    assert listed["release"] == "mission-2023-1"
    assert listed["tables"][0]["name"] == TABLE
    assert listed["tables"][0]["rows"] == 36
    assert "question" in listed["others"]


def test_a_long_table_is_shown_by_its_totals_with_a_way_to_the_whole(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.site.reading.MOST_LINES", 20)
    page = get(release, "/indicator/trial_monitoring/TM-I01").text
    assert "All 36 rows" in page
    assert "Country: Moldova" in page


def test_filters_facets_and_sorting_of_the_tables_work(release: Path) -> None:
    filtered = get(release, f"/release/{TABLE}?country=MD&n__gt=20&_sort_desc=n&_facet=year")
    assert filtered.status_code == 200
    assert "4 rows where country" in filtered.text
    sent_on = get(release, f"/release/{TABLE}?_filter_column=country&_filter_op=exact&_filter_value=MD")
    assert (sent_on.status_code, sent_on.headers["location"]) == (302, f"/release/{TABLE}?country__exact=MD")


def test_labels_from_the_release_cannot_bring_markup_into_a_page(tmp_path: Path) -> None:
    path = build_sample(tmp_path / "markup.db")
    connection = sqlite3.connect(path)
    evil = "<script>alert(1)</script>"
    for query in (
        "UPDATE release SET title = ?, notice = ?1, programme = ?1",
        "UPDATE indicator SET title = ?, note = ?1",
        "UPDATE dimension_code SET label = ? WHERE code = 'MD'",
        "UPDATE question SET wording = ?, hint = ?1",
        "UPDATE provision SET subject = ?",
        "UPDATE instrument SET title = ?",
    ):
        connection.execute(query, (evil,))
    connection.commit()
    connection.close()
    for answer in ask(path, [page for page in PAGES if "." not in page]):
        assert answer.status_code == 200
        assert evil not in answer.text


# Hardening

SHUT = (
    *f"""
    /-/metadata.json /-/metadata /-/versions.json /-/plugins.json /-/settings /-/config /-/threads.json
    /-/databases.json /-/actor /-/auth-token?token=x /-/logout /-/permissions /-/messages /-/allow-debug
    /-/patterns /-/static/app.css /-/static-plugins/monitor-site/site.css /%2d/metadata /%2D/metadata
    /~2D/metadata /~2d/metadata //-/metadata /-//metadata /./-/metadata /release/../-/metadata /%252d/metadata
    /%2e%2e/-/metadata /-%2Fmetadata /-/metadata/ /_memory /_internal /:memory: /_memory.json?sql=select+1
    /_internal/databases.json /release.db /release.csv /any%20name /release/sqlite_master
    /release/sqlite_schema.json /release/pragma_table_info /release/nothing /release/{TABLE}.blob?_blob_column=n
    /release/{TABLE}.jsono /release/{TABLE}/MD,2021.blob?_blob_column=n /release/{TABLE}/MD
    /release/{TABLE}/MD,2021,1 /release/{TABLE}/MD,1900 /static/ /static/../plugin.py /static/%2e%2e/plugin.py
    /static/..%2fplugin.py /instrument/none /indicator/trial_monitoring/none /refused //example.org/ /.json
    /index /favicon.ico /pages/x
    """.split(),
    "/any name.db",
    "/\\example.org",
)


def test_every_other_address_is_closed_in_every_spelling(release: Path) -> None:
    for address, answer in zip(SHUT, statuses_as_sent(release, SHUT), strict=True):
        assert answer == (404, None), address


WRONG = (
    *"""
    sql=select+1 _where=1%3D1 _through=%7B%22table%22%3A%22question%22%7D _extra=x _extras=foreign_key_tables
    _trace=1 _ttl=999999 _timelimit=99999 _stream=on _context=1 _format=blob _search=x _fts_table=question
    _facet_date=year _facet_array=year _facet=none _sort=none _sort_desc=rowid _size=-1 _size=999999 _size=x
    _next=AL _next=AL,2020&_sort=n _facet= _sort=
    _next=%00 _col=none none=1 n__none=1 n__in=%5B n__arraycontains=1 country__like=%25 n=%C2%B2 _shape=none
    rowid=1 %00=1 _filter_column=none&_filter_op=exact _filter_column=n&_filter_op=in _sort=n&_sort_desc=n
    """.split(),
    "country=" + "x" * 300,
    "n=" + "9" * 30,
)


@pytest.mark.parametrize("form", ["", ".json", ".csv"])
def test_parameters_that_the_pages_do_not_use_are_refused(release: Path, form: str) -> None:
    for query, answer in zip(WRONG, ask(release, [f"/release/{TABLE}{form}?{query}" for query in WRONG]), strict=True):
        assert answer.status_code == 400, query


def test_sql_is_refused_at_the_database_too(release: Path) -> None:
    for answer in ask(release, ["/release?sql=select+1", "/release.json?sql=select+1", "/release?_show_hidden=1"]):
        assert answer.status_code == 400


def test_an_overlong_address_is_refused(release: Path) -> None:
    long_path, long_query = ask(release, [f"/{'x' * 5000}", f"/release/{TABLE}?country={'x' * 5000}"])
    assert (long_path.status_code, long_query.status_code) == (414, 414)


def test_the_site_is_only_for_reading(release: Path) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"):
        for answer in ask(release, ["/", f"/release/{TABLE}"], method):
            assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD"), method


def test_head_gives_the_headers_alone(release: Path) -> None:
    for address, answer in zip(PAGES, ask(release, PAGES, "HEAD"), strict=True):
        assert (answer.status_code, answer.content) == (200, b""), address


def test_every_answer_has_the_headers_that_protect_a_reader(release: Path) -> None:
    for answer in ask(release, [*PAGES, "/nothing", f"/release/{TABLE}?sql=1", f"/release/{TABLE}.json?sql=1"]):
        policy = answer.headers["content-security-policy"]
        for rule in (
            "default-src 'none'",
            "style-src 'self'",
            "script-src 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ):
            assert rule in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"].startswith("public, max-age=")
        assert "set-cookie" not in answer.headers
        assert "server" not in answer.headers


def test_no_page_has_inline_style_or_script_or_another_host(release: Path) -> None:
    for answer in ask(release, [*(page for page in PAGES if "." not in page), "/nothing"]):
        for words in ("<style", " style=", "<script", " onclick", "http://", "https://", "javascript:"):
            assert words not in answer.text.lower()


def test_cookies_and_credentials_change_nothing(release: Path) -> None:
    (plain,) = ask(release, ["/"])
    (dressed,) = ask(release, ["/"], cookie="ds_actor=x; ds_messages=y", authorization="Bearer z")
    assert plain.text == dressed.text
    assert plain.headers["cache-control"] == dressed.headers["cache-control"]


def test_a_trailing_slash_leads_to_the_page(release: Path) -> None:
    answer = get(release, "/instrument/trial_monitoring/")
    assert (answer.status_code, answer.headers["location"]) == (301, "/instrument/trial_monitoring")


def test_another_spelling_of_harmless_letters_is_the_same_page(release: Path) -> None:
    assert get(release, "/indicator/trial_monitoring/TM%2DI01").status_code == 200


def test_a_missing_page_has_a_way_out_and_machines_get_json(release: Path) -> None:
    page, machine = ask(release, ["/nothing", "/release/nothing.json"])
    assert 'href="/"' in page.text
    assert 'href="/instrument/trial_monitoring"' in page.text
    assert machine.json() == {"ok": False, "error": "There is nothing at this address.", "status": 404}


def test_a_thousand_random_addresses_bring_no_fault_and_no_big_answer(
    release: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(2024)
    paths = [
        "",
        TABLE,
        *"""
        - %2d ~2D release question finding indicator instrument trial_monitoring TM-I01 MD,2021 _internal
        sqlite_master static site.css .. %00 %ff ж ~00,~zz release.db
    """.split(),
    ]
    names = [
        *"""
        _sort _sort_desc _facet _size _next _shape _nl _col _nocol country n__gt year__isnull share__lt
        n__not _filter_column _filter_op _filter_value _filter_column_1 _labels sql _where _facet_size
        _sort_by_desc dimensions__contains _header
    """.split()
    ]
    values = [
        "",
        *"""
        n country year share 1 0 on max -1 99999 AL,2020 $null,AL,2020 a,b,c,d x ' " %00 ж [ {} objects
        object array exact isnull__1 1e999 0x10 2021
    """.split(),
    ]
    addresses = []
    for _ in range(1_000):
        path = "/".join(chance.choices(paths, k=chance.randint(1, 3)))
        if chance.random() < 0.7:
            path = "release/" + chance.choice([TABLE, "finding", "question", "release", "audit", "indicator_question"])
        path += chance.choice(["", "", ".json", ".csv", "/", "/AL,2020"])
        pairs = [f"{chance.choice(names)}={chance.choice(values)}" for _ in range(chance.randint(0, 2))]
        addresses.append(f"/{path}?{'&'.join(pairs)}" if pairs else f"/{path}")
    answers = ask(release, addresses)
    faults = [
        (answer.status_code, address)
        for address, answer in zip(addresses, answers, strict=True)
        if answer.status_code >= 500
    ]
    assert faults == []
    assert max(len(answer.content) for answer in answers) < 200_000
    assert sum(answer.status_code == 200 for answer in answers) > 50
    assert capfd.readouterr() == ("", "")


def test_no_other_package_is_loaded_as_a_plugin(release: Path, tmp_path: Path) -> None:
    (tmp_path / "stray.py").write_text("raise SystemExit('a stray package was loaded')")
    information = tmp_path / "stray-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: stray\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text("[datasette]\nstray = stray\n")
    script = (
        "import sys; from monitor.site import make_application; make_application(sys.argv[1])\n"
        "from datasette.plugins import DEFAULT_PLUGINS, pm\n"
        "print(sorted({name for name, _ in pm.list_name_plugin()} - set(DEFAULT_PLUGINS)))"
    )
    where = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-c", script, release],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": where},
    )
    assert (done.stderr, done.stdout.strip()) == ("", "['monitor-site']")
