"""A changed declaration or suite is tried on history: counted, explained by code, the same every time, and nothing written."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import msgspec
from hub_makers import StartFake, column, count, pull_once

from connectors.declarations.declaration import load_department
from connectors.fake.rows.truth import Plot
from hub.context import HubContext
from hub.pulling.checking import suite_of
from hub.stewarding.dry_run import Judge, dry_run
from schemas.suites.suite import load_suite

SOME = Plot(scale=60, bad_share=0.2, day=0)
STRICT = """
[[expectations]]
name = "only_valid"
expectation = "expect_column_values_to_be_in_set"
severity = "row"
column = "status"
zh = "只收有效证照"
en = "only valid licenses"
arguments = { value_set = ["valid"] }
"""


def test_a_rule_and_a_mapping_are_tried_on_what_landed_and_nothing_is_written(
    hub: HubContext, fake: StartFake, connectors_folder: Path, tmp_path: Path
) -> None:
    one = fake("transport", SOME)
    pulled = pull_once(hub, one)
    declared = one.department
    feed = declared.feeds["licenses"]
    now = Judge(declared, feed, suite_of(declared, feed))
    same = dry_run(hub, now, now, 30)
    assert (same.received, same.quarantined) == (pulled.received, pulled.quarantined)
    assert (same.would_quarantine, same.would_let_in, same.codes) == (0, 0, [])

    file = tmp_path / "suite.toml"
    file.write_text(STRICT, "utf-8")
    strict = Judge(declared, feed, load_suite(feed.record, file, feed.name))
    told = dry_run(hub, now, strict, 30)
    expected = count(hub, "licenses", "status <> 'valid'")
    assert 0 < expected == told.would_quarantine
    [shift] = [one for one in told.codes if one.code == "suite.only_valid"]
    assert shift.found >= expected
    assert len(shift.examples) == min(3, shift.found)
    again = dry_run(hub, now, strict, 30)
    assert msgspec.structs.replace(again, since=told.since) == told

    shutil.copytree(connectors_folder / "transport", tmp_path / "transport")
    declaration = tmp_path / "transport" / "department.toml"
    said = "select problems->0->'got'->'values'->>'value' from quarantined_records where codes = array['record.unknown_code']"
    got = column(hub, said)[0]
    words, times = re.subn(
        r"(status += \{[^}]*codes = \{)", rf'\1 "{got}" = "suspended",', declaration.read_text("utf-8")
    )
    assert times == 1
    declaration.write_text(words, "utf-8")
    wider = load_department("transport", tmp_path)
    let_in = dry_run(hub, now, Judge(wider, wider.feeds["licenses"], now.suite), 30)
    assert (let_in.would_quarantine, let_in.would_let_in, let_in.would_let_in_open) == (0, 1, 1)
    assert [(one.code, one.gone) for one in let_in.codes] == [("record.unknown_code", 1)]
    assert let_in.mapping_version != declared.digest
    assert count(hub, "exchanges") == 1
    assert dry_run(hub, now, strict, 0).received == 0
