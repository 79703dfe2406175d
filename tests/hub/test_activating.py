"""Where the rule holds, a mapping is merged only after a shadow exchange and two persons; elsewhere nobody is asked."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hub_makers import Faked, StartFake, column, count, pull_once
from sqlalchemy.exc import IntegrityError
from test_shadow import mapped_otherwise, shadow_once
from typed_commands import told, type_command

from connectors.declarations.declaration import load_department
from connectors.declarations.mapping_digest import mapping_digest
from hub.context import HubContext
from hub.pulling.activating import approve, propose
from license_library.merge.activations import ActivationRefused

FEEDS = ["licenses"]


@pytest.fixture
def ruled(hub: HubContext) -> HubContext:
    """Give a hub where activation is required."""
    return replace(hub, requires_activation=True)


def let_in(hub: HubContext, one: Faked) -> int:
    """Shadow, propose and approve."""
    shadowed = shadow_once(hub, one)
    assert propose(hub, one.name, FEEDS, "王工") == {"licenses": shadowed.exchange_id}
    approve(hub, one.name, FEEDS, "李科长")
    return shadowed.exchange_id


def test_a_feed_that_nobody_let_in_runs_in_shadow(ruled: HubContext, fake: StartFake) -> None:
    summary = pull_once(ruled, fake("transport"))
    assert (summary.state, summary.merged) == ("shadowed", 0)
    assert count(ruled, "licenses") == 0


def test_without_the_rule_nobody_is_asked(hub: HubContext, fake: StartFake) -> None:
    assert pull_once(hub, fake("transport")).state == "merged"


def test_two_persons_let_a_feed_in_and_it_is_recorded(ruled: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    shadowed = let_in(ruled, one)
    assert pull_once(ruled, one).state == "merged"
    recorded = "select state || ' ' || proposed_by || ' ' || approved_by || ' ' || shadow_exchange_id from activations"
    assert column(ruled, recorded) == [f"active 王工 李科长 {shadowed}"]
    assert column(ruled, "select declaration_digest from activations") == [one.department.digest]
    assert count(ruled, "activations", "approved_at is not null and proposed_at is not null") == 1


@pytest.mark.parametrize("who", ["王工", " 王工 ", "王工\u3000"])
def test_whoever_proposed_it_cannot_approve_it(ruled: HubContext, fake: StartFake, who: str) -> None:
    one = fake("transport")
    shadow_once(ruled, one)
    propose(ruled, one.name, FEEDS, "王工")
    with pytest.raises(ActivationRefused, match="expected a second person"):
        approve(ruled, one.name, FEEDS, who)
    assert pull_once(ruled, one).state == "shadowed"


def test_letters_of_another_case_are_the_same_person_to_the_database_too(ruled: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    shadow_once(ruled, one)
    propose(ruled, one.name, FEEDS, "Wang")
    with pytest.raises(ActivationRefused):
        approve(ruled, one.name, FEEDS, "ＷＡＮＧ")
    with ruled.engine.connect() as conn, pytest.raises(IntegrityError, match="two_persons"):
        conn.exec_driver_sql("update activations set state = 'active', approved_at = now(), approved_by = 'WANG'")


def test_nothing_is_proposed_that_was_not_seen_in_shadow(ruled: HubContext, fake: StartFake) -> None:
    with pytest.raises(ActivationRefused, match="no shadow exchange of this declaration"):
        propose(ruled, fake("transport").name, FEEDS, "王工")


def test_nothing_is_approved_that_nobody_proposed(ruled: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    shadow_once(ruled, one)
    with pytest.raises(ActivationRefused, match="nothing is proposed"):
        approve(ruled, one.name, FEEDS, "李科长")
    with pytest.raises(ActivationRefused, match="names nobody"):
        propose(ruled, one.name, FEEDS, " ")


def test_a_mapping_that_changed_after_its_proposal_is_not_approved(
    ruled: HubContext, fake: StartFake, tmp_path: Path
) -> None:
    one = fake("transport")
    shadow_once(ruled, one)
    propose(ruled, one.name, FEEDS, "王工")
    changed = mapped_otherwise(ruled, one, tmp_path, '"WX" = "repair"', '"WX" = "roadcert"')
    with pytest.raises(ActivationRefused, match="changed after it was proposed"):
        approve(changed, one.name, FEEDS, "李科长")


def test_a_changed_mapping_is_a_new_one_and_the_feed_waits_in_shadow(
    ruled: HubContext, fake: StartFake, tmp_path: Path
) -> None:
    one = fake("transport")
    let_in(ruled, one)
    pull_once(ruled, one)
    changed = mapped_otherwise(ruled, one, tmp_path, '"WX" = "repair"', '"WX" = "roadcert"')
    kept = count(ruled, "licenses")
    assert pull_once(changed, one).state == "shadowed"
    assert (count(ruled, "licenses"), count(ruled, "license_versions")) == (kept, 0)
    shadow_once(changed, one)
    propose(changed, one.name, FEEDS, "王工")
    approve(changed, one.name, FEEDS, "李科长")
    assert sorted(column(ruled, "select state from activations")) == ["active", "replaced"]
    assert pull_once(changed, one, full=True).state == "merged"
    assert pull_once(ruled, one).state == "shadowed"


def test_a_new_proposal_withdraws_the_one_before(ruled: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    shadow_once(ruled, one)
    propose(ruled, one.name, FEEDS, "王工")
    propose(ruled, one.name, FEEDS, "张工")
    approve(ruled, one.name, FEEDS, "王工")
    assert column(ruled, "select state from activations order by activation_id") == ["withdrawn", "active"]
    with pytest.raises(ActivationRefused, match="active already"):
        propose(ruled, one.name, FEEDS, "王工")


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ('schedule     = "45 * * * *"', 'schedule     = "5 * * * *"', True),
        ('purpose      = "', 'purpose      = "重新表述：', True),
        ("requests_per_second = 20", "requests_per_second = 3", True),
        ("max_bad_ratio = 0.05", "max_bad_ratio = 0.02", True),
        ('live_contract = "/v3/api-docs"', 'live_contract = "/v4/api-docs"', True),
        ('"WX" = "repair"', '"WX" = "roadcert"', False),
        ('license_number     = "XKZH"', 'license_number     = "YWID"', False),
        ('key          = ["YWID"]', 'key          = ["XKZH"]', False),
        ('plate                = "CPH"', 'plate                = "CPYS"', False),
        ('timezone   = "Asia/Shanghai"', 'timezone   = "UTC"', False),
        ('format = "%Y/%m/%d %H:%M:%S"', 'format = "%Y-%m-%d %H:%M:%S"', False),
    ],
)
def test_only_what_changes_a_records_meaning_is_a_new_mapping(
    tmp_path: Path, old: str, new: str, is_same: bool
) -> None:
    declared = load_department("transport")
    shutil.copytree(declared.folder, tmp_path / "transport")
    file = tmp_path / "transport" / "department.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    changed = load_department("transport", tmp_path)
    digests = [mapping_digest(each, each.feeds["licenses"]) for each in (declared, changed)]
    assert (digests[0] == digests[1]) is is_same
    assert changed.digest != declared.digest


def test_activation_by_command(
    environ: dict[str, str], hub: HubContext, fake: StartFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_REQUIRE_ACTIVATION", "on")
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", fake("transport").process.connection_value)
    pulled = type_command("pull", "transport", "--json")
    assert (pulled.exit_code, told(pulled)["state"]) == (1, "shadowed")
    assert "hub department activate" in pulled.stderr
    proposed = told(type_command("department", "activate", "transport", "--by", "王工", "--json"))
    assert (proposed["state"], proposed["shadow_exchange"]) == ("proposed", told(pulled)["exchange_id"])
    assert type_command("department", "activate", "transport", "--approve", "--by", "王工").exit_code == 2
    assert type_command("department", "activate", "transport", "--approve", "--by", "李科长").exit_code == 0
    assert told(type_command("pull", "transport", "--json"))["state"] == "merged"
    assert type_command("department", "activate", "transport").exit_code == 2
