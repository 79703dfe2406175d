"""`hub find`, `hub verify`, `hub checklist`, `hub prefill`: an approver's questions, asked and recorded like those of the pages.

Knows arguments and output; the answers and their record are the library's.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from hub.commands.output import AsJson, note, print_json, print_table
from hub.context import opened_hub
from hub.demo.serving import service_settings
from hub.settings import Settings
from license_library.answers import Advice, AsOfAnswer, Checklist, Prefill, SearchAnswer, SearchCounts, VerifyAnswer
from license_library.service.acts.asking import (
    AsOfRequest,
    ChecklistRequest,
    PrefillRequest,
    SearchRequest,
    VerifyRequest,
    check_materials,
    fill_form,
    search,
    show_as_of,
    verify,
)
from license_library.service.settings import ServiceSettings
from schemas.bureau_time import ZONE, local_second

Why = Annotated[str, typer.Option("--purpose", help="Why you ask; it is recorded.")]
MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]
ASKED_HERE = "asked at the command line"


def find(  # noqa: PLR0913, PLR0917 - each is one way to ask
    text: Annotated[str | None, typer.Argument(help="Anything: a number, an identifier, a code, a name.")] = None,
    number: Annotated[str | None, typer.Option(help="License number.")] = None,
    identifier: Annotated[str | None, typer.Option(help="Electronic license identifier.")] = None,
    holder_code: Annotated[str | None, typer.Option(help="Credit code or resident number of the holder.")] = None,
    holder_name: Annotated[str | None, typer.Option(help="Holder's name, two characters or more.")] = None,
    license_type: Annotated[str | None, typer.Option("--type", help="Only this license type.")] = None,
    issuer: Annotated[str | None, typer.Option(help="Only this issuer, as licenses name it.")] = None,
    status: Annotated[str | None, typer.Option(help="Only this status: valid, suspended, revoked, …")] = None,
    valid_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what is valid on this day.")
    ] = None,
    look_alikes: Annotated[
        bool, typer.Option("--look-alikes", help="Only names that sound alike or share a company's own words.")
    ] = False,
    counts: Annotated[bool, typer.Option("--counts", help="Count what was found, in all and by each filter.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    purpose: Why = ASKED_HERE,
    as_json: AsJson = False,
) -> None:
    """Find licenses by whatever is known of them; every hit says why it was found."""
    asked = SearchRequest(
        text=text,
        number=number,
        identifier=identifier,
        holder_code=holder_code,
        holder_name=holder_name,
        license_type=license_type,
        issuer=issuer,
        status=status,
        valid_on=valid_on.date() if valid_on else None,
        look_alikes=look_alikes,
        counts=counts,
        limit=limit,
        purpose=purpose,
    )
    with served_library() as service:
        answer = search(service, actor(), asked)
    print_json(answer) if as_json else _show_hits(answer)
    raise typer.Exit(0 if answer.hits else 1)


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


@contextmanager
def served_library() -> Iterator[ServiceSettings]:
    """Give what the service answers from, over the configured library."""
    settings = Settings()
    with opened_hub(settings) as hub:
        yield service_settings(hub, settings)


def actor() -> str:
    """Name whoever asks here, for the record."""
    return f"command line: {getpass.getuser()}"


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


def _show_hits(answer: SearchAnswer) -> None:
    rows = [
        [
            hit.license_type_name,
            hit.license_number,
            hit.holder_name,
            hit.holder_code,
            "；".join([hit.validity_words.zh, *(doubt.words.zh for doubt in hit.doubts)]),
            hit.fit_words.zh if hit.fit_words else None,
            hit.source.department,
        ]
        for hit in answer.hits
    ]
    print_table(answer.recognised_words.zh, ["证照", "编号", "持证主体", "代码", "状态", "匹配", "来源"], rows)
    if answer.counts:
        _show_counts(answer.counts)
    _show_advice(answer.advice)


def _show_counts(counts: SearchCounts) -> None:
    groups = (("type", counts.license_types), ("issuer", counts.issuers), ("status", counts.statuses))
    rows = [[name, one.value, one.words.zh, one.license_count] for name, listed in groups for one in listed]
    more = "+" if counts.is_bounded else ""
    print_table(f"{counts.license_count}{more} 件,其中有效 {counts.valid_count} 件", ["", "", "", ""], rows)


def _show_verdict(answer: VerifyAnswer) -> None:
    rows = [[match.words.zh, {True: "一致", False: "不一致", None: None}[match.matches]] for match in answer.fields]
    print_table(answer.words.zh, ["", ""], [*rows, *(["", reason.zh] for reason in answer.reasons)])
    _show_advice(answer.advice)


def _show_advice(advice: list[Advice]) -> None:
    for one in advice:
        note(one.words.zh)
