"""`hub find`: licenses by whatever is known of them, asked and recorded like a search on a page.

Knows arguments and output; the answer and its record are the library's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from hub.commands.asker import ASKED_HERE, Why, actor, served_library
from hub.commands.output import After, AsJson, Limit, note, print_table, show_page
from license_library.answers import Advice, SearchAnswer, SearchCounts
from license_library.asking.questions import DEFAULT_HITS
from license_library.service.acts.asking import SearchRequest, search

ValidOn = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what is valid on this day.")]
LookAlikes = Annotated[
    bool, typer.Option("--look-alikes", help="Only names that sound alike or share a company's own words.")
]
COLUMNS = ["license", "证照", "编号", "持证主体", "代码", "状态", "匹配", "来源"]


def find(  # noqa: PLR0913, PLR0917 - each is one way to ask
    text: Annotated[str | None, typer.Argument(help="Anything: a number, an identifier, a code, a name.")] = None,
    number: Annotated[str | None, typer.Option(help="License number.")] = None,
    identifier: Annotated[str | None, typer.Option(help="Electronic license identifier.")] = None,
    holder_code: Annotated[str | None, typer.Option(help="Credit code or resident number of the holder.")] = None,
    holder_name: Annotated[str | None, typer.Option(help="Holder's name, two characters or more.")] = None,
    license_type: Annotated[str | None, typer.Option("--type", help="Only this license type.")] = None,
    issuer: Annotated[str | None, typer.Option(help="Only this issuer, as licenses name it.")] = None,
    status: Annotated[str | None, typer.Option(help="Only this status: valid, suspended, revoked, …")] = None,
    valid_on: ValidOn = None,
    look_alikes: LookAlikes = False,
    counts: Annotated[bool, typer.Option("--counts", help="Count what was found, in all and by each filter.")] = False,
    limit: Limit = DEFAULT_HITS,
    after: After = None,
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
        after=after,
        purpose=purpose,
    )
    with served_library() as service:
        answer = search(service, actor(), asked)
    _show_hits(answer, as_json=as_json)
    raise typer.Exit(0 if answer.hits else 1)


def _show_hits(answer: SearchAnswer, *, as_json: bool) -> None:
    rows = [
        [
            hit.license_id,
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
    show_page(answer, answer.recognised_words.zh, COLUMNS, rows, as_json=as_json)
    if as_json:
        return
    if answer.counts:
        _show_counts(answer.counts)
    show_advice(answer.advice)


def _show_counts(counts: SearchCounts) -> None:
    groups = (("type", counts.license_types), ("issuer", counts.issuers), ("status", counts.statuses))
    rows = [[name, one.value, one.words.zh, one.license_count] for name, listed in groups for one in listed]
    least = "至少 " if counts.is_bounded else ""
    print_table(f"{least}{counts.license_count} 件,其中有效 {least}{counts.valid_count} 件", ["", "", "", ""], rows)


def show_advice(advice: list[Advice]) -> None:
    """Say beside an answer what else may be done."""
    for one in advice:
        note(one.words.zh)
