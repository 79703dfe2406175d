"""`hub audit` seals the record of questions and says, by words and exit code, whether it still is what was sealed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typed_commands import type_command

from hub.context import utc_now
from license_library.asking.inquiries import record_inquiry


@pytest.fixture(autouse=True)
def asked(database: Engine, environ: dict[str, str]) -> None:
    """Give commands a library in which two questions were asked."""
    with database.begin() as conn:
        for _ in range(2):
            record_inquiry(conn, "one", "search", "case 1", None, 0, utc_now())


def test_what_is_sealed_and_whole_is_said_so(tmp_path: Path) -> None:
    assert json.loads(type_command("audit", "seal", "--json").stdout) == {"seals": 1, "inquiries": 2, "copies": 1}
    (copy,) = (tmp_path / "seals").iterdir()
    assert re.fullmatch("000000000001-[0-9a-f]{16}.json", copy.name)
    told = type_command("audit", "verify")
    assert (told.exit_code, "nothing differs from what was sealed" in told.stdout) == (0, True)
    assert "2 inquiries under 1 seals, 1 of them copied; 0 inquiries are not sealed yet" in told.stderr


def test_what_was_changed_is_named_and_ends_with_one(database: Engine) -> None:
    type_command("audit", "seal")
    with database.begin() as conn:
        conn.execute(text("alter table inquiries disable trigger all"))
        conn.execute(text("update inquiries set purpose = 'another' where inquiry_id = 2"))
    told = type_command("audit", "verify", "--json")
    (finding,) = json.loads(told.stdout)["findings"]
    assert (told.exit_code, finding["kind"], finding["inquiry_ids"]) == (1, "changed", [2])
    assert "another" not in told.output
    assert "not what was recorded" in type_command("audit", "verify").stdout


def test_an_address_of_copies_that_nobody_knows_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SEALS_URL", "nosuch://place")
    told = type_command("audit", "seal")
    assert told.exit_code == 2
    assert "HUB_SEALS_URL cannot be used" in told.stderr


@pytest.mark.parametrize("scheme", ["sftp", "ftp"])
@pytest.mark.parametrize("verb", ["seal", "verify"])
def test_a_place_that_does_not_answer_is_a_clear_error(scheme: str, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_SEALS_URL", f"{scheme}://hub:s3cret@127.0.0.1:1/seals")
    told = type_command("audit", verb, "--json")
    assert ("hub.seal_copies_unavailable" in told.stderr, "s3cret" in told.output) == (True, False)


def test_an_emptied_record_is_not_whole_because_its_copies_are_out_of_reach(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.begin() as conn:
        for table in ("inquiries", "inquiry_seals"):
            conn.execute(text(f"alter table {table} disable trigger all"))
            conn.execute(text(f"delete from {table}"))
    monkeypatch.setenv("HUB_SEALS_URL", "webhdfs://127.0.0.1:1/seals")
    told = type_command("audit", "verify", "--json")
    assert (told.exit_code != 0, "hub.seal_copies_unavailable" in told.stderr) == (True, True)


@pytest.mark.parametrize("place", ["mistyped", "a-file"])
def test_an_emptied_record_is_not_whole_where_the_place_of_copies_is_mistyped(
    database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("HUB_SEALS_URL", str(tmp_path / "copies"))
    type_command("audit", "seal")
    with database.begin() as conn:
        for table in ("inquiries", "inquiry_seals"):
            conn.execute(text(f"alter table {table} disable trigger user"))
            conn.execute(text(f"truncate {table}"))
    assert type_command("audit", "verify").exit_code == 1
    monkeypatch.setenv("HUB_SEALS_URL", str(tmp_path / place))
    told = type_command("audit", "verify")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "HUB_SEALS_URL leads to no folder" in told.stderr


def test_without_a_seal_nothing_is_vouched_for() -> None:
    told = type_command("audit", "verify")
    assert (told.exit_code, "nothing is vouched for yet" in told.stdout) == (0, True)
