"""A release made by hand for the tests of the site: the file layout of docs/releases.md, and nothing in it is real."""

from __future__ import annotations

import json
import random
import sqlite3
from itertools import product
from pathlib import Path

from monitor.release.layout import APPLICATION_ID, LAYOUT_VERSION, TABLES
from monitor.standards import KINDS, Kind

TABLE = "trial_monitoring__tm_i01__country_year"
"""A table of figures."""

_INVENTED = "Everything in this release is invented: no court, no case and no person stands behind any figure."
_DRAFT = "This is a draft: do not publish it or pass it on."
_COUNTRIES = {"MD": "Moldova", "XK": "Kosovo", "AL": "Albania", "BA": "Bosnia and Herzegovina"}
_YEARS = {str(year): str(year) for year in range(2020, 2024)}
_LEVELS = {"first_instance_general": "First instance, general court", "appeal": "Appeal court"}
_REASONS = {
    "prosecutor_absent": "Prosecutor absent",
    "victim_absent": "Injured party absent",
    "witness_absent": "Witness absent",
}
_RATING = {
    "yes": "Yes",
    "partly": "Partly",
    "no": "No",
    "not_observed": "Not observed",
    "not_applicable": "Not applicable",
}
_HELD = {"held": "Held", "held_in_part": "Held in part", "postponed": "Postponed"}
_CODES = {
    "country": _COUNTRIES,
    "court_level": _LEVELS,
    "victim_represented": _RATING,
    "hearing_held": _HELD,
    "postponement_reasons": _REASONS,
}

_ASKED = {
    "country": "case.country",
    "court_level": "case.court_level",
    "year": "hearing.hearing_date (year)",
    "postponement_reasons": "hearing.postponement_reasons",
}

_QUESTIONS = [
    ("case", "case_ref", "", "Which case is it?", "ref", "A pseudonym made by the programme.", None, None, "never"),
    ("case", "court_case_number", "", "What is its number at the court?", "text", None, None, None, "sealed"),
    ("case", "country", "", "In which country is the court?", "country", None, None, None, "dimension"),
    ("case", "court_level", "", "Which level has the court?", "choice", None, None, None, "dimension"),
    (
        "hearing",
        "hearing_date",
        "The hearing",
        "On what date did the hearing take place?",
        "date",
        None,
        None,
        None,
        "never",
    ),
    (
        "hearing",
        "hearing_held",
        "The hearing",
        "Did the court examine anything that day?",
        "choice",
        None,
        None,
        None,
        "counted",
    ),
    (
        "hearing",
        "start_delay_minutes",
        "The hearing",
        "How many minutes late did it start?",
        "whole",
        "Blank if the list showed no time.",
        None,
        "the hearing was held",
        "counted",
    ),
    (
        "hearing",
        "postponement_reasons",
        "The hearing",
        "Why did it not run its course?",
        "choices",
        None,
        None,
        "it was postponed or held in part",
        "counted",
    ),
    (
        "hearing",
        "victim_represented",
        "Legal assistance",
        "Did each victim in the case have a lawyer at the hearing?",
        "rating",
        None,
        "some did, or for part of the session",
        "the hearing was held and the case has victims",
        "counted",
    ),
    (
        "hearing",
        "monitor_narrative",
        "Closing",
        "What was seen and heard?",
        "narrative",
        "No names.",
        None,
        None,
        "never",
    ),
]

_PROVISIONS: list[tuple[str, str, Kind, str, int]] = [
    (
        "CETS 15(2)",
        "Council of Europe Convention on Action against Trafficking in Human Beings, CETS 197 (2005)",
        "binding",
        "legal assistance and free legal aid",
        1,
    ),
    (
        "THB 12(2)",
        "Directive 2011/36/EU, as amended by Directive (EU) 2024/1712",
        "binding",
        "legal counselling without delay",
        0,
    ),
    (
        "AP III.4.5",
        "OSCE Action Plan to Combat Trafficking in Human Beings",
        "commitment",
        "legal counselling for victims",
        0,
    ),
    (
        "ECHR 6(1)",
        "European Convention on Human Rights",
        "binding",
        "fair and public hearing within reasonable time",
        1,
    ),
]

# id, title, statistic, numerator, denominator, measure, note, questions, provisions, tables
_INDICATORS = [
    (
        "TM-I01",
        "Hearings in which every victim had a lawyer",
        "share",
        "victim_represented is yes",
        "hearing_held is held, and victim_represented is yes or partly or no",
        None,
        "Headline indicator.",
        ["victim_represented", "hearing_held"],
        ["CETS 15(2)", "THB 12(2)", "AP III.4.5"],
        [("country", "year"), ("court_level",)],
    ),
    (
        "TM-I02",
        "Hearings postponed, by cause",
        "count",
        None,
        "the hearing was postponed or held in part",
        None,
        None,
        ["postponement_reasons"],
        ["ECHR 6(1)"],
        [("postponement_reasons", "country")],
    ),
    (
        "TM-I03",
        "Delay of the start",
        "median",
        None,
        "the hearing was held",
        "minutes",
        None,
        ["start_delay_minutes"],
        ["ECHR 6(1)"],
        [("country",)],
    ),
]


