"""The pages and the API over one hub, served by uvicorn in this process.

Knows how the service is fed and run; not one of its routes.
"""

from __future__ import annotations

import uvicorn

from hub.context import HubContext, sign_in_token
from hub.settings import Settings
from license_library.service.settings import ServiceSettings


def service_settings(hub: HubContext, settings: Settings) -> ServiceSettings:
    """Return what the service is handed."""
    return ServiceSettings(hub.engine, hub.keyring, sign_in_token(settings), hub.clock)


def serve(hub: HubContext, settings: Settings) -> None:
    """Serve until Ctrl-C."""
    # The web framework costs half a second to import, which only this command should pay.
    from license_library.service.app import create_app  # noqa: PLC0415

    app = create_app(service_settings(hub, settings))
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning", access_log=False)
