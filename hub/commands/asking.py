"""`hub verify`, `hub as-of`, `hub checklist`, `hub prefill`: an approver's questions, asked and recorded like those of the pages.

Knows arguments and output; the answers and their record are the library's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from hub.commands.asker import ASKED_HERE, Why, actor, served_library
from hub.commands.finding import show_advice
from hub.commands.output import AsJson, note, print_json, print_table
from license_library.answers import AsOfAnswer, Checklist, Prefill, VerifyAnswer
from license_library.service.acts.asking import (
    AsOfRequest,
    ChecklistRequest,
    PrefillRequest,
    VerifyRequest,
    check_materials,
    fill_form,
    show_as_of,
    verify,
)
from schemas.bureau_time import ZONE, local_second

MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]


def verify_license(
    identifier: Annotated[str | None, typer.Option(help="Electronic license identifier.")] = None,
    qr_payload: Annotated[str | None, typer.Option("--qr", help="What its QR code holds, whole.")] = None,
    license_type: Annotated[str | None, typer.Option("--type", help="License type, beside a number.")] = None,
    number: Annotated[str | None, typer.Option(help="License number, beside a type.")] = None,
    value: Annotated[list[str] | None, typer.Option(help="What to compare, as field=value; may be repeated.")] = None,
    purpose: Why = ASKED_HERE,
    as_json: AsJson = False,
) -> None:
    """Verify that a license exists, as described, valid today."""
    asked = VerifyRequest(
        identifier=identifier,
        qr_payload=qr_payload,
        license_type=license_type,
        license_number=number,
        values=_values(value),
        purpose=purpose,
    )
    with served_library() as service:
        answer = verify(service, actor(), asked)
    print_json(answer) if as_json else _show_verdict(answer)
    raise typer.Exit(0 if answer.verdict == "confirmed" else 1)


def as_of(
    license_id: Annotated[int, typer.Argument(help="Id of the license, as a search answers it.")],
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="What held on this day.")] = None,
    known_at: Annotated[
        datetime | None, typer.Option(formats=MOMENTS, help="As known at this instant; without zone: Beijing time.")
    ] = None,
    purpose: Why = ASKED_HERE,
    as_json: AsJson = False,
) -> None:
    """Say what held of a license on a day, as known at an instant; the answer never changes later."""
    instant = known_at.replace(tzinfo=ZONE) if known_at and known_at.tzinfo is None else known_at
    asked = AsOfRequest(license_id=license_id, purpose=purpose, on=on.date() if on else None, known_at=instant)
    with served_library() as service:
        answer = show_as_of(service, actor(), asked)
    print_json(answer) if as_json else _show_as_of(answer)
    raise typer.Exit(0 if answer.version else 1)


def checklist(
    item: Annotated[str, typer.Option(help="Code of the approval item.")],
    subject: Annotated[str, typer.Option(help="Credit code or resident number of the applicant.")],
    code_type: Annotated[str | None, typer.Option(help="Holder code type, where it is another code.")] = None,
    purpose: Why = ASKED_HERE,
    as_json: AsJson = False,
) -> None:
    """Say what an applicant must still bring for an item."""
    asked = ChecklistRequest(item_code=item, holder_code=subject, holder_code_type=code_type, purpose=purpose)
    with served_library() as service:
        answer = check_materials(service, actor(), asked)
    print_json(answer) if as_json else show_checklist(answer)


def prefill(
    item: Annotated[str, typer.Option(help="Code of the approval item.")],
    subject: Annotated[str, typer.Option(help="Credit code or resident number of the applicant.")],
    code_type: Annotated[str | None, typer.Option(help="Holder code type, where it is another code.")] = None,
    field: Annotated[list[str] | None, typer.Option(help="Only this field of the form; may be repeated.")] = None,
    purpose: Why = ASKED_HERE,
    as_json: AsJson = False,
) -> None:
    """Say which fields of an item's form are known of an applicant, and from where."""
    asked = PrefillRequest(item, subject, purpose, code_type, field or None)
    with served_library() as service:
        answer = fill_form(service, actor(), asked)
    print_json(answer) if as_json else _show_form(answer)


def show_checklist(answer: Checklist) -> None:
    """Write a checklist as a table."""
    title = f"{answer.item.name} · {answer.subject.name or '?'} ({answer.subject.code})"
    rows = [
        [line.ordinal, line.name, line.verdict_words.zh, line.words.zh, line.action.zh if line.action else None]
        for line in answer.materials
    ]
    print_table(title, ["", "材料", "结论", "理由", "下一步"], rows)


def _show_form(answer: Prefill) -> None:
    title = f"{answer.item.name} · {answer.subject.name or '?'} ({answer.subject.code})"
    rows = []
    for line in answer.fields:
        others = "; ".join(f"{fact.value} {fact.words.zh}" for fact in line.facts[1:] if not fact.agrees)
        source = line.facts[0].words.zh if line.facts else None
        rows.append([line.words.zh, line.value, line.verdict_words.zh, line.reason_words.zh, source, others or None])
    print_table(title, ["字段", "已知值", "结论", "理由", "来源", "另有"], rows)


def _values(given: list[str] | None) -> dict[str, str]:
    pairs = [text.partition("=") for text in given or []]
    if wrong := [field for field, equals, _ in pairs if not equals]:
        raise typer.BadParameter(f"expected field=value, got {wrong[0]!r}", param_hint="--value")
    return {field: value for field, _, value in pairs}


def _show_as_of(answer: AsOfAnswer) -> None:
    title = f"{answer.on}, as known at {local_second(answer.known_at)}: {answer.words.zh}；{answer.source.freshness_words.zh}"
    if (version := answer.version) is None:
        return note(title)
    columns = ["version", "status", "issued on", "from", "to", "holder", "known from"]
    term = [version.valid_from, "长期" if version.open_ended else version.valid_to]
    known_from = local_second(version.known_from)
    row = [version.version_count, version.status_words.zh, version.issued_on, *term, version.holder_name, known_from]
    return print_table(title, columns, [row])


def _show_verdict(answer: VerifyAnswer) -> None:
    rows = [[match.words.zh, {True: "一致", False: "不一致", None: None}[match.matches]] for match in answer.fields]
    print_table(answer.words.zh, ["", ""], [*rows, *(["", reason.zh] for reason in answer.reasons)])
    show_advice(answer.advice)
