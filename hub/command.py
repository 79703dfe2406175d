"""The `hub` command: every verb in one place, and the one place where an error becomes words and an exit code.

Knows which verbs there are; each is defined in hub/commands/.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from hub.commands import (
    asking,
    auditing,
    correcting,
    database,
    departments,
    facts,
    filing,
    finding,
    holding,
    incidents,
    mending,
    orchestrating,
    publishing,
    pulling,
    pushing,
    rebuilding,
    reconciling,
    relying,
    replaying,
    rules,
    scoring,
    serving,
    sharing,
    showing,
    subjects,
    workdays,
)
from hub.commands.output import explain
from hub.commands.typed import judge_arguments
from hub.failures import plain_database_errors_at
from hub.terminal import warn_plainly
from schemas.errors import HubError, RequestError


class HubGroup(TyperGroup):
    """Say what went wrong instead of showing where in our code."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        judge_arguments(self)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the chosen verb."""
        warn_plainly()
        try:
            with plain_database_errors_at("hub"):
                return super().main(*args, **kwargs)
        except HubError as error:
            sys.exit(explain(error))
        except ValidationError as error:
            sys.exit(explain(_wrong_setting(error)))
        except OSError as error:
            _leave_output(error)
            sys.exit(explain(_unusable_place(error)))


def _unusable_place(error: OSError) -> HubError:
    """Name the file or folder that this machine refused, and how."""
    place = f"{error.filename}: " if error.filename else "a file, or the output: "
    why = error.strerror or type(error).__name__
    return HubError(f"hub: {place}{why}; expected a place that can be read and written; the command ended there")


def _leave_output(error: OSError) -> None:
    """What is still held for a full disk would fail again, and louder, when Python ends."""
    if error.errno == errno.ENOSPC and sys.stdout is not None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays until the end


def _wrong_setting(error: ValidationError) -> RequestError:
    """Name the settings and what they must be, never what was given: it may be a secret."""
    faults = error.errors(include_input=False, include_url=False)
    said = "; ".join(f"HUB_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}" for fault in faults)
    return RequestError(f"settings: {said}; nothing was done")


app = typer.Typer(
    cls=HubGroup,
    help="The license hub: pull from departments, check, keep, answer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(showing.demo)
app.command()(pulling.pull)
app.command()(pushing.push)
app.command()(replaying.replay)
app.command()(reconciling.reconcile)
app.command()(rebuilding.rebuild)
app.command()(finding.find)
app.command("verify")(asking.verify_license)
app.command()(asking.checklist)
app.command()(asking.prefill)
app.command("as-of")(asking.as_of)
app.command()(relying.rely)
app.command()(scoring.scorecard)
app.command()(serving.serve)
app.add_typer(database.app, name="db")
app.add_typer(departments.app, name="department")
app.add_typer(pulling.exchange, name="exchange")
app.add_typer(pulling.hold, name="hold")
app.add_typer(mending.quarantine, name="quarantine")
app.add_typer(correcting.correction, name="correction")
app.add_typer(workdays.calendar, name="calendar")
app.add_typer(subjects.subject, name="subject")
app.add_typer(facts.fact, name="fact")
app.add_typer(rules.rules, name="rules")
pushing.delivery.command()(holding.hold)
pushing.delivery.command()(holding.resume)
pushing.delivery.command()(holding.holds)
app.add_typer(pushing.delivery, name="delivery")
app.add_typer(incidents.incident, name="incident")
app.add_typer(reconciling.reconciliation, name="reconciliation")
app.add_typer(orchestrating.app, name="airflow")
filing.app.command("alerts")(relying.license_alerts)
app.add_typer(filing.app, name="license")
app.add_typer(sharing.app, name="consumer")
app.add_typer(auditing.audit, name="audit")
app.add_typer(publishing.schema, name="schema")