def build_sample(path: Path, *, invented: bool = True, draft: bool = False) -> Path:
    """Write the sample release to ``path``, the same one every time: the third of its series."""
    connection = sqlite3.connect(path)
    for statement in (*TABLES, f"PRAGMA application_id = {APPLICATION_ID}", f"PRAGMA user_version = {LAYOUT_VERSION}"):
        connection.execute(statement)
    _fill_codebook(connection, invented, draft)
    _fill_series(connection)
    chance = random.Random(7)
    views = []
    for id, _, statistic, *_, tables in _INDICATORS:
        for position, dimensions in enumerate(tables, 1):
            name = f"trial_monitoring__{id.lower().replace('-', '_')}__{'_'.join(dimensions)}"
            _fill_table(connection, chance, name, id, statistic, position, dimensions)
            median = "median" if statistic == "median" else "NULL AS median"
            pairs = ", ".join(f"'{dimension}', \"{dimension}\"" for dimension in dimensions)
            views.append(
                f"SELECT 'trial_monitoring' AS instrument, '{id}' AS indicator, '{name}' AS table_name,"
                f" json_object({pairs}) AS dimensions, n, count, share, low, high, {median},"
                f' not_observed, not_applicable, since FROM "{name}"'
            )
    connection.execute(f"CREATE VIEW finding AS {' UNION ALL '.join(views)}")
    connection.execute(f"UPDATE {TABLE} SET since = 'mission-2022-1' WHERE country = 'MD' AND year = '2020'")
    connection.commit()
    connection.close()
    return path


def build_withdrawn(path: Path) -> Path:
    """Write the notice that stands in the place of the sample release after it was withdrawn."""
    connection = sqlite3.connect(path)
    for statement in (*TABLES, f"PRAGMA application_id = {APPLICATION_ID}", f"PRAGMA user_version = {LAYOUT_VERSION}"):
        connection.execute(statement)
    _fill_release(connection, True, False, "A figure named a court.")
    _fill_series(connection)
    connection.commit()
    connection.close()
    return path


def _fill_release(connection: sqlite3.Connection, invented: bool, draft: bool, withdrawn: str | None) -> None:
    parameters = {"persons": 10, "cases": 3, "width": 10, "base": 5, "median": 20}
    connection.execute(
        "INSERT INTO release VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            "mission-2023-1",
            "Invented Mission",
            "Trials observed by the Invented Mission",
            "2020-01-01",
            "2023-12-31",
            "0" * 64,
            812,
            "2024-02-01T10:00:00Z",
            "ab" * 32,
            json.dumps(parameters),
            "CC BY 4.0",
            '["en"]',
            int(invented),
            " ".join(says for says, true in ((_INVENTED, invented), (_DRAFT, draft)) if true) or None,
            3,
            "mission-2022-1",
            withdrawn,
            int(draft),
        ),
    )


def _fill_series(connection: sqlite3.Connection) -> None:
    earlier = [
        (1, "mission-2021-1", "The first year", "2020-01-01", "2020-12-31", "2021-02-01T10:00:00Z", "cd" * 32,
         "It gave away a court."),
        (2, "mission-2022-1", "Two years", "2020-01-01", "2021-12-31", "2022-02-01T10:00:00Z", "ef" * 32, None),
    ]  # fmt: skip
    connection.executemany("INSERT INTO earlier VALUES (?,?,?,?,?,?,?,?)", earlier)
    errata = [(1, "mission-2022-1", TABLE, "Kosovo stood under Albania.", "en"),
              (1, "mission-2022-1", TABLE, "Le Kosovo se trouvait sous Albanie.", "fr")]  # fmt: skip
    connection.executemany("INSERT INTO erratum VALUES (?,?,?,?,?)", errata)
    method = [(1, "en", "What is counted", "Hearings, as they were seen."), (2, "en", "Who is protected", "Everybody.")]
    connection.executemany("INSERT INTO method VALUES (?,?,?,?)", method)
    connection.execute("INSERT INTO meaning VALUES ('finding', 'n', 'en', 'How many.')")


