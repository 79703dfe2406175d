"""A changed contract stops the batch, not the truth: whatever changes, no license loses a value, and the field is named."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from file_makers import Drop, dropping
from front_makers import Front, fill_front
from hub_makers import StartFake, column
from sqlalchemy import text

from connectors.declarations.declaration import Feed, load_department
from connectors.fake.rows.truth import Plot
from connectors.pages.page_fetching import PageFetcher
from connectors.wire.connection import Connection
from hub.context import HubContext
from hub.pulling import pull as steps
from license_library.merge.merging import discard_held

SMALL = Plot(scale=60, day=0, bad_share=0)
Bend = Callable[[str, str], str]  # the text and a field's name in it; returns the text of a department that changed


def bend_xml(before: str, after: str) -> Bend:
    """Return what writes each element of a field another way."""
    return lambda body, name: re.sub(before.replace("NAME", name), after.replace("NAME", name), body)


ELEMENT, PAIR = r"<NAME>([^<]*)</NAME>", r'"NAME": ?("[^"]*"|null)'
XML = {
    "renamed": bend_xml(ELEMENT, r"<NAME_A>\1</NAME_A>"),
    "removed": bend_xml(ELEMENT + "|<NAME/>", ""),
    "nested": bend_xml(ELEMENT, r"<NAME><text>\1</text></NAME>"),
    "doubled": bend_xml(ELEMENT, r"\g<0><NAME>other</NAME>"),
    "retyped": bend_xml(ELEMENT, r"<NAME>no \1 any more</NAME>"),
}
JSON = {
    "renamed": bend_xml(PAIR, r'"NAME_A":\1'),
    "removed": bend_xml(PAIR + ",?", ""),
    "nested": bend_xml(PAIR, r'"NAME":{"text":\1}'),
    "doubled": bend_xml(PAIR, r'\g<0>,"NAME":"other"'),
    "retyped": bend_xml(PAIR, r'"NAME":"no longer so"'),
}
MUTATIONS = [  # what happens, and to which of our fields
    ("renamed", "version_number"), ("removed", "version_number"), ("renamed", "address"), ("removed", "address"),
    ("renamed", "license_number"), ("removed", "license_number"), ("renamed", "record_id"),
    ("renamed", "source_updated_at"), ("nested", "license_number"), ("doubled", "license_number"),
    ("retyped", "issued_on"), ("retyped", "status"),
]  # fmt: skip
KINDS = {"market_regulation": XML, "transport": JSON}


def source_of(feed: Feed, ours: str) -> str:
    """Return the source field of one of our fields."""
    keyed = {"record_id": feed.key[0], "source_updated_at": feed.cursor.field, **feed.face}
    return keyed.get(ours) or feed.fields[ours].from_


@dataclass
class Stand:
    """One department, a hub, and what it says when it is asked again."""

    hub: HubContext
    name: str
    connection: Connection
    clear: Callable[[], object] = lambda: None

    def pull(self) -> tuple[str, int, str]:
        """Pull everything; return the state, how many were merged, and every word about it."""
        done = steps.pull(self.hub, self.name, "licenses", self.connection, full=True)
        told = column(self.hub, "select problems::text from quarantined_records where state = 'open'")
        if done.state == "held":
            discard_held(self.hub.engine, done.exchange_id, self.hub.clock())
        with self.hub.engine.begin() as conn:
            conn.execute(text("delete from quarantined_records"))
        return done.state, done.merged, " ".join(map(str, [done.why, *told[:1]]))

    def library(self) -> list[object]:
        """Return what every license says."""
        return column(self.hub, "select (to_jsonb(l) - 'exchange_id')::text from licenses l order by license_id")

    def assert_stopped(self, mutation: str, ours: str) -> None:
        """Nothing is merged, nothing is changed, and the words name the field."""
        before = self.library()
        state, merged, words = self.pull()
        assert (state, merged) in {("held", 0), ("failed", 0)}, f"{ours} {mutation}: {state}, {words}"
        source = source_of(load_department(self.name, self.hub.connectors_folder).feeds["licenses"], ours)
        assert ours in words or source in words, f"{ours} ({source}) {mutation}: {words}"
        assert self.library() == before


@pytest.mark.parametrize("name", KINDS)
def test_a_changed_answer_stops_the_batch_and_names_the_field(
    hub: HubContext, fake: StartFake, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand, fetch, kept = Stand(hub, name, fake(name, SMALL).connection), PageFetcher.fetch, []
    monkeypatch.setattr(PageFetcher, "fetch", lambda *given: kept.append(fetch(*given)) or kept[-1])
    assert stand.pull()[:2] == ("merged", SMALL.scale)
    (page,) = kept
    for mutation, ours in MUTATIONS:
        field = source_of(load_department(name).feeds["licenses"], ours)
        body = KINDS[name][mutation](page.body.decode(), field).encode()
        monkeypatch.setattr(PageFetcher, "fetch", lambda *_, body=body: replace(page, body=body))
        stand.assert_stopped(mutation, ours)


@pytest.fixture
def drop(tmp_path: Path) -> Iterator[Drop]:
    """Give a drop of daily XML files whose files settle at once."""
    shutil.copytree(load_department("forestry").folder, tmp_path / "connectors" / "forestry")
    file = tmp_path / "connectors" / "forestry" / "department.toml"
    declared = file.read_text("utf-8").replace('settle   = "3s"', 'settle   = "0s"').replace('archive  = "done"\n', "")
    file.write_text(declared, "utf-8")
    with dropping(load_department("forestry", tmp_path / "connectors"), SMALL) as made:
        yield made


def test_a_changed_file_stops_the_batch_and_names_the_field(hub: HubContext, drop: Drop, tmp_path: Path) -> None:
    stand = Stand(replace(hub, connectors_folder=tmp_path / "connectors"), "forestry", drop.connection)
    file = next(drop.folder / name for name in drop.names() if name.endswith(".xml"))
    for other in set(drop.names()) - {file.name}:
        (drop.folder / other).unlink()
    content = file.read_bytes().decode("gb18030")
    assert stand.pull()[0] == "merged"
    for mutation, ours in MUTATIONS:
        field = source_of(drop.feed, ours)
        file.write_bytes(XML[mutation](content, field).encode("gb18030"))
        stand.assert_stopped(mutation, ours)


ALTERED = {
    "renamed": ('rename column "NAME" to "NAME_A"', 'rename column "NAME_A" to "NAME"'),
    "removed": ('rename column "NAME" to other', 'rename column other to "NAME"'),
    "nested": ("alter column \"NAME\" type jsonb using jsonb_build_object('text', \"NAME\")", "alter column \"NAME\" type varchar(200) using \"NAME\" ->> 'text'"),
    "doubled": ('alter column "NAME" type varchar(200)[] using array["NAME", \'other\']', 'alter column "NAME" type varchar(200) using "NAME"[1]'),
    "retyped": ('alter column "NAME" type bytea using convert_to("NAME"::text, \'UTF8\')', 'alter column "NAME" type KIND using convert_from("NAME", \'UTF8\')::KIND'),
}  # fmt: skip


@pytest.mark.parametrize("front_url", ["postgresql"], indirect=True)
def test_a_changed_table_stops_the_batch_and_names_the_field(hub: HubContext, front_url: str) -> None:
    front = fill_front(load_department("work_safety"), front_url, SMALL)
    stand = Stand(hub, "work_safety", front.connection)
    assert stand.pull()[:2] == ("merged", SMALL.scale)
    for mutation, ours in MUTATIONS:
        field = source_of(front.feed, ours)
        kind = str(front.table.c[field].type.compile(front.engine.dialect))
        do, undo = (written.replace("NAME", field).replace("KIND", kind) for written in ALTERED[mutation])
        with front.engine.begin() as conn:
            conn.execute(front.table.update().values(GTSYNC="0"))
        execute(front, do)
        stand.assert_stopped(mutation, ours)
        execute(front, undo)


def execute(front: Front, change: str) -> None:
    """Alter the table."""
    with front.engine.begin() as conn:
        conn.exec_driver_sql(f'alter table "{front.table.name}" {change}')
