"""The modes of a fake beside the transports: at which level of the kit each is tried, and why not where it is not.

Written into the documents, and compared with them by a test. Knows checks by their names.
"""

from __future__ import annotations

from connectors.fake.modes import MODES, refusal
from hub.conformance.deliveries import PREFIX as DELIVERED
from hub.conformance.drifts import CHANGES
from hub.conformance.drifts import PREFIX as DRIFTED
from hub.conformance.run import CHECKS

KINDS = ("soap", "rest", "table", "file")
HEAD = [
    "| mode | what the department does | soap | rest | table | file | why not |",
    "|---|---|---|---|---|---|---|",
]


def mode_rows() -> list[str]:
    """Return the table as Markdown, one row for each mode but the good one."""
    return [*HEAD, *(_row(mode) for mode in MODES if mode != "ok")]


def levels_of(mode: str) -> list[str]:
    """Return where a mode is tried: levels of exchanges, levels of deliveries marked with an arrow."""
    found = [check.level for check in CHECKS if check.name in {mode, f"{DRIFTED}{mode}"}]
    return found + [f"{check.level}→" for check in CHECKS if check.name == f"{DELIVERED}{mode}"]


def _row(mode: str) -> str:
    cells = [_cell(mode, kind) for kind in KINDS]
    return f"| `{mode}` | {MODES[mode].words} | {' | '.join(cells)} | {MODES[mode].otherwise} |"


def _cell(mode: str, kind: str) -> str:
    if refusal(mode, kind):
        return "–"
    drifts = mode not in CHANGES or not (kind in {"table", "file"} and mode == "unknown_code")
    return " ".join(level for level in levels_of(mode) if level != "L6" or drifts)
