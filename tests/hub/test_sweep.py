"""What a department lists no more is marked and never deleted; where much is missing at once, the steward looks first."""

from __future__ import annotations

from datetime import date

import pytest
from hub_makers import CITY, FEW, StartFake, column, count, pull_once
from sqlalchemy import text

from connectors.declarations.declaration import load_department
from hub.context import HubContext
from hub.pulling.task_steps import sweep
from hub.pulling.unlisted import proves_absence
from license_library.licenses.dossier import get_license
from license_library.merge.merging import release_held
from schemas.errors import DataHeld

UNLISTED = "unlisted_at is not null"


def incidents(hub: HubContext) -> list[object]:
    return column(hub, "select words_en from incidents where kind = 'unlisted' and state <> 'resolved'")


def test_a_license_that_a_whole_list_lacks_is_marked_with_when_and_told_and_kept(
    hub: HubContext, fake: StartFake
) -> None:
    one = fake("environment", FEW)
    pull_once(hub, one)
    held = count(hub, "licenses")
    one.process.set_mode("deletes")
    assert pull_once(hub, one).merged == 0
    assert count(hub, "licenses", UNLISTED) == 0  # what was not asked for is not missing
    sweep(hub, one.name, "licenses", one.connection)
    assert (count(hub, "licenses"), count(hub, "licenses", UNLISTED)) == (held, 3)
    assert incidents(hub) == [
        "3 licenses are in the department's whole list no more; they are kept and marked, nothing is deleted"
    ]
    (license_id,) = column(hub, f"select min(license_id) from licenses where {UNLISTED}")
    with hub.engine.connect() as conn:
        answer = get_license(conn, hub.keyring, int(str(license_id)), date(2026, 1, 1), hub.clock())
    assert answer.unlisted_at is not None
    since = column(hub, f"select unlisted_at from licenses where {UNLISTED} order by license_id")
    sweep(hub, one.name, "licenses", one.connection)
    assert column(hub, f"select unlisted_at from licenses where {UNLISTED} order by license_id") == since


def test_where_much_is_missing_at_once_the_steward_looks_first_and_what_comes_back_is_listed_again(
    hub: HubContext, fake: StartFake
) -> None:
    one = fake("transport", FEW)
    pull_once(hub, one)
    held = count(hub, "licenses")
    one.process.set_mode("one_element_list")
    with pytest.raises(DataHeld, match=f"{held - 1} of {held} licenses are listed no more; expected at most 5%"):
        sweep(hub, one.name, "licenses", one.connection)
    assert count(hub, "licenses", UNLISTED) == 0
    release_held(hub.engine, int(str(*column(hub, "select max(exchange_id) from exchanges"))), hub.clock)
    assert count(hub, "licenses", UNLISTED) == held - 1
    one.process.set_mode("ok")
    sweep(hub, one.name, "licenses", one.connection)
    assert (count(hub, "licenses", UNLISTED), incidents(hub)) == (0, [])


def test_absence_proves_something_only_where_the_list_is_whole() -> None:
    proven = {name for name, feed in CITY if proves_absence(load_department(name).feeds[feed])}
    assert "transport" in proven  # it declares a total
    assert not {"work_safety", "forestry", "land_resources"} & proven  # a flag, files, no total


def outdated(hub: HubContext) -> list[object]:
    return column(hub, "select words_en from incidents where kind = 'outdated' and state <> 'resolved'")


def test_other_content_with_an_older_time_is_kept_out_and_told_until_the_department_says_which_is_right(
    hub: HubContext, fake: StartFake
) -> None:
    one = fake("environment", FEW)
    pull_once(hub, one)
    last = "license_id = (select max(license_id) from licenses)"
    with hub.engine.begin() as conn:
        conn.execute(text(f"create table before as select source_updated_at, digest from licenses where {last}"))
        newer = "source_updated_at = source_updated_at + interval '1 hour', digest = sha256('other')"
        conn.execute(text(f"update licenses set {newer} where {last}"))
    assert sweep(hub, one.name, "licenses", one.connection).merged == 0
    (words,) = outdated(hub)
    assert str(words).startswith("1 records of the whole list say something else with a time older than what is kept")
    pull_once(hub, one)
    assert outdated(hub) == [words]  # not everything was asked for, so nothing is found to be right again
    with hub.engine.begin() as conn:
        conn.execute(text(f"update licenses set (source_updated_at, digest) = (select * from before) where {last}"))
    sweep(hub, one.name, "licenses", one.connection)
    assert outdated(hub) == []


def test_what_a_version_said_once_is_history_told_again_and_nothing_outdated(hub: HubContext, fake: StartFake) -> None:
    one = fake("work_safety", FEW)
    pull_once(hub, one)
    one.process.set_day(40)
    assert pull_once(hub, one).merged > 0
    sweep(hub, one.name, "licenses", one.connection)  # the table lists every change there ever was
    assert count(hub, "license_versions") > 0
    assert outdated(hub) == []
