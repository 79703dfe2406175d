"""A contract that changed becomes incidents, goes on being watched, and ends them when it is the pinned one again."""

from __future__ import annotations

import getpass
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hub_makers import Faked, StartFake, column
from typed_commands import told, type_command

from connectors.declarations.contract_files import SUMS
from hub.context import HubContext
from hub.watching.drifting import watch_drift


@pytest.fixture
def pinned_before(hub: HubContext, fake: StartFake, tmp_path: Path) -> tuple[HubContext, Faked]:
    """Give a hub that still pins the contract of before: the fake's has a field and an operation more, and one renamed."""
    one = fake("transport")
    folder = tmp_path / "before"
    shutil.copytree(one.folder / "transport", folder / "transport")
    contract = folder / "transport" / "contract"
    text = (contract / "openapi.json").read_text("utf-8")
    document = json.loads(text)
    record = document["components"]["schemas"]["Cert"]["properties"]
    record["BGYYSM"] = record.pop("BGYY")
    del record["WXLB"]
    _pin(contract, document)
    declaration = folder / "transport" / "department.toml"
    declaration.write_text(declaration.read_text("utf-8").replace('"BGYY"', '"BGYYSM"'), "utf-8")
    return replace(hub, connectors_folder=folder), one


def _pin(contract: Path, document: object) -> None:
    content = json.dumps(document).encode()
    (contract / "openapi.json").write_bytes(content)
    (contract / SUMS).write_text(f"{hashlib.sha256(content).hexdigest()}  openapi.json\n", "utf-8")


def test_a_contract_that_is_the_pinned_one_opens_nothing(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport")
    watched = watch_drift(hub, one.name, one.connection)
    assert (watched.state, watched.is_quiet) == ("same", True)
    assert column(hub, "select incident_id from incidents") == []


def test_each_difference_is_an_incident_until_the_contracts_agree(pinned_before: tuple[HubContext, Faked]) -> None:
    hub, one = pinned_before
    watched = watch_drift(hub, one.name, one.connection)
    assert (watched.state, watched.is_quiet) == ("drifted", False)
    watch_drift(hub, one.name, one.connection)
    assert sorted(column(hub, "select severity || ' ' || seen_count || ' ' || feed from incidents")) == [
        "critical 2 licenses", "notice 2 licenses",
    ]  # fmt: skip
    assert any("BGYYSM" in str(words) for words in column(hub, "select words_zh from incidents"))
    agreeing = replace(hub, connectors_folder=one.folder)
    assert watch_drift(agreeing, one.name, one.connection).state == "same"
    assert set(column(hub, "select state from incidents")) == {"resolved"}


def test_a_contract_that_cannot_be_had_is_said_so_and_ends_no_other_incident(
    pinned_before: tuple[HubContext, Faked],
) -> None:
    hub, one = pinned_before
    watch_drift(hub, one.name, one.connection)
    one.process.set_mode("200_html_login")
    watched = watch_drift(hub, one.name, one.connection)
    assert (watched.state, watched.failure and watched.failure.code) == ("unread", "department.broke_promise")
    kinds = "select kind || ' ' || state from incidents order by incident_id"
    assert column(hub, kinds) == ["drift open", "drift open", "contract_unread open"]
    one.process.set_mode("ok")
    watch_drift(hub, one.name, one.connection)
    assert column(hub, kinds) == ["drift open", "drift open", "contract_unread resolved"]


def test_drift_is_told_by_command_and_by_exit_code(
    environ: dict[str, str],
    pinned_before: tuple[HubContext, Faked],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub, one = pinned_before
    monkeypatch.setenv("AIRFLOW_CONN_TRANSPORT", one.process.connection_value)
    assert type_command("department", "drift", "transport").exit_code == 0
    monkeypatch.setenv("HUB_CONNECTORS_FOLDER", str(hub.connectors_folder))
    result = type_command("department", "drift", "transport", "--json")
    assert (result.exit_code, told(result)["state"]) == (1, "drifted")
    assert {one["effect"] for one in told(result)["differences"]} == {"breaks", "harmless"}
    assert "BGYYSM" in type_command("department", "drift", "transport").stdout


def test_incidents_are_listed_and_decided_by_command(
    environ: dict[str, str], pinned_before: tuple[HubContext, Faked]
) -> None:
    hub, one = pinned_before
    watch_drift(hub, one.name, one.connection)
    first = told(type_command("incident", "list", "--json"))["incidents"][0]
    assert (first["severity"], first["state"]) == ("critical", "open")
    number = str(first["incident_id"])
    known = type_command("incident", "acknowledge", number, "--by", "李工", "--note", "已去函", "--json")
    assert (told(known)["state"], told(known)["decided_by"]) == (
        "acknowledged",
        f"李工 (command line: {getpass.getuser()})",
    )
    assert type_command("incident", "assign", number, "--by", "李工", "--to", "王工").exit_code == 0
    assert type_command("incident", "mute", number, "--by", "李工", "--days", "3").exit_code == 0
    assert "muted until" in (listed := type_command("incident", "list", "transport").stdout)
    assert "王工" in listed
    assert type_command("incident", "resolve", number, "--by", "李工").exit_code == 0
    assert type_command("incident", "reopen", number, "--by", "李工").exit_code == 0
    steps = [one["what"] for one in told(type_command("incident", "show", number, "--json"))["events"]]
    assert steps == ["opened", "acknowledged", "assigned", "muted", "resolved", "reopened"]
    assert "reopened" in type_command("incident", "show", number).stdout
    assert type_command("incident", "mute", "999", "--by", "李工").exit_code == 1
    nothing_set = type_command("incident", "alert", "--json")
    assert (nothing_set.exit_code, told(nothing_set), "HUB_ALERT_SMTP" in nothing_set.stderr) == (0, [], True)
