"""`hub serve` and `hub schema`: the pages, the API, and the published shape of a record.

Knows arguments; the service and the schema are made elsewhere.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.commands.output import note, print_json
from hub.commands.signals import ended_by_signals
from hub.context import opened_hub
from hub.serving import address_of, open_socket
from hub.serving import serve as serve_hub
from hub.settings import Settings
from schemas.deliveries import KINDS, delivery_schema, example_of
from schemas.deliveries import PUBLISHED_FILE as DELIVERY_FILE
from schemas.deliveries import schema_text as delivery_text
from schemas.errors import RequestError
from schemas.json_schema import PUBLISHED_FILE as LICENSE_FILE
from schemas.json_schema import schema_text as license_text

schema = typer.Typer(help="The published JSON Schemas.", no_args_is_help=True)


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


@schema.command()
def publish() -> None:
    """Write the published JSON Schemas again: of a license record, and of a delivery."""
    LICENSE_FILE.write_text(license_text(), "utf-8")
    DELIVERY_FILE.write_text(delivery_text(), "utf-8")
    note(f"written: {LICENSE_FILE.name}, {DELIVERY_FILE.name}")


@schema.command()
def delivery() -> None:
    """Print the JSON Schema of a delivery, as `hub delivery enqueue` takes it."""
    print_json(delivery_schema())


@schema.command()
def example(
    kind: Annotated[str, typer.Argument(help="Kind of the delivery, as decision.")],
) -> None:
    """Print an invented delivery of one kind, to try with."""
    if kind not in KINDS:
        raise RequestError(f"schema: no kind of delivery {kind!r}; there are {', '.join(KINDS)}")
    print_json(example_of(kind))
