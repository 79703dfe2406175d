"""`hub serve` and `hub schema`: the pages, the API, and the published shape of a record.

Knows arguments; the service and the schema are made elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from hub.commands.output import note
from hub.context import opened_hub
from hub.serving import serve as serve_hub
from hub.settings import Settings
from schemas.json_schema import license_schema

schema = typer.Typer(help="The published JSON Schema.", no_args_is_help=True)
PUBLISHED = Path(__file__).parents[2] / "schemas" / "published" / "license.schema.json"


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default HUB_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; default HUB_PORT.")] = None,
) -> None:
    """Serve the pages and the API until Ctrl-C."""
    given = {key: value for key, value in {"host": host, "port": port}.items() if value is not None}
    settings = Settings().model_copy(update=given)
    with opened_hub(settings) as hub:
        note(f"http://{settings.host}:{settings.port}  (token: {settings.home / 'token'}, or HUB_TOKEN)")
        serve_hub(hub, settings)


@schema.command()
def publish() -> None:
    """Write the JSON Schema of a license record again."""
    text = msgspec.json.format(msgspec.json.encode(license_schema()), indent=2)
    PUBLISHED.write_bytes(text + b"\n")
    note(f"written: {PUBLISHED.name}")
