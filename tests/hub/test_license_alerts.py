"""A license that a case relied on is revoked at its issuer: the platform is told by the next push, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import md5

from alembic import command
from hub_makers import PLOT, Faked, StartFake, column, pull_once
from push_makers import StillClock, at, push_once, states
from sqlalchemy import text

from connectors.declarations.declaration import load_department
from hub.context import HubContext
from hub.pushing.license_alerts import owe_license_alerts
from license_library.licenses.reliances import Relying, rely_on
from license_library.merge.alert_statements import SALT
from license_library.storage.database import migrate, migration_config


def rely_on_everything_valid(hub: HubContext) -> None:
    """Let a case of its own rely on each license that is good."""
    with hub.engine.begin() as conn:
        good = conn.scalars(
            text("select license_id from licenses where status = 'valid' and (open_ended or valid_to > :now)"),
            {"now": hub.clock()},
        )
        for license_id in list(good):
            rely_on(
                conn,
                hub.keyring,
                Relying(license_id, f"CASE-{license_id}", None, "window", "case"),
                hub.clock().date(),
                hub.clock(),
            )


def told(one: Faked) -> dict[str, str]:
    """Return what the platform holds: the new state of the license of each case."""
    return {each["values"]["project_no"]: each["values"]["cert_state"] for each in one.process.inbox()}


def keys_and_cases(hub: HubContext) -> tuple[list[object], list[object]]:
    """Return the key and the case of every delivery, in the order they were enqueued."""
    found = [
        column(hub, f"select {name} from deliveries order by delivery_id") for name in ("delivery_key", "case_number")
    ]
    return found[0], found[1]


def revoke_everything(hub: HubContext, one: Faked, clock: StillClock) -> HubContext:
    """Let cases rely on what the platform issued, and let it revoke that; return the hub an hour later."""
    hub = at(hub, clock)
    pull_once(hub, one)
    rely_on_everything_valid(hub)
    assert push_once(hub, one).counts == {}
    one.process.set_mode("revokes")
    clock.pass_by(hours=1)
    pull_once(hub, one, full=True)
    one.process.set_mode("ok")
    return hub


def test_the_platform_is_told_once_which_cases_relied_on_what_was_revoked(hub: HubContext, fake: StartFake) -> None:
    one, clock = fake("approval_platform"), StillClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    hub = revoke_everything(hub, one, clock)
    assert owe_license_alerts(hub, load_department("health_inspection")) == 0  # takes alerts, has no cases of its own
    push_once(hub, one)
    with hub.engine.connect() as conn:
        revoked = conn.scalars(
            text("select license_id from licenses where status = 'revoked' and version_count > 1")
        ).all()
        alerts = conn.scalars(
            text("select r.case_number from license_alerts join reliances r using (reliance_id)")
        ).all()
    assert set(alerts) >= {f"CASE-{license_id}" for license_id in revoked} != set()
    assert told(one).keys() == set(alerts)
    assert {told(one)[f"CASE-{license_id}"] for license_id in revoked} == {"03"}
    clock.pass_by(minutes=31)
    push_once(hub, one)
    assert len(one.process.inbox()) == len(states(hub)) == len(alerts)


def test_a_restored_database_gives_no_alert_the_key_of_one_that_it_has_forgotten(
    hub: HubContext, fake: StartFake
) -> None:
    """The platform would take the alert of one case for that of another which it has, and nobody would hear of it."""
    one, clock = fake("approval_platform", replace(PLOT, seed=9)), StillClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    hub = revoke_everything(hub, one, clock)
    push_once(hub, one)
    keys, cases = keys_and_cases(hub)
    with hub.engine.begin() as conn:  # the moment before; then it is noticed again, in another order
        conn.execute(text("create temp table noticed as select * from license_alerts"))
        conn.execute(text("delete from deliveries; delete from license_alerts"))
        conn.execute(text("alter table license_alerts alter alert_id restart with 1"))
        columns = "reliance_id, version_count, change, status_before, status, exchange_id, noticed_at"
        conn.execute(
            text(
                f"insert into license_alerts ({columns}, key_salt) "
                f"select {columns}, {SALT} from noticed order by alert_id desc"
            )
        )
    clock.pass_by(minutes=31)
    push_once(hub, one)
    again, cases_again = keys_and_cases(hub)
    assert cases_again == cases[::-1] != cases
    assert not set(keys) & set(again)
    assert set(states(hub)) == {"acknowledged"}
    assert len(one.process.inbox()) == 2 * len(cases)


def test_an_alert_of_before_the_upgrade_is_told_under_the_key_that_it_had(
    hub: HubContext, fake: StartFake, database_address: str
) -> None:
    one, clock = fake("approval_platform", replace(PLOT, seed=10)), StillClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    hub = revoke_everything(hub, one, clock)
    hub.engine.dispose()
    command.downgrade(migration_config(database_address), "0041")
    migrate(database_address)
    push_once(hub, one)
    told_by = md5(one.name.encode(), usedforsecurity=False).hexdigest()[:8]
    assert keys_and_cases(hub)[0] == [
        f"license-alert-{number}-{told_by}"
        for number in column(hub, "select alert_id from license_alerts order by alert_id")
    ]


def test_an_alert_that_cannot_be_written_is_refused_alone_and_the_others_are_told(
    hub: HubContext, fake: StartFake
) -> None:
    # A platform of its own: alerts are numbered anew in each test, and a platform that took a number takes it once.
    one, clock = fake("approval_platform", replace(PLOT, seed=8)), StillClock(datetime(2026, 3, 2, 2, 0, tzinfo=UTC))
    hub = revoke_everything(hub, one, clock)
    with hub.engine.begin() as conn:
        conn.execute(
            text(
                "update license_alerts set status = 'pawned' "  # a state that the platform has no code for
                "where alert_id = (select min(alert_id) from license_alerts)"
            )
        )
    push_once(hub, one)
    assert (states(hub)[0], set(states(hub)[1:])) == ("refused", {"acknowledged"})
    assert column(hub, "select reason_code from deliveries where state = 'refused'") == ["declaration.wrong"]
    assert len(told(one)) == len(states(hub)) - 1 > 1
    push_once(hub, one)
    assert states(hub)[0] == "refused"
