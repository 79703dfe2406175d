"""The raw archive makes the library again, by the declarations of its day; what it does not make is named."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hub_makers import FEW, Faked, StartFake, column, count, pull_once
from typed_commands import type_command

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fake
from connectors.fake.rows.truth import Plot
from hub.conformance.scratch import Scratch, scratch_server
from hub.context import HubContext, today
from hub.pulling.replay import replay
from hub.rebuild import Rebuilt, check_rebuild
from hub.stewarding.mending import mend_due
from license_library.merge.merging import release_held
from license_library.quarantine.case_decisions import CaseDecision, decide_case
from license_library.quarantine.standing import end_waivers
from schemas.license.problems import is_waivable

NAME = "human_resources"
OTHERWISE = ('= "XZQHDM"', '= { value = "370283" }')  # what another declaration reads otherwise


@pytest.fixture(scope="module")
def scratch() -> Iterator[Scratch]:
    """Give a server that is thrown away."""
    with scratch_server() as server:
        yield server


@pytest.fixture
def pulled(hub: HubContext, tmp_path: Path) -> Iterator[tuple[HubContext, Faked]]:
    """Give a feed that was pulled by one declaration, changed, and pulled again by another."""
    shutil.copytree(load_department(NAME).folder, tmp_path / NAME)
    known = replace(hub, connectors_folder=tmp_path)
    with start_fake(NAME, FEW, connectors=tmp_path) as process:
        one = Faked(load_department(NAME, tmp_path), process, tmp_path, FEW)
        assert pull_once(known, one).state == "merged"
        file = tmp_path / NAME / "department.toml"
        file.write_text(file.read_text("utf-8").replace(*OTHERWISE), "utf-8")
        process.set_day(60)
        assert pull_once(known, one).merged > 0
        yield known, one


def rebuild(known: HubContext, scratch: Scratch) -> Rebuilt:
    return check_rebuild(known, scratch, NAME, "licenses")


def change(known: HubContext, statement: str) -> None:
    with known.engine.begin() as conn:
        conn.execute(sa.text(statement))


def test_the_archive_makes_the_library_again_and_names_what_it_does_not(
    pulled: tuple[HubContext, Faked], scratch: Scratch
) -> None:
    known, _ = pulled
    versions = column(known, "select distinct mapping_version from exchanges")
    assert len(versions) == count(known, "kept_declarations") == 2
    same = rebuild(known, scratch)
    assert (same.is_equal, same.deviations, same.not_rebuilt) == (True, [], [])
    assert same.records == same.rebuilt == count(known, "licenses") > 0

    (gone, altered, renamed, *_) = map(str, column(known, "select record_id from licenses order by record_id"))
    change(known, f"delete from licenses where record_id = '{gone}'")
    change(known, f"update licenses set digest = sha256(digest) where record_id = '{altered}'")
    change(known, f"update licenses set record_id = 'of nobody' where record_id = '{renamed}'")
    found = rebuild(known, scratch)
    assert not found.is_equal
    assert {one.record_id: one.kind for one in found.deviations} == {
        gone: "only_in_archive", altered: "different", renamed: "only_in_archive", "of nobody": "only_in_library",
    }  # fmt: skip


def decide(known: HubContext, case: int, action: Any, **facts: Any) -> None:
    """Decide a case, and let a moment pass."""
    with known.engine.begin() as conn:
        decide_case(conn, known.keyring, case, CaseDecision(action, "张工", **facts), today(known), known.clock())


def waivable_cases(known: HubContext) -> list[int]:
    """Return the open cases that suffer from nothing but what can be waived."""
    found = column(
        known, "select quarantine_id || ' ' || array_to_string(codes, ' ') from quarantined_records order by 1"
    )
    split = [str(one).split() for one in found]
    return [int(case) for case, *codes in split if all(map(is_waivable, codes))]


def test_what_was_decided_counts_from_when_it_was_decided_and_not_before(
    hub: HubContext, fake: StartFake, scratch: Scratch
) -> None:
    held = pull_once(hub, fake("transport", Plot(scale=150, bad_share=0.3, day=0)))
    release_held(hub.engine, held.exchange_id, hub.clock)
    let_in, unheard, over, discarded, *_ = waivable_cases(hub)
    found = 'select quarantine_id from quarantined_records where problems @> \'[{"field": "status"}]\' order by 1'
    unknown = [int(str(one)) for one in column(hub, found)][:2]
    assert len(unknown) == 2
    decide(hub, let_in, "waive", until=today(hub), reason="属实")
    decide(hub, over, "waive", until=today(hub), reason="属实")
    summary = replay(hub, "transport", "licenses", [let_in, over])
    assert summary is not None
    assert summary.merged == 2
    decide(hub, unheard, "waive", until=today(hub), reason="属实")  # and nobody took it up again yet
    decide(hub, discarded, "discard", reason="测试数据")
    for case in unknown:
        decide(hub, case, "edit", values={"ZJZT": "10"}, reason="来电核实")
    heard_edit = replay(hub, "transport", "licenses", unknown[:1])
    assert heard_edit is not None
    assert heard_edit.merged == 1
    later = hub.clock() + timedelta(days=2)
    with hub.engine.begin() as conn:  # the last day of every waiver is over
        end_waivers(conn, "transport", "licenses", later.date(), later)
    same = check_rebuild(hub, scratch, "transport", "licenses")
    assert (same.deviations, same.not_rebuilt, same.is_equal) == ([], [], True)
    assert same.rebuilt == count(hub, "licenses")


def test_a_waiver_that_was_never_replayed_is_no_record_of_the_archive(
    hub: HubContext, fake: StartFake, scratch: Scratch
) -> None:
    pull_once(hub, fake("transport", Plot(scale=60, bad_share=0.3, day=0)))
    decide(hub, waivable_cases(hub)[0], "waive", until=today(hub), reason="属实")
    same = check_rebuild(hub, scratch, "transport", "licenses")
    assert (same.deviations, same.not_rebuilt, same.is_equal) == ([], [], True)


def test_cases_that_a_changed_declaration_took_up_again_leave_their_first_exchange_rebuilt(
    pulled: tuple[HubContext, Faked], scratch: Scratch
) -> None:
    known, _ = pulled
    digests = "select encode(digest, 'hex') from quarantined_records order by quarantine_id"
    before = column(known, digests)
    file = known.connectors_folder / NAME / "department.toml"
    file.write_text(re.sub(r"(?m)^change_reason .*\n", "", file.read_text("utf-8")), "utf-8")
    assert mend_due(known)[0].taken > 0
    assert set(before) != set(column(known, digests))
    same = rebuild(known, scratch)
    assert (same.not_rebuilt, same.deviations, same.unproven) == ([], [], 0)


def test_what_retention_or_a_lost_declaration_took_is_said_and_not_blamed(
    pulled: tuple[HubContext, Faked], scratch: Scratch
) -> None:
    known, _ = pulled
    change(known, "update landed_pages set body = null where exchange_id = (select min(exchange_id) from exchanges)")
    thinned = rebuild(known, scratch)
    assert [one.reason for one in thinned.not_rebuilt] == ["retention"]
    assert thinned.is_equal
    assert 0 < thinned.unproven < thinned.records
    change(known, "delete from kept_declarations")
    lost = rebuild(known, scratch)
    assert [one.reason for one in lost.not_rebuilt] == ["retention", "declaration_gone"]
    assert (lost.rebuilt, lost.unproven) == (0, lost.records)


@pytest.fixture
def typed(hub: HubContext, environ: dict[str, str]) -> HubContext:
    """Give a hub whose library the command finds."""
    return hub


type_rebuild = partial(type_command, "rebuild", "--check", "--json")


def test_a_feed_that_is_proven_vouches_for_no_other(typed: HubContext, fake: StartFake) -> None:
    pulled = [pull_once(typed, fake(name, FEW)).exchange_id for name in (NAME, "transport")]
    whole = type_rebuild()
    assert (whole.exit_code, [one["is_proven"] for one in json.loads(whole.stdout)]) == (0, [True, True]), whole.stderr

    change(typed, f"update landed_pages set body = null where exchange_id = {pulled[1]}")
    thinned = type_rebuild()
    assert (thinned.exit_code, [one["is_proven"] for one in json.loads(thinned.stdout)]) == (1, [True, False])
    assert "transport/licenses: nothing could be merged again, so nothing is proven" in thinned.stderr
    assert f"{NAME}/licenses: nothing" not in thinned.stderr


def test_pages_that_only_their_retention_took_leave_the_rest_proven_and_damaged_ones_do_not(
    typed: HubContext, fake: StartFake
) -> None:
    one = fake(NAME, FEW)
    first = pull_once(typed, one).exchange_id
    one.process.set_day(60)
    second = pull_once(typed, one)
    assert second.merged > 0
    change(typed, f"update landed_pages set body = null where exchange_id = {first}")
    thinned = type_rebuild()
    assert (thinned.exit_code, json.loads(thinned.stdout)[0]["is_proven"]) == (0, True), thinned.stderr
    assert re.search(rf"{NAME}/licenses: \d+ of \d+ records came in pages past their retention", thinned.stderr)

    change(
        typed,
        "update landed_pages set digest = sha256(digest) where body is not null and exchange_id = "
        "(select exchange_id from landed_pages where body is not null order by 1 limit 1)",
    )
    pull_once(typed, one, full=True)
    damaged = type_rebuild()
    assert (damaged.exit_code, json.loads(damaged.stdout)[0]["is_proven"]) == (1, False), damaged.stderr
    assert "and not for their retention: hub.page_damaged" in damaged.stderr
