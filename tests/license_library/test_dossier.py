"""A license is answered whole: values, versions with their changes, and the way back to the landed page."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from question_makers import COMPANY, NOW, PERSON, TODAY, Library

from license_library.licenses.dossier import get_license
from schemas.errors import NotFound


def test_versions_come_newest_first_with_what_each_changed(shelf: Library) -> None:
    shelf.add_feed()
    subject = shelf.add_subject()
    license_id = shelf.add_license(
        subject, license_number="A1", version_count=3, status="suspended", valid_to=date(2020, 1, 1)
    )
    early, late = NOW - timedelta(days=90), NOW - timedelta(days=30)
    shelf.add_former_version(license_id, subject, 1, license_number="A1", known_from=early, known_to=late)
    shelf.add_former_version(license_id, subject, 2, license_number="A1", valid_to=date(2020, 1, 1), known_from=late)
    answer = get_license(shelf.conn, shelf.keyring, license_id, TODAY, NOW)
    assert [version.version_count for version in answer.versions] == [3, 2, 1]
    assert [version.current for version in answer.versions] == [True, False, False]
    assert [[change.field for change in version.changes] for version in answer.versions] == [
        ["status"],
        ["valid_to"],
        [],
    ]
    change = answer.versions[0].changes[0]
    assert (change.before, change.after, change.words.zh) == ("valid", "suspended", "状态")
    assert answer.versions[2].known_to == late


def test_a_license_leads_back_to_its_page(shelf: Library) -> None:
    exchange_id = shelf.add_feed()
    license_id = shelf.add_license(shelf.add_subject())
    origin = get_license(shelf.conn, shelf.keyring, license_id, TODAY, NOW).provenance
    assert (origin.exchange_id, origin.page_number, origin.position) == (exchange_id, 1, 4)
    assert (origin.mapping_version, origin.rule_version) == ("map-1", "rule-1")
    assert origin.page_digest == bytes(range(32)).hex()
    assert origin.page_kept
    assert origin.received_at == NOW - timedelta(hours=1)


def test_a_waiting_newer_record_is_counted(shelf: Library) -> None:
    shelf.add_feed()
    license_id = shelf.add_license(shelf.add_subject(), record_id="R77")
    shelf.add_case(record_id="R77")
    shelf.add_case(record_id="R77", state="mended")
    assert get_license(shelf.conn, shelf.keyring, license_id, TODAY, NOW).quarantined == 1


def test_no_code_leaves_unmasked_whatever_field_it_hides_in(shelf: Library) -> None:
    shelf.add_feed("public_security", ("idcard",))
    person = shelf.add_subject("王伟", PERSON, "111")
    license_id = shelf.add_license(
        person,
        department="public_security",
        license_type="idcard",
        license_number=PERSON,
        record_id=f"370283/{PERSON}",
        version_count=2,
        change_reason=f"更正 {PERSON}",
        face={"id": PERSON, "mother": "370283198512310021", "address": "东阁街道"},
    )
    shelf.add_former_version(license_id, person, 1, license_number="370283198512310021", department="public_security")
    answer = get_license(shelf.conn, shelf.keyring, license_id, TODAY, NOW)
    told = msgspec.json.encode(answer).decode()
    assert PERSON not in told
    assert "370283198512310021" not in told
    assert answer.provenance.record_id == "370283/3702**********7211"
    assert {field.name: field.value for field in answer.face}["address"] == "东阁街道"


def test_the_old_form_and_a_passport_are_masked_in_every_version(shelf: Library) -> None:
    shelf.add_feed("public_security", ("idcard",))
    for code, code_type, hidden in (
        ("37022619651301001X", "111", "370226651301001"),
        ("E12345678", "414", "E12345678"),
    ):
        person = shelf.add_subject("王伟", code, code_type)
        where = {"department": "public_security", "license_number": hidden, "file_url": f"/files/{hidden}.pdf"}
        license_id = shelf.add_license(
            person, **where, record_id=code, version_count=2, item_name=f"补证 {hidden}", face={"old": hidden}
        )
        shelf.add_former_version(license_id, person, 1, **{**where, "file_url": f"/old/{hidden}.pdf"})
        told = get_license(shelf.conn, shelf.keyring, license_id, TODAY, NOW)
        assert hidden not in msgspec.json.encode(told).decode()


def test_a_changed_holder_is_shown_masked(shelf: Library) -> None:
    shelf.add_feed()
    before, after = shelf.add_subject(), shelf.add_subject("平度市新公司", "91110000600037341L")
    license_id = shelf.add_license(after, license_number="A1", version_count=2, holder_name="平度市新公司")
    shelf.add_former_version(license_id, before, 1, license_number="A1")
    changes = get_license(shelf.conn, shelf.keyring, license_id, TODAY, NOW).versions[0].changes
    told = {change.field: (change.before, change.after) for change in changes}
    assert told["holder_code"] == ("9137**********9C6Y", "9111**********341L")
    assert COMPANY not in str(told)


def test_an_id_nothing_is_kept_under_is_not_found(shelf: Library) -> None:
    with pytest.raises(NotFound):
        get_license(shelf.conn, shelf.keyring, 404, TODAY, NOW)
