"""Departments behind every kind of trust are pulled through the hub itself, from fakes in processes of their own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hub_makers import PLOT, Faked, count, pull_once

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fake
from hub.context import HubContext

SEAL = 'seal = { cipher = "sm4-gcm", request = "xmlStr", answer = "data" }\nsign = "sm2"'
TOKEN = 'token = { path = "/login", request = { u = "{login}", p = "{password_sm3}" }, field = "data/token", expires = "data/s" }'
WAYS = {
    "a client certificate": ("real_estate", 'auth = "mtls"'),
    "a session and a seal": ("real_estate", f'auth = "session-token"\n{TOKEN}\n{SEAL}'),
    "signatures over XML": ("market_regulation", 'auth = "wsse-signature"'),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_pull_brings_everything_behind(way: str, hub: HubContext, connectors_folder: Path, tmp_path: Path) -> None:
    name, auth = WAYS[way]
    shutil.copytree(connectors_folder / name, tmp_path / name)
    file = tmp_path / name / "department.toml"
    pulled, _, _ = file.read_text("utf-8").partition("[deliveries.")  # they go out unsigned only
    declared, changed = re.subn(r'^auth *= ".*"$', auth, pulled, flags=re.MULTILINE)
    assert changed == 1
    file.write_text(declared, "utf-8")
    with start_fake(name, PLOT, connectors=tmp_path) as process:
        one = Faked(load_department(name, tmp_path), process, tmp_path)
        summary = pull_once(HubContext(hub.engine, hub.keyring, hub.clock, tmp_path), one)
    assert (summary.state, summary.error_message) == ("merged", None)
    assert (summary.merged, summary.quarantined) == (one.truth().good, one.truth().bad)
    assert count(hub, "licenses") == one.truth().good
