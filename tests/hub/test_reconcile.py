"""Whatever is changed at either end, a reconciliation names it; what waits, or is only on its way, is no difference."""

from __future__ import annotations

import random
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hub_makers import PLOT, Faked, StartFake, column, count, pull_once
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fake
from connectors.fake.rows.truth import Plot
from hub.context import HubContext, today
from hub.pulling.replay import replay
from hub.reconciling.pull_differences import pull_differences
from hub.reconciling.reconcile import reconcile
from license_library.answers import ReconciliationBrief
from license_library.merge.merging import discard_held
from license_library.quarantine.case_decisions import CaseDecision, decide_case
from license_library.reconciliation.reconciliation_list import show_reconciliation
from schemas.errors import NotComparable

MANY = Plot(scale=700, bad_share=0.05)
N = 200
INVENT = """
insert into licenses (department, feed, subject_id, record_id, license_type, license_number, issuer_name, issued_on,
  holder_name, open_ended, area_code, status, source_updated_at, digest, page_number, position, version_count, known_from,
  exchange_id, mapping_version)
select department, feed, subject_id, record_id || '-extra', license_type, license_number, issuer_name, issued_on,
  holder_name, open_ended, area_code, status, source_updated_at, digest, page_number, position, version_count, known_from,
  exchange_id, mapping_version
from licenses where record_id = :key
"""
IN_LIBRARY = {
    "missing": "delete from licenses where record_id = :key",
    "different": "update licenses set digest = sha256(digest) where record_id = :key",
    "extra": INVENT,
}
IN_FRONT = {
    "extra": 'delete from "EX_AJ_XKZ" where "YWLSH" = :key',
    "different": 'update "EX_AJ_XKZ" set "XKFW" = concat("XKFW", \'（改）\') where "YWLSH" = :key',
}


@pytest.fixture
def front(fake: StartFake, hub: HubContext) -> Faked:
    """Give a front table that was pulled and found the same."""
    one = fake("work_safety", MANY)
    pull_once(hub, one)
    assert compare(hub, one).state == "same"
    return one


def compare(hub: HubContext, one: Faked, *, full: bool = False) -> ReconciliationBrief:
    return reconcile(hub, one.name, "licenses", one.connection, full=full)


def named(hub: HubContext, found: ReconciliationBrief) -> dict[str, str]:
    """Return by record id how each differing record differs."""
    names: dict[str, str] = {}
    after = None
    with hub.engine.connect() as conn:
        while True:
            page = show_reconciliation(conn, found.reconciliation_id, 100, after)
            names |= {each.record_id: each.kind for each in page.differences}
            after = page.next
            if after is None:
                return names


def in_front(one: Faked) -> sa.Engine:
    """Open the front database as its owner would."""
    return sa.create_engine(
        one.process.connection_value.replace("postgres://", "postgresql+psycopg://"), poolclass=NullPool
    )


def change(engine: sa.Engine, statements: dict[str, str], keys: list[str], dice: random.Random) -> dict[str, str]:
    """Change these records at random; return by key what a comparison must call it."""
    done: dict[str, str] = {}
    with engine.begin() as conn:
        for key in keys:
            kind = dice.choice(sorted(statements))
            conn.execute(sa.text(statements[kind]), {"key": key})
            done[f"{key}-extra" if statements[kind] == INVENT else key] = kind
    return done


