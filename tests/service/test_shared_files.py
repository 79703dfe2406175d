"""Other departments are given working copies and temporary addresses, by REST and by SOAP, and have files verified."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import zeep
from httpx import Client
from pypdf import PdfReader
from service_makers import COMPANY, IDENTIFIER, NOW, Shelf, calling, serving
from sqlalchemy import text

from license_library.asking.strangers import COUNTED, LISTED, STRANGER
from license_library.files.license_files import Attaching, attach_file
from license_library.pairs.pair_entries import PairEntry, begin_deciding, write_entries
from license_library.service.app import create_app
from license_library.service.calls import sharing
from license_library.service.settings import ServiceSettings
from license_library.sharing.consumers import add_consumer, end_consumer, grant_types, revoke_types
from license_library.sharing.sharing_calls import INPUTS
from tests.license_library.file_samples import ofd, pdf

CAUSE = "办件 370283-2016-000123"
URL = {"certIdentifier": IDENTIFIER, "useCause": CAUSE}
FILE = {"certificateIdentifier": IDENTIFIER, "certificateCopyCause": CAUSE}
HOLDER = {"holderCode": COMPANY, "holderTypeCode": "001", "certTypeCode": "bizlic", "useCause": CAUSE}
UNKNOWN = 99
CHECK = {"certTypeCode": "bizlic", "contentType": "base64", "useCause": CAUSE}


@dataclass
class Window:
    """Hold a sharing service, its library, and a consumer that may ask for business licenses."""

    client: Client
    settings: ServiceSettings
    license_id: int
    token: str

    def call(self, operation: str, **data: Any) -> dict[str, Any]:
        """Call one operation; return its head and data."""
        head = {"accessId": "transport", "accessToken": self.token}
        answer = self.client.post(f"/share/{operation}", json={"head": head, "data": data})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def status(self, operation: str, **data: Any) -> int:
        """Call one operation; return its status."""
        return int(self.call(operation, **data)["head"]["status"])

    def change(self, statement: str) -> None:
        """Run a statement."""
        with self.settings.engine.begin() as conn:
            conn.execute(text(statement))

    def keep_apart(self) -> None:
        """Decide that the company's organisation code under another number is another's: until then no end is firm."""
        with self.settings.engine.begin() as conn:
            one, other = conn.execute(text("select subject_id, other_id from subject_decisions")).one()
            apart = PairEntry(subject_id=one, other_id=other, decision="different", ground="decided", reason=b"sealed")
            write_entries(conn, [apart], begin_deciding(conn, lambda: NOW))

    def recorded(self) -> list[tuple[Any, ...]]:
        """Return who asked what, and how it ended, in order."""
        with self.settings.engine.connect() as conn:
            rows = conn.execute(
                text(
                    "select actor, action, purpose, denied, result_count, result_code from inquiries order by 1, inquiry_id"
                )
            )
            return [tuple(row) for row in rows]

    def later(self, by: timedelta) -> Any:
        """Serve the same library at a later time."""
        return serving(create_app(replace(self.settings, clock=lambda: NOW + by)))


@pytest.fixture
def window(own_settings: ServiceSettings, own_shelf: Shelf) -> Iterator[Window]:
    """Give a service whose consumer may ask for business licenses; the shelf's license has a PDF of two pages."""
    with own_settings.engine.begin() as conn:
        token = add_consumer(conn, own_settings.keyring, "transport", "交通运输局", "王工", NOW)
        grant_types(conn, "transport", ["bizlic"], "王工", NOW)
        attaching = Attaching(own_shelf.license_id, "license.pdf", "张工", "原件")
        attach_file(conn, own_settings.files, pdf(pages=2), attaching, NOW)
    with serving(create_app(own_settings)) as address, calling(address) as client:
        yield Window(client, own_settings, own_shelf.license_id, token)


def encoded(content: bytes) -> str:
    """Return a file as it is called with."""
    return base64.b64encode(content).decode()


