"""Whoever types: the account that a question or decision is kept under, the name that decides, and what answers.

Knows who is logged in and how the service is opened; no question and no decision.
"""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from hub.context import HubContext, opened_hub
from hub.serving import service_settings
from hub.settings import Settings
from license_library.service.settings import ServiceSettings

Why = Annotated[str, typer.Option("--purpose", help="Why you ask; it is recorded.")]
Who = Annotated[str, typer.Option("--by", help="Who decides.")]
ASKED_HERE = "asked at the command line"


def actor() -> str:
    """Name the account that types, for the record."""
    return f"command line: {getpass.getuser()}"


@contextmanager
def served_hub() -> Iterator[tuple[HubContext, ServiceSettings]]:
    """Open the configured hub; give it with what the service answers from over its library."""
    settings = Settings()
    with opened_hub(settings) as hub:
        yield hub, service_settings(hub, settings)


@contextmanager
def served_library() -> Iterator[ServiceSettings]:
    """Give what the service answers from, over the configured library."""
    with served_hub() as (_, service):
        yield service
