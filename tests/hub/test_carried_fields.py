"""What records hold that travel as text in a string: no live contract shows it, so what is new is told from what came."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from shutil import copytree

from hub_makers import Faked, StartFake, column, pull_once

from connectors.declaration import load_department
from connectors.fake.truth import Plot
from hub.context import HubContext

TOLD = "select state || ' ' || cause from incidents where kind = 'new_field'"


def test_a_field_that_nobody_knows_in_a_carried_text_is_told_until_it_is_gone_or_known(
    hub: HubContext, fake: StartFake, tmp_path: Path
) -> None:
    one = fake("human_resources", Plot(scale=60, day=0, bad_share=0))
    pull_once(hub, one)
    assert column(hub, TOLD) == []
    one.process.set_mode("schema_added")
    pull_once(hub, one, full=True)
    ((state, name),) = [str(told).split() for told in column(hub, TOLD)]
    assert state == "open"
    one.process.set_mode("ok")
    pull_once(hub, one, full=True)
    assert column(hub, TOLD) == [f"resolved {name}"]
    one.process.set_mode("schema_added")
    pull_once(replace(hub, connectors_folder=knowing(one, tmp_path, name)), one, full=True)
    assert column(hub, TOLD) == [f"resolved {name}"]


def knowing(one: Faked, folder: Path, name: str) -> Path:
    """Return declarations in which a sample beside the contract holds the field."""
    copytree(one.folder / one.name, folder / one.name)
    sample = f"<R><ROW><{name}>1</{name}></ROW></R>".encode()
    (folder / one.name / "contract" / "sample.xml").write_bytes(sample)
    with (folder / one.name / "contract" / "SHA256SUMS").open("a", encoding="utf-8") as sums:
        sums.write(f"{sha256(sample).hexdigest()}  sample.xml\n")
    assert load_department(one.name, folder)
    return folder
