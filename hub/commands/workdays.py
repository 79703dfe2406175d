"""`hub calendar`: the days on which departments work, shown and corrected.

Knows arguments and output; the days are the library's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from hub.commands.asker import Who, actor
from hub.commands.output import AsJson, print_json, print_table
from hub.context import opened_hub
from hub.settings import Settings
from license_library.catalogue.calendar import CalendarDay, add_plain_year, list_year, set_day
from license_library.service.acts.purposes import signed

calendar = typer.Typer(help="The days on which departments work.", no_args_is_help=True)


@calendar.command("show")
def show_year(year: Annotated[int, typer.Argument(help="The year.")], as_json: AsJson = False) -> None:
    """Show what is special in a year: days off from Monday to Friday, working days at a weekend, what people corrected."""
    with opened_hub(Settings()) as hub, hub.engine.connect() as conn:
        days = list_year(conn, year)
    special = [day for day in days if day.is_workday != (day.day.weekday() < 5) or day.changed_by]
    if as_json:
        print_json({"year": year, "workdays": sum(day.is_workday for day in days), "special": special})
        return
    print_table(
        f"{year}: {sum(day.is_workday for day in days)} working days",
        ["day", "weekday", "works", "why", "by"],
        [[one.day, f"{one.day:%a}", "yes" if one.is_workday else "no", one.note, one.changed_by] for one in special],
    )


@calendar.command("set")
def set_one_day(
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The day.")],
    kind: Annotated[str, typer.Argument(help="workday or holiday.")],
    who: Who,
    note: Annotated[str | None, typer.Option(help="Why, as 国庆节.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say of one day whether departments work; later deadlines count with it."""
    if kind not in {"workday", "holiday"}:
        raise typer.BadParameter("expected workday or holiday", param_hint="KIND")
    changed = CalendarDay(day.date(), kind == "workday", note, signed(who, actor()))
    with opened_hub(Settings()) as hub, hub.engine.begin() as conn:
        set_day(conn, changed.day, changed.is_workday, changed.note, signed(who, actor()))
    if as_json:
        print_json(changed)
        return
    print_table("calendar", ["day", "works", "why", "by"], [[changed.day, kind, note, changed.changed_by]])


@calendar.command()
def add(year: Annotated[int, typer.Argument(help="A year that is not there.")], as_json: AsJson = False) -> None:
    """Add a year with Monday to Friday as working days, to be corrected by what is announced."""
    with opened_hub(Settings()) as hub, hub.engine.begin() as conn:
        add_plain_year(conn, year)
        count = sum(day.is_workday for day in list_year(conn, year))
    if as_json:
        print_json({"year": year, "workdays": count})
        return
    print_table("calendar", ["year", "working days"], [[year, count]])