def test_a_consumer_is_given_a_working_copy_for_its_cause(window: Window) -> None:
    told = window.call("downloadFile", **FILE, fileType="PDF", certificateCopyExpiringTime="2016-12-31")["data"]
    assert told["certificateCopyExpiringTime"] == "2016-12-31 23:59:59"
    assert (told["certificateCopyCause"], told["fileType"], told["certificateIdentifier"]) == (CAUSE, "pdf", IDENTIFIER)
    assert told["certificateCopyCreator"] == "交通运输局（transport）"
    pages = PdfReader(io.BytesIO(base64.b64decode(told["content"]))).pages
    assert len(pages) == 2
    assert all(told["certificateCopyIdentifier"] in page.extract_text() for page in pages)
    assert window.recorded() == [("consumer: transport", "share downloadFile", CAUSE, False, 1, "0")]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"fileType": "ofd"}, 2),
        ({"fileType": "png"}, 2),
        ({"fileType": "exe"}, 102),
        ({"certificateCopyCause": " "}, 12),
        ({"certificateCopyCause": "字" * 201}, 102),
        ({"certificateIdentifier": ""}, 12),
        ({"certificateIdentifier": IDENTIFIER[:-1] + "A"}, 102),
        ({"certificateCopyExpiringTime": "2016-02-30"}, 102),
        ({"certificateCopyExpiringTime": "2015-01-01"}, 102),
        ({"certificateCopyExpiringTime": "2030-01-01"}, 102),
        ({"certificateCopyExpiringTime": "tomorrow"}, 102),
        ({"more": "1"}, 102),
    ],
)
def test_each_end_of_a_download_has_its_status(window: Window, data: dict[str, str], status: int) -> None:
    answer = window.call("downloadFile", **FILE | data)
    assert (answer["head"]["status"], answer["data"]) == (status, None)


@pytest.mark.parametrize(("state", "status"), [("revoked", 21), ("expired", 22), ("suspended", 23)])
def test_nothing_is_given_of_a_license_that_is_not_good(window: Window, state: str, status: int) -> None:
    content = encoded(base64.b64decode(window.call("downloadFile", **FILE)["data"]["content"]))
    window.change(f"update licenses set status = '{state}'")
    assert window.status("downloadFile", **FILE) == status
    assert window.status("downloadUrl", **URL) == status
    assert window.status("downloadUrlsByHolderCode", **HOLDER) == UNKNOWN
    window.keep_apart()
    assert window.status("downloadUrlsByHolderCode", **HOLDER) == status
    assert window.status("verifyFile", **CHECK, content=content) == status
    assert window.status("verifyFile", **CHECK, content=encoded(pdf(pages=2))) == status


def test_nothing_is_given_of_a_file_that_was_withdrawn(window: Window) -> None:
    content = window.call("downloadFile", **FILE)["data"]["content"]
    (told,) = window.call("downloadUrl", **URL)["data"]
    window.change(f"update license_files set withdrawn_at = '{NOW}', withdrawn_by = '李工'")
    assert window.client.get(told["url"]).status_code == 410
    answer = window.call("verifyFile", **CHECK, content=content)
    assert (answer["head"]["status"], "已撤回" in answer["head"]["message"]) == (99, True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (f"update feeds set fresh_at = '{NOW - timedelta(days=90)}'", "起未提供数据"),
        (f"update licenses set unlisted_at = '{NOW - timedelta(days=90)}'", "全量清单中已无此证照"),
    ],
)
def test_nothing_is_given_or_confirmed_that_nobody_vouches_for(window: Window, change: str, said: str) -> None:
    content = window.call("downloadFile", **FILE)["data"]["content"]
    (told,) = window.call("downloadUrl", **URL)["data"]
    window.change(change)
    for operation, data in {
        "downloadFile": FILE, "downloadUrl": URL, "downloadUrlsByHolderCode": HOLDER,
        "verifyFile": CHECK | {"content": content},
    }.items():  # fmt: skip
        answer = window.call(operation, **data)
        assert (answer["head"]["status"], said in answer["head"]["message"]) == (99, True), answer["head"]
    refused = window.client.get(told["url"])
    assert (refused.status_code, "any more" in refused.text) == (410, False)


def test_a_consumer_without_a_grant_is_told_nothing(window: Window) -> None:
    with window.settings.engine.begin() as conn:
        revoke_types(conn, "transport", ["bizlic"], "王工", NOW)
    calls = {"downloadFile": FILE, "downloadUrl": URL, "downloadUrlsByHolderCode": HOLDER}
    calls["verifyFile"] = CHECK | {"content": encoded(pdf(pages=2))}
    for operation, data in calls.items():
        answer = window.call(operation, **data)
        assert (answer["head"]["status"], answer["data"]) == (100, None), operation
    assert {(row[3], row[5]) for row in window.recorded()} == {(True, "100")}


