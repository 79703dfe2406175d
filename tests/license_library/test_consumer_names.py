"""A consumer has an access id that a header carries as it is, and a name that can be read."""

from __future__ import annotations

import pytest
from question_makers import NOW, Library

from license_library.asking.refusals import WrongQuestion
from license_library.sharing.consumers import add_consumer, end_consumer, grant_types, list_consumers, revoke_types
from schemas.errors import NotFound, RequestError


@pytest.mark.parametrize(
    ("access_id", "name"),
    [
        ("", "厅"),
        ("a", "厅"),
        ("a\nb", "厅"),
        ("甲乙", "厅"),
        ("-a", "厅"),
        ("a" * 65, "厅"),
        ("hall", " "),
        ("hall", "厅" * 101),
        ("hall", "\x1b[2J"),
        ("hall", "\udc80"),
    ],
)
def test_what_cannot_be_told_or_read_is_refused(shelf: Library, access_id: str, name: str) -> None:
    with pytest.raises(RequestError):
        add_consumer(shelf.conn, shelf.keyring, access_id, name, "张工", NOW)
    assert list_consumers(shelf.conn) == []


@pytest.mark.parametrize("change", [grant_types, revoke_types])
def test_text_that_no_database_should_see_is_refused(shelf: Library, change: object) -> None:
    add_consumer(shelf.conn, shelf.keyring, "hall", "大厅", "张工", NOW)
    for access_id, types, who in (("hall\udc80", [], "张工"), ("hall", ["\udc80"], "张工"), ("hall", [], "\x00")):
        with pytest.raises(WrongQuestion):
            change(shelf.conn, access_id, types, who, NOW)  # type: ignore[operator]
    with pytest.raises(WrongQuestion):
        end_consumer(shelf.conn, "\udc80", "张工", NOW)
    with pytest.raises(NotFound):
        end_consumer(shelf.conn, "nobody", "张工", NOW)


def test_every_type_may_be_granted_and_taken_back_at_once(shelf: Library) -> None:
    add_consumer(shelf.conn, shelf.keyring, "hall", "大厅", "张工", NOW)
    types = [str(one) for one in shelf.read("select license_type from license_types")]
    assert len("".join(types)) > 200
    for change in (grant_types, revoke_types):
        assert change(shelf.conn, "hall", types, "张工", NOW) == len(types)
