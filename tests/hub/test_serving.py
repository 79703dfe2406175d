"""What `hub serve` hands to the service: cookies are kept to TLS where the pages are reached over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.context import HubContext, sign_in_token
from hub.serving import service_settings
from hub.settings import Settings
from license_library.service.app import create_app
from tests.service.service_makers import calling, serving


@pytest.mark.parametrize(
    ("public_url", "name", "is_secure"),
    [
        ("https://hub.pingdu.internal", "__Host-hub_session", True),
        ("HTTPS://hub.pingdu.internal", "__Host-hub_session", True),
        ("http://hub.pingdu.internal", "hub_session", False),
        ("", "hub_session", False),
    ],
)
def test_cookies_are_kept_to_tls_where_pages_are_reached_over_it(
    hub: HubContext, tmp_path: Path, public_url: str, name: str, is_secure: bool
) -> None:
    settings = Settings(home=tmp_path, public_url=public_url)
    with serving(create_app(service_settings(hub, settings))) as address, calling(address, Origin=address) as client:
        cookie = client.post("/sign-in", data={"token": sign_in_token(settings)}).headers["set-cookie"]
    assert (cookie.split("=")[0], "; Secure" in cookie) == (name, is_secure)
