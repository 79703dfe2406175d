"""The modes of a fake beside the transports: at which level of the kit each is tried, and why not where it is not.

Written into the documents, and compared with them by a test. Knows checks by their names.
"""

from __future__ import annotations

from connectors.fake.modes import FORMS, MODES, refusal
from connectors.fake.stores.sftp_server import SFTP_MODES
from hub.conformance.deliveries import PREFIX as DELIVERED
from hub.conformance.drifts import CHANGES
from hub.conformance.drifts import PREFIX as DRIFTED
from hub.conformance.run import CHECKS

COLUMNS = {  # title: kind of transport, and its form or line where not all of its modes are shown by both
    "soap": ("soap", "xml"),
    "rest, json": ("rest", "json"),
    "rest, xml": ("rest", "xml"),
    "table": ("table", ""),
    "file, sftp": ("file", "sftp"),
    "file, folder": ("file", "folder"),
}
NO_LINE = "a folder has no line and no account"
HEAD = [
    f"| mode | what the department does | {' | '.join(COLUMNS)} | why not |",
    f"|---|---|{'---|' * len(COLUMNS)}---|",
]


def mode_rows() -> list[str]:
    """Return the table as Markdown, one row for each mode but the good one."""
    return [*HEAD, *(_row(mode) for mode in MODES if mode != "ok")]


def levels_of(mode: str) -> list[str]:
    """Return where a mode is tried: levels of exchanges, levels of deliveries marked with an arrow."""
    found = [check.level for check in CHECKS if check.name in {mode, f"{DRIFTED}{mode}"}]
    return found + [f"{check.level}→" for check in CHECKS if check.name == f"{DELIVERED}{mode}"]


def _row(mode: str) -> str:
    cells = [_cell(mode, *column) for column in COLUMNS.values()]
    on_sftp_only = NO_LINE if mode in SFTP_MODES else ""
    why = "; ".join(one for one in (MODES[mode].otherwise, on_sftp_only) if one)
    return f"| `{mode}` | {MODES[mode].words} | {' | '.join(cells)} | {why} |"


def _cell(mode: str, kind: str, form: str) -> str:
    other_form = any(mode in modes for name, modes in FORMS.items() if name != form) and kind == "rest"
    if refusal(mode, kind) or other_form or (form == "folder" and mode in SFTP_MODES):
        return "–"
    drifts = mode not in CHANGES or not (kind in {"table", "file"} and mode == "unknown_code")
    return " ".join(level for level in levels_of(mode) if level != "L6" or drifts)