def test_an_address_leads_to_the_copy_until_it_ends_and_each_use_is_recorded(window: Window) -> None:
    (told,) = window.call("downloadUrl", **URL)["data"]
    path = told["url"].removeprefix(str(window.client.base_url).rstrip("/"))
    assert path.startswith("/share/download?id=")
    for _ in range(2):
        given = window.client.get(path)
        assert given.status_code == 200
        assert given.headers["content-disposition"].startswith('attachment; filename="working-copy-JZ-')
        assert (given.headers["x-content-type-options"], given.headers["cache-control"]) == ("nosniff", "no-store")
        assert told["certificateCopyIdentifier"] in PdfReader(io.BytesIO(given.content)).pages[0].extract_text()
    for by, status in ((timedelta(hours=24, seconds=-1), 200), (timedelta(hours=24), 410)):
        with window.later(by) as address, calling(address) as client:
            assert client.get(path).status_code == status
    used = [row[1:5] for row in window.recorded() if row[1] == "share download"]
    assert used == [("share download", CAUSE, False, 1)] * 3 + [("share download", CAUSE, True, 0)]


def test_an_address_cannot_be_guessed_nor_read_from_the_database(window: Window) -> None:
    (told,) = window.call("downloadUrl", **URL)["data"]
    link_id = told["url"].partition("id=")[2]
    assert len(link_id) >= 43
    with window.settings.engine.connect() as conn:
        whole = conn.execute(text("select working_copies::text from working_copies")).scalar_one()
    assert link_id not in whole
    assert link_id.encode().hex() not in whole
    for guess in ("", "x", link_id[:-1], link_id[:-1] + ("A" if link_id[-1] != "A" else "B")):
        assert window.client.get("/share/download", params={"id": guess}).status_code == 404
    assert window.recorded()[-1][:2] == ("consumer: unknown", "share download")


@pytest.mark.parametrize("how", ["license", "grant", "consumer"])
def test_an_address_falls_with_the_license_the_grant_and_the_consumer(window: Window, how: str) -> None:
    (told,) = window.call("downloadUrl", **URL)["data"]
    with window.settings.engine.begin() as conn:
        if how == "license":
            conn.execute(text("update licenses set status = 'revoked'"))
        elif how == "grant":
            revoke_types(conn, "transport", ["bizlic"], "王工", NOW)
        else:
            end_consumer(conn, "transport", "王工", NOW)
    answer = window.client.get(told["url"])
    assert (answer.status_code, answer.json()["code"]) == (410, "request.link_ended")


def test_an_address_falls_once_its_license_has_another_version(window: Window) -> None:
    (told,) = window.call("downloadUrl", **URL)["data"]
    assert window.client.get(told["url"]).status_code == 200
    window.change("update working_copies set version_count = 1")  # as if it had been made before the license changed
    assert window.client.get(told["url"]).status_code == 410


