"""What waits, or is not heard of, makes no firm end of a call of the sharing service, and a list says what it is without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from file_samples import pdf
from question_makers import COMPANY, IDENTIFIER, NOW, OLD_COUNTY_PERSON, TODAY, Library
from subject_makers import fifteen

from license_library.answers import Words
from license_library.asking.doubts import CONTRADICTED
from license_library.files.file_store import FileStore
from license_library.files.license_files import Attaching, attach_file
from license_library.sharing.consumers import add_consumer, grant_types
from license_library.sharing.shared_licenses import CertInfo
from license_library.sharing.sharing import answer_call
from license_library.sharing.sharing_calls import Call
from license_library.sharing.sharing_replies import Compared, Reply
from license_library.sharing.sharing_rights import FilePlace
from license_library.sharing.sharing_words import MESSAGES, Status
from license_library.words.verify_words import FORMER, PASSED_ON, REPLACED
from schemas.identifiers.license_identifier import identifier_forms

CAUSE = "办件 370283-2016-000123"
HOLDER = {"holderCode": COMPANY, "holderTypeCode": "001", "certTypeCode": "bizlic"}
LATER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.S"
RAN_OUT = date(2016, 6, 1)
SILENT = timedelta(days=21)

OTHER = "91110000600037341L"
Ask = Callable[..., Reply]


@pytest.fixture
def files(shelf: Library, tmp_path: Path) -> FileStore:
    """Give a store of files."""
    return FileStore(str(tmp_path / "files"), shelf.keyring)


@pytest.fixture
def ask(shelf: Library, files: FileStore) -> Ask:
    """Give a way to call one operation as a consumer that may ask for business licenses, of a feed that is fresh."""
    shelf.add_feed()
    place = FilePlace(files, "http://hub.test/share/download?id=")
    token = add_consumer(shelf.conn, shelf.keyring, "transport", "交通运输局", "王工", NOW)
    grant_types(shelf.conn, "transport", ["bizlic"], "王工", NOW)

    def call(operation: str, **data: Any) -> Reply:
        cause = "certificateCopyCause" if operation == "downloadFile" else "useCause"
        asked = Call(operation, "transport", token, {cause: CAUSE} | data)
        return answer_call(shelf.conn, shelf.keyring, place, asked, TODAY, NOW)

    return call


def of_identifier(ask: Ask) -> Reply:
    return ask("queryCertInfo", certIdentifier=IDENTIFIER)


def of_holder(ask: Ask, **more: str) -> Reply:
    return ask("queryCertInfoByHolderCode", **HOLDER, **more)


def silence(shelf: Library) -> None:
    """Let the department be silent for three weeks."""
    shelf.change("update feeds set fresh_at = :then", then=NOW - SILENT)


def hash_of(shelf: Library, subject_id: int) -> bytes:
    return bytes(shelf.read("select holder_hash from subjects where subject_id = :id", id=subject_id)[0])


WITHOUT_HOLDER = [
    ("queryCertInfo", {"certIdentifier": IDENTIFIER}),
    ("queryCertInfoByQRcode", {"qrcode": "nobody's"}),
    ("downloadFile", {"certificateIdentifier": IDENTIFIER}),
    ("downloadUrl", {"certIdentifier": IDENTIFIER}),
]


@pytest.mark.parametrize("type_code", ["11100000000013338W011", "an other"], ids=["known type", "unknown type"])
@pytest.mark.parametrize(("operation", "data"), WITHOUT_HOLDER)
def test_what_waits_of_the_type_may_be_the_license_asked_for(
    shelf: Library, ask: Ask, operation: str, data: dict[str, str], type_code: str
) -> None:
    shelf.change("update license_types set type_code = :code where license_type = 'bizlic'", code=type_code)
    shelf.change("update feeds set face_fields = array['qr_payload']")
    shelf.add_case(license_type="namepre")
    answer = ask(operation, **data)
    is_of_type = "certIdentifier" in data or "certificateIdentifier" in data
    is_known = is_of_type and type_code.isalnum()
    assert (answer.status, "在获准使用的证照类型中" in answer.message) == (Status.NO_LICENSE, not is_known)
    shelf.add_case()
    answer = ask(operation, **data)
    assert (answer.status, answer.data) == (Status.OTHER, None)
    assert "有记录因数据问题待处理，其中可能有此证照" in answer.message


def test_a_license_that_ran_out_may_have_been_renewed_while_nobody_was_heard_of(shelf: Library, ask: Ask) -> None:
    shelf.add_license(shelf.add_subject(), license_identifier=IDENTIFIER, valid_to=RAN_OUT)
    assert (of_identifier(ask).status, of_holder(ask).status) == (Status.EXPIRED, Status.EXPIRED)
    silence(shelf)
    for answer in (of_identifier(ask), of_holder(ask)):
        assert (answer.status, answer.data) == (Status.OTHER, None)
        assert "无法核实：" in answer.message
        assert "起未提供数据" in answer.message


@pytest.mark.parametrize("state", ["expired", "suspended", "restricted", "draft"])
def test_a_license_that_may_be_good_again_ends_nothing_while_a_newer_record_of_it_waits(
    shelf: Library, ask: Ask, state: str
) -> None:
    license_id = shelf.add_license(shelf.add_subject(), license_identifier=IDENTIFIER, status=state)
    before = of_identifier(ask).status
    shelf.let_a_newer_record_wait(license_id)
    for answer in (of_identifier(ask), of_holder(ask)):
        assert answer.status == Status.OTHER
        assert "颁发部门有该证照更新的记录因数据问题待处理" in answer.message
    assert before == {"expired": Status.EXPIRED, "draft": Status.OTHER}.get(state, Status.RESTRICTED)


@pytest.mark.parametrize("state", ["revoked", "withdrawn", "cancelled", "superseded"])
def test_what_was_taken_away_stays_so_and_what_speaks_against_is_told_beside(
    shelf: Library, ask: Ask, state: str
) -> None:
    shelf.add_license(shelf.add_subject(), license_identifier=IDENTIFIER, status=state)
    silence(shelf)
    shelf.change("update licenses set license_number = 'A1'")
    for answer in (of_identifier(ask), of_holder(ask, certNo="A1")):
        assert answer.status == Status.ABOLISHED
        assert "起未提供数据" in answer.message


@pytest.mark.parametrize("state", ["revoked", "superseded"])
def test_a_holder_whose_license_was_taken_away_may_have_another_while_nobody_was_heard_of(
    shelf: Library, ask: Ask, state: str
) -> None:
    shelf.add_license(shelf.add_subject(), status=state)
    silence(shelf)
    answer = of_holder(ask)
    assert answer.status == Status.OTHER
    assert answer.message.count("起未提供数据") == 1


def test_where_the_successor_of_a_license_is_not_here_the_holder_is_not_denied_it(shelf: Library, ask: Ask) -> None:
    shelf.add_license(shelf.add_subject(), status="superseded", license_number="A1")
    assert of_holder(ask, certNo="A1").status == Status.ABOLISHED
    answer = of_holder(ask)
    assert (answer.status, "取代它的证照不在库中" in answer.message) == (Status.OTHER, True)
    shelf.add_license(shelf.add_subject("某", "370283600000001", "099"), license_number="A2", replaces="A1")
    assert of_holder(ask).status == Status.ABOLISHED


@pytest.mark.parametrize("number", [{}, {"certNo": "A1"}])
def test_beside_a_license_that_ran_out_another_feed_that_is_silent_denies_nothing(
    shelf: Library, ask: Ask, number: dict[str, str]
) -> None:
    shelf.add_license(shelf.add_subject(), license_number="A1", valid_to=RAN_OUT)
    shelf.add_feed("transport", ("bizlic",))
    assert of_holder(ask, **number).status == Status.EXPIRED
    shelf.change("update feeds set fresh_at = :then where department = 'transport'", then=NOW - SILENT)
    answer = of_holder(ask, **number)
    assert answer.status == Status.OTHER
    assert "平度市交通运输局：该部门自" in answer.message


def test_what_waits_of_nobody_knows_whom_may_be_the_number_asked_for_and_is_told_beside_a_list(
    shelf: Library, ask: Ask
) -> None:
    said = "另有 1 条记录的持证主体无法识别，可能属于该主体，待处理"
    assert of_holder(ask, certNo="A1").status == Status.NO_LICENSE
    shelf.add_case()
    answer = of_holder(ask, certNo="A1")
    assert (answer.status, said in answer.message) == (Status.OTHER, True)
    answer = of_holder(ask)
    assert (answer.status, said in answer.message) == (Status.NO_LICENSE, True)
    shelf.add_license(shelf.add_subject(), open_ended=True)
    answer = of_holder(ask)
    assert (answer.status, said in answer.message) == (Status.OK, True)


def test_a_license_that_ran_out_beside_one_that_was_taken_away_is_in_doubt_all_the_same(
    shelf: Library, ask: Ask
) -> None:
    company = shelf.add_subject()
    shelf.add_license(company, status="revoked", issued_on=date(2016, 5, 1))
    old = shelf.add_license(company, valid_to=RAN_OUT)
    assert of_holder(ask).status == Status.ABOLISHED
    shelf.let_a_newer_record_wait(old)
    assert of_holder(ask).status == Status.OTHER


@pytest.mark.parametrize("ended", [{"valid_to": RAN_OUT}, {"status": "revoked"}])
def test_what_waits_of_the_holder_may_be_a_new_license(shelf: Library, ask: Ask, ended: dict[str, object]) -> None:
    company = shelf.add_subject()
    shelf.add_license(company, license_number="A1", **ended)
    shelf.add_case(holder_hashes=[hash_of(shelf, company)])
    answer = of_holder(ask)
    assert answer.status == Status.OTHER
    assert "该主体有 1 条记录因数据问题待处理" in answer.message
    # What is asked by its number and was taken away is no other license.
    assert (of_holder(ask, certNo="A1").status == Status.ABOLISHED) == ("status" in ended)


def test_that_a_license_that_ran_out_is_listed_no_more_is_told_beside_its_end(shelf: Library, ask: Ask) -> None:
    license_id = shelf.add_license(shelf.add_subject(), license_identifier=IDENTIFIER, valid_to=RAN_OUT)
    shelf.unlist(license_id)
    answer = of_identifier(ask)
    assert answer.status == Status.EXPIRED
    assert answer.message == f"{MESSAGES[Status.EXPIRED]}：该部门最近的全量清单中已无此证照"


def test_a_license_of_which_a_later_edition_is_kept_is_told_as_replaced(shelf: Library, ask: Ask) -> None:
    company = shelf.add_subject()
    for identifier in (IDENTIFIER, LATER):
        shelf.add_license(company, license_identifier=identifier, open_ended=True)
    told = [ask("queryCertInfo", certIdentifier=one).data for one in (IDENTIFIER, LATER)]
    assert [one[0].doubt for one in told if isinstance(one, list)] == [REPLACED.zh, ""]


def test_of_one_identifier_on_several_licenses_the_one_that_may_be_relied_on_is_told(shelf: Library, ask: Ask) -> None:
    company = shelf.add_subject()
    same = {"license_identifier": IDENTIFIER}
    shelf.add_license(company, license_number="GOOD", issued_on=date(2015, 1, 1), open_ended=True, **same)
    shelf.add_license(company, license_number="RAN OUT", issued_on=date(2016, 3, 1), valid_to=RAN_OUT, **same)
    shelf.add_license(company, license_number="REVOKED", issued_on=date(2016, 5, 1), status="revoked", **same)
    told = of_identifier(ask).data
    assert isinstance(told, list)
    assert [(one.certificate_number, one.doubt) for one in told] == [("GOOD", CONTRADICTED.zh)]


LISTS = ["queryCertInfoByHolderCode", "downloadUrlsByHolderCode"]


@pytest.mark.parametrize("operation", LISTS)
def test_a_list_of_a_holder_says_how_many_records_wait(
    shelf: Library, ask: Ask, files: FileStore, operation: str
) -> None:
    company = shelf.add_subject()
    license_id = shelf.add_license(company, open_ended=True)
    attach_file(shelf.conn, files, pdf(), Attaching(license_id, "license.pdf", "张工", "原件"), NOW)
    shelf.add_case(holder_hashes=[hash_of(shelf, company)], license_type="namepre")
    assert ask(operation, **HOLDER).message == MESSAGES[Status.OK]
    shelf.add_case(holder_hashes=[hash_of(shelf, company)])
    answer = ask(operation, **HOLDER)
    assert (answer.status, answer.told_count) == (Status.OK, 1)
    assert answer.message == f"{MESSAGES[Status.OK]}：该主体有 1 条记录因数据问题待处理"


def test_any_license_whose_successor_is_not_here_leaves_open_what_its_holder_has(shelf: Library, ask: Ask) -> None:
    company = shelf.add_subject()
    shelf.add_license(company, status="superseded", issued_on=date(2014, 1, 1))
    for ended in ({"status": "revoked"}, {"valid_to": RAN_OUT}):
        shelf.add_license(company, issued_on=date(2015, 1, 1), **ended)
        answer = of_holder(ask)
        assert (answer.status, "取代它的证照不在库中" in answer.message) == (Status.OTHER, True)


def test_beside_a_license_that_ran_out_what_waits_of_nobody_knows_whom_may_be_its_renewal(
    shelf: Library, ask: Ask
) -> None:
    company = shelf.add_subject()
    shelf.add_license(company, valid_to=RAN_OUT, license_number="A1")
    shelf.add_license(company, status="revoked", license_number="A2", issued_on=date(2014, 1, 1))
    shelf.add_case()
    said = "持证主体无法识别"
    answers = [of_holder(ask, certNo="A1"), of_holder(ask), of_holder(ask, certNo="A2")]
    assert [one.status for one in answers] == [Status.OTHER, Status.EXPIRED, Status.ABOLISHED]
    assert [said in one.message for one in answers] == [True, True, False]


def test_a_list_of_a_holder_says_whose_department_is_silent(shelf: Library, ask: Ask) -> None:
    shelf.add_feed("transport", ("bizlic",), NOW - SILENT)
    shelf.add_license(shelf.add_subject(), open_ended=True)
    answer = of_holder(ask)
    assert (answer.status, answer.told_count) == (Status.OK, 1)
    assert "平度市交通运输局：该部门自" in answer.message


@pytest.mark.parametrize("term", [{"valid_to": RAN_OUT}, {"status": "suspended"}, {"status": "revoked"}])
def test_that_a_license_is_not_good_ends_nothing_while_it_is_disputed(
    shelf: Library, ask: Ask, term: dict[str, object]
) -> None:
    license_id = shelf.add_license(shelf.add_subject(), license_identifier=IDENTIFIER, license_number="A1", **term)
    shelf.dispute(license_id)
    for answer in (of_identifier(ask), of_holder(ask), of_holder(ask, certNo="A1")):
        assert (answer.status, "内容有异议" in answer.message) == (Status.OTHER, True)


def test_by_a_name_that_its_feed_does_not_tell_a_consumer_is_denied_nothing(shelf: Library, ask: Ask) -> None:
    shelf.change("update license_types set type_code = null where type_code = '11100000000013338W011'")
    shelf.change("update license_types set type_code = '11100000000013338W011' where license_type = 'bizlic'")
    shelf.add_license(shelf.add_subject(), open_ended=True)
    for answer in (of_identifier(ask), ask("queryCertInfoByQRcode", qrcode="q")):
        assert (answer.status, "并非都带" in answer.message) == (Status.OTHER, True)


def compared(ask: Ask, code: str, **more: str) -> Reply:
    given = {"certNo": "A1", "holder": "王五", "holderCode": code} | more
    return ask("verifyCertInfo", certTypeCode="bizlic", certData=given)


def test_whoever_does_not_know_the_holder_s_code_is_told_nothing_else(shelf: Library, ask: Ask) -> None:
    face = {"legal_representative": "王五"}
    license_id = shelf.add_license(
        shelf.add_subject(), license_number="A1", valid_to=date(2019, 7, 9), face=face, holder_name="王五"
    )
    answer = compared(ask, OTHER, legal_representative="王五", certificateValidateEnd="2019-07-09")
    assert isinstance(answer.data, Compared)
    assert [(one.name, one.match) for one in answer.data.fields if one.match is not None] == [
        ("certNo", True),
        ("holderCode", False),
    ]
    assert not answer.data.match
    assert "2019" not in answer.data.message
    shelf.dispute(license_id)
    answer = compared(ask, OTHER, legal_representative="王五")
    assert (answer.status, "异议" in answer.message, "2019" in answer.message) == (Status.OTHER, False, False)


def test_a_number_that_nobody_has_matches_nothing(shelf: Library, ask: Ask) -> None:
    person = shelf.add_subject("王五", fifteen(OLD_COUNTY_PERSON), "111")
    shelf.add_license(person, license_number="A1", open_ended=True, holder_name="王五")
    answers = [compared(ask, code).data for code in (OLD_COUNTY_PERSON[:17] + "0", OLD_COUNTY_PERSON)]
    assert [one.match for one in answers if isinstance(one, Compared)] == [False, True]


def test_a_qr_code_of_a_former_holder_is_told_as_that(shelf: Library, ask: Ask) -> None:
    held = {"license_number": "A1", "open_ended": True, "record_id": "R"}
    license_id = shelf.add_license(shelf.add_subject("某", OTHER), version_count=2, holder_name="某", **held)
    shelf.add_former_version(license_id, shelf.add_subject(), 1, face={"qr_payload": "q/1"}, **held)
    told = ask("queryCertInfoByQRcode", qrcode="q/1").data
    assert isinstance(told, list)
    assert [one.doubt for one in told if isinstance(one, CertInfo)] == [PASSED_ON["qr_payload"].zh]


@pytest.mark.parametrize(("before", "said"), [(OTHER, FORMER), (COMPANY, PASSED_ON)], ids=["same holder", "another"])
def test_an_identifier_of_a_former_version_is_told_as_that(
    shelf: Library, ask: Ask, before: str, said: dict[str, Words]
) -> None:
    holder = shelf.add_subject("某", OTHER)
    license_id = shelf.add_license(holder, version_count=2, holder_name="某", open_ended=True)
    former = holder if before == OTHER else shelf.add_subject()
    shelf.add_former_version(license_id, former, 1, license_identifier=IDENTIFIER)
    told = ask("queryCertInfo", certIdentifier=f" {IDENTIFIER.lower()}").data
    assert isinstance(told, list)
    assert [one.doubt for one in told if isinstance(one, CertInfo)] == [said["identifier"].zh]


def test_whoever_knows_the_holder_s_code_is_not_told_of_a_stranger_s_license(shelf: Library, ask: Ask) -> None:
    shelf.add_feed("transport", ("bizlic",))
    shelf.add_license(shelf.add_subject(), license_number="A1", holder_name="王五", issued_on=date(2014, 1, 1))
    shelf.add_license(shelf.add_subject("某", OTHER), license_number="A1", holder_name="某", department="transport")
    told = compared(ask, COMPANY, issueDate="20150505").data
    assert isinstance(told, Compared)
    assert {one.name: one.match for one in told.fields} == {
        "certNo": True, "holder": True, "holderCode": True, "issueDate": False
    }  # fmt: skip


@pytest.mark.parametrize(("before", "said"), [(OTHER, FORMER), (COMPANY, PASSED_ON)], ids=["same holder", "another"])
@pytest.mark.parametrize("form", [0, 1])
def test_no_copy_is_made_by_an_identifier_of_a_former_version(
    shelf: Library, ask: Ask, before: str, said: dict[str, Words], form: int
) -> None:
    holder = shelf.add_subject("某", OTHER)
    license_id = shelf.add_license(holder, version_count=2, holder_name="某", open_ended=True)
    former = holder if before == OTHER else shelf.add_subject()
    shelf.add_former_version(license_id, former, 1, license_identifier=IDENTIFIER)
    typed = identifier_forms(IDENTIFIER)[form]
    answers = [ask("downloadFile", certificateIdentifier=typed), ask("downloadUrl", certIdentifier=typed)]
    assert [(one.status, said["identifier"].zh in one.message) for one in answers] == [(Status.OTHER, True)] * 2
    shelf.change("update licenses set license_identifier = :now", now=IDENTIFIER)
    answers = [ask("downloadFile", certificateIdentifier=typed), ask("downloadUrl", certIdentifier=typed)]
    assert [one.status for one in answers] == [Status.OK] * 2


def test_a_former_number_of_the_holder_s_license_finds_it_and_is_told_as_that(shelf: Library, ask: Ask) -> None:
    company = shelf.add_subject()
    license_id = shelf.add_license(company, license_number="B7", open_ended=True, version_count=2)
    shelf.add_former_version(license_id, company, 1, license_number="鲁（2016）1号")
    shelf.add_license(shelf.add_subject("某", OTHER), license_number="鲁(2016)1号", open_ended=True)
    told = of_holder(ask, certNo="鲁[2016]1号").data
    assert isinstance(told, list)
    assert [(one.certificate_number, one.doubt) for one in told if isinstance(one, CertInfo)] == [
        ("B7", FORMER["number"].zh)
    ]
    answer = ask("downloadUrlsByHolderCode", **HOLDER, certNo="鲁[2016]1号")
    assert (answer.status, FORMER["number"].zh in answer.message) == (Status.OTHER, True)
    assert of_holder(ask, certNo="nobody's").status == Status.NO_LICENSE


def test_where_the_holder_bears_a_number_today_a_former_one_of_theirs_is_not_meant(shelf: Library, ask: Ask) -> None:
    company = shelf.add_subject()
    license_id = shelf.add_license(company, license_number="B7", open_ended=True, version_count=2)
    shelf.add_former_version(license_id, company, 1, license_number="A1")
    shelf.add_license(company, license_number="A1", open_ended=True)
    told = of_holder(ask, certNo="A1").data
    assert isinstance(told, list)
    assert [(one.certificate_number, one.doubt) for one in told if isinstance(one, CertInfo)] == [("A1", "")]


def test_of_a_number_under_an_older_type_only_who_may_ask_for_that_is_told(shelf: Library, ask: Ask) -> None:
    shelf.add_feed("real_estate", ("realestate", "house_cert"))
    grant_types(shelf.conn, "transport", ["realestate"], "王工", NOW)
    house = {"license_type": "house_cert", "department": "real_estate", "open_ended": True}
    shelf.add_license(shelf.add_subject(), license_number="A1", holder_name="王五", **house)
    given = {"certNo": "A1", "holder": "王五", "holderCode": COMPANY}
    shelf.add_case(license_type="house_cert", department="real_estate", record_id="another")
    assert ask("verifyCertInfo", certTypeCode="realestate", certData=given).status == Status.NO_LICENSE
    grant_types(shelf.conn, "transport", ["realestate", "house_cert"], "王工", NOW)
    answer = ask("verifyCertInfo", certTypeCode="realestate", certData=given)
    assert (answer.status, "房屋所有权证" in answer.message) == (Status.OTHER, True)


def test_a_difference_is_not_told_while_another_license_of_the_holder_may_have_changed(
    shelf: Library, ask: Ask
) -> None:
    company = shelf.add_subject()
    kept = {"license_number": "A1", "holder_name": "王五", "open_ended": True}
    waiting = shelf.add_license(company, issued_on=date(2014, 1, 1), **kept)
    shelf.add_license(company, issued_on=date(2015, 1, 1), **kept)
    assert compared(ask, COMPANY, issueDate="20160101").status == Status.OK
    shelf.let_a_newer_record_wait(waiting)
    answer = compared(ask, COMPANY, issueDate="20160101")
    assert (answer.status, "更新的记录" in answer.message, "不一致" in answer.message) == (Status.OTHER, True, False)


@pytest.mark.parametrize("operation", ["queryCertInfoByHolderCode", "downloadUrlsByHolderCode"])
def test_a_credit_code_is_told_no_end_while_an_older_number_of_it_is_not_bound(
    shelf: Library, ask: Ask, operation: str
) -> None:
    asked = HOLDER | ({"expiryTime": ""} if operation.startswith("download") else {})
    assert ask(operation, **asked).status == Status.NO_LICENSE
    shelf.add_license(shelf.add_subject("某", "MA3N0A9C6", "099"), license_number="A1", open_ended=True)
    reply = ask(operation, **asked)
    assert (reply.status, "含同一" in reply.message or "另有号码" in reply.message) == (Status.OTHER, True)
    shelf.add_license(shelf.add_subject(), license_number="A2", open_ended=True)
    if operation.startswith("query"):
        reply = ask(operation, **asked)
        assert (reply.status, "另有号码" in reply.message) == (Status.OK, True)


def test_an_identifier_of_which_another_edition_is_here_is_told_no_end(shelf: Library, ask: Ask) -> None:
    assert ask("queryCertInfo", certIdentifier=IDENTIFIER).status == Status.NO_LICENSE
    shelf.add_license(shelf.add_subject(), license_identifier=LATER, open_ended=True)
    reply = ask("queryCertInfo", certIdentifier=IDENTIFIER)
    assert (reply.status, "其他版本" in reply.message) == (Status.OTHER, True)
    shelf.change("update licenses set license_type = 'namepre'")
    assert ask("queryCertInfo", certIdentifier=IDENTIFIER).status == Status.NO_LICENSE
