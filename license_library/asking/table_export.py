"""Tables as CSV that a spreadsheet shows as they are: no cell is a formula, no identifier becomes a number.

Knows cells; not what they mean.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

# What spreadsheets take for a formula, in half and full width; blanks before it change nothing for them.
_FORMULA: Final = re.compile(r"\s*[=+\-@＝＋－＠﹣﹢﹦﹫]|[\t\r\n]")
# So many digits lose their last ones as a number; a leading zero is lost as well.
_LOOKS_LIKE_A_NUMBER: Final = re.compile(r"0[0-9]+|[0-9]{11,}|[0-9]+[eE][0-9]+")
BYTE_ORDER_MARK: Final = "\ufeff"  # without it spreadsheets read Chinese as something else


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV text under their column names; None is empty, numbers stay numbers."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + out.getvalue()


def _cell(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    if _FORMULA.match(text) or _LOOKS_LIKE_A_NUMBER.fullmatch(text):
        return f"'{text}"
    return text
