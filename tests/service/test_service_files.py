"""Files and working copies over the wire: with a purpose and a record, as attachments, and not a byte more than is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from httpx import Client
from service_makers import IDENTIFIER, NOW, PURPOSE, TOKEN, Shelf, calling, form_token, serving
from sqlalchemy import Engine, text

from license_library.files.file_store import FileStore
from license_library.service.app import create_app
from license_library.service.settings import ServiceSettings
from tests.license_library.file_samples import SAMPLES, ofd, pdf
from tests.license_library.question_makers import Library

HEADER = {"X-Purpose": quote(PURPOSE)}


def attach(client: Client, license_id: int, content: bytes, **headers: str):
    """Hand a file in."""
    return client.post(f"/api/licenses/{license_id}/files", content=content, headers=HEADER | headers)


def recorded(engine: Engine) -> list[tuple[str, str, str, int]]:
    """Return what was recorded, in order."""
    with engine.connect() as conn:
        rows = conn.execute(text("select action, actor, purpose, result_count from inquiries order by inquiry_id"))
        return [tuple(row) for row in rows]


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_file_goes_in_and_comes_out_as_an_attachment(own_shelf: Shelf, own_machine: Client, kind: str) -> None:
    kept = attach(own_machine, own_shelf.license_id, SAMPLES[kind], **{"X-File-Name": quote("执照.exe")}).json()
    assert (kept["kind"], kept["name"], kept["version_count"]) == (kind, "执照.exe", 2)
    given = own_machine.get(f"/api/files/{kept['file_id']}", headers=HEADER)
    assert given.content == SAMPLES[kind]
    assert given.headers["content-disposition"] == f'attachment; filename="license-file-{kept["file_id"]}.{kind}"'
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.headers["cache-control"] == "no-store"
    assert given.headers["content-type"].startswith(("application/", "image/"))


def test_every_act_is_recorded_with_its_purpose(own_shelf: Shelf, own_machine: Client, database: Engine) -> None:
    kept = attach(own_machine, own_shelf.license_id, pdf()).json()
    own_machine.get(f"/api/files/{kept['file_id']}", headers=HEADER)
    asked = {"license_id": own_shelf.license_id, "purpose": PURPOSE, "case_number": "S-1", "days": 5}
    made = own_machine.post("/api/working-copies", json=asked).json()
    assert (made["case_number"], made["made_by"], made["body"]) == ("S-1", "developer", "file")
    copy = own_machine.get(f"/api/working-copies/{made['identifier']}", headers=HEADER)
    assert copy.headers["content-type"] == "application/pdf"
    check = own_machine.post("/api/files/check", content=copy.content, headers=HEADER).json()
    assert (check["verdict"], check["copy"]) == ("valid", made)
    own_machine.get(f"/api/licenses/{own_shelf.license_id}/files", headers=HEADER)
    own_machine.post("/api/working-copies/check", json={"identifier": "JZ", "purpose": PURPOSE})
    own_machine.post(f"/api/files/{kept['file_id']}/withdrawal", json={"purpose": PURPOSE})
    assert recorded(database) == [
        ("attach file", "developer", PURPOSE, 1),
        ("license file", "developer", PURPOSE, 1),
        ("working copy", "developer", PURPOSE, 1),
        ("working copy again", "developer", PURPOSE, 1),
        ("check file", "developer", PURPOSE, 1),
        ("files", "developer", PURPOSE, 2),
        ("check copy", "developer", PURPOSE, 0),
        ("withdraw file", "developer", PURPOSE, 1),
    ]


def test_an_id_that_is_none_is_recorded_as_asked_for(own_shelf: Shelf, own_machine: Client, database: Engine) -> None:
    purpose = {"X-Purpose": "probing"}
    assert attach(own_machine, 4711, pdf(), **purpose).status_code == 404
    assert own_machine.post("/api/files/4711/withdrawal", json={"purpose": "probing"}).status_code == 404
    with database.connect() as conn:
        told = conn.execute(text("select action, denied from inquiries where purpose = 'probing' order by inquiry_id"))
        assert told.all() == [("attach file", True), ("withdraw file", True)]


def test_nothing_is_done_without_a_purpose(own_shelf: Shelf, own_machine: Client, database: Engine) -> None:
    kept = attach(own_machine, own_shelf.license_id, pdf()).json()
    made = own_machine.post("/api/working-copies", json={"license_id": own_shelf.license_id, "purpose": PURPOSE}).json()
    before = recorded(database)
    for method, path, body in (
        ("POST", f"/api/licenses/{own_shelf.license_id}/files", pdf()),
        ("GET", f"/api/licenses/{own_shelf.license_id}/files", b""),
        ("GET", f"/api/files/{kept['file_id']}", b""),
        ("GET", f"/api/working-copies/{made['identifier']}", b""),
        ("POST", "/api/files/check", pdf()),
        ("POST", "/api/working-copies", b'{"license_id": 1}'),
        ("POST", "/api/working-copies", b'{"license_id": 1, "purpose": "  "}'),
        ("POST", "/api/working-copies/check", b'{"identifier": "JZ"}'),
        ("POST", f"/api/files/{kept['file_id']}/withdrawal", b"{}"),
    ):
        answer = own_machine.request(method, path, content=body)
        assert (answer.status_code, answer.json()["problems"][0]["field"]) == (422, "purpose"), path
    assert recorded(database) == before


@pytest.mark.parametrize(
    "asked", [{"days": 0}, {"days": 366}, {"case_number": "办件 1"}, {"case_number": ""}, {"until": 1}]
)
def test_a_copy_is_made_of_what_is_asked_for_only(own_shelf: Shelf, own_machine: Client, asked: dict) -> None:
    question = {"license_id": own_shelf.license_id, "purpose": PURPOSE} | asked
    assert own_machine.post("/api/working-copies", json=question).status_code == 422


def test_what_is_no_license_file_is_refused_whatever_it_is_called(own_shelf: Shelf, own_machine: Client) -> None:
    headers = {"Content-Type": "application/pdf", "X-File-Name": "license.pdf"}
    answer = attach(own_machine, own_shelf.license_id, b"<script>alert(1)</script>", **headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.file_refused")
    answer = attach(own_machine, own_shelf.license_id, ofd(bomb=bytes(60_000_000)), **headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.file_refused")


def test_more_than_is_kept_is_not_read(own_settings: ServiceSettings, own_shelf: Shelf) -> None:
    small = replace(own_settings, files=FileStore("memory://small", own_settings.keyring, 100_000), body_bytes=1000)
    with serving(create_app(small)) as address, calling(address, Authorization=f"Bearer {TOKEN}") as client:
        told = attach(client, own_shelf.license_id, pdf() + bytes(100_500 - len(pdf())))
        assert (told.status_code, told.json()["code"]) == (413, "request.file_too_large")
        for size in (102_000, 100_000_000):
            answer = attach(client, own_shelf.license_id, bytes(size))
            assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
        assert client.post("/api/working-copies", content=bytes(1001)).status_code == 413
        assert attach(client, own_shelf.license_id, pdf()).status_code == 200


def test_a_file_is_only_read_from_somebody(own_settings: ServiceSettings, own_shelf: Shelf) -> None:
    with serving(create_app(own_settings)) as address, calling(address) as nobody:
        assert attach(nobody, own_shelf.license_id, pdf()).status_code == 401


def test_a_damaged_file_is_never_served(own_shelf: Shelf, own_settings: ServiceSettings, tmp_path) -> None:
    settings = replace(own_settings, files=FileStore(str(tmp_path), own_settings.keyring))
    with serving(create_app(settings)) as address, calling(address, Authorization=f"Bearer {TOKEN}") as client:
        kept = attach(client, own_shelf.license_id, pdf()).json()
        stored = tmp_path / kept["digest"][:2] / kept["digest"]
        stored.write_bytes(stored.read_bytes()[:-1])
        answer = client.get(f"/api/files/{kept['file_id']}", headers=HEADER)
        assert (answer.status_code, answer.json()["code"]) == (500, "hub.file_damaged")


def test_an_ended_copy_is_not_given_out_again(
    own_shelf: Shelf, own_machine: Client, own_settings: ServiceSettings
) -> None:
    asked = {"license_id": own_shelf.license_id, "purpose": PURPOSE, "days": 1}
    made = own_machine.post("/api/working-copies", json=asked).json()
    later = replace(own_settings, clock=lambda: NOW + timedelta(days=1))
    with serving(create_app(later)) as address, calling(address, Authorization=f"Bearer {TOKEN}") as client:
        answer = client.get(f"/api/working-copies/{made['identifier']}", headers=HEADER)
        assert (answer.status_code, answer.json()["code"]) == (409, "request.not_reliable")
    assert own_machine.get("/api/working-copies/JZ-00000-00000-00000-00000", headers=HEADER).status_code == 404
    assert own_machine.get("/api/working-copies/x", headers=HEADER).status_code == 404


def test_no_copy_of_a_license_that_is_not_there_or_not_good(
    own_shelf: Shelf, own_machine: Client, database: Engine
) -> None:
    for license_id in (999_999, 2**62):
        asked = {"license_id": license_id, "purpose": PURPOSE}
        assert own_machine.post("/api/working-copies", json=asked).status_code == 404
    with database.begin() as conn:
        conn.execute(text("update licenses set status = 'revoked'"))
    answer = own_machine.post("/api/working-copies", json={"license_id": own_shelf.license_id, "purpose": PURPOSE})
    assert (answer.status_code, answer.json()["code"]) == (409, "request.not_reliable")
    with database.connect() as conn:
        told = conn.execute(text("select action, denied from inquiries order by inquiry_id desc limit 1")).one()
    assert tuple(told) == ("working copy", True)


def upload(client: Client, path: str, content: bytes, **fields: str):
    """Post a form with a file, as the page itself would."""
    data = {"csrf": form_token(client), **fields}
    return client.post(path, data=data, files={"file": ("执照.pdf", content, "text/html")})


@pytest.fixture
def own_person(own_settings: ServiceSettings, own_shelf: Shelf) -> Iterator[Client]:
    """Give a client that has signed in as people do and stated a purpose."""
    with serving(create_app(own_settings)) as address, calling(address, Origin=address) as client:
        assert client.post("/sign-in", data={"token": TOKEN}).status_code == 303
        client.post(f"/licenses/{own_shelf.license_id}", data={"csrf": form_token(client), "purpose": PURPOSE})
        yield client


def test_a_person_attaches_a_file_makes_a_copy_and_checks_it(
    own_person: Client, own_shelf: Shelf, database: Engine
) -> None:
    page = f"/licenses/{own_shelf.license_id}"
    assert "尚无文件" in own_person.get(page).text
    assert upload(own_person, f"{page}/files", pdf()).headers["location"] == f"{page}#files"
    fields = {"csrf": form_token(own_person), "purpose": "用途<b>", "case_number": "S-7", "days": "3"}
    assert own_person.post(f"{page}/copies", data=fields).headers["location"] == f"{page}#copies"
    shown = own_person.get(page).text
    assert "执照.pdf" in shown
    assert "用途&lt;b&gt;" in shown
    identifier = re.search(r'href="/working-copies/(JZ-[0-9A-Z-]+)"', shown)[1]
    copy = own_person.get(f"/working-copies/{identifier}")
    assert copy.headers["content-disposition"] == f'attachment; filename="working-copy-{identifier}.pdf"'
    said = own_person.post(
        "/working-copies", data={"csrf": fields["csrf"], "identifier": identifier.lower(), "purpose": PURPOSE}
    )
    assert "加注件有效" in said.text
    assert "S-7" in said.text
    assert "数据截至 2016-06-15 09:00" in said.text
    assert "加注件有效" in upload(own_person, "/working-copies/file", copy.content, purpose=PURPOSE).text
    assert "已被改动" in upload(own_person, "/working-copies/file", copy.content + b" ", purpose=PURPOSE).text
    assert "查无此件" in upload(own_person, "/working-copies/file", ofd(), purpose=PURPOSE).text
    file = re.search(r'href="(/files/\d+)"', shown)[1]
    assert own_person.get(file).content == pdf()
    withdrawn = {"csrf": fields["csrf"], "who": "张工", "confirmed": "yes"}
    for lacks in ("who", "confirmed"):
        assert own_person.post(f"{file}/withdrawal", data=withdrawn | {lacks: ""}).status_code == 400
    assert "已撤回" not in own_person.get(page).text
    assert own_person.post(f"{file}/withdrawal", data=withdrawn).status_code == 303
    with database.connect() as conn:
        assert conn.scalar(text("select withdrawn_by from license_files")) == "张工 (developer)"
    assert "已撤回" in own_person.get(page).text
    acts = [row[0] for row in recorded(database)]
    assert [act for act in acts if act not in {"license", "search"}] == [
        "attach file", "working copy", "working copy again", "check copy", *["check file"] * 3, "license file",
        "withdraw file",
    ]  # fmt: skip


def test_a_copy_on_whose_license_its_department_is_silent_is_shown_as_doubtful(
    own_person: Client, own_machine: Client, own_shelf: Shelf, database: Engine
) -> None:
    asked = {"license_id": own_shelf.license_id, "purpose": PURPOSE}
    made = own_machine.post("/api/working-copies", json=asked).json()
    with database.begin() as conn:
        conn.execute(text("update feeds set fresh_at = fresh_at - interval '90 days'"))
    fields = {"csrf": form_token(own_person), "identifier": made["identifier"], "purpose": PURPOSE}
    shown = own_person.post("/working-copies", data=fields).text
    assert '<span class="badge warn big">无法核实</span>' in shown
    assert "证照现况无法核实，请向颁发机构核实：该部门自" in shown
    refused = own_machine.post("/api/working-copies", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "request.not_reliable")


def test_what_a_person_gives_wrong_is_said_in_words(own_person: Client, own_shelf: Shelf) -> None:
    page = f"/licenses/{own_shelf.license_id}"
    refused = upload(own_person, f"{page}/files", b"<script>alert(1)</script>")
    assert (refused.status_code, "须为完整的 PDF" in refused.text) == (422, True)
    assert upload(own_person, f"{page}/files", b"").status_code == 422
    csrf = form_token(own_person)
    for days in ("0", "366", "x", "", "-1", "１"):
        fields = {"csrf": csrf, "purpose": PURPOSE, "days": days}
        assert own_person.post(f"{page}/copies", data=fields).status_code == 422
    assert own_person.post(f"{page}/copies", data={"csrf": csrf, "purpose": "", "days": "3"}).status_code == 422
    for fields in ({"identifier": "", "purpose": PURPOSE}, {"identifier": "JZ", "purpose": ""}):
        answer = own_person.post("/working-copies", data={"csrf": csrf, **fields})
        assert (answer.status_code, "未查询" in answer.text or 'id="fault"' in answer.text) == (422, True)


def test_a_form_with_a_file_demands_the_form_token(own_person: Client, own_shelf: Shelf) -> None:
    for path in (f"/licenses/{own_shelf.license_id}/files", "/working-copies/file"):
        files = {"file": ("a.pdf", pdf(), "application/pdf")}
        assert own_person.post(path, data={"csrf": "0" * 64, "purpose": PURPOSE}, files=files).status_code == 403
        twice = own_person.post(path, data={"csrf": form_token(own_person), "purpose": ["a", "b"]}, files=files)
        assert twice.status_code == 400


def test_a_copy_of_a_license_that_was_replaced_is_given_out_with_a_warning(
    own_shelf: Shelf, own_machine: Client, own_settings: ServiceSettings
) -> None:
    made = own_machine.post("/api/working-copies", json={"license_id": own_shelf.license_id, "purpose": PURPOSE}).json()
    address = f"/api/working-copies/{made['identifier']}"
    assert "x-warnings" not in own_machine.get(address, headers=HEADER).headers
    with own_settings.engine.begin() as conn:
        library = Library(conn, own_settings.keyring)
        (subject,) = library.read("select subject_id from licenses where license_id = :id", id=own_shelf.license_id)
        library.add_license(subject, record_id="newer", replaces=IDENTIFIER)
    assert own_machine.get(address, headers=HEADER).headers["x-warnings"] == "license.replaced"
    kept = own_machine.get(f"/api/licenses/{own_shelf.license_id}/files", headers=HEADER).json()
    assert [one["code"] for one in kept["copies"][0]["warnings"]] == ["license.replaced"]
