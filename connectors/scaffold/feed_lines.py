"""One feed as lines: where it is asked, with what, and where its answer tells records, success, pages and changes.

Knows the declaration's keys; knows no field of a license.
"""

from __future__ import annotations

import re

from connectors.declarations.declared import TO_FILL_IN
from connectors.scaffold.answer_guesses import Records, find_roles
from connectors.scaffold.code_tables import read_codes
from connectors.scaffold.file_guesses import draft_files
from connectors.scaffold.line import Line, tell_why
from connectors.scaffold.outline import Call, Node, Outline, leaves
from connectors.scaffold.page_guesses import draft_paging
from connectors.scaffold.request_guesses import Asked, draft_header
from connectors.scaffold.row_guesses import draft_change, draft_flag, is_counted
from connectors.scaffold.success_words import GOOD_WORDS, find_good_code
from connectors.scaffold.time_guesses import TIME, XML_TIME

ERRORS = re.compile(r"err(or)?s?(/|$)|fault|exception", re.IGNORECASE)


def draft_feed(outline: Outline, call: Call, records: Records, asked: Asked) -> list[Line]:
    """Return the lines of the one feed that a call makes."""
    if outline.kind == "table":
        return _table_feed(call, records, asked)
    if outline.kind == "file" and call.file:
        own = [_key(records), *draft_files(call, call.file, records), _cursor(records, asked)]
        return [*_permission(), *own, *_rhythm()]
    roles = find_roles(call, records.path)
    path = "/".join(records.path) or TO_FILL_IN
    return [
        *_permission(),
        *_address(outline, call),
        _key(records),
        Line("request", asked.template or {TO_FILL_IN: "{since}"}, 0.7 if asked.roles else 0.3 if asked.template else 0.0, "what must be sent and what asks for changes"),
        *_headers(call),
        Line("records", path, min(0.95, 0.5 + 0.05 * len(records.found)) if records.path else 0.0, "the outermost list that looks like records" if records.others else "the list of records"),
        *_success(roles, call.label),
        draft_paging(call, roles, asked),
        _cursor(records, asked),
        *_rhythm(),
    ]  # fmt: skip


def _permission() -> list[Line]:
    return [
        Line("record", "license"),
        Line("catalogue", TO_FILL_IN, 0.0, "code in the sharing catalogue"),
        Line("basis", TO_FILL_IN, 0.0, "legal basis"),
        Line("purpose", TO_FILL_IN, 0.0, "what the data is used for"),
    ]


def _rhythm() -> list[Line]:
    return [Line("schedule", "*/30 * * * *"), Line("fresh_within", "26h")]


def _table_feed(call: Call, records: Records, asked: Asked) -> list[Line]:
    """Return the lines of a front table: rows are claimed by flag, not asked for."""
    found = {s.field.removeprefix("record."): s for s in records.found if s.field.startswith("record.")}
    table = [Line("table", call.name, 0.8, call.label), _key(records), _cursor(records, asked)]
    return [*_permission(), *table, *draft_flag(found), *draft_change(found), *_rhythm()]


def _address(outline: Outline, call: Call) -> list[Line]:
    if outline.kind == "soap":
        return [Line("operation", call.name, 0.8, call.label)]
    if outline.kind != "rest":
        return []
    is_known = call.name != TO_FILL_IN
    lines = [Line("path", call.name, 0.8 if is_known else 0.0, call.label if is_known else "path below the address")]
    lines += [Line("method", call.method)] if is_known else []
    return (
        lines
        + ([Line("send", call.send)] if call.send != "query" else [])
        + ([Line("answer", call.answer_form)] if call.answer_form != "json" else [])
    )


def _headers(call: Call) -> list[Line]:
    """Return the headers that an operation's requests carry; those of WS-Security are the sign-in's business."""
    told = {node.name: draft_header(node) for node in call.headers if node.name != "Security"}
    return [Line("headers", told, 0.6, "the operation's own headers")] if told else []


def _key(records: Records) -> Line:
    found = {s.field: s for s in records.found}
    keys = [node for node in leaves(records.record) if node.is_key]
    if keys and not any(is_counted(node) for node in keys):
        return Line("key", [node.name for node in keys], 0.95, "primary key")
    for field, sure in (("record.key", 1.0), ("fields.license_identifier", 0.6), ("fields.license_number", 0.5)):
        if field in found and not is_counted(found[field].source):
            suggestion = found[field]
            return Line("key", [suggestion.source.name], round(suggestion.confidence * sure, 2), tell_why(suggestion))
    counted = [node.name for node in keys] or [TO_FILL_IN]
    return Line("key", counted, 0.3 if keys else 0.0, "the department's own record id")


def _success(roles: dict[str, tuple[str, Node]], label: str) -> list[Line]:
    if "code" not in roles:
        return []
    path, node = roles["code"]
    codes = node.codes or read_codes(node.label)
    good = [code for code, words in codes.items() if any(word in (words or code).lower() for word in GOOD_WORDS)]
    said = find_good_code(node.name, node.label, label) or node.sample
    if ERRORS.search(path.rpartition("/")[0]):
        table = {"field": path, "values": ["", "0"]} | ({"message": roles["message"][0]} if "message" in roles else {})
        return [Line("success", table, 0.5, "a list of errors, empty when it went well")]
    values = good or (["true"] if node.kind == "flag" else [said or "0"])
    sure = 0.8 if good or said else 0.4
    table = {"field": path, "values": values}
    table |= {"message": roles["message"][0]} if "message" in roles else {}
    guessed = "as the contract tells it" if said else "the value that means success is a guess"
    return [Line("success", table, sure, node.label or guessed)]


def _cursor(records: Records, asked: Asked) -> Line:
    found = next((s for s in records.found if s.field == "record.updated"), None)
    since = asked.roles.get("since")
    form = (found.source.form if found else "") or (since.form if since else "")
    if found is None:
        return _cursor_line(TO_FILL_IN, form or TIME, 0.0, "time of change")
    if found.source.kind == "time" and not form:
        form = XML_TIME
    own = since.form if since and since.form not in {"", form} else ""  # {since} is asked in another form than is told
    return _cursor_line(found.source.name, form or TIME, found.confidence, tell_why(found), own)


def _cursor_line(field: str, form: str, sure: float, why: str, asked: str = "") -> Line:
    """Return the line of the cursor; its comment says first what the sweep is for, since a long reason is cut off."""
    value = {"field": field, "format": form, **({"asked": asked} if asked else {}), "overlap": "2h", "sweep": "weekly"}
    return Line("cursor", value, sure, f"the sweep finds what came late; {why}")
