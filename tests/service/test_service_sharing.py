"""Other departments ask: by REST, by zeep and by PHP's SoapClient; each end has its status, and each call its record."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import zeep
from database_clones import Cloned
from httpx import Client
from service_makers import COMPANY, COMPANY_NAME, IDENTIFIER, NOW, PERSON, calling, serving, settings_over
from sqlalchemy import Engine, text

from license_library.asking.masking import mask_code
from license_library.pairs.subject_decisions import PairOrder, decide_pair, undo_decision
from license_library.service.app import create_app
from license_library.service.calls.sharing import share
from license_library.service.calls.soap_envelopes import write_reply
from license_library.service.settings import ServiceSettings
from license_library.sharing.consumers import add_consumer, end_consumer, grant_types
from license_library.sharing.shared_licenses import LISTED
from license_library.sharing.sharing_calls import OPERATIONS, Call
from license_library.sharing.sharing_replies import Reply
from license_library.sharing.sharing_words import MESSAGES, Status
from schemas.identifiers.license_identifier import license_identifier_check
from tests.connectors.peer_servers import demand_php
from tests.license_library.question_makers import Library

CAUSE = "办件 370283-2016-000123"
QR = "https://example.test/q?c=0012345678"
NUMBER = "370283000012345"
OLD_NUMBER = "370283200012343"  # a business registration number, of before the credit code
# Well formed, of license types whose national code the catalogue does not know.
UNMAPPED = "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0"
KEPT_UNMAPPED = "1.2.156.3005.2.11100000000013338W011.11110000000021135M.20230329701.003.Y"
SHARED = "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.003."  # on licenses of two types
SHARED += license_identifier_check(SHARED.removeprefix("1.2.156.3005.2.").replace(".", ""))
_NUMBERS = count(1)


@dataclass(frozen=True)
class Counter:
    """Hold a sharing service and the token of a consumer that may ask for business licenses."""

    address: str
    engine: Engine
    settings: ServiceSettings
    token: str

    def head(self) -> dict[str, str]:
        """Return who asks."""
        return {"accessId": "transport", "accessToken": self.token}


@pytest.fixture(scope="module")
def counter(cloned: Cloned, catalogue_template: str) -> Iterator[Counter]:
    """Give a service over a library of its own, with one consumer and licenses in every state."""
    with cloned(catalogue_template) as engine:
        settings = settings_over(engine)
        with engine.begin() as conn:
            token = _fill(Library(conn, settings.keyring), settings)
        with serving(create_app(settings)) as address:
            yield Counter(address, engine, settings, token)


def _fill(library: Library, settings: ServiceSettings) -> str:
    library.add_feed()
    library.add_feed("transport", ("roadgoods",), fresh_at=NOW - timedelta(days=3))
    library.change("update feeds set face_fields = '{scope,qr_payload}' where department = 'market_regulation'")
    company = library.add_subject()
    face = {"scope": "道路货物运输", "qr_payload": QR}
    library.add_license(
        company, license_number=NUMBER, license_identifier=IDENTIFIER, open_ended=True, face=face, issuer_code="X"
    )
    for number, changes in {
        "REVOKED": {"status": "revoked"},
        "SUSPENDED": {"status": "suspended"},
        "EXPIRED": {"valid_to": date(2016, 1, 1)},
    }.items():
        library.add_license(company, license_number=number, face={"qr_payload": f"qr {number}"}, **changes)
    person = library.add_subject("王伟", PERSON, "111")
    unlike = {"license_identifier": KEPT_UNMAPPED, "face": {"qr_payload": "qr namepre"}}
    library.add_license(person, license_type="namepre", license_number=f"P{PERSON}", holder_name="王伟", **unlike)
    for _ in range(2):
        library.add_license(person, license_type="namepre", holder_name="王伟", face={"qr_payload": "qr twice"})
    library.add_license(
        person, department="transport", license_type="roadgoods", license_number="SILENT", holder_name="王伟"
    )
    library.add_license(
        person, license_number="UNLISTED", holder_name="王伟", open_ended=True, unlisted_at=NOW - timedelta(days=9)
    )
    for number, replaces in (("OLD", None), ("NEW", "OLD")):
        library.add_license(person, license_number=number, replaces=replaces, holder_name="王伟", open_ended=True)
    shared = {"license_identifier": SHARED, "face": {"qr_payload": "qr shared"}}
    other = library.add_subject("公司乙", "N1")
    for number in ("P1", "P2"):
        library.add_license(other, license_type="namepre", license_number=number, issued_on=date(2016, 2, 1), **shared)
    mine = library.add_license(other, license_number="MINE", open_ended=True, version_count=2, **shared)
    library.add_former_version(mine, other, license_number="MINE", face={"qr_payload": "qr former"})
    fleet = library.add_subject("公司丙", "N2", "099")
    library.add_license(fleet, license_number="OLD AND GOOD", issued_on=date(2001, 1, 1), open_ended=True)
    for number in range(LISTED + 1):
        library.add_license(fleet, license_number=f"OVER {number}", status="cancelled")
    for number in range(LISTED):
        library.add_license(fleet, license_type="roadgoods", license_number=f"R{number}", open_ended=True)
    brother = library.add_subject("王雷", "370283198505051236", "111")
    wife = library.add_subject("张三", "N3", "099")
    home = library.add_license(wife, license_number="HOME", holder_name="张三", open_ended=True)
    library.add_holders(home, (wife, "张三", "50%"), (brother, "王雷", "50%"))
    token = add_consumer(library.conn, settings.keyring, "transport", "交通运输局", "王工", NOW)
    grant_types(library.conn, "transport", ["bizlic", "roadgoods"], "王工", NOW)
    return token


@pytest.fixture
def caller(counter: Counter) -> Iterator[Client]:
    """Give a client of the service that nobody has signed in."""
    with calling(counter.address) as client:
        yield client


@pytest.fixture
def ask(counter: Counter, caller: Client) -> Callable[..., dict[str, Any]]:
    """Give a way to call one operation."""

    def call(operation: str, head: dict[str, str] | None = None, **data: Any) -> dict[str, Any]:
        answer = caller.post(f"/share/{operation}", json={"head": head or counter.head(), "data": data})
        assert answer.status_code == 200, answer.text
        assert PERSON not in answer.text
        return dict(answer.json())

    return call


@pytest.fixture
def granted(counter: Counter) -> Iterator[Callable[..., dict[str, str]]]:
    """Give a way to add a consumer that may ask for some types only; it ends with the test."""
    added: list[str] = []

    def add(*types: str) -> dict[str, str]:
        with counter.engine.begin() as conn:
            added.append(f"other-{next(_NUMBERS)}")
            token = add_consumer(conn, counter.settings.keyring, added[-1], "另一部门", "王工", NOW)
            grant_types(conn, added[-1], types, "王工", NOW)
        return {"accessId": added[-1], "accessToken": token}

    yield add
    with counter.engine.begin() as conn:
        for one in added:
            end_consumer(conn, one, "王工", NOW)


BY_HOLDER = {"holderCode": COMPANY, "holderTypeCode": "001", "certTypeCode": "bizlic", "useCause": CAUSE}
CERT_DATA = {"certNo": NUMBER, "holder": COMPANY_NAME, "holderCode": COMPANY}
VERIFY = {"certTypeCode": "bizlic", "useCause": CAUSE}

ENDS = [
    ("queryCertInfo", {"certIdentifier": IDENTIFIER, "useCause": CAUSE}, Status.OK),
    ("queryCertInfo", {"certIdentifier": IDENTIFIER}, Status.MANDATORY_EMPTY),
    ("queryCertInfo", {"certIdentifier": IDENTIFIER, "useCause": "  "}, Status.MANDATORY_EMPTY),
    ("queryCertInfo", {"certIdentifier": IDENTIFIER, "useCause": "字" * 201}, Status.BAD_VALUE),
    ("queryCertInfo", {"certIdentifier": IDENTIFIER, "useCause": "a\x00b"}, Status.BAD_VALUE),
    ("queryCertInfo", {"certIdentifier": IDENTIFIER[:-1] + "A", "useCause": CAUSE}, Status.BAD_VALUE),
    ("queryCertInfo", {"certIdentifier": IDENTIFIER, "useCause": CAUSE, "more": "1"}, Status.BAD_VALUE),
    ("queryCertInfo", {"certIdentifier": [1], "useCause": CAUSE}, Status.BAD_VALUE),
    ("queryCertInfoByHolderCode", BY_HOLDER, Status.OK),
    ("queryCertInfoByHolderCode", BY_HOLDER | {"certNo": NUMBER}, Status.OK),
    ("queryCertInfoByHolderCode", BY_HOLDER | {"certNo": "REVOKED"}, Status.ABOLISHED),
    ("queryCertInfoByHolderCode", BY_HOLDER | {"certNo": "SUSPENDED"}, Status.RESTRICTED),
    ("queryCertInfoByHolderCode", BY_HOLDER | {"certNo": "EXPIRED"}, Status.EXPIRED),
    ("queryCertInfoByHolderCode", BY_HOLDER | {"certNo": "missing"}, Status.NO_LICENSE),
    ("queryCertInfoByHolderCode", BY_HOLDER | {"certTypeCode": "namepre"}, Status.NOT_AUTHORISED),
    ("queryCertInfoByHolderCode", BY_HOLDER | {"certTypeCode": "no_such"}, Status.TYPE_UNKNOWN),
    ("queryCertInfoByHolderCode", BY_HOLDER | {"certTypeCode": "a b;"}, Status.BAD_TYPE_CODE),
    ("queryCertInfoByHolderCode", BY_HOLDER | {"certTypeCode": "roadgoods"}, Status.OTHER),
    ("queryCertInfoByHolderCode", BY_HOLDER | {"holderTypeCode": "9"}, Status.BAD_HOLDER_TYPE),
    ("queryCertInfoByHolderCode", BY_HOLDER | {"holderCode": COMPANY[:-1] + "0"}, Status.BAD_VALUE),
    ("queryCertInfoByQRcode", {"qrcode": QR, "useCause": CAUSE}, Status.OK),
    ("queryCertInfoByQRcode", {"qrcode": "qr REVOKED", "useCause": CAUSE}, Status.ABOLISHED),
    ("queryCertInfoByQRcode", {"qrcode": QR[:-1], "useCause": CAUSE}, Status.OTHER),
    ("queryCertInfo", {"certIdentifier": UNMAPPED, "useCause": CAUSE}, Status.OTHER),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA}, Status.OK),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA | {"certNo": ""}}, Status.NUMBER_MISSING),
    ("verifyCertInfo", VERIFY | {"certData": {"certNo": NUMBER, "holder": "x"}}, Status.HOLDER_CODE_MISSING),
    ("verifyCertInfo", VERIFY | {"certData": {"certNo": NUMBER, "holderCode": "x"}}, Status.HOLDER_MISSING),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA | {"certNo": "nobody's"}}, Status.NO_LICENSE),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA | {"certNo": "REVOKED"}}, Status.ABOLISHED),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA | {"certNo": "SUSPENDED"}}, Status.RESTRICTED),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA | {"certNo": "EXPIRED"}}, Status.EXPIRED),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA | {"issueDate": "2016-02-30"}}, Status.BAD_VALUE),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA | {"color": "红"}}, Status.BAD_VALUE),
    ("verifyCertInfo", VERIFY | {"certData": "x"}, Status.BAD_VALUE),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA | {"nosuchfield": "x"}}, Status.BAD_VALUE),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA | {"": "x"}}, Status.BAD_VALUE),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA | {"sex": "男"}}, Status.BAD_VALUE),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA | {"qr_payload": QR}}, Status.OK),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA | {"scope": " "}}, Status.BAD_VALUE),
    ("verifyCertInfo", VERIFY | {"certData": {"certNo": None}}, Status.BAD_VALUE),
    ("verifyCertInfo", VERIFY | {"certData": CERT_DATA | {"issueDept": None}}, Status.BAD_VALUE),
    ("getCertRemarkInfo", {"certTypeCode": "bizlic", "useCause": CAUSE}, Status.OK),
    ("getCertRemarkInfo", {"certTypeCode": "bizlic"}, Status.MANDATORY_EMPTY),
    ("getCertRemarkInfo", {"certTypeCode": "namepre", "useCause": CAUSE}, Status.NOT_AUTHORISED),
]


@pytest.mark.parametrize(("operation", "data", "status"), ENDS)
def test_each_end_of_a_call_has_its_status(
    ask: Callable[..., dict[str, Any]], operation: str, data: dict[str, Any], status: Status
) -> None:
    answer = ask(operation, **data)
    assert answer["head"]["status"] == status, answer
    assert answer["head"]["message"].startswith(MESSAGES[status])
    assert (answer["data"] is not None) == (status == Status.OK)


def test_a_license_is_told_in_the_names_of_the_specification(ask: Callable[..., dict[str, Any]]) -> None:
    (told,) = ask("queryCertInfo", certIdentifier=IDENTIFIER, useCause=CAUSE)["data"]
    assert (told["certificateHolder"], told["certificateNumber"], told["issueDate"]) == (
        COMPANY_NAME,
        NUMBER,
        "20150301",
    )
    assert told["certificateHolderCode"] == "9137**********9C6Y"
    assert told["certificateValidateEnd"] == "长期"
    assert told["freshness"] == "fresh"
    scope = {"name": "经营(许可)范围", "value": "道路货物运输", "valueType": "string", "columnName": "scope"}
    assert scope in told["surface"]


@pytest.mark.parametrize(
    ("types", "end", "said"),
    [
        (["bizlic"], Status.NO_LICENSE, "在获准使用的证照类型中"),
        (["bizlic", "roadgoods"], Status.OTHER, "平度市交通运输局：该部门自"),
        (["bizlic", "foodbiz"], Status.OTHER, "尚无部门向本平台提供证照类型 foodbiz"),
        ([], Status.NOT_AUTHORISED, ""),
    ],
)
def test_where_no_type_is_known_none_means_none_of_the_granted_types(
    granted: Callable[..., dict[str, str]], ask: Callable[..., dict[str, Any]], types: list[str], end: Status, said: str
) -> None:
    head = granted(*types)
    for operation, name, missing, kept in (
        ("queryCertInfo", "certIdentifier", UNMAPPED, KEPT_UNMAPPED),
        ("queryCertInfoByQRcode", "qrcode", "nobody's", "qr namepre"),
        ("queryCertInfoByQRcode", "qrcode", "nobody's", "qr twice"),
    ):
        answer = ask(operation, head, **{name: missing}, useCause=CAUSE)
        is_untold = operation == "queryCertInfo" and end == Status.NO_LICENSE  # its licenses have no identifiers
        assert answer["head"]["status"] == (Status.OTHER if is_untold else end), answer
        assert ("该类证照并非都带电子证照标识" if is_untold else said) in answer["head"]["message"]
        # One of another type is told from none by nothing.
        assert ask(operation, head, **{name: kept}, useCause=CAUSE) == answer


def test_what_may_not_be_asked_for_hides_nothing_that_may(ask: Callable[..., dict[str, Any]]) -> None:
    for operation, name in (("queryCertInfoByQRcode", "qrcode"), ("queryCertInfo", "certIdentifier")):
        answer = ask(operation, **{name: "qr shared" if name == "qrcode" else SHARED}, useCause=CAUSE)
        assert [one["certificateNumber"] for one in answer["data"] or ()] == ["MINE"], answer


@pytest.mark.parametrize(("payload", "doubt"), [(" qr former ", "二维码属于先前版本，请核对现行内容"), (f" {QR} ", "")])
def test_a_qr_payload_of_an_earlier_version_is_told_so(
    ask: Callable[..., dict[str, Any]], payload: str, doubt: str
) -> None:
    answer = ask("queryCertInfoByQRcode", qrcode=payload, useCause=CAUSE)
    assert [one["doubt"] for one in answer["data"] or ()] == [doubt], answer


def test_only_what_may_be_relied_on_is_listed(ask: Callable[..., dict[str, Any]]) -> None:
    told = ask("queryCertInfoByHolderCode", **BY_HOLDER)["data"]
    assert [one["certificateNumber"] for one in told] == [NUMBER]


def test_given_values_are_compared_field_by_field_and_never_told(ask: Callable[..., dict[str, Any]]) -> None:
    given = CERT_DATA | {
        "holder": "另一家公司",
        "scope": "道路货物运输",
        "issueDate": "20150301",
        "entity_type": "企业",
    }
    told = ask("verifyCertInfo", **VERIFY, certData=given)["data"]
    assert told["match"] is False
    assert {one["name"]: one["match"] for one in told["fields"]} == {
        "certNo": True, "holder": False, "holderCode": True, "scope": True, "issueDate": True, "entity_type": None,
    }  # fmt: skip
    assert ask("verifyCertInfo", **VERIFY, certData=CERT_DATA)["data"]["match"] is True
    assert ask("verifyCertInfo", **VERIFY, certData=CERT_DATA | {"address": "人民路1号"})["data"]["match"] is False


def test_what_was_compared_is_told_with_its_reasons_its_source_and_age(ask: Callable[..., dict[str, Any]]) -> None:
    told = ask("verifyCertInfo", **VERIFY, certData=CERT_DATA)["data"]
    assert (told["match"], told["freshness"], told["asOf"], told["replaced"]) == (
        True,
        "fresh",
        "2016-06-15 09:00",
        False,
    )
    assert "数据截至 2016-06-15 09:00" in told["message"]
    told = ask("verifyCertInfo", **VERIFY, certData=CERT_DATA | {"holder": "另一家公司"})["data"]
    assert (told["match"], "不一致的字段：持证主体" in told["message"]) == (False, True)


def test_all_match_only_where_all_were_compared(ask: Callable[..., dict[str, Any]]) -> None:
    """A field of the type for which the department never told a value was compared by nobody."""
    told = ask("verifyCertInfo", **VERIFY, certData=CERT_DATA | {"主体类型": "企业"})["data"]
    assert (told["match"], told["fields"][-1]) == (False, {"name": "主体类型", "match": None})
    assert "未能全部比对" in told["message"]
    assert "内容一致" not in told["message"]
    assert "内容一致" in ask("verifyCertInfo", **VERIFY, certData=CERT_DATA)["data"]["message"]


def test_a_license_whose_place_another_took_is_said_to_be_replaced(ask: Callable[..., dict[str, Any]]) -> None:
    for number, is_replaced in (("OLD", True), ("NEW", False)):
        given = {"certNo": number, "holder": "王伟", "holderCode": PERSON}
        told = ask("verifyCertInfo", **VERIFY, certData=given)["data"]
        assert (told["match"], told["replaced"], "已有证照取代本证照" in told["message"]) == (
            True,
            is_replaced,
            is_replaced,
        )


def test_of_a_silent_department_a_difference_is_no_firm_no(ask: Callable[..., dict[str, Any]]) -> None:
    given = {"certNo": "SILENT", "holder": "王玮", "holderCode": PERSON}
    answer = ask("verifyCertInfo", **VERIFY | {"certTypeCode": "roadgoods"}, certData=given)
    assert (answer["head"]["status"], answer["data"]) == (99, None)
    assert "该部门自 2016-06-12 10:00 起未提供数据" in answer["head"]["message"]
    assert "不一致" not in answer["head"]["message"]


def test_what_may_be_relied_on_is_never_cut_off_by_what_may_not(ask: Callable[..., dict[str, Any]]) -> None:
    asked = BY_HOLDER | {"holderCode": "N2", "holderTypeCode": "099"}
    answer = ask("queryCertInfoByHolderCode", **asked)
    assert [one["certificateNumber"] for one in answer["data"]] == ["OLD AND GOOD"]
    assert answer["head"]["message"] == MESSAGES[Status.OK]


def test_a_list_that_is_cut_says_so(ask: Callable[..., dict[str, Any]], counter: Counter) -> None:
    asked = BY_HOLDER | {"holderCode": "N2", "holderTypeCode": "099", "certTypeCode": "roadgoods"}
    answer = ask("queryCertInfoByHolderCode", **asked)
    silent = "平度市交通运输局：该部门自 2016-06-12 10:00 起未提供数据，已超过承诺的 26 小时"
    assert (len(answer["data"]), answer["head"]["message"]) == (LISTED, f"{MESSAGES[Status.OK]}：{silent}")
    with counter.engine.begin() as conn:
        library = Library(conn, counter.settings.keyring)
        (fleet,) = library.read("select subject_id from subjects where name = '公司丙'")
        more = library.add_license(fleet, license_type="roadgoods", record_id="more", open_ended=True)
    answer = ask("queryCertInfoByHolderCode", **asked)
    assert (len(answer["data"]), answer["head"]["status"]) == (LISTED, Status.OK)
    assert answer["head"]["message"] == f"{MESSAGES[Status.OK]}：仅列出最新的 100 件，请给出证照编号查询其余；{silent}"
    with counter.engine.begin() as conn:
        conn.execute(text("delete from licenses where license_id = :id"), {"id": more})


def test_everyone_who_holds_a_license_is_told(ask: Callable[..., dict[str, Any]]) -> None:
    asked = BY_HOLDER | {"holderCode": "N3", "holderTypeCode": "099"}
    (told,) = ask("queryCertInfoByHolderCode", **asked)["data"]
    assert told["certificateHolder"] == "张三、王雷"
    assert told["certificateHolderCode"].endswith("、{}".format(mask_code("370283198505051236")))
    assert told["certificateHolderType"].endswith("、公民身份号码")


def test_of_a_holder_of_whom_records_wait_there_is_no_firm_no(
    ask: Callable[..., dict[str, Any]], counter: Counter
) -> None:
    asked = BY_HOLDER | {"certNo": "missing"}
    with counter.engine.begin() as conn:
        library = Library(conn, counter.settings.keyring)
        (company,) = library.read("select holder_hash from subjects where name = :name", name="平度市恒通运输有限公司")
        other = library.add_case(holder_hashes=[company], license_type="namepre")
    assert ask("queryCertInfoByHolderCode", **asked)["head"]["status"] == Status.NO_LICENSE
    with counter.engine.begin() as conn:
        waiting = {"holder_hashes": [company], "license_type": "bizlic", "digest": b"another row"}
        ids = [other, Library(conn, counter.settings.keyring).add_case(**waiting)]
    answer = ask("queryCertInfoByHolderCode", **asked)
    assert (answer["head"]["status"], answer["data"]) == (Status.OTHER, None)
    assert "该主体有 1 条记录因数据问题待处理" in answer["head"]["message"]
    with counter.engine.begin() as conn:
        conn.execute(text("delete from quarantined_records where quarantine_id = any(:ids)"), {"ids": ids})


@pytest.mark.parametrize("name", ["王伟", "王玮"])
def test_of_an_unlisted_license_neither_a_match_nor_a_difference_is_told(
    ask: Callable[..., dict[str, Any]], name: str
) -> None:
    given = {"certNo": "UNLISTED", "holder": name, "holderCode": PERSON}
    answer = ask("verifyCertInfo", **VERIFY, certData=given)
    assert (answer["head"]["status"], answer["data"]) == (99, None)
    assert "该部门最近的全量清单中已无此证照" in answer["head"]["message"]


def test_a_license_is_told_with_what_speaks_against_it(ask: Callable[..., dict[str, Any]], counter: Counter) -> None:
    asked = BY_HOLDER | {"holderCode": PERSON, "holderTypeCode": "111"}
    told = {one["certificateNumber"]: one["doubt"] for one in ask("queryCertInfoByHolderCode", **asked)["data"]}
    replaced = "已有证照取代本证照，请核验取代它的证照"
    assert told == {"OLD": replaced, "NEW": "", "UNLISTED": "该部门最近的全量清单中已无此证照"}
    (silent,) = ask("queryCertInfoByHolderCode", **asked | {"certTypeCode": "roadgoods"})["data"]
    assert (silent["freshness"], "起未提供数据" in silent["doubt"]) == ("silent", True)
    service = zeep.Client(f"{counter.address}/share/soap?wsdl").service
    by_soap = service.queryCertInfoByHolderCode(head=counter.head(), **asked)
    assert {one.certificateNumber: one.doubt or "" for one in by_soap.cert} == told


def test_a_face_field_is_compared_by_its_label_too_but_never_twice(ask: Callable[..., dict[str, Any]]) -> None:
    label = {"经营(许可)范围": "道路货物运输"}
    assert ask("verifyCertInfo", **VERIFY, certData=CERT_DATA | label)["data"]["match"] is True
    twice = ask("verifyCertInfo", **VERIFY, certData=CERT_DATA | label | {"scope": "别的"})
    assert twice["head"]["status"] == Status.BAD_VALUE


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_demands_why_it_is_asked(ask: Callable[..., dict[str, Any]], operation: str) -> None:
    cause = "certificateCopyCause" if operation == "downloadFile" else "useCause"
    for data in ({}, {cause: " "}):
        head = ask(operation, **data)["head"]
        assert (head["status"], cause in head["message"]) == (Status.MANDATORY_EMPTY, True), head


@pytest.mark.parametrize("operation", OPERATIONS)
def test_nobody_unknown_is_told_anything(ask: Callable[..., dict[str, Any]], counter: Counter, operation: str) -> None:
    for head in (
        {"accessId": "transport", "accessToken": "guessed"},
        {"accessId": "nobody", "accessToken": counter.token},
    ):
        assert ask(operation, head, certIdentifier=IDENTIFIER, useCause=CAUSE)["head"]["status"] == 11


def test_every_call_is_recorded_with_who_what_why_and_how_it_ended(
    ask: Callable[..., dict[str, Any]], counter: Counter
) -> None:
    ask("queryCertInfoByHolderCode", **BY_HOLDER)
    ask("queryCertInfoByHolderCode", **BY_HOLDER | {"certTypeCode": "namepre"})
    ask("queryCertInfo", {"accessId": "transport", "accessToken": "x"}, certIdentifier=IDENTIFIER, useCause=CAUSE)
    with counter.engine.connect() as conn:
        rows = conn.execute(text("select * from inquiries order by inquiry_id desc limit 3")).all()[::-1]
    assert [(row.actor, row.action, row.purpose, row.result_code, row.denied, row.result_count) for row in rows] == [
        ("consumer: transport", "share queryCertInfoByHolderCode", CAUSE, "0", False, 1),
        ("consumer: transport", "share queryCertInfoByHolderCode", CAUSE, "100", True, 0),
        ("consumer: unknown", "share queryCertInfo", "", "11", True, 0),
    ]
    assert all(COMPANY.encode() not in bytes(row.question_hash) for row in rows)


def test_a_call_whose_values_are_null_is_recorded_as_every_other(
    ask: Callable[..., dict[str, Any]], counter: Counter
) -> None:
    assert "certData" in ask("verifyCertInfo", **VERIFY, certData=CERT_DATA | {"scope": None})["head"]["message"]
    with counter.engine.connect() as conn:
        row = conn.execute(text("select * from inquiries order by inquiry_id desc limit 1")).one()
    assert (row.action, row.result_code) == ("share verifyCertInfo", "102")


def test_a_call_that_cannot_be_recorded_is_not_answered(counter: Counter) -> None:
    call = Call("queryCertInfo", "transport", counter.token, {"certIdentifier": IDENTIFIER, "useCause": CAUSE})
    broken = counter.settings.engine.execution_options(schema_translate_map=None)
    with broken.begin() as conn:
        conn.execute(text("alter table inquiries rename to inquiries_away"))
    try:
        with pytest.raises(Exception, match="inquiries"):
            share(counter.settings, call, "http://hub.test/share/download?id=")
    finally:
        with broken.begin() as conn:
            conn.execute(text("alter table inquiries_away rename to inquiries"))


def test_what_cannot_be_read_ends_in_words_and_is_recorded(caller: Client, counter: Counter) -> None:
    for body in (b"", b"{", b"[]", b'{"head": {"who": 1}}', b'{"data": {"a": NaN}}'):
        answer = caller.post("/share/queryCertInfo", content=body)
        assert (answer.status_code, answer.json()["head"]["status"]) == (200, 102)
    assert caller.post("/share/dropTables", json={}).status_code == 404
    assert caller.post("/share/queryCertInfo", content=b"x" * 70_000).status_code == 413


def test_a_license_under_another_number_says_by_which_decision(
    counter: Counter, ask: Callable[..., dict[str, Any]]
) -> None:
    assert ask("queryCertInfoByHolderCode", **BY_HOLDER | {"certNo": NUMBER})["data"][0]["boundBy"] == ""
    keyring = counter.settings.keyring
    with counter.engine.begin() as conn:
        found = text("select subject_id, license_id from licenses where license_number = :number")
        own, proof = conn.execute(found, {"number": NUMBER}).one()
        other = Library(conn, keyring).add_subject("曾用代码", OLD_NUMBER, "099")
        order = PairOrder(decision="same", who="张工", reason="同一主体", license_ids=[proof])
        decision = decide_pair(conn, keyring, own, other, order, lambda: NOW)
    told = ask("queryCertInfoByHolderCode", **BY_HOLDER | {"holderCode": OLD_NUMBER, "holderTypeCode": "099"})["data"]
    assert [f"第 {decision} 号认定" in one["boundBy"] for one in told if one["certificateNumber"] == NUMBER] == [True]
    compared = ask("verifyCertInfo", **VERIFY, certData=CERT_DATA | {"holderCode": OLD_NUMBER})["data"]
    assert (compared["match"], f"第 {decision} 号认定" in compared["message"]) == (True, True)
    with counter.engine.begin() as conn:
        undo_decision(conn, keyring, decision, "李工", "证据有误", lambda: NOW)


def test_an_ended_consumer_asks_no_more(counter: Counter, ask: Callable[..., dict[str, Any]]) -> None:
    with counter.engine.begin() as conn:
        token = add_consumer(conn, counter.settings.keyring, "short", "临时", "王工", NOW)
    head = {"accessId": "short", "accessToken": token}
    assert ask("getCertRemarkInfo", head, certTypeCode="bizlic", useCause=CAUSE)["head"]["status"] == 100
    with counter.engine.begin() as conn:
        end_consumer(conn, "short", "王工", NOW)
    assert ask("getCertRemarkInfo", head, certTypeCode="bizlic", useCause=CAUSE)["head"]["status"] == 11


def test_a_token_is_kept_as_a_keyed_hash_only(counter: Counter) -> None:
    with counter.engine.connect() as conn:
        row = conn.execute(text("select consumers::text as whole from consumers where access_id = 'transport'")).one()
    assert counter.token not in row.whole
    assert counter.token.encode().hex() not in row.whole


def test_zeep_asks_by_the_contract_that_is_served(counter: Counter) -> None:
    service = zeep.Client(f"{counter.address}/share/soap?wsdl").service
    told = service.queryCertInfo(head=counter.head(), certIdentifier=IDENTIFIER, useCause=CAUSE)
    assert (told.status, told.cert[0].certificateHolder, len(told.cert[0].surface)) == (0, COMPANY_NAME, 2)
    items = [{"name": name, "_value_1": value} for name, value in CERT_DATA.items()]
    compared = service.verifyCertInfo(
        head=counter.head(), certTypeCode="bizlic", certData={"item": items}, useCause=CAUSE
    )
    assert (compared.status, compared.compared.match, compared.compared.replaced) == (0, True, False)
    assert (compared.compared.asOf, compared.compared.freshness) == ("2016-06-15 09:00", "fresh")
    assert "数据截至" in compared.compared.message
    assert {one.name: one.match for one in compared.compared.field} == dict.fromkeys(CERT_DATA, True)
    listed = service.queryCertInfoByHolderCode(head=counter.head(), **BY_HOLDER)
    assert [one.certificateNumber for one in listed.cert] == [NUMBER]
    assert service.queryCertInfoByQRcode(head=counter.head(), qrcode="qr EXPIRED", useCause=CAUSE).status == 22
    faces = service.getCertRemarkInfo(head=counter.head(), certTypeCode="bizlic", useCause=CAUSE)
    told = [(one.name, one.columnName, one.valueType) for one in faces.remark]
    assert (len(told), told[0], told[3]) == (
        6,
        ("主体类型", "entity_type", "string"),
        ("成立日期", "founded_on", "date"),
    )
    refused = service.queryCertInfo(
        head={"accessId": "x", "accessToken": "y"}, certIdentifier=IDENTIFIER, useCause=CAUSE
    )
    assert refused.status == 11


PHP = """<?php
ini_set('soap.wsdl_cache_enabled', '0');
$asked = json_decode(file_get_contents('php://stdin'), true);
$client = new SoapClient($asked['wsdl'], ['exceptions' => true]);
$told = $client->queryCertInfo(['head' => $asked['head'], 'certIdentifier' => $asked['identifier'], 'useCause' => $asked['cause']]);
$items = [];
foreach ($asked['values'] as $name => $value) { $items[] = ['name' => $name, '_' => $value]; }
$compared = $client->verifyCertInfo(['head' => $asked['head'], 'certTypeCode' => 'bizlic', 'certData' => ['item' => $items], 'useCause' => $asked['cause']]);
echo json_encode([$told->status, $told->cert->certificateHolder, $compared->status, $compared->compared->match], JSON_UNESCAPED_UNICODE);
"""


def test_phps_soap_client_asks_by_the_contract_that_is_served(counter: Counter, tmp_path: Path) -> None:
    demand_php()
    script = tmp_path / "ask.php"
    script.write_text(PHP, "utf-8")
    asked = {
        "wsdl": f"{counter.address}/share/soap?wsdl", "head": counter.head(), "identifier": IDENTIFIER, "cause": CAUSE,
        "values": CERT_DATA,
    }  # fmt: skip
    done = subprocess.run(["php", str(script)], input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == [0, COMPANY_NAME, 0, True]


ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:license-hub:sharing:1">{}</s:Envelope>'
)
ITEMS = "<s:Body><verifyCertInfo><certData>{}</certData></verifyCertInfo></s:Body>"
HOSTILE = [
    b"",
    b"not xml",
    b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    ENVELOPE.format("<s:Body/>").encode(),
    ENVELOPE.format("<s:Body><dropTables/></s:Body>").encode(),
    ENVELOPE.format("<s:Body><?php echo 1 ?><queryCertInfo/></s:Body>").encode(),
    ENVELOPE.format("<s:Body><queryCertInfo><qrcode>1</qrcode><qrcode>2</qrcode></queryCertInfo></s:Body>").encode(),
    ENVELOPE.format('<s:Header><a s:mustUnderstand="1"/></s:Header><s:Body><queryCertInfo/></s:Body>').encode(),
    ENVELOPE.format("<s:Body><queryCertInfo>" + "<a>" * 40 + "</a>" * 40 + "</queryCertInfo></s:Body>").encode(),
    ENVELOPE.format("<s:Body><queryCertInfo/></s:Body>").encode("utf-16"),
    ENVELOPE.format(ITEMS.format('<item name="holder">a</item><item name="holder">b</item>')).encode(),
    ENVELOPE.format(ITEMS.format("<item>a</item>")).encode(),
    ENVELOPE.format(ITEMS.format('<item name=" ">a</item>')).encode(),
]


@pytest.mark.parametrize("body", HOSTILE)
def test_an_envelope_that_is_not_of_the_contract_is_a_fault_of_the_caller(caller: Client, body: bytes) -> None:
    answer = caller.post("/share/soap", content=body, headers={"Content-Type": "text/xml"})
    assert answer.status_code == 500
    assert "<faultcode>soap:Client</faultcode>" in answer.text
    assert "root:" not in answer.text


def test_an_empty_call_by_soap_is_nobodys(caller: Client) -> None:
    answer = caller.post("/share/soap", content=ENVELOPE.format("<s:Body><queryCertInfo/></s:Body>").encode())
    assert "status>11</" in answer.text


def test_a_reply_with_what_no_xml_holds_is_written_all_the_same() -> None:
    told = Reply(Status.OK, "好", data=[{"name": "a\uffff\x0bb"}])
    assert "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b".encode() in write_reply("queryCertInfo", told)
