"""Workbooks made by hand, sound and hostile, for the tests of the reader of XLSX."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

_NAMES = "".join(
    f'<c r="{place}" t="inlineStr"><is><t>{name}</t></is></c>' for place, name in (("A1", "people"), ("B1", "remark"))
)
HEADER = f'<row r="1">{_NAMES}</row>'
"""The first row of a sheet that asks for the number of people and a remark."""


def sheet(rows: str, before: str = "", after: str = "") -> str:
    """A sheet with these rows (XML)."""
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def parts(*sheets: str, names: Sequence[str] = (), hidden: Sequence[str] = (), strings: str = "") -> dict[str, str]:
    """Every part of a workbook that holds these sheets, by its name."""
    numbers = range(1, len(sheets) + 1)
    titles = [*names, *(f"Sheet{number}" for number in numbers)][: len(sheets)]
    found = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}sharedStrings+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_KIND}worksheet+xml"/>'
            for number in numbers
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{_RELATION}"><sheets>'
        + "".join(
            f'<sheet name="{escape(title)}" sheetId="{number}" r:id="rId{number}"'
            f"{' state=' + chr(34) + 'hidden' + chr(34) if title in hidden else ''}/>"
            for number, title in zip(numbers, titles, strict=True)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{number}" Type="{_RELATION}/worksheet" Target="worksheets/sheet{number}.xml"/>'
            for number in numbers
        )
        + f'<Relationship Id="rIdS" Type="{_RELATION}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"/>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
    }
    return found | {f"xl/worksheets/sheet{number}.xml": text for number, text in zip(numbers, sheets, strict=True)}


def packed(contents: Mapping[str, str | bytes] | Sequence[tuple[str, str | bytes]]) -> bytes:
    """A ZIP file of these parts; a sequence may name one twice."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items() if isinstance(contents, Mapping) else contents:
            archive.writestr(name, content)
    return out.getvalue()


def workbook(rows: str, before: str = "", after: str = "", strings: str = "", **others: str | bytes) -> bytes:
    """A workbook with one sheet of these rows behind the header; ``others`` are further parts, by file name."""
    found: dict[str, str | bytes] = {**parts(sheet(HEADER + rows, before, after), strings=strings)}
    return packed(found | {name.replace("__", "/").replace("_dot_", "."): text for name, text in others.items()})


def with_part(name: str, content: str | bytes, rows: str = "") -> bytes:
    """A workbook of which one part is another, or one more."""
    found: dict[str, str | bytes] = {**parts(sheet(HEADER + rows))}
    return packed(found | {name: content})


def replaced(name: str, old: str, new: str) -> bytes:
    """A workbook in which a piece of one part is another."""
    found = parts(sheet(HEADER))
    assert old in found[name]
    return packed(found | {name: found[name].replace(old, new)})


def patched(content: bytes, places: Mapping[int, bytes]) -> bytes:
    """The same bytes with others at some places."""
    changed = bytearray(content)
    for place, other in places.items():
        changed[place : place + len(other)] = other
    return bytes(changed)


def directory(content: bytes) -> Iterator[tuple[int, str]]:
    """Where each entry of a ZIP file's directory begins, with the name of its part."""
    (at,) = struct.unpack_from("<L", content, content.rindex(b"PK\x05\x06") + 16)
    while content[at : at + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<3H", content, at + 28)
        yield at, content[at + 46 : at + 46 + name].decode()
        at += 46 + name + extra + comment


def entry(content: bytes, wanted: str) -> int:
    """Where the directory's entry of one part begins."""
    return next(at for at, name in directory(content) if name == wanted)
