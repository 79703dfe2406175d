"""`hub serve`: the pages and the API.

Knows arguments; the service is made elsewhere.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.commands.output import note
from hub.commands.signals import ended_by_signals
from hub.context import opened_hub, sign_in_token
from hub.serving import address_of, open_socket
from hub.serving import serve as serve_hub
from hub.serving_processes import serve_in_processes
from hub.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default HUB_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; default HUB_PORT.", min=0, max=65535)] = None,
    processes: Annotated[
        int | None, typer.Option(help="How many processes answer; default HUB_PROCESSES.", min=1, max=64)
    ] = None,
) -> None:
    """Serve the pages and the API until Ctrl-C."""
    if host is not None and not host.strip():  # it would mean every address of this machine
        raise typer.BadParameter("expected an address, 0.0.0.0 for every one", param_hint="--host")
    told = {"host": host, "port": port, "processes": processes}
    given = {key: value for key, value in told.items() if value is not None}
    settings = Settings().model_copy(update=given)
    with ended_by_signals(), opened_hub(settings) as hub, open_socket(settings) as listening:
        note(f"{address_of(listening)}  (token: {settings.home / 'token'}, or HUB_TOKEN)")
        if settings.processes == 1:
            serve_hub(hub, settings, listening)
        else:
            sign_in_token(settings)  # kept once, before several look for it
            serve_in_processes(settings, listening)
