"""Text that no database should see is refused by whatever was asked, under its own name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from question_makers import COMPANY, NOW, TODAY
from sqlalchemy import Connection, Engine

from license_library.asking.questions import ExchangeFilter, VerifyQuestion
from license_library.asking.refusals import WrongQuestion
from license_library.checklist.checklist import answer_checklist
from license_library.facts.subject_facts import facts_of_subject
from license_library.licenses.held_as_of import held_as_of
from license_library.licenses.reliances import Relying, rely_on
from license_library.oversight.exchange_list import list_exchanges
from license_library.storage.keyring import Keyring
from license_library.verification.verification import verify_license

BAD = "\x1b"
KEYRING = Keyring(b"a secret of thirty-two bytes, ok")
ASKED: dict[str, Callable[[Connection], object]] = {
    "verify": lambda conn: verify_license(conn, KEYRING, VerifyQuestion(identifier=BAD), TODAY, NOW),
    "checklist": lambda conn: answer_checklist(conn, KEYRING, BAD, COMPANY, None, TODAY, NOW),
    "rely": lambda conn: rely_on(conn, KEYRING, Relying(1, BAD, None, "x", "x"), TODAY, NOW),
    "facts": lambda conn: facts_of_subject(conn, KEYRING, BAD, None, None, None, None, TODAY, NOW),
    "held": lambda conn: held_as_of(conn, KEYRING, BAD, None, None, None, TODAY, NOW),
    "exchanges": lambda conn: list_exchanges(conn, ExchangeFilter(BAD), NOW),
}


@pytest.mark.parametrize("place", ASKED)
def test_refused_text_is_told_by_whatever_refused_it(library: Engine, place: str) -> None:
    with library.connect() as conn, pytest.raises(WrongQuestion) as refused:
        ASKED[place](conn)
    assert (
        str(refused.value)
        == f"{place}: the text is refused; expected at most 200 printable characters; nothing was done"
    )
