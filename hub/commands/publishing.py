"""`hub schema`: the published shape of a record and of a delivery.

Knows arguments; the schemas are made elsewhere.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.commands.output import note, print_json
from schemas.deliveries.deliveries import KINDS, delivery_schema, example_of
from schemas.deliveries.deliveries import PUBLISHED_FILE as DELIVERY_FILE
from schemas.deliveries.deliveries import schema_text as delivery_text
from schemas.errors import RequestError
from schemas.license.json_schema import PUBLISHED_FILE as LICENSE_FILE
from schemas.license.json_schema import schema_text as license_text

schema = typer.Typer(help="The published JSON Schemas.", no_args_is_help=True)


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
