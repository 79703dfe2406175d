"""`hub push`, `hub delivery`: what is owed to departments, brought by hand, seen, put in, decided.

Knows arguments and output; a pass itself is hub/pushing/push.py.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from connectors.declarations.declaration import list_departments, load_department, load_departments
from connectors.wire.connection import read_connection
from hub.commands.asker import Who, actor, served_library
from hub.commands.choosing import declared_names, progress_bar, shown_progress
from hub.commands.output import After, AsJson, Limit, explain, note, print_json, print_table, show_page
from hub.commands.signals import ended_by_signals
from hub.context import HubContext, opened_hub, today
from hub.pushing.push import PushSummary, enqueue_delivery
from hub.pushing.push import push as push_department
from hub.settings import Settings, demand_folder
from license_library.answers import DeliveryBrief
from license_library.asking.questions import DEFAULT_LIMIT, DeliveryFilter
from license_library.deliveries.delivery_list import get_delivery, list_deliveries
from license_library.deliveries.outbox import Choice
from license_library.service.acts.deciding import DeliveryDecision, decide
from schemas.deliveries.deliveries import read_delivery
from schemas.errors import HubError, RequestError

delivery = typer.Typer(help="What is owed to departments.", no_args_is_help=True)
DeliveryId = Annotated[int, typer.Argument(help="Number of the delivery.")]
COLUMNS = ["delivery", "department", "kind", "case", "class", "state", "tries", "next try", "why"]


def push(
    department: Annotated[str | None, typer.Argument(help="Name of the department's folder; default: all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring what is due to departments here and now, and ask for receipts, without Airflow."""
    settings = Settings()
    names = _chosen(department, settings)
    told = []
    with ended_by_signals(), opened_hub(settings) as hub, progress_bar() as bar:
        for name in names:
            try:
                told.append(_push_one(hub, name, bar, settings))
            except HubError as error:
                told.append(PushSummary(name, failure=error))
    for failure in filter(None, (one.failure for one in told)):
        explain(failure)
    is_good = all(one.is_good for one in told)
    _show(told, is_one=department is not None, as_json=as_json)
    raise typer.Exit(0 if is_good else 1)


@delivery.command("list")
def list_them(
    department: Annotated[str | None, typer.Argument(help="Only this department.")] = None,
    state: Annotated[str | None, typer.Option(help="Only in this state, as to_verify.")] = None,
    case: Annotated[str | None, typer.Option(help="Only of this case.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    as_json: AsJson = False,
) -> None:
    """List deliveries, newest first."""
    wanted = DeliveryFilter(department=department, state=state, case_number=case, limit=limit, after=after)
    with opened_hub(Settings()) as hub, hub.engine.connect() as conn:
        answer = list_deliveries(conn, wanted, hub.clock(), declared=declared_names(hub))
    none = "nothing that fits is owed to anybody; `hub delivery enqueue FILE` hands something in"
    show_page(answer, "deliveries", COLUMNS, [_row(one) for one in answer.deliveries], none, as_json=as_json)


@delivery.command()
def show(delivery_id: DeliveryId, as_json: AsJson = False) -> None:
    """Show where one delivery stands."""
    with opened_hub(Settings()) as hub, hub.engine.connect() as conn:
        found = get_delivery(conn, delivery_id)
    _show_one(found, as_json=as_json)


@delivery.command()
def enqueue(
    file: Annotated[
        Path, typer.Argument(help="A JSON file in the shape of `hub schema delivery`.", exists=True, dir_okay=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Put one delivery into its department's outbox."""
    with opened_hub(Settings()) as hub:
        delivery_id = enqueue_delivery(hub, read_delivery(file.read_bytes(), today(hub)))
        with hub.engine.connect() as conn:
            found = get_delivery(conn, delivery_id)
    _show_one(found, as_json=as_json)


@delivery.command()
def verify(
    delivery_id: DeliveryId,
    choice: Annotated[str, typer.Argument(help="arrived, resend or cancel.")],
    who: Who,
    as_json: AsJson = False,
) -> None:
    """Decide a delivery that is to be verified or was not delivered."""
    if choice not in get_args(Choice):
        raise RequestError(
            f"delivery {delivery_id}: {choice!r} is no decision; there are {', '.join(get_args(Choice))}"
        )
    with served_library() as service:
        found = decide(service, actor(), delivery_id, DeliveryDecision(cast("Choice", choice), who))
    _show_one(found, as_json=as_json)


def _chosen(department: str | None, settings: Settings) -> list[str]:
    demand_folder(settings.connectors_folder)
    known = list_departments(settings.connectors_folder)
    if department is not None and department not in known:
        raise typer.BadParameter(
            f"{department!r} is not declared; there are {', '.join(known)}", param_hint="DEPARTMENT"
        )
    if department is not None:
        return [department]
    declared, broken = load_departments(settings.connectors_folder)  # what is wrong with one is told in its turn
    owed = {one.department for one in declared if one.deliveries}
    return [name for name in known if name in owed | broken.keys()]


def _push_one(hub: HubContext, name: str, bar: Any, settings: Settings) -> PushSummary:
    connection = read_connection(load_department(name, settings.connectors_folder), os.environ)
    return push_department(hub, name, connection, progress=shown_progress(bar, name))


def _show(told: list[PushSummary], *, is_one: bool, as_json: bool) -> None:
    if as_json:
        answers = [_plain(one) for one in told]
        print_json(answers[0] if is_one else answers)
        return
    print_table(
        "push",
        ["department", "became"],
        [[one.department, one.became] for one in told],
        "no department declares deliveries",
    )
    for one in told:
        for notice in one.notices:
            note(f"{one.department}: {notice}")


def _plain(one: PushSummary) -> dict[str, object]:
    error = {"error_code": one.failure and one.failure.code, "error_message": one.failure and str(one.failure)}
    paused = one.paused_until
    return {"department": one.department, "counts": one.counts, "paused_until": paused, "notices": one.notices, **error}


def _show_one(found: DeliveryBrief, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print_table(
        "delivery", ["", ""], [[name, getattr(found, name)] for name in found.__struct_fields__ if "words" not in name]
    )


def _row(one: DeliveryBrief) -> list[object]:
    why = one.reason_words.en if one.reason_words else f"after {one.waits_for}" if one.waits_for else None
    state = one.state_words.en
    return [
        one.delivery_id,
        one.department,
        one.kind,
        one.case_number,
        one.delivery_class,
        state,
        one.tries,
        one.next_try_at,
        why,
    ]
