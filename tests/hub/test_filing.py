"""`hub license`: files in and out, working copies made and verified, by command, with codes that scripts can trust."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typed_commands import told, type_command

from license_library.storage.keyring import Keyring
from tests.connectors.raw_server import RawServer, answering, serving
from tests.license_library.file_samples import ofd, pdf
from tests.license_library.question_makers import Library


@pytest.fixture
def license_id(database: Engine, environ: dict[str, str], keyring: Keyring) -> str:
    """Give the id of a license in the library that commands open; its files lie in HOME/files."""
    with database.begin() as conn:
        library = Library(conn, keyring)
        library.add_feed(fresh_at=datetime.now(UTC))
        return str(library.add_license(library.add_subject(), open_ended=True))


@pytest.fixture
def department(license_id: str, database: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[RawServer]:
    """Give the server of the license's department, on which its file lies."""
    with serving(answering(ofd(), Content_Type="application/octet-stream")) as server:
        monkeypatch.setenv("AIRFLOW_CONN_MARKET_REGULATION", server.url)
        name_file(database, license_id, f"http://127.0.0.1:{server.port}/files/370283199003077211.ofd")
        yield server


def name_file(database: Engine, license_id: str, address: str | None) -> None:
    """Let the license name its file."""
    with database.begin() as conn:
        conn.execute(
            text("update licenses set file_url = :address where license_id = :id"),
            {"address": address, "id": license_id},
        )


type_license = partial(type_command, "license")


def written(folder: Path, name: str, content: bytes) -> str:
    """Write a file and return where."""
    (folder / name).write_bytes(content)
    return str(folder / name)


def test_a_file_goes_in_and_comes_out_by_command(license_id: str, tmp_path: Path) -> None:
    kept = told(type_license("attach", license_id, written(tmp_path, "执照.pdf", ofd()), "--json"))
    assert (kept["kind"], kept["name"], kept["attached_by"].startswith("command line: ")) == ("ofd", "执照.pdf", True)
    assert (tmp_path / "files" / kept["digest"][:2] / kept["digest"]).is_file()
    out = tmp_path / "out.ofd"
    assert type_license("save", str(kept["file_id"]), str(out)).exit_code == 0
    assert out.read_bytes() == ofd()
    again = type_license("save", str(kept["file_id"]), str(out))
    assert (again.exit_code, "is there already" in again.output) == (2, True)
    assert told(type_license("withdraw", str(kept["file_id"]), "--json"))["withdrawn_at"]
    assert told(type_license("files", license_id, "--json"))["files"][0]["is_current"] is False


def test_the_file_that_a_license_names_is_fetched_and_kept_with_where_it_came_from(
    license_id: str, department: RawServer, tmp_path: Path, database: Engine
) -> None:
    attached = told(type_license("attach", license_id, written(tmp_path, "a.ofd", ofd()), "--json"))
    assert attached["fetched_from"] is None
    kept = told(type_license("fetch", license_id, "--purpose", "补齐证照文件", "--json"))
    assert (kept["file_id"], kept["kind"], kept["version_count"]) == (attached["file_id"], "ofd", 1)
    assert kept["fetched_from"].startswith(f"http://127.0.0.1:{department.port}/files/3702*")
    assert "370283199003077211" not in str(kept)
    with database.connect() as conn:
        row = conn.execute(text("select fetched_from from license_files")).scalar_one()
        assert row.endswith("/files/370283199003077211.ofd")
        assert conn.execute(text("select action, purpose from inquiries order by inquiry_id desc limit 1")).one() == (
            "fetch file", "补齐证照文件",
        )  # fmt: skip


def test_a_file_is_of_the_version_that_named_it_and_new_where_the_department_keeps_another(
    license_id: str, department: RawServer, database: Engine
) -> None:
    first = told(type_license("fetch", license_id, "--json"))
    assert (first["name"], first["attached_by"].startswith("command line: ")) == ("3702**********7211.ofd", True)
    with database.begin() as conn:
        conn.execute(text("update licenses set version_count = 2"))
    assert told(type_license("fetch", license_id, "--json"))["version_count"] == 2
    assert len(told(type_license("files", license_id, "--json"))["files"]) == 2


