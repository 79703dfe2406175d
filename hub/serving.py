"""The pages and the API over one hub, served by uvicorn in this process.

Knows how the service is fed and run; not one of its routes.
"""

from __future__ import annotations

import gc
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final

import uvicorn
from sqlalchemy import Engine

from connectors.declarations.declaration import list_departments
from hub.context import HubContext, open_file_store, sign_in_token
from hub.pushing.push import enqueue_delivery
from hub.settings import Settings, demand_folder
from hub.stewarding.held_batches import settle_batch
from license_library.service.settings import ServiceSettings
from license_library.storage.database import open_database
from schemas.errors import ProcessFailed

CONFIG: Final[dict[str, Any]] = {"log_level": "warning", "access_log": False}


def service_settings(hub: HubContext, settings: Settings) -> ServiceSettings:
    """Return what the service is handed."""
    demand_folder(hub.connectors_folder)  # every feed would look like one that is declared no more
    return ServiceSettings(
        hub.engine,
        hub.keyring,
        sign_in_token(settings),
        hub.clock,
        open_file_store(settings, hub.keyring),
        public_url=settings.public_url,
        secure_cookies=settings.public_url.lower().startswith("https://"),
        declared=partial(list_departments, hub.connectors_folder),
        owe=partial(enqueue_delivery, hub),
        settle_batch=partial(settle_batch, hub),
        requires_activation=hub.requires_activation,
    )


def open_socket(settings: Settings, *, any_port: bool = False) -> socket.socket:
    """Listen where the settings say; with `any_port` elsewhere when that port is taken."""
    try:
        settings.host.encode("idna")  # what no resolver could be asked for would leave an open socket behind
        return socket.create_server((settings.host, settings.port))
    except (OSError, UnicodeError) as error:
        if any_port and isinstance(error, OSError):
            return socket.create_server((settings.host, 0))
        why = getattr(error, "strerror", None) or "it is no name of a machine"
        raise ProcessFailed(
            f"service: cannot listen on {settings.host}:{settings.port} ({why}); "
            "choose another with --port or HUB_PORT; nothing is served"
        ) from error


def address_of(listening: socket.socket) -> str:
    """Return the address to type into a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://{host}:{port}"


def serve(hub: HubContext, settings: Settings, listening: socket.socket) -> None:
    """Serve in this process until Ctrl-C."""
    with made_app(hub, settings) as app, listening, suppress(KeyboardInterrupt):
        uvicorn.Server(uvicorn.Config(app, **CONFIG)).run(sockets=[listening])


@contextmanager
def made_app(hub: HubContext, settings: Settings) -> Iterator[Any]:
    """Yield the service over a hub."""
    # The web framework costs half a second to import, which only this command should pay.
    from license_library.service.app import create_app  # noqa: PLC0415

    with planning_once(hub.engine) as questions:
        app = create_app(replace(service_settings(hub, settings), questions=questions))
        gc.freeze()  # what is imported stays: looking through it for garbage would stop every answer for a tenth of a second
        yield app


@contextmanager
def planning_once(engine: Engine) -> Iterator[Engine]:
    """Open the same database for questions, whose statements are planned once a connection."""
    questions = open_database(engine.url.render_as_string(hide_password=False), plans_once=True)
    try:
        yield questions
    finally:
        questions.dispose()
