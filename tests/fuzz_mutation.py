"""Bends files and values as damage, malice and other programs do; all by chance from a source with a seed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Any

MARKER = "Zq7Xkw (whispered): she was afraid"
"""What stands in the open and sealed answers of every sample. It must turn up in no message."""
LEAK = "Zq7Xkw (whisp"
"""The part of it that is looked for. A single word in the place of a code may be repeated, this may not."""

TEXTS = (
    "", " ", "\x00", "\x1f", "\x7f", "\x85", "\u2028", "\u202e", "\u200b", "\ufeff", "\u0660\u0661", "٣", "𝒳", "①",
    "e\u0301", "\ud800", "\udfff\ud800", "\U0010ffff", "İ", "ß", "=1+1", "＝1", "@SUM(A1)", "{0}", "{count!z}", "%s%n",
    "../../etc/passwd", "C:\\CON", "'; DROP TABLE log; --", "<script>", "NaN", "Infinity", "-0", "1e999", "0x10", "1_0",
    "9" * 25, "9" * 5_000, "-" + "9" * 30, "0000-00-00", "9999-12-31", "20250101", "2025-01-01T00:00:00+02:00",
    "2025-02-30", "2025-13-01", "٢٠٢٥-٠١-٠١", "2025-1-1", "1250.50", "1250.50 ", "EUR 5", "5 eur", "5 XXX", "1e5 EUR",
    "-1 EUR", "NaN EUR", "YES", "Yes", " yes ", "yes;yes", "yes;no", ";;;", "yes\n", "xk", "true", "None", "null",
    "_id", "_parent", "__class__", "a.b.c", "a" * 200, "a" * 201, "😀" * 60_000,
)  # fmt: skip
"""Texts at which readers have stumbled."""

_LONG = 1_000_000
_DEEP = 10_000

RAW_JSON = (
    "NaN", "-Infinity", "1e999", "-1e999", "1e-999", "-0", "-0.0", "5.0", "9007199254740993", "9" * 101, "9" * 5_000,
    "0." + "1" * 5_000, "true", "false", "null", "[]", "{}", "[[]]", "[[[[[[[[1]]]]]]]]", "[" * _DEEP + "]" * _DEEP,
    "[" * _DEEP, '{"a":' * _DEEP + "1" + "}" * _DEEP, '{"a":1,"a":2}', r'"\ud800"', r'"\u0000"', r'"\udc00\ud800"',
    '"\t"', "'x'", "0x10", "01", "+1", ".5", "1.", "1_000", r'"\x"', '"' + "x" * _LONG + '"',
    "[" + "1," * 50_000 + "1]",
    '{"amount":"5","currency":"EUR"}', '{"amount":"5"}', '{"amount":5.5,"currency":"EUR"}', '{"amount":1e999}',
    '[{"_schema":["x"]}]', '{"_schema":"x"}', "[null]", "[true,1]", '"2025-01-01"', "/* x */ 1", "",
)  # fmt: skip
"""What may stand in the place of a JSON value, much of it no JSON at all."""

Bend = Callable[[Random, bytes, bytes, Sequence[bytes]], bytes]


def _place(luck: Random, data: bytes) -> tuple[int, int]:
    """A stretch of a file: short mostly, sometimes long."""
    start = luck.randrange(len(data) + 1)
    return start, min(len(data), start + luck.choice((1, 1, 2, 4, 16, 100, 1_000, 10_000)))


def _flip(luck: Random, data: bytes, other: bytes, tokens: Sequence[bytes]) -> bytes:
    bent = bytearray(data)
    for _ in range(luck.choice((1, 1, 2, 8)) if bent else 0):
        bent[luck.randrange(len(bent))] ^= 1 << luck.randrange(8)
    return bytes(bent)


def _delete(luck: Random, data: bytes, other: bytes, tokens: Sequence[bytes]) -> bytes:
    start, end = _place(luck, data)
    return data[:start] + data[end:]


def _insert(luck: Random, data: bytes, other: bytes, tokens: Sequence[bytes]) -> bytes:
    start, _ = _place(luck, data)
    if tokens and luck.random() < 0.7:
        return data[:start] + luck.choice(tokens) + data[start:]
    return data[:start] + luck.choice(TEXTS).encode("utf-8", "surrogatepass") + data[start:]


def _overwrite(luck: Random, data: bytes, other: bytes, tokens: Sequence[bytes]) -> bytes:
    start, end = _place(luck, data)
    fill = luck.choice((b"\x00", b"\xff", b"9", b" ", bytes([luck.randrange(256)])))
    return data[:start] + fill * (end - start) + data[end:]


def _repeat(luck: Random, data: bytes, other: bytes, tokens: Sequence[bytes]) -> bytes:
    start, end = _place(luck, data)
    times = luck.choice((1, 2, 10, 1_000))
    return data[:start] + data[start:end] * max(1, min(times, 500_000 // (end - start + 1))) + data[start:]


def _cut(luck: Random, data: bytes, other: bytes, tokens: Sequence[bytes]) -> bytes:
    return data[: luck.randrange(len(data) + 1)]


def _splice(luck: Random, data: bytes, other: bytes, tokens: Sequence[bytes]) -> bytes:
    return data[: luck.randrange(len(data) + 1)] + other[luck.randrange(len(other) + 1) :]


def _lines(luck: Random, data: bytes, other: bytes, tokens: Sequence[bytes]) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    one, two = luck.randrange(len(lines)), luck.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


def _ends(luck: Random, data: bytes, other: bytes, tokens: Sequence[bytes]) -> bytes:
    return data.replace(b"\n", luck.choice((b"\r\n", b"\r", b"\n\n", b"\n\r", b"\x0b", b"\xe2\x80\xa8", b"")))


def _encode(luck: Random, data: bytes, other: bytes, tokens: Sequence[bytes]) -> bytes:
    text = data.decode("utf-8", "replace")
    kinds = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "cp1251", "utf-7")
    return text.encode(luck.choice(kinds), "replace")


def _giant(luck: Random, data: bytes, other: bytes, tokens: Sequence[bytes]) -> bytes:
    start, _ = _place(luck, data)
    much = luck.choice((b"x", b'"', b",", b"[", b" ", b"\n", b"a.", "é".encode())) * 300_000
    return data[:start] + much + data[start:]


_OFTEN: tuple[Bend, ...] = (_flip, _flip, _delete, _insert, _insert, _insert, _overwrite, _repeat, _splice, _lines)
_SELDOM: tuple[Bend, ...] = (_cut, _ends, _encode, _giant)


def bent(luck: Random, data: bytes, other: bytes, tokens: Sequence[bytes] = ()) -> bytes:
    """A file as some accidents leave it. ``other`` is another of its kind; ``tokens`` are the words of its grammar."""
    for _ in range(luck.choice((1, 1, 1, 2, 2, 3, 4))):
        data = luck.choice(_OFTEN if luck.random() < 0.88 else _SELDOM)(luck, data, other, tokens)
    return data[:5_000_000]


def worn(luck: Random, data: bytes) -> bytes:
    """A file as a bad disk leaves it: as long as before, with other bits in some places."""
    for _ in range(luck.choice((0, 1, 1, 2, 5))):
        data = luck.choice((_flip, _overwrite))(luck, data, b"", ())
    return data


# Values


def hostile(luck: Random, good: Any = None) -> Any:
    """A raw answer that should not be one, or a good one made a little wrong."""
    if good is not None and luck.random() < 0.4:
        with suppress(ArithmeticError, RecursionError, ValueError, TypeError):  # it had been bent too far already
            return _nearly(luck, good)
    kinds: tuple[Callable[[], Any], ...] = (
        lambda: luck.choice(TEXTS),
        lambda: luck.choice(TEXTS) + luck.choice(TEXTS),
        lambda: luck.choice((0, -1, 1, 2**31, 2**53 - 1, 2**53, 2**63, -(2**63) - 1, 10**400, 10**5_000)),
        lambda: luck.choice((float("nan"), float("inf"), -float("inf"), -0.0, 0.5, 5.0, 1e308, 1e-320, 1j)),
        lambda: luck.choice((True, False, None, (), b"bytes", b"\xff", {1, 2}, object, range(3))),
        lambda: [hostile(luck) for _ in range(luck.choice((0, 1, 2, 5)))],
        lambda: {luck.choice(TEXTS): hostile(luck) for _ in range(luck.choice((0, 1, 2)))},
        lambda: {
            "amount": luck.choice((*TEXTS, 5, -5, 1.5, True, 10**30)), "currency": luck.choice(("EUR", "eur", 5, "")),
        },
        lambda: {luck.choice((1, None, "", (1,), True)): 1},
        lambda: luck.choice((_deep(list, _DEEP), _deep(dict, _DEEP), [{}] * 10_000, ["x"] * 10_000)),
        lambda: "x" * luck.choice((50_000, 50_001, _LONG)),
        lambda: "".join(chr(luck.randrange(0x110000)) for _ in range(luck.randrange(30))),
    )
    return luck.choices(kinds, weights=(10, 3, 4, 4, 4, 4, 3, 4, 1, 1, 1, 5))[0]()


def _deep(kind: type, levels: int) -> Any:
    inside: Any = "x"
    for _ in range(levels):
        inside = [inside] if kind is list else {"a": inside}
    return inside


def _nearly(luck: Random, good: Any) -> Any:
    if isinstance(good, str):
        start = luck.randrange(len(good) + 1)
        return luck.choice((
            good.upper(), good.title(), f" {good} ", f"{good}\n", good + good, good[:start], [good], {good: good},
            good[:start] + luck.choice(TEXTS) + good[start:], good.replace("-", "/"), good.replace("_", "-"),
            good.encode("utf-8", "surrogatepass"),
        ))  # fmt: skip
    if isinstance(good, bool) or not isinstance(good, (int, list, dict)):
        return luck.choice((str(good), [good], int(bool(good))))
    if isinstance(good, int):
        return luck.choice((good + 1, -good, good * 10**18, float(good), good + 0.5, str(good), bool(good), [good]))
    if isinstance(good, list):
        return luck.choice((
            good + good, good + good[:1], good[::-1], [good], [*good[:1], hostile(luck)], tuple(good),
            dict.fromkeys("ab", good), ";".join(map(str, good)), good * 100,
        ))  # fmt: skip
    name = luck.choice([*good, "x"])
    without = {key: value for key, value in good.items() if key != name}
    return luck.choice((good | {name: hostile(luck)}, good | {"_": 1}, without, [good]))


# JSON


def json_bent(luck: Random, value: Any, spots: int = 2) -> str:
    """The text of a JSON value in which some values are replaced, dropped, doubled or renamed."""
    tree = json.loads(json.dumps(value))
    raw: list[str] = []
    for _ in range(luck.randint(0, spots)):
        _bend_tree(luck, tree, raw)
    text = json.dumps(tree, ensure_ascii=luck.random() < 0.5, indent=luck.choice((None, None, 1)))
    if luck.random() < 0.15:  # a key twice
        text = re.sub(r"\{(\"[^\"]*\"): ?([^,{}\[\]]*),", r"{\1:\2,\1:\2,", text, count=1)
    return re.sub(r'"\\u0001raw([0-9]+)"', lambda found: raw[int(found[1])], text)


def _bend_tree(luck: Random, tree: Any, raw: list[str]) -> None:
    spot = tree
    while isinstance(spot, (dict, list)) and spot:
        key: Any = luck.choice(list(spot)) if isinstance(spot, dict) else luck.randrange(len(spot))
        inside = spot[key]
        if isinstance(inside, (dict, list)) and inside and luck.random() < 0.75:
            spot = inside
            continue
        act = luck.randrange(6)
        if act < 3:
            raw.append(luck.choice(RAW_JSON))
            spot[key] = f"\x01raw{len(raw) - 1}"
        elif act == 3:
            spot[key] = luck.choice(TEXTS).encode("utf-8", "replace").decode()
        elif act == 4:
            del spot[key]
        elif isinstance(spot, dict):
            spot[luck.choice(TEXTS).encode("utf-8", "replace").decode()[:100]] = spot.pop(key)
        else:
            spot.append(inside)
        return
