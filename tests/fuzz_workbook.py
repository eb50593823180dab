"""Makes workbooks (XLSX) as a spreadsheet writes them, and bends the XML and the ZIP file that they are."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from random import Random
from typing import Any
from xml.sax.saxutils import escape

from tests.fuzz_mutation import TEXTS, bent

_XML_TOKENS = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>', b"&b;", b"&#0;", b"&#xD800;",
    b"<![CDATA[x]]>",
    b'<!DOCTYPE x SYSTEM "file:///etc/passwd">', b'<c r="ZZZZ99999999" t="s"><v>99999999</v></c>',
    b'<c t="s"><v>-1</v></c>',
    b'<c t="e"><v>#REF!</v></c>', b'<c t="b"><v>7</v></c>', b"<c><f>1+1</f></c>", b"<c><v>1e999</v></c>",
    b"<c><v>NaN</v></c>",
    b'<c t="d"><v>9999-99-99</v></c>', b'<c s="99"><v>1</v></c>', b"<c><v>" + b"9" * 5_000 + b"</v></c>", b"<v>x</v>",
    b'<dimension ref="A1:XFD1048576"/>', b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    b'<row r="-1"></row>',
    b'<row r="x">', b"<row/>" * 5_000, b"<c/>" * 20_000, b"<a>" * 5_000, b'<mergeCell ref="A1:XFD1048576"/>', b"</row>",
    b"<si><t>x</t></si>", b"<si/>" * 5_000, b'xml:space="preserve"', b'<sheet name="data" sheetId="9" r:id="rId9"/>',
    b'state="veryHidden"', b'numFmtId="22"', b"<?xml version='1.1' encoding='utf-16'?>", b'x:y="1"', b"\x00",
    b"<!--", b"-->",
)  # fmt: skip
_NUMBERS = (-1, 0, 1, 5, 99, 0.1, 1e300, 45_000, 45_000.5, 2_958_466, -0.5, 2**31, 2**63, 10**40)
_NAMES = (
    "../x.xml", "/etc/x", "xl\\x.xml", "xl/vbaProject.bin", "content.xml", "xl/worksheets/sheet9.xml", "a" * 300, "é",
    "xl/sharedStrings.xml",
)  # fmt: skip


def workbook(luck: Random, rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook with these rows, some cells of which are numbers, dates and formulas."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = luck.choice(("Sheet1", "data", "Sheet 1"))
    for row in rows:
        with suppress(Exception):  # openpyxl writes no control characters
            sheet.append([_typed(luck, cell) for cell in row])
    if luck.random() < 0.1:
        more = book.create_sheet("more")
        more["A1"] = "x"
        more.sheet_state = luck.choice(("hidden", "visible"))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _typed(luck: Random, cell: str) -> Any:
    with suppress(ValueError, OverflowError):
        if cell.isdecimal() and cell.isascii():
            return int(cell[:300])
        if len(cell) == 10 and luck.random() < 0.8:
            return date.fromisoformat(cell)
    if luck.random() < 0.03:
        return luck.choice((True, 0.1, 1e300, datetime(2024, 5, 6, 7, 8), "=A1+1", "#REF!", None, 2**60))
    return cell


def bent_workbook(luck: Random, whole: bytes, other: bytes) -> bytes:
    """The same file, damaged as a ZIP file, or put together again from damaged parts."""
    if luck.random() < 0.3:
        return bent(luck, whole, other)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(luck.choice((1, 1, 2))):
        name = luck.choice([*parts, *(one for one in parts if "sheet" in one), "xl/worksheets/sheet1.xml"])
        if luck.random() < 0.7:
            parts[name] = _reworded(luck, parts.get(name, b""))
        else:
            parts[name] = bent(luck, parts.get(name, b""), luck.choice(list(parts.values())), _XML_TOKENS)
    if luck.random() < 0.05:
        del parts[luck.choice(list(parts))]
    if luck.random() < 0.05:
        parts[luck.choice(_NAMES)] = luck.choice((b"", b"x", b"<x/>" * 1_000))
    if luck.random() < 0.02:
        parts["xl/media/bomb.png"] = b"\x00" * 20_000_000
    return _packed(luck, parts)


def _reworded(luck: Random, xml: bytes) -> bytes:
    """The same XML, still well-formed, with another text, number or element somewhere."""
    places = list(re.finditer(rb'(?<==")[^"<>]*(?=")|(?<=>)[^<>]+(?=<)|(?<=>)(?=<)', xml))
    chosen = luck.sample(places, min(len(places), luck.choice((1, 1, 2, 5))))
    for place in sorted(chosen, key=lambda one: -one.start()):  # from the end, so that places stay where they are
        if place[0] or xml[place.start() - 1 : place.start()] == b'"':
            new = escape(luck.choice((*TEXTS, *map(str, _NUMBERS))), {'"': "&quot;"}).encode("utf-8", "replace")
        else:
            new = luck.choice(_XML_TOKENS)
        if luck.random() < 0.6 and len(places) > 3:
            new = luck.choice(places)[0]
        xml = xml[: place.start()] + new + xml[place.end() :]
    return xml


def _packed(luck: Random, parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    kinds = (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    kind = luck.choices(kinds, weights=(16, 4, 1, 1))[0]
    with zipfile.ZipFile(out, "w", kind, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, kind)
        if luck.random() < 0.05:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a name twice is meant
                archive.writestr(zipfile.ZipInfo(luck.choice(list(parts))), b"<x/>", kind)
    return out.getvalue()
