"""`hub serve`: the pages and the API.

Knows arguments; the service is made elsewhere.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.commands.output import note
from hub.commands.signals import ended_by_signals
from hub.context import opened_hub
from hub.serving import address_of, open_socket
from hub.serving import serve as serve_hub
from hub.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default HUB_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; default HUB_PORT.")] = None,
) -> None:
    """Serve the pages and the API until Ctrl-C."""
    given = {key: value for key, value in {"host": host, "port": port}.items() if value is not None}
    settings = Settings().model_copy(update=given)
    with ended_by_signals(), opened_hub(settings) as hub, open_socket(settings) as listening:
        note(f"{address_of(listening)}  (token: {settings.home / 'token'}, or HUB_TOKEN)")
        serve_hub(hub, settings, listening)
