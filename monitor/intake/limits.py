"""How much a file may hold before it is refused: each limit with its reason, for every reader of files."""

from __future__ import annotations

MOST_BYTES = 16 << 30
"""The largest file of text, in bytes: a million rows of 16 kB. Both passes over a larger one would take hours."""

MOST_CHARACTERS = 4_000_000
"""The longest row that is read. A narrative has at most 50,000 characters."""

MOST_COLUMNS = 2_000
"""The most columns of a header and keys of an object. The largest of our forms has fewer than 150 names."""

LONGEST_NAME = 200
"""The longest name of a column, in characters. Names of questions have at most 60."""

LONGEST_CELL = 131_072
"""The longest cell, in characters: what Python's csv reads. A spreadsheet holds 32,767 of them."""

DEEPEST_OBJECT = 6
"""How deep lists and objects of JSON may stand in one another. A submission needs four levels."""

MOST_LISTS = 20_000
"""The most lists and objects in one row of JSON. A block has at most 200 rows, each with a few lists."""

LONGEST_NUMBER = 100
"""The most characters of a number. The largest that can be stored has 16 digits; reading takes longer than linear."""

LONGEST_MAPPING = 1_000_000
"""The longest mapping, in characters: the codes of a thousand columns."""

# A workbook (XLSX) is packed, and a small file can unpack to a thousand times its size. Measured: with each of these
# at its limit an import stays under 256 MB, because openpyxl holds strings, styles and a trace of every row in memory.

MOST_PACKED = 100_000_000
"""The largest workbook, in bytes. 100,000 rows of 60 columns have 30 million."""

MOST_UNPACKED = 512_000_000
"""The most bytes that all parts of a workbook unpack to. 100,000 rows of 60 columns have 200 million."""

MOST_TIMES = 60
"""How many times its packed size a part may unpack to. Sheets of equal cells were seen to reach 35, bombs 1,000."""

MOST_PARTS = 2_000
"""The most parts of a workbook: pictures, charts and drop-down lists make some hundreds."""

LONGEST_DIRECTORY = 1_000_000
"""The longest directory of a workbook's ZIP file, in bytes: it is read as a whole."""

MOST_SHEETS = 200
"""The most sheets of a workbook."""

MOST_CELLS = 8_000_000
"""The most cells and rows of all sheets together, blank ones with a format included. Each takes about 10 µs."""

CELLS_AT_ALL, CELLS_IN_BYTE = 100_000, 3
"""How many cells a packed byte may hold, beyond those that any workbook may. A sheet of equal cells has one in each."""

MOST_SHEET_ROWS = 120_000
"""The last row of a sheet. openpyxl keeps up to 800 bytes of each row; more rows are better kept as CSV."""

MOST_STRINGS = 64_000_000
"""The most bytes of memory for the texts of a workbook, which openpyxl holds all at once."""

MOST_ELSEWHERE = 100_000
"""The most elements and attributes of XML outside cells and texts: styles, names, column widths."""

LONGEST_ELSEWHERE = 8_000_000
"""The longest part of a workbook that is neither a sheet nor the table of its texts, in bytes."""

MOST_IN_ROW = 8 * MOST_COLUMNS
"""The most elements of XML in one row of a sheet, or in one text."""

DEEPEST_XML = 24
"""How deep elements of XML may stand in one another. Workbooks have about ten levels."""

LONGEST_MARK = 1_000_000
"""The longest single mark of XML (a tag with its attributes, a comment), in bytes: it is held in memory."""

MOST_UNCALCULATED = 10_000
"""How many formulas without a value are named cell by cell before the workbook is refused as a whole."""
