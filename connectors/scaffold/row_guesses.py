"""What a front table seems to say of its rows: how they wait, are claimed and answered, and what happened to them.

Reads labels and code tables; knows no field of a license.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.scaffold.code_tables import read_codes
from connectors.scaffold.line import Line, tell_why
from connectors.scaffold.outline import Node
from connectors.scaffold.suggestions import Suggestion

FAILED, WAITING, DONE, DELETED = ("错", "失败", "异常"), ("未", "待"), ("已", "成功", "完成"), ("删",)
PLACES = ("message", "at", "batch")
COUNTED = ("自增", "序号", "自动编号")


def draft_flag(found: Mapping[str, Suggestion]) -> list[Line]:
    """Return how rows are claimed and answered, if a column looks like a flag."""
    if "flag" not in found:
        return []
    node = found["flag"].source
    meanings = _meanings(node)
    waiting, done, failed = (_codes(meanings, words) for words in (WAITING, DONE, FAILED))
    flag: dict[str, Any] = {"column": node.name, "unread": waiting or ["0"]}
    flag |= {"read": (done or ["1"])[0], "error": (failed or ["3"])[0]}
    flag |= {place: found[place].source.name for place in PLACES if place in found}
    is_told = bool(done and failed)
    doubt = "" if is_told else "; which values it takes is a guess"
    return [Line("flag", flag, 0.8 if is_told else 0.5, tell_why(found["flag"]) + doubt)]


def draft_change(found: Mapping[str, Suggestion]) -> list[Line]:
    """Return what the codes of inserted, updated and deleted are, if a column looks like them."""
    if "change" not in found:
        return []
    node = found["change"].source
    meanings = _meanings(node)
    deleted = _codes(meanings, DELETED)
    kept = [code for code in meanings if code not in deleted]
    change = {"column": node.name, "kept": kept or ["I", "U"], "deleted": deleted or ["D"]}
    return [Line("change", change, 0.8 if deleted else 0.6, tell_why(found["change"]))]


def is_counted(node: Node) -> bool:
    """Say whether a key only counts rows, and so is no record's own."""
    return node.kind == "number" and any(word in node.label for word in COUNTED)


def _meanings(node: Node) -> dict[str, str]:
    return {code: meaning or code for code, meaning in (node.codes or read_codes(node.label)).items()}


def _codes(meanings: Mapping[str, str], words: tuple[str, ...]) -> list[str]:
    return [code for code, meaning in meanings.items() if any(word in meaning for word in words)]
