"""Which files a drop may hold, by the one that was shown: the date in its name, how it is written, where it counts.

Knows the keys of a declared file drop; knows no field of a license.
"""

from __future__ import annotations

import re
from typing import Any

from connectors.scaffold.answer_guesses import Records, find_roles
from connectors.scaffold.line import Line
from connectors.scaffold.outline import Call, FileForm

DATES = (
    (r"(?<!\d)20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)", "%Y%m%d"),
    (r"(?<!\d)20\d{2}-\d{2}-\d{2}(?!\d)", "%Y-%m-%d"),
)


def draft_files(call: Call, form: FileForm, records: Records) -> list[Line]:
    """Return the lines that say which files are taken and where in one the records stand."""
    name, sure, reason = _guess_name(call.name)
    files: dict[str, Any] = {"names": [name], "format": form.format}
    files |= {"delimiter": form.delimiter} if form.format == "csv" and form.delimiter != "," else {}
    lines = []
    if form.format == "xml":
        total = find_roles(call, records.path).get("total")
        files |= {"total": total[0]} if total else {}
        found = "/".join(records.path)
        lines.append(Line("records", found, min(0.95, 0.5 + 0.05 * len(records.found)), "the element of one record"))
    return [*lines, Line("files", files, sure, f"{reason}; no done-marker and no answer is known")]


def _guess_name(name: str) -> tuple[str, float, str]:
    """Return the pattern of a file's name: its date as a date, digits behind it as anything."""
    for shape, form in DATES:
        head, date, rest = re.split(f"({shape})", name, maxsplit=1) if re.search(shape, name) else (name, "", "")
        if date:
            return f"{head}{form}{re.sub(r'[0-9]+', '*', rest, count=1)}", 0.8, "by the date in the sample's name"
    ending = name.rpartition(".")[2]
    return f"*.{ending}", 0.3, "the sample's name shows no date"