def test_200_random_changes_at_both_ends_are_all_named(front: Faked, hub: HubContext) -> None:
    seed = random.randrange(10**9)
    dice = random.Random(seed)
    keys = dice.sample([str(one) for one in column(hub, "select record_id from licenses")], N)
    expected = change(hub.engine, IN_LIBRARY, keys[: N // 2], dice)
    saved = column_of_front(front, keys[N // 2 :])
    expected |= change(in_front(front), IN_FRONT, keys[N // 2 :], dice)
    try:
        found = compare(hub, front)
        assert named(hub, found) == expected, f"seed {seed}"
        assert (found.method, found.state) == ("buckets", "different")
        assert found.compared < MANY.scale
        assert {found.missing, found.extra, found.different} == set(
            map(list(expected.values()).count, ("missing", "extra", "different"))
        )
        assert named(hub, compare(hub, front, full=True)) == expected
        assert count(hub, "incidents", "state = 'open' and kind like 'differs%'") == 1
    finally:
        restore(front, saved)


def column_of_front(one: Faked, keys: list[str]) -> list[dict[str, object]]:
    """Return whole rows of the front table."""
    with in_front(one).connect() as conn:
        rows = conn.execute(sa.text('select * from "EX_AJ_XKZ" where "YWLSH" = any(:keys)'), {"keys": keys})
        return [dict(row._mapping) for row in rows]


def restore(one: Faked, rows: list[dict[str, object]]) -> None:
    """Put whole rows back."""
    engine = in_front(one)
    table = sa.Table("EX_AJ_XKZ", sa.MetaData(), autoload_with=engine)
    with engine.begin() as conn:
        conn.execute(table.delete().where(table.c.YWLSH.in_([row["YWLSH"] for row in rows])))
        conn.execute(table.insert(), rows)


def test_what_waits_and_what_is_on_its_way_is_no_difference(front: Faked, hub: HubContext) -> None:
    found = compare(hub, front)
    assert (found.method, found.compared, found.state) == ("buckets", 0, "same")
    assert found.waiting == count(hub, "quarantined_records") > 0
    assert found.department_count == found.library_count + found.waiting
    front.process.set_day(40)
    later = compare(hub, front)
    assert later.state == "same"
    assert later.pending > 0
    pull_once(hub, front)
    assert compare(hub, front).pending == 0


def test_what_was_let_in_by_a_waiver_is_missed_like_any_other(front: Faked, hub: HubContext) -> None:
    codes = "codes = array['identifier.uscc_wrong']"
    found = "select quarantine_id from quarantined_records where state = 'open' and "
    case = int(str(column(hub, found + codes)[0]))
    with hub.engine.begin() as conn:
        waived = CaseDecision("waive", "张工", reason="来电核实", until=today(hub))
        decide_case(conn, hub.keyring, case, waived, today(hub), hub.clock())
    replay(hub, front.name, "licenses", [case])
    assert compare(hub, front, full=True).state == "same"
    key = str(column(hub, f"select record_id from quarantined_records where quarantine_id = {case}")[0])
    change(hub.engine, {"missing": IN_LIBRARY["missing"]}, [key], random.Random(1))
    assert named(hub, compare(hub, front, full=True)) == {key: "missing"}


def test_a_pull_of_just_what_differs_mends_it_and_moves_no_cursor(front: Faked, hub: HubContext) -> None:
    keys = [str(one) for one in column(hub, "select record_id from licenses order by md5(record_id) limit 6")]
    before = column(hub, "select cursor_at from feeds") + column(hub, "select fresh_at from feeds")
    change(hub.engine, {"missing": IN_LIBRARY["missing"]}, keys, random.Random(1))
    found = compare(hub, front)
    pulled = pull_differences(hub, found.reconciliation_id, front.connection)
    assert pulled is not None
    assert (pulled.state, pulled.received, pulled.merged) == ("merged", 6, 6)
    assert column(hub, "select cursor_at from feeds") + column(hub, "select fresh_at from feeds") == before
    assert compare(hub, front).state == "same"
    assert count(hub, "incidents", "state <> 'resolved'") == 0
    assert pull_differences(hub, found.reconciliation_id, front.connection).unchanged == 6


@pytest.mark.parametrize("name", ["market_regulation", "human_resources"])
def test_a_service_is_compared_by_its_full_listing_and_swept(fake: StartFake, hub: HubContext, name: str) -> None:
    one = fake(name)
    pull_once(hub, one)
    assert compare(hub, one).state == "same"
    keys = [str(each) for each in column(hub, "select record_id from licenses order by md5(record_id) limit 60")]
    expected = change(hub.engine, IN_LIBRARY, keys, random.Random(7))
    found = compare(hub, one)
    assert (named(hub, found), found.method) == (expected, "listing")
    pulled = pull_differences(hub, found.reconciliation_id, one.connection)
    assert pulled is not None
    left = {key: kind for key, kind in expected.items() if kind == "extra"}
    assert pulled.merged == len(expected) - len(left)
    assert named(hub, compare(hub, one)) == left


ASK = """
[feeds.licenses.reconcile]
by     = "ask"
sample = 40
ask    = { call = "/yzxt/open/cert", request = { ywid = "{key}" } }

[feeds.licenses.fields]
"""


def test_a_department_that_can_only_be_asked_is_compared_by_a_sample(hub: HubContext, tmp_path: Path) -> None:
    shutil.copytree(load_department("transport").folder, tmp_path / "transport")
    file = tmp_path / "transport" / "department.toml"
    declared = file.read_text("utf-8").replace("[feeds.licenses.fields]\n", ASK, 1)
    file.write_text(declared.replace("requests_per_second = 20", "requests_per_second = 500"), "utf-8")
    known = replace(hub, connectors_folder=tmp_path)
    with start_fake("transport", PLOT, connectors=tmp_path) as process:
        one = Faked(load_department("transport", tmp_path), process, tmp_path)
        pull_once(known, one)
        same = compare(known, one)
        assert (same.method, same.state, same.compared) == ("sample", "same", 40)
        keys = [str(each) for each in column(known, "select record_id from licenses")]
        expected = change(known.engine, {"different": IN_LIBRARY["different"]}, keys, random.Random(3))
        found = compare(known, one)
        assert found.different == 40
        assert named(known, found).items() <= expected.items()
        pulled = pull_differences(known, found.reconciliation_id, one.connection)
        assert pulled is not None
        assert (pulled.received, pulled.merged, pulled.pages) == (40, 40, 40)


def test_evidence_is_only_added_to(front: Faked, hub: HubContext) -> None:
    for statement in (
        "update reconciliations set missing_count = 0",
        "delete from reconciliations",
        "truncate reconciliation_buckets",
    ):
        with pytest.raises(DBAPIError, match="append-only"), hub.engine.begin() as conn:
            conn.execute(sa.text(statement))


def test_what_was_never_pulled_or_cannot_list_is_not_compared(fake: StartFake, hub: HubContext) -> None:
    with pytest.raises(NotComparable, match="ever merged"):
        compare(hub, fake("work_safety", MANY))


# Last in this file: a front table keeps the rows of its later days.
def test_what_is_held_is_told_as_held_and_not_as_missing(front: Faked, hub: HubContext, tmp_path: Path) -> None:
    shutil.copytree(front.department.folder, tmp_path / front.name)
    file = tmp_path / front.name / "department.toml"
    file.write_text(re.sub(r"(records_per_day\s*= )\[.*?\]", r"\1[0, 0]", file.read_text("utf-8")), "utf-8")
    strict = replace(hub, connectors_folder=tmp_path)
    front.process.set_day(80)
    held = pull_once(strict, front)
    assert (held.state, held.merged) == ("held", 0)
    kept = column(hub, "select count(distinct record_id) from staged_licenses")[0]
    found = compare(strict, front)
    assert (found.state, found.missing, found.different, found.pending) == ("same", 0, 0, 0)
    assert found.waiting > int(str(kept)) > 0
    discard_held(hub.engine, held.exchange_id, hub.clock())
    assert compare(strict, front).pending == kept
