"""A request about a license is answered by what comes back put right, and by nothing else that its department changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from question_makers import NOW, TODAY, Library

from license_library.catalogue.calendar import seed_calendar
from license_library.licenses.dossier import get_license
from license_library.quarantine.correction_following import settle_corrected
from license_library.quarantine.corrections import Correction, answer_correction, ask_for_license
from schemas.catalogue.workdays import announced_days

OTHER = "91370283MA3N0A9C7W"
FACE = {"scope": "普通货运", "address": "平度市一路 1 号"}
LATER = NOW + timedelta(hours=8)
FIELDS = (
    "holder_name", "holder_code", "holder_code_type", "holders", "valid_to", "status", "issuer_code", "face",
    "face.address", "face.scope",
)  # fmt: skip
# What the department changes that night, and of which doubts that may be the answer.
CHANGES: dict[str, tuple[str, set[str]]] = {
    "scope": ("""face = face || '{"scope": "货运"}'""", {"face", "face.scope"}),
    "nothing but its time": ("source_updated_at = source_updated_at", set()),
    "term": ("valid_to = '2030-01-01'", {"valid_to"}),
    "status": ("status = 'suspended'", {"status"}),
    "issuer_code": ("issuer_code = '11370283MB9T00230W'", {"issuer_code"}),
    "name": ("holder_name = '平度市恒通物流有限公司'", {"holder_name"}),
    "holder": ("subject_id = :other", {"holder_code", "holder_code_type"}),
    "an entry no more": ("face = face - 'address'", {"face", "face.address"}),
}


@pytest.fixture
def doubted(shelf: Library) -> Library:
    """Give a library with one license, which two hold, and working days."""
    shelf.add_feed()
    seed_calendar(shelf.conn, list(announced_days()))
    holders = [shelf.add_subject(), shelf.add_subject("另一家", OTHER)]
    license_id = shelf.add_license(holders[0], face=FACE, record_id="R")
    shelf.add_holders(license_id, *((holder, f"持有人{holder}", "1/2") for holder in holders))
    return shelf


def new_version(shelf: Library, change: str, **values: Any) -> None:
    """Bring a version in which the department changed something, as a merge does."""
    shelf.change(
        """insert into license_versions select license_id, version_count, department, feed, subject_id, record_id,
           license_identifier, identifier_class, license_type, license_name, license_number, version_number, issuer_name,
           issuer_code, issued_on, holder_name, valid_from, valid_to, open_ended, area_code, item_code, item_name, status,
           changed_on, change_reason, file_url, face, source_updated_at, digest, page_number, position, known_from, :at,
           exchange_id, mapping_version from licenses""",
        at=LATER,
    )
    shelf.change(
        f"update licenses set version_count = version_count + 1, known_from = :at, {change}", at=LATER, **values
    )
    shelf.change(
        """insert into license_holders select license_id, version_count + 1, ordinal, subject_id, name, share
           from license_holders"""
    )


def ask(shelf: Library) -> None:
    """Doubt every field of the license."""
    (license_id,) = shelf.read("select license_id from licenses")
    for field in FIELDS:
        asked = Correction(field=field, basis="依据", who="张工", proposed="应为")
        ask_for_license(shelf.conn, shelf.keyring, license_id, asked, TODAY, NOW)


def answered(shelf: Library) -> set[Any]:
    """Follow the requests; return the fields whose requests are answered."""
    settle_corrected(shelf.conn, LATER)
    return set(shelf.read("select field from correction_requests where answer = 'corrected'"))


@pytest.mark.parametrize("change", CHANGES)
def test_a_new_version_answers_just_the_requests_about_what_it_changes(doubted: Library, change: str) -> None:
    statement, fields = CHANGES[change]
    ask(doubted)
    assert answered(doubted) == set()
    other = {"other": doubted.read("select max(subject_id) from subjects")[0]} if ":other" in statement else {}
    new_version(doubted, statement, **other)
    assert answered(doubted) == fields
    (license_id,) = doubted.read("select license_id from licenses")
    assert get_license(doubted.conn, doubted.keyring, license_id, TODAY, NOW).is_disputed


@pytest.mark.parametrize(
    ("column", "value", "fields"),
    [
        ("share", "1/3", {"holders"}),
        ("name", "改正的姓名", {"holders", "holder_name"}),
        ("subject_id", 1, {"holders", "holder_code", "holder_code_type"}),
    ],
)
def test_what_is_doubted_of_one_of_several_holders_is_answered_by_the_list(
    doubted: Library, column: str, value: Any, fields: set[str]
) -> None:
    ask(doubted)
    new_version(doubted, "source_updated_at = source_updated_at")
    assert answered(doubted) == set()
    doubted.change(f"update license_holders set {column} = :value where version_count = 2 and ordinal = 2", value=value)
    assert answered(doubted) == fields


def test_what_was_changed_before_somebody_doubted_it_is_no_answer(doubted: Library) -> None:
    new_version(doubted, "valid_to = '2030-01-01'")
    (license_id,) = doubted.read("select license_id from licenses")
    asked = Correction(field="valid_to", basis="依据", who="张工", proposed="应为")
    ask_for_license(doubted.conn, doubted.keyring, license_id, asked, TODAY, LATER + timedelta(hours=1))
    assert answered(doubted) == set()


def test_a_receipt_that_says_corrected_leaves_the_license_disputed_until_it_comes_back_so(doubted: Library) -> None:
    (license_id,) = doubted.read("select license_id from licenses")
    asked = Correction(field="valid_to", basis="依据", who="张工", proposed="应为")
    request_id = ask_for_license(doubted.conn, doubted.keyring, license_id, asked, TODAY, NOW)
    answer_correction(doubted.conn, request_id, "corrected", "food_drug", "已更正", NOW)
    assert answered(doubted) == set()
    assert get_license(doubted.conn, doubted.keyring, license_id, TODAY, NOW).is_disputed
    new_version(doubted, "valid_to = '2030-01-01'")
    assert answered(doubted) == {"valid_to"}
    assert doubted.read("select answered_by from correction_requests") == ["food_drug"]
    assert not get_license(doubted.conn, doubted.keyring, license_id, TODAY, NOW).is_disputed
