"""A whole declaration as suggested values, each with how sure it is and why, before it becomes text.

Chooses the call that most looks like licenses; every choice is a suggestion.
"""

from __future__ import annotations

import msgspec

from connectors.declarations.declared import TO_FILL_IN
from connectors.scaffold.answer_guesses import Records, find_records
from connectors.scaffold.feed_lines import draft_feed
from connectors.scaffold.field_lines import draft_fields
from connectors.scaffold.line import Line, one_line, tell_why
from connectors.scaffold.outline import Call, Outline, leaves
from connectors.scaffold.request_guesses import find_request
from schemas.catalogue.catalogue import load_catalogue
from schemas.errors import DeclarationError, RequestError


class Draft(msgspec.Struct, frozen=True):
    """Hold the tables of a declaration in the order they are written."""

    head: list[Line]
    transport: list[Line]
    feed: list[Line]
    fields: list[Line]
    face: list[Line]
    notes: list[str]


def draft_declaration(name: str, contract: str, outline: Outline, operation: str = "") -> Draft:
    """Return the draft for department `name`; DeclarationError when no call of the contract can be used, RequestError for an operation that is not there."""
    call = _choose(outline, operation)
    records, asked = find_records(call), find_request(call)
    head = _head(name, outline, call)
    told = [*outline.notes, *call.notes, *_others(outline, call), *_left_over(call, records)]
    notes = [one_line(note) for note in told]
    fields = draft_fields(records, head[0].value, f"{outline.title} {call.label}")
    face = [
        Line(s.field.removeprefix("face."), s.source.name, s.confidence, tell_why(s))
        for s in records.found
        if s.field.startswith("face.")
    ]
    return Draft(
        head, _transport(outline, call, contract), draft_feed(outline, call, records, asked), fields, face, notes
    )


def _choose(outline: Outline, operation: str) -> Call:
    calls = [call for call in outline.calls if operation in {"", call.name}]
    usable = [call for call in calls if not call.trouble]
    if not calls:
        names = ", ".join(sorted({call.name for call in outline.calls}))
        raise RequestError(
            f"department new: --operation: expected one of {names}, got {operation!r}; nothing was written"
        )
    if not usable:
        reasons = "; ".join(dict.fromkeys(call.trouble for call in calls))
        raise DeclarationError(f"contract: nothing in it can be spoken: {reasons}; nothing was written")
    return max(usable, key=_score)


def _score(call: Call) -> tuple[float, bool, float]:
    """Prefer records that look like licenses, then requests that ask page by page for what changed."""
    asked = find_request(call).roles
    return find_records(call).score + len(asked) * 0.5, call.payload != "none", len(asked)


def _head(name: str, outline: Outline, call: Call) -> list[Line]:
    said = f"{outline.title} {call.label}"
    known = [a for a in load_catalogue().authorities if a.name in said]
    authority = max(known, key=lambda a: len(a.name), default=None)
    reason = "named in the contract" if authority else "the department's official name"
    return [
        Line("name", authority.name if authority else TO_FILL_IN, 0.8 if authority else 0.0, reason),
        Line("uscc", (authority and authority.uscc) or TO_FILL_IN, 0.7 if authority and authority.uscc else 0.0, "unified social credit code"),
        Line("network", TO_FILL_IN, 0.0, "the dedicated network it lives on"),
        Line("contact", TO_FILL_IN, 0.0, "an office, never a person"),
        Line("timezone", "Asia/Shanghai"),
        Line("connection", name),
    ]  # fmt: skip


def _transport(outline: Outline, call: Call, contract: str) -> list[Line]:
    lines = [Line("kind", outline.kind), Line("contract", f"contract/{contract}")]
    if call.payload != "none":
        lines += _payload(call)
    if call.file:
        lines.append(Line("payload_encoding", call.file.encoding, 0.9, "as the sample is written"))
    if outline.kind in {"soap", "rest"}:
        is_told = outline.auth != "none"
        lines.append(
            Line(
                "auth",
                outline.auth,
                0.8 if is_told else 0.4,
                "by the contract" if is_told else "the contract names no sign-in",
            )
        )
    if outline.token:
        lines.append(Line("token", outline.token, 0.7, "by the contract's security scheme"))
    if call.send == "xml":
        lines.append(Line("payload_root", TO_FILL_IN, 0.0, "root element of the request in XML"))
    return lines


def _payload(call: Call) -> list[Line]:
    is_whole = not call.request.children
    why = (
        "one string each way"
        if is_whole
        else "answers with one string; whether it holds XML or JSON only a sample shows"
    )
    lines = [Line("payload", call.payload, 0.8 if is_whole else 0.5, why)]
    if call.payload_path:
        lines.append(Line("payload_path", call.payload_path, 0.6, "the likeliest of several values"))
    if call.payload == "xml-in-string":
        lines.append(Line("payload_encoding", "utf-8", 0.5, "what the XML inside declares: utf-8, GBK, GB2312"))
        lines += (
            [Line("payload_root", TO_FILL_IN, 0.0, "root element of the XML inside the request")] if is_whole else []
        )
    return lines


def _others(outline: Outline, chosen: Call) -> list[str]:
    others = [
        f"{call.name}{' (' + call.label[:30] + ')' if call.label else ''}"
        for call in outline.calls
        if call is not chosen
    ]
    troubles = [call.trouble for call in outline.calls if call.trouble]
    notes = [f"also in the contract: {', '.join(others[:12])}"] if others else []
    return notes + troubles[:3]


def _left_over(call: Call, records: Records) -> list[str]:
    taken = {s.source.name for s in records.found}
    left = [f"{n.name}{' ' + n.label[:12] if n.label else ''}" for n in leaves(records.record) if n.name not in taken]
    deep = [n.name for n in records.record.children if n.is_list or not (n.is_leaf or call.is_soap)]
    notes = (
        [f"other lists of the answer, if these are no records: {', '.join(records.others)}"] if records.others else []
    )
    notes += [f"not mapped: {', '.join(left[:40])}"] if left else []
    return notes + ([f"{', '.join(deep[:5])}: lists and groups inside a record are not read"] if deep else [])