def test_a_list_of_addresses_says_what_it_is_without(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    again = """insert into licenses overriding system value select (jsonb_populate_record(one, jsonb_build_object('license_id', license_id + {more},
      'record_id', record_id || '{more}', 'license_number', license_number || '{more}', 'license_identifier', null))).*
      from licenses one where record_id not like '%000'"""
    window.change(again.format(more=1000))
    window.change(f"update licenses set unlisted_at = '{NOW}' where record_id like '%1000'")
    answer = window.call("downloadUrlsByHolderCode", **HOLDER)
    assert (len(answer["data"]), answer["head"]["status"]) == (1, 0)
    assert "1 件未给出（该证照不能作为依据：该部门最近的全量清单中已无此证照）" in answer["head"]["message"]
    window.change(again.format(more=2000))
    monkeypatch.setattr("license_library.sharing.shared_files.LINKS", 1)
    assert "一次最多 1 件" in window.call("downloadUrlsByHolderCode", **HOLDER)["head"]["message"]


def test_no_license_is_locked_while_a_store_writes(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow store must not make a merge wait: what is locked by a copy that is noted, is locked after the last is stored."""
    again = """insert into licenses overriding system value select (jsonb_populate_record(one, jsonb_build_object('license_id', license_id + 1000,
      'record_id', record_id || '1000', 'license_number', license_number || '1000', 'license_identifier', null))).*
      from licenses one where subject_id = (select subject_id from licenses where license_number = '370283000012345')"""
    window.change(again)
    stored, put = [], type(window.settings.files).put

    def put_slowly(store: Any, content: bytes, **more: Any) -> bytes:
        window.change("select license_id from licenses for update nowait")
        stored.append(content)
        return put(store, content, **more)

    monkeypatch.setattr(type(window.settings.files), "put", put_slowly)
    assert len(window.call("downloadUrlsByHolderCode", **HOLDER)["data"]) == len(stored) == 2


def test_a_holders_licenses_have_an_address_each(window: Window) -> None:
    told = window.call("downloadUrlsByHolderCode", **HOLDER)["data"]
    assert [one["certificateNumber"] for one in told] == ["370283000012345"]
    assert len({one["url"] for one in told}) == len(told)
    missing = HOLDER | {"certNo": "missing"}
    window.keep_apart()
    assert window.status("downloadUrlsByHolderCode", **missing) == UNKNOWN  # one of nobody knows whom waits
    window.change("update quarantined_records set state = 'mended'")
    assert window.status("downloadUrlsByHolderCode", **missing) == 10
    assert window.status("downloadUrlsByHolderCode", **HOLDER | {"holderTypeCode": "9"}) == 103
    assert window.status("downloadUrl", **URL, expiryTime="2099-01-01") == 102


def test_a_license_of_tomorrow_withholds_no_address_of_today(window: Window) -> None:
    """Where nothing is valid today, nothing is made, and the call is recorded with its end."""
    later = "insert into licenses select (jsonb_populate_record(l, jsonb_build_object('license_id', l.license_id + 1000000, "
    later += "'record_id', 'later' || l.license_id, 'license_number', 'later', 'valid_from', '2200-01-01', 'issued_on', '2016-01-01'))).* from licenses l"
    window.change(later.replace("insert into licenses", "insert into licenses overriding system value"))
    told = window.call("downloadUrlsByHolderCode", **HOLDER)["data"]
    assert [one["certificateNumber"] for one in told] == ["370283000012345"]
    window.change("update licenses set valid_from = '2200-01-01', open_ended = true")
    assert window.status("downloadUrlsByHolderCode", **HOLDER) == 99


def test_a_file_is_verified_by_its_very_bytes(window: Window) -> None:
    told = window.call("downloadFile", **FILE)["data"]
    copy = base64.b64decode(told["content"])
    kept = window.call("verifyFile", **CHECK, content=told["content"])["data"]
    assert (kept["match"], kept["verdict"], kept["kind"]) == (True, "valid", "working_copy")
    assert kept["certificateCopyIdentifier"] == told["certificateCopyIdentifier"]
    original = window.call("verifyFile", **CHECK, content=encoded(pdf(pages=2)))["data"]
    assert (original["match"], original["kind"]) == (True, "license_file")
    assert kept["isCurrent"] is original["isCurrent"] is True
    assert {(one["asOf"], one["freshness"]) for one in (kept, original)} == {("2016-06-15 09:00", "fresh")}
    altered = window.call("verifyFile", **CHECK, content=encoded(copy + b" "))["data"]
    assert (altered["match"], altered["verdict"]) == (False, "altered")
    unknown = window.call("verifyFile", **CHECK, content=encoded(ofd()))["data"]
    assert (unknown["match"], unknown["verdict"], unknown["kind"]) == (False, "unknown", "")
    assert (unknown["asOf"], unknown["freshness"]) == ("", "")


def test_a_file_of_a_former_version_is_said_to_be_one(window: Window) -> None:
    copy = window.call("downloadFile", **FILE)["data"]["content"]
    with window.settings.engine.begin() as conn:  # the same file, kept of the former version as well
        attaching = Attaching(window.license_id, "former.pdf", "张工", "原件", version_count=1)
        attach_file(conn, window.settings.files, pdf(pages=2), attaching, NOW)
    assert window.call("verifyFile", **CHECK, content=encoded(pdf(pages=2)))["data"]["isCurrent"] is True
    window.change("update working_copies set version_count = 1")
    of_copy = window.call("verifyFile", **CHECK, content=copy)["data"]
    assert (of_copy["match"], of_copy["kind"], of_copy["isCurrent"]) == (True, "working_copy", False)
    assert "但属于先前的第 1 版，证照现为第 2 版" in of_copy["message"]
    window.change("update license_files set withdrawn_at = now() where version_count = 2")
    told = window.call("verifyFile", **CHECK, content=encoded(pdf(pages=2)))["data"]
    assert (told["match"], told["kind"], told["isCurrent"]) == (True, "license_file", False)
    assert "但属于先前的第 1 版，证照现为第 2 版" in told["message"]


def test_a_file_of_another_license_type_is_not_told(window: Window) -> None:
    with window.settings.engine.begin() as conn:
        grant_types(conn, "transport", ["roadgoods"], "王工", NOW)
    told = window.call("downloadFile", **FILE)["data"]
    for content in (told["content"], encoded(pdf(pages=2)), encoded(base64.b64decode(told["content"]) + b" ")):
        other = window.call("verifyFile", **CHECK | {"certTypeCode": "roadgoods"}, content=content)["data"]
        assert (other["verdict"], other["certificateCopyIdentifier"]) == ("unknown", "")


def test_an_ended_copy_is_refused_by_verification(window: Window) -> None:
    content = window.call("downloadFile", **FILE)["data"]["content"]
    window.change(f"update feeds set fresh_at = '{NOW + timedelta(days=30)}'")
    for by, status in ((timedelta(days=30, seconds=-1), 0), (timedelta(days=30), 22)):
        with window.later(by) as address, calling(address) as client:
            answer = replace(window, client=client).call("verifyFile", **CHECK, content=content)
        assert answer["head"]["status"] == status
    assert "过期" in answer["head"]["message"]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"content": "不是"}, 102),
        ({"content": "AAA"}, 102),
        ({"content": "\ud800"}, 102),
        ({"content": ""}, 12),
        ({"content": 5}, 102),
        ({"contentType": "hex"}, 102),
        ({"certTypeCode": "no_such"}, 13),
        ({"useCause": ""}, 12),
    ],
)
def test_what_cannot_be_verified_ends_with_its_status(window: Window, data: dict[str, Any], status: int) -> None:
    head = {"accessId": "transport", "accessToken": window.token}
    body = CHECK | {"content": encoded(pdf())} | data
    answer = window.client.post("/share/verifyFile", content=in_ascii({"head": head, "data": body}))
    assert answer.json()["head"]["status"] == status


def test_only_a_file_itself_may_be_anything(window: Window) -> None:
    body = {
        "head": {"accessId": "transport", "accessToken": window.token},
        "data": CHECK | {"certData": {"content": "\ud800"}},
    }
    answer = window.client.post("/share/verifyCertInfo", content=in_ascii(body))
    assert (answer.status_code, answer.json()["head"]["status"]) == (200, 102)


@pytest.mark.parametrize("how", ["called", "unread", "downloaded"])
def test_calls_of_nobody_known_are_counted_and_their_words_not_kept(window: Window, how: str) -> None:
    nobody = {"head": {"accessId": "nobody", "accessToken": "x"}, "data": CHECK | {"useCause": "written by nobody"}}
    before = len(window.recorded())
    for _ in range(LISTED + 3):
        if how == "downloaded":
            window.client.get("/share/download?id=x")
        else:
            window.client.post("/share/verifyFile", content=in_ascii(nobody) if how == "called" else b"{")
    with window.settings.engine.connect() as conn:
        rows = conn.execute(text("select * from inquiries order by inquiry_id")).all()[before:]
    assert len(rows) == LISTED + 1
    assert (rows[-1].actor, rows[-1].action, rows[-1].result_count) == (STRANGER, COUNTED, 3)
    assert {row.purpose for row in rows} == {""}


def in_ascii(value: Any) -> bytes:
    """Return JSON in ASCII, halves of characters too."""
    return json.dumps(value).encode()


def test_a_large_file_is_verified_and_a_larger_one_is_not_read(window: Window) -> None:
    large = encoded(bytes(4_900_000))
    assert window.call("verifyFile", **CHECK, content=large)["data"]["verdict"] == "unknown"
    head = {"accessId": "transport", "accessToken": window.token}
    too_large = {"head": head, "data": CHECK | {"content": encoded(bytes(6_000_000))}}
    assert window.client.post("/share/verifyFile", json=too_large).status_code == 413
    assert (
        window.client.post("/share/queryCertInfo", json={"data": {"certIdentifier": "x" * 70_000}}).status_code == 413
    )


def test_a_long_call_is_read_only_from_a_known_caller(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    head = {"accessId": "transport", "accessToken": window.token}
    data = CHECK | {"content": encoded(bytes(1_000_000))}
    parsed: list[int] = []
    judge = sharing.read_question
    monkeypatch.setattr(sharing, "read_question", lambda body, *rest: parsed.append(len(body)) or judge(body, *rest))
    for body in (
        {"data": data},
        {"head": head | {"accessToken": "x"}, "data": data},
        {"head": "[" * 3_000, "data": data},
        {"data": data, "head": head},
    ):
        assert window.client.post("/share/verifyFile", json=body).json()["head"]["status"] == 11
    assert parsed == []
    assert window.client.post("/share/verifyFile", json={"head": head, "data": data}).json()["head"]["status"] == 0
    assert len(parsed) == 1
    with window.settings.engine.connect() as conn:
        last = text("select action, denied, result_code from inquiries order by inquiry_id desc offset 1 limit 1")
        assert tuple(conn.execute(last).one()) == ("share verifyFile", True, "11")


LONG_ENVELOPE = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><s:{operation} xmlns:s="urn:license-hub:sharing:1">'
    "<s:head><s:accessId>transport</s:accessId><s:accessToken>{token}</s:accessToken></s:head><s:certTypeCode>bizlic</s:certTypeCode>"
    "<s:useCause>x</s:useCause><s:contentType>base64</s:contentType><s:content>{content}</s:content></s:{operation}></soap:Body></soap:Envelope>"
)


@pytest.mark.parametrize(
    ("operation", "is_known", "status", "said"),
    [
        ("verifyFile", True, 200, "<s:status>0</s:status>"),
        ("verifyFile", False, 500, "nothing was read"),
        ("queryCertInfo", True, 413, "request.too_large"),
    ],
)
def test_a_long_envelope_is_read_only_from_a_known_caller_and_with_a_file(
    window: Window, operation: str, is_known: bool, status: int, said: str
) -> None:
    token = window.token if is_known else "x"
    envelope = LONG_ENVELOPE.format(operation=operation, token=token, content=encoded(bytes(1_000_000)))
    answer = window.client.post("/share/soap", content=envelope.encode())
    assert (answer.status_code, said in answer.text) == (status, True), answer.text[:500]
    code = {200: "0", 500: "11", 413: "413"}[status]
    actor = f"consumer: {'transport' if is_known else 'unknown'}"
    action = "share soap" if status == 500 else f"share {operation}"
    (row,) = window.recorded()
    assert (row[0], row[1], row[3], row[5]) == (actor, action, status != 200, code)


def test_a_damaged_store_is_said_to_be_away(window: Window) -> None:
    (told,) = window.call("downloadUrl", **URL)["data"]
    files = window.settings.files
    files._system.rm(files._root, recursive=True)
    assert window.status("downloadFile", **FILE) == 99
    assert window.client.get(told["url"]).status_code == 500


def test_soap_gives_and_verifies_the_same(window: Window) -> None:
    service = zeep.Client(f"{window.client.base_url}/share/soap?wsdl").service
    head = {"accessId": "transport", "accessToken": window.token}
    file = service.downloadFile(head=head, **FILE).file
    assert file.content.startswith(b"%PDF-")
    assert window.call("verifyFile", **CHECK, content=encoded(file.content))["data"]["match"] is True
    checked = service.verifyFile(head=head, **CHECK, content=encoded(file.content))
    assert (checked.status, checked.verified.match, checked.verified.kind) == (0, True, "working_copy")
    assert (checked.verified.asOf, checked.verified.freshness) == ("2016-06-15 09:00", "fresh")
    (link,) = service.downloadUrl(head=head, **URL).link
    assert window.client.get(link.url).content.startswith(b"%PDF-")
    links = service.downloadUrlsByHolderCode(head=head, **HOLDER)
    assert (links.status, len(links.link)) == (0, 1)
    assert service.downloadFile(head=head, **FILE, fileType="ofd").status == 2


def test_the_contract_takes_what_the_core_takes(window: Window) -> None:
    client = zeep.Client(f"{window.client.base_url}/share/soap?wsdl")
    for name, (mandatory, optional) in INPUTS.items():
        taken = dict(client.get_element(f"{{urn:license-hub:sharing:1}}{name}").type.elements)
        assert set(taken) == {"head", *mandatory, *optional}, name
        assert {one for one, element in taken.items() if element.min_occurs} == {"head", *mandatory}, name
