"""`hub audit`: the record of questions sealed, and held against its seals.

Knows arguments and output; seals are license_library/auditing/.
"""

from __future__ import annotations

from functools import partial

import typer

from hub.commands.choosing import progress_bar, shown_progress
from hub.commands.output import AsJson, note, print_json, print_table
from hub.commands.signals import ended_by_signals
from hub.context import open_seal_copies, opened_hub
from hub.settings import Settings
from license_library.auditing.seal_checks import SealReport, check_seals
from license_library.auditing.sealing import seal_inquiries

audit = typer.Typer(help="The record of who asked what: seal it, verify it.", no_args_is_help=True)


@audit.command()
def seal(as_json: AsJson = False) -> None:
    """Seal what was recorded since the last seal, and copy every seal that has no copy."""
    settings = Settings()
    with ended_by_signals(), opened_hub(settings) as hub, progress_bar() as bar:
        show = partial(shown_progress(bar, "audit"), "seal")
        done = seal_inquiries(hub.engine, hub.keyring, open_seal_copies(settings), hub.clock, show)
    if as_json:
        print_json(done)
    else:
        note(f"sealed {done.inquiries:,} inquiries under {done.seals:,} seals; copied {done.copies:,} seals")


@audit.command()
def verify(as_json: AsJson = False) -> None:
    """Compare the record of questions with its seals, and these with their copies; exit code 1 where anything differs."""
    settings = Settings()
    with ended_by_signals(), opened_hub(settings) as hub, progress_bar() as bar:
        show = partial(shown_progress(bar, "audit"), "verify")
        copies = open_seal_copies(settings)
        if settings.seals_url:
            copies.demand_place()
        told = check_seals(hub.engine, hub.keyring, copies, show)
    if as_json:
        print_json(told)
    else:
        note(
            f"{told.inquiries:,} inquiries under {told.seals:,} seals, {told.copies:,} of them copied; "
            f"{told.unsealed:,} inquiries are not sealed yet"
        )
        rows = [[one.kind, one.seal_id, ", ".join(map(str, one.inquiry_ids)), one.words] for one in told.findings]
        print_table("findings", ["kind", "seal", "inquiries", "what"], rows, _whole(told))
    raise typer.Exit(1 if told.findings else 0)


def _whole(told: SealReport) -> str:
    """Return what stands where nothing is wrong; without a seal nothing could be."""
    if told.seals or told.copies:
        return "nothing differs from what was sealed"
    return "no seal and no copy of one: nothing is vouched for yet; `hub audit seal` makes the first"
