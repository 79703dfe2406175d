"""`hub consumer`: other departments that ask the sharing service, and which license types each may ask for.

Knows arguments and output; tokens are made and kept by the library.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.commands.asker import actor
from hub.commands.output import AsJson, note, print_json, print_table
from hub.context import opened_hub
from hub.settings import Settings
from license_library.service.acts.purposes import signed
from license_library.sharing.consumers import add_consumer, end_consumer, grant_types, list_consumers, revoke_types

app = typer.Typer(help="Departments that ask the sharing service, and what each may ask for.", no_args_is_help=True)
AccessId = Annotated[str, typer.Argument(help="The consumer's accessId.")]
Types = Annotated[list[str], typer.Argument(help="License types, as bizlic.")]
By = Annotated[str, typer.Option("--by", help="Who decides; default: whoever types this.")]


@app.command()
def add(
    access_id: AccessId,
    name: Annotated[str, typer.Option(help="What the consumer is called.")],
    who: By = "",
    as_json: AsJson = False,
) -> None:
    """Add a consumer and show its accessToken, this once."""
    with opened_hub(Settings()) as hub, hub.engine.begin() as conn:
        token = add_consumer(conn, hub.keyring, access_id, name, signed(who, actor()) or actor(), hub.clock())
    if as_json:
        print_json({"access_id": access_id, "access_token": token})
    else:
        print_table(f"{name}", ["accessId", "accessToken"], [[access_id, token]])
        note("The token is shown this once and kept as a hash; the consumer may ask for nothing until it is granted.")


@app.command()
def grant(access_id: AccessId, types: Types, who: By = "", as_json: AsJson = False) -> None:
    """Let a consumer ask for license types."""
    with opened_hub(Settings()) as hub, hub.engine.begin() as conn:
        changed = grant_types(conn, access_id, types, signed(who, actor()) or actor(), hub.clock())
    _tell(access_id, "granted", changed, as_json=as_json)


@app.command()
def revoke(
    access_id: AccessId,
    types: Annotated[
        list[str] | None, typer.Argument(help="License types; none: the consumer may ask no more.")
    ] = None,
    who: By = "",
    as_json: AsJson = False,
) -> None:
    """Let a consumer no longer ask for license types, or for anything ever again."""
    with opened_hub(Settings()) as hub, hub.engine.begin() as conn:
        by = signed(who, actor()) or actor()
        if types:
            changed = revoke_types(conn, access_id, types, by, hub.clock())
        else:
            end_consumer(conn, access_id, by, hub.clock())
            changed = 0
    _tell(access_id, "revoked" if types else "ended", changed, as_json=as_json)


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List consumers and what each may ask for."""
    with opened_hub(Settings()) as hub, hub.engine.connect() as conn:
        lines = list_consumers(conn)
    if as_json:
        print_json(lines)
        return
    rows = [[one.access_id, one.name, one.added_at, one.ended_at, " ".join(one.license_types)] for one in lines]
    print_table(
        "consumers",
        ["accessId", "name", "since", "ended", "license types"],
        rows,
        "none yet; `hub consumer add` adds one",
    )


def _tell(access_id: str, what: str, changed: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"access_id": access_id, "done": what, "license_types": changed})
    else:
        note(f"{access_id}: {what}" + (f", {changed} license types changed" if what != "ended" else ""))