def _fill_codebook(connection: sqlite3.Connection, invented: bool, draft: bool) -> None:
    _fill_release(connection, invented, draft, None)
    connection.execute(
        "INSERT INTO audit VALUES (1, 'This release alone', 'interval propagation', 'nothing disclosed')"
    )
    summary = "Hearings in cases of trafficking in human beings, seen by monitors in the court room."
    line = "INSERT INTO instrument VALUES ('trial_monitoring', '1.0', 'Trial monitoring', ?, 1)"
    connection.execute(line, (summary,))
    for position, (form, name, *rest, publish) in enumerate(_QUESTIONS, 1):
        values = ("trial_monitoring", form, name, position, *rest, None, 1, publish, "en")
        connection.execute(f"INSERT INTO question VALUES ({','.join('?' * len(values))})", values)
        for place, (code, label) in enumerate(_CODES.get(name, {}).items(), 1):
            values = ("trial_monitoring", form, name, code, place, label, "en")
            connection.execute("INSERT INTO code VALUES (?,?,?,?,?,?,?)", values)
    connection.executemany("INSERT INTO provision VALUES (?,?,?,?,?,?)", [
        (key, source, kind, KINDS[kind], subject, checked) for key, source, kind, subject, checked in _PROVISIONS
    ])  # fmt: skip
    tested = ("trial_monitoring", "hearing", "victim_represented")
    connection.executemany(
        "INSERT INTO question_provision VALUES (?,?,?,?)", [(*tested, "CETS 15(2)"), (*tested, "THB 12(2)")]
    )
    says = "Read with caution: monitors who observed the same often answered this question differently: (invented)"
    cautioned = ("trial_monitoring", "TM-I01", "hearing", "victim_represented", says, "en")
    connection.execute("INSERT INTO caution VALUES (?,?,?,?,?,?)", cautioned)
    for position, (id, title, statistic, met, among, measure, note, questions, provisions, _) in enumerate(
        _INDICATORS, 1
    ):
        machines = (None, None, None, None, "trial_monitoring.hearing")
        values = (
            "trial_monitoring", id, position, title, statistic, "Hearing", met, among, measure, note, *machines, "en",
        )  # fmt: skip
        connection.execute("INSERT INTO indicator VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", values)
        for question in questions:
            connection.execute(
                "INSERT INTO indicator_question VALUES ('trial_monitoring', ?, 'hearing', ?)", (id, question)
            )
        for provision in provisions:
            connection.execute("INSERT INTO indicator_provision VALUES ('trial_monitoring', ?, ?)", (id, provision))


def _fill_table(
    connection: sqlite3.Connection,
    chance: random.Random,
    name: str,
    id: str,
    statistic: str,
    position: int,
    dimensions: tuple[str, ...],
) -> None:
    overlapping = [dimension for dimension in dimensions if dimension == "postponement_reasons"]
    connection.execute(
        "INSERT INTO table_index VALUES (?, 'trial_monitoring', ?, ?, ?, ?, ?, 'Hearing', ?, 0)",
        (
            name,
            id,
            position,
            json.dumps(dimensions),
            json.dumps([_ASKED[one] for one in dimensions]),
            json.dumps(overlapping),
            statistic,
        ),
    )
    keys = ", ".join(f'"{dimension}" TEXT NOT NULL' for dimension in dimensions)
    median = "median REAL, " if statistic == "median" else ""
    connection.execute(
        f'CREATE TABLE "{name}" ({keys}, n INTEGER, count INTEGER, share REAL, low REAL, high REAL, {median}'
        f"not_observed INTEGER, not_applicable INTEGER, since TEXT, PRIMARY KEY ({', '.join(dimensions)})) STRICT"
    )
    values = [
        {"_T": "All", **({**_CODES, "year": _YEARS}[dimension]), "_U": "Not recorded"} for dimension in dimensions
    ]
    for dimension, labels in zip(dimensions, values, strict=True):
        rows = [(name, dimension, code, place, label, None) for place, (code, label) in enumerate(labels.items())]
        connection.executemany("INSERT INTO dimension_code VALUES (?,?,?,?,?,?)", rows)
    for codes in product(*values):
        figures = _figures(chance, statistic, sum(code == "_T" for code in codes), "_U" in codes)
        marks = ",".join("?" * (len(codes) + len(figures)))
        connection.execute(f'INSERT INTO "{name}" VALUES ({marks})', (*codes, *figures))


def _figures(chance: random.Random, statistic: str, totals: int, unknown: bool) -> tuple[object, ...]:
    n = 0 if unknown else 5 * chance.randint(1, 30) * 5**totals
    if n < 20:
        return (None,) * (9 if statistic == "median" else 8)
    if statistic == "median":
        return (n, None, None, None, None, float(chance.randint(10, 40)), None, None, None)
    if statistic == "count":
        return (n, n, None, None, None, None, None, None)
    count = 5 * round(n * chance.uniform(0.3, 0.8) / 5)
    share, half = count / n, 0.98 / n**0.5
    return (n, count, share, max(share - half, 0.01), min(share + half, 0.99), 5 * chance.randint(2, 6), None, None)
