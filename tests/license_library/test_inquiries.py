"""Every question leaves a record of who asked and why, and no way back to what was asked."""

from __future__ import annotations

from question_makers import NOW, PERSON, Library
from sqlalchemy import text

from license_library.asking.inquiries import hash_question, record_inquiry
from license_library.asking.questions import SearchTerms


def test_an_inquiry_is_recorded_with_its_purpose_and_a_hash_only(shelf: Library) -> None:
    question = SearchTerms(holder_code=PERSON)
    hashed = hash_question(shelf.keyring, question)
    inquiry_id = record_inquiry(shelf.conn, "window 3", "search", "case 2016-001", hashed, 2, NOW, denied=True)
    row = shelf.conn.execute(text("select * from inquiries where inquiry_id = :id"), {"id": inquiry_id}).one()
    assert (row.actor, row.action, row.purpose, row.result_count, row.denied) == (
        "window 3",
        "search",
        "case 2016-001",
        2,
        True,
    )
    assert row.asked_at == NOW
    assert bytes(row.question_hash) == hash_question(shelf.keyring, SearchTerms(holder_code=PERSON))
    assert PERSON.encode() not in bytes(row.question_hash)
