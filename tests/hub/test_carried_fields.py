"""What records hold that travel as text in a string: no live contract shows it, so what is new is told from what came."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from shutil import copytree

from hub_makers import Faked, StartFake, column, pull_once

from connectors.declarations.declaration import load_department
from connectors.fake.rows.truth import Plot
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


def test_where_nothing_tells_what_a_text_holds_one_notice_names_all_that_is_not_read(
    hub: HubContext, fake: StartFake, tmp_path: Path
) -> None:
    one = fake("human_resources", Plot(scale=60, day=0, bad_share=0))
    reading_less, unread = without_face(one, tmp_path)
    pull_once(replace(hub, connectors_folder=reading_less), one)
    assert column(hub, TOLD) == [f"open {unread}"]
    one.process.set_mode("schema_added")
    one.process.set_day(30)
    pull_once(replace(hub, connectors_folder=reading_less), one)
    first, second = column(hub, f"{TOLD} order by incident_id")
    assert (first, str(second).partition(" ")[0]) == (f"open {unread}", "open")
    assert "," not in str(second)
    one.process.set_mode("ok")
    pull_once(replace(hub, connectors_folder=reading_less), one, full=True)
    assert column(hub, f"{TOLD} order by incident_id") == [first, str(second).replace("open", "resolved")]


def test_a_field_that_is_gone_from_a_carried_text_is_told_in_words_beside_the_held_batch(
    hub: HubContext, fake: StartFake
) -> None:
    one = fake("human_resources", Plot(scale=60, day=0, bad_share=0))
    pull_once(hub, one)
    one.process.set_mode("schema_missing")
    assert pull_once(hub, one, full=True).state == "held"
    told = "select state || ' ' || words_en from incidents where kind = 'gone_field'"
    assert [str(each).partition(" any more")[0] for each in column(hub, told)] == [
        "open no record that its text carries has XKZBH (license_number)"
    ]
    one.process.set_mode("ok")
    pull_once(hub, one, full=True)
    assert [str(each).partition(" ")[0] for each in column(hub, told)] == ["resolved"]


def without_face(one: Faked, folder: Path) -> tuple[Path, str]:
    """Return declarations in which the department's face is not read, and the names of the fields that come all the same."""
    copytree(one.folder / one.name, folder / one.name)
    file = folder / one.name / "department.toml"
    text = file.read_text("utf-8")
    begin = text.index("[feeds.licenses.face]")
    face = text[begin:].partition("\n\n")[0]
    file.write_text(text.replace(face, ""), "utf-8")
    return folder, ", ".join(sorted(re.findall(r'= "(\w+)"', face)))