def test_what_is_no_license_file_and_a_license_that_names_none_keep_nothing(
    license_id: str, department: RawServer, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert type_license("fetch", license_id, "--purpose", " ").exit_code == 2
    assert department.requests == []
    with serving(answering(b"<html>login</html>")) as login:
        monkeypatch.setenv("AIRFLOW_CONN_MARKET_REGULATION", login.url)
        name_file(database, license_id, "/1.ofd")
        assert "neither PDF, OFD, PNG nor JPEG" in type_license("fetch", license_id).output
    name_file(database, license_id, None)
    none = type_license("fetch", license_id)
    assert (none.exit_code, "names no file" in none.output) == (1, True)
    assert type_license("fetch", "999").exit_code == 1
    assert told(type_license("files", license_id, "--json"))["files"] == []


def test_a_working_copy_is_made_and_verified_by_command(license_id: str, tmp_path: Path, database: Engine) -> None:
    out = tmp_path / "copy.pdf"
    asked = ("copy", license_id, str(out), "--purpose", "食品经营许可申请核验", "--case", "S-1", "--days", "5")
    made = told(type_license(*asked, "--json"))
    assert (made["case_number"], made["body"]) == ("S-1", "data_sheet")
    assert type_license(*asked).exit_code == 2  # it would write over the first
    verified = type_license("verify", made["identifier"].lower())
    assert (verified.exit_code, "数据截至" in verified.stdout) == (0, True)
    assert told(type_license("verify", "--file", str(out), "--json"))["verdict"] == "valid"
    altered = written(tmp_path, "altered.pdf", out.read_bytes() + b" ")
    result = type_license("verify", "--file", altered, "--json")
    assert (result.exit_code, told(result)["verdict"]) == (1, "altered")
    assert type_license("verify", "JZ-nothing").exit_code == 1
    assert type_license("verify").exit_code == 2
    assert "食品经营许可申请核验" in type_license("files", license_id).stdout
    with database.connect() as conn:
        assert conn.execute(text("select count(*) from working_copies")).scalar_one() == 1
        actions = conn.execute(text("select action from inquiries order by inquiry_id")).scalars().all()
    assert actions[:3] == ["working copy", "working copy again", "check copy"]


def test_of_a_silent_department_no_copy_is_made_and_none_is_good(
    license_id: str, tmp_path: Path, database: Engine
) -> None:
    out = tmp_path / "copy.pdf"
    assert type_license("copy", license_id, str(out), "--purpose", "核验").exit_code == 0
    with database.begin() as conn:
        conn.execute(text("update feeds set fresh_at = fresh_at - interval '90 days'"))
    result = type_license("verify", "--file", str(out), "--json")
    assert (result.exit_code, told(result)["verdict"], told(result)["source"]["freshness"]) == (1, "stale", "silent")
    refused = type_license("copy", license_id, str(tmp_path / "again.pdf"), "--purpose", "核验")
    assert (refused.exit_code, "the department has been silent" in refused.output) == (2, True)


def test_no_copy_is_recorded_that_could_not_be_written(license_id: str, tmp_path: Path, database: Engine) -> None:
    refused = type_license("copy", license_id, str(tmp_path / "nowhere" / "copy.pdf"), "--purpose", "核验")
    assert refused.exit_code == 2
    assert "copy.pdf cannot be written: its folder is not there" in refused.output
    with database.connect() as conn:
        assert conn.execute(text("select count(*) from working_copies")).scalar_one() == 0


@pytest.mark.parametrize("wrong", [("--purpose", " "), ("--purpose", "字" * 201), ("--purpose", "x", "--case", "a b")])
def test_a_copy_demands_a_purpose_and_a_case_number_that_is_one(
    license_id: str, tmp_path: Path, wrong: tuple[str, ...]
) -> None:
    assert type_license("copy", license_id, str(tmp_path / "x.pdf"), *wrong).exit_code == 2
    assert not (tmp_path / "x.pdf").exists()


def test_a_huge_file_is_refused_and_never_held(
    license_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "huge.pdf").open("wb") as huge:
        huge.truncate(10_000_000_000)
    monkeypatch.setenv("HUB_FILES_MAX_BYTES", "100000")
    result = type_license("attach", license_id, str(tmp_path / "huge.pdf"))
    assert (result.exit_code, "request.file_too_large" in result.output) == (2, True)


def test_the_store_is_checked_by_command(license_id: str, tmp_path: Path) -> None:
    kept = told(type_license("attach", license_id, written(tmp_path, "a.pdf", pdf()), "--json"))
    checked = type_license("check-store", "--json")
    assert (checked.exit_code, told(checked)) == (0, {"whole": 1, "missing": [], "orphans": []})
    (tmp_path / "files" / kept["digest"][:2] / kept["digest"]).unlink()
    missing = type_license("check-store", "--json")
    assert (missing.exit_code, told(missing)["missing"]) == (1, [kept["digest"]])
    assert type_license("save", str(kept["file_id"]), str(tmp_path / "out.pdf")).exit_code == 1
