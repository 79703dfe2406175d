"""The record of questions is sealed: what its owner changes afterwards is named, whatever it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import fsspec
import msgspec
import pytest
from library_makers import NOW
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from license_library.asking.inquiries import record_inquiry
from license_library.asking.strangers import LISTED, record_stranger
from license_library.auditing import sealing
from license_library.auditing.seal_checks import SealReport, check_seals
from license_library.auditing.seal_copies import SealCopies, SealCopiesUnavailable, name_of
from license_library.auditing.sealing import RecordBusy, Sealed, seal_inquiries
from license_library.auditing.seals import Seal
from license_library.storage.keyring import Keyring

SEALED = 6
IDLE = "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'"
CHANGES = {
    "changed": "update inquiries set purpose = 'another' where inquiry_id = 2",
    "reordered": """update inquiries one set actor = other.actor, purpose = other.purpose from inquiries other
        where (one.inquiry_id, other.inquiry_id) in ((2, 3), (3, 2))""",
    "missing": "delete from inquiries where inquiry_id = 4",
    "truncated": "truncate inquiries",
    "added": """delete from inquiries where inquiry_id = 5;
        insert into inquiries (inquiry_id, asked_at, actor, action, purpose, result_count)
        overriding system value values (5, now(), 'x', 'search', 'another', 0)""",
    "before": """insert into inquiries (inquiry_id, asked_at, actor, action, purpose, result_count)
        overriding system value values (0, now(), 'x', 'search', 'another', 0), (-7, now(), 'x', 'search', 'another', 0)""",
    "cut": "delete from inquiries where inquiry_id > 3; delete from inquiry_seals where last_id > 3",
    "hole": "delete from inquiries where inquiry_id <= 3; delete from inquiry_seals where last_id <= 3",
    "resealed": """update inquiries set purpose = 'another' where inquiry_id = 2;
        update inquiry_seals set rows = rows || rows, row_count = 2 * row_count where after_id = 0""",
    "remarked": "update inquiry_seals set mark = sha256('a guess') where after_id = 0",
}
NAMED = {
    "changed": {("changed", (2,))},
    "reordered": {("changed", (2, 3))},
    "missing": {("missing", (4,))},
    "truncated": {("missing", (1, 2, 3)), ("missing", (4, 5, 6))},
    "added": {("changed", (5,))},
    "before": {("added", (-7, 0))},
    "cut": {("seal_missing", ())},
    "hole": {("seal_missing", ())},
    "resealed": {("changed", (2,)), ("seal_wrong", ())},
    "remarked": {("seal_wrong", ()), ("copy_missing", ()), ("seal_missing", ())},
}


@pytest.fixture
def copies(tmp_path: Path) -> SealCopies:
    """Give a place for copies."""
    return SealCopies(str(tmp_path / "elsewhere"))


@pytest.fixture
def seal(database: Engine, keyring: Keyring, copies: SealCopies) -> Callable[[], Sealed]:
    """Give a function that seals what is new."""
    return lambda: seal_inquiries(database, keyring, copies, lambda: NOW, lambda _done: None)


@pytest.fixture
def verify(database: Engine, keyring: Keyring, copies: SealCopies) -> Callable[..., SealReport]:
    """Give a function that holds the record against its seals."""
    return lambda key=keyring: check_seals(database, key, copies, lambda _done: None)


@pytest.fixture
def sealed(database: Engine, seal: Callable[[], Sealed]) -> Engine:
    """Give a library of which six questions are sealed, three and three."""
    for first in (1, 4):
        ask(database, first, 3)
        assert seal() == Sealed(1, 3, 1)
    return database


def ask(engine: Engine, first: int, many: int) -> None:
    """Record some questions."""
    with engine.begin() as conn:
        for number in range(first, first + many):
            record_inquiry(conn, f"approver {number}", "search", f"case {number}", b"hash", number, NOW)


def change(engine: Engine, statement: str) -> None:
    """Do as the owner of the database can."""
    with engine.begin() as conn:
        for table in ("inquiries", "inquiry_seals"):
            conn.execute(text(f"alter table {table} disable trigger all"))
        for one in statement.split(";"):
            conn.execute(text(one))
        for table in ("inquiries", "inquiry_seals"):
            conn.execute(text(f"alter table {table} enable trigger all"))


def found(report: SealReport) -> set[tuple[str, tuple[int, ...]]]:
    """Return what a report names."""
    return {(one.kind, tuple(one.inquiry_ids)) for one in report.findings}


def test_what_nobody_changed_is_as_it_was_sealed(sealed: Engine, verify: Callable[[], SealReport]) -> None:
    ask(sealed, 7, 1)
    report = verify()
    assert (report.seals, report.inquiries, report.copies, report.unsealed) == (2, SEALED, 2, 1)
    assert report.findings == []


@pytest.mark.parametrize("kind", CHANGES)
def test_whatever_the_owner_of_the_database_changes_is_named(
    kind: str, sealed: Engine, verify: Callable[[], SealReport]
) -> None:
    change(sealed, CHANGES[kind])
    assert found(verify()) == NAMED[kind]


@pytest.mark.parametrize("kind", CHANGES)
def test_sealing_once_more_hides_nothing(
    kind: str, sealed: Engine, seal: Callable[[], Sealed], verify: Callable[[], SealReport]
) -> None:
    change(sealed, CHANGES[kind])
    ask(sealed, 7, 2)
    seal()
    assert {one for one, _ in NAMED[kind]} - {"copy_missing"} <= {one for one, _ in found(verify())}


def test_a_seal_of_another_key_is_none(sealed: Engine, verify: Callable[..., SealReport]) -> None:
    assert {one for one, _ in found(verify(Keyring(b"x" * 32)))} == {"seal_wrong"}


def test_whoever_has_the_database_only_cannot_write_the_next_seal(
    sealed: Engine, verify: Callable[[], SealReport]
) -> None:
    ask(sealed, 7, 1)
    change(
        sealed,
        """insert into inquiry_seals (after_id, last_id, row_count, sealed_at, rows, mark)
        values (6, 7, 0, now(), '', sha256('a guess'))""",
    )
    assert found(verify()) == {("seal_wrong", ()), ("added", (7,)), ("copy_missing", ())}


def test_a_copy_that_was_altered_or_lost_is_named(
    sealed: Engine, tmp_path: Path, seal: Callable[[], Sealed], verify: Callable[[], SealReport]
) -> None:
    first, second = sorted((tmp_path / "elsewhere").glob("*.json"))
    first.write_text("half a se")
    second.unlink()
    assert {one for one, _ in found(verify())} == {"copy_wrong", "copy_missing"}
    assert seal() == Sealed(0, 0, 1)
    assert {one for one, _ in found(verify())} == {"copy_wrong"}


def test_a_question_that_is_recorded_late_is_sealed_all_the_same(
    database: Engine, seal: Callable[[], Sealed], verify: Callable[[], SealReport]
) -> None:
    with database.begin() as late:
        record_inquiry(late, "late", "search", "case 1", None, 1, NOW)  # has the number 1, and is not there yet
        ask(database, 2, 1)
        done = list[Sealed]()
        sealer = threading.Thread(target=lambda: done.append(seal()))
        sealer.start()
        sealer.join(0.5)
        assert not done
    sealer.join()
    assert done == [Sealed(1, 2, 1)]
    assert verify().findings == []


def test_a_question_that_is_never_done_holds_no_other_up(database: Engine, seal: Callable[[], Sealed]) -> None:
    with database.begin() as stuck:
        record_inquiry(stuck, "stuck", "search", "case 1", None, 1, NOW)
        with pytest.raises(RecordBusy):
            seal()
        ask(database, 2, 1)
    assert seal().inquiries == 2


def test_many_questions_come_under_several_seals(
    database: Engine, seal: Callable[[], Sealed], verify: Callable[[], SealReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST", 4)
    ask(database, 1, 10)
    assert (seal(), seal()) == (Sealed(3, 10, 3), Sealed(0, 0, 0))
    assert (verify().seals, verify().findings) == (3, [])


def test_two_that_seal_at_once_leave_one_chain(
    database: Engine, seal: Callable[[], Sealed], verify: Callable[[], SealReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST", 2)
    ask(database, 1, 30)
    threads = [threading.Thread(target=seal) for _ in range(4)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    report = verify()
    assert (report.seals, report.inquiries, report.findings) == (15, 30, [])


def test_calls_of_nobody_known_are_counted_on_under_a_seal(
    database: Engine, seal: Callable[[], Sealed], verify: Callable[[], SealReport]
) -> None:
    def call(at: timedelta) -> None:
        with database.begin() as conn:
            record_stranger(conn, "share verify", None, "1001", NOW + at)

    for _ in range(LISTED + 2):
        call(timedelta())
    seal()
    call(timedelta(seconds=1))
    assert verify().findings == []


def test_a_place_that_cannot_be_written_leaves_the_seals_where_they_are(
    database: Engine, keyring: Keyring, tmp_path: Path, verify: Callable[[], SealReport]
) -> None:
    ask(database, 1, 2)
    (tmp_path / "file").write_text("no folder")
    nowhere = SealCopies(str(tmp_path / "file" / "seals"))
    with pytest.raises(SealCopiesUnavailable):
        seal_inquiries(database, keyring, nowhere, lambda: NOW, lambda _done: None)
    assert found(verify()) == {("copy_missing", ())}


@pytest.mark.parametrize("statement", ["delete from inquiries", "truncate inquiries", CHANGES["changed"]])
def test_nobody_changes_the_record_by_mistake(sealed: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), sealed.begin() as conn:
        conn.execute(text(statement))


RESTORE = """delete from inquiries where inquiry_id > 3; delete from inquiry_seals where last_id > 3;
  alter table inquiries alter inquiry_id restart with 4; alter table inquiry_seals alter seal_id restart with 2"""


def test_after_a_restore_new_seals_are_copied_and_the_lost_one_is_named(
    sealed: Engine, seal: Callable[[], Sealed], verify: Callable[[], SealReport]
) -> None:
    change(sealed, RESTORE)
    ask(sealed, 4, 5)
    assert seal().copies == 1
    report = verify()
    assert (report.copies, found(report)) == (3, {("seal_missing", ())})
    assert "inquiries 4 to 6" in report.findings[0].words


def test_a_file_of_another_name_is_no_copy(
    sealed: Engine, tmp_path: Path, seal: Callable[[], Sealed], verify: Callable[[], SealReport]
) -> None:
    for name in ("3", "000000000003.json", "000000000003-0123456789abcdef.json.part"):
        (tmp_path / "elsewhere" / name).write_text("x")
    ask(sealed, 7, 1)
    assert seal().copies == 1
    assert (verify().copies, verify().findings) == (3, [])


def test_a_seal_that_comes_while_the_record_is_verified_is_no_finding(
    database: Engine,
    copies: SealCopies,
    seal: Callable[[], Sealed],
    verify: Callable[[], SealReport],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask(database, 1, 2)
    real, times = copies.list_names, list[int]()

    def listing() -> set[str]:
        found = real()
        times.append(1)
        if len(times) == 1:
            seal()
        return found

    monkeypatch.setattr(copies, "list_names", listing)
    assert verify().findings == []


def test_a_copy_is_never_written_over(sealed: Engine, copies: SealCopies, tmp_path: Path) -> None:
    with sealed.begin() as conn:
        first = Seal(**conn.execute(text("select * from inquiry_seals limit 1")).one()._mapping)
    for place in (copies, SealCopies("memory://written-once")):
        place.put(first)
        (kept,) = [name for name in place.list_names() if name == name_of(first.seal_id, first.mark)]
        before = place.get(kept)
        place.put(msgspec.structs.replace(first, row_count=99))
        assert place.get(kept) == before


def test_a_store_that_cannot_be_listed_once_is_not_taken_for_an_empty_one(
    sealed: Engine, seal: Callable[[], Sealed], monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(*_: object, **__: object) -> None:
        raise TimeoutError

    for name in ("info", "ls"):
        monkeypatch.setattr(fsspec.implementations.local.LocalFileSystem, name, throttled)
    with pytest.raises(SealCopiesUnavailable):
        seal()


def test_in_a_folder_in_which_nothing_can_be_renamed_copies_are_written(
    database: Engine, seal: Callable[[], Sealed], verify: Callable[[], SealReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    for name in ("rename", "replace", "unlink", "remove"):
        monkeypatch.setattr(f"os.{name}", refused)
    ask(database, 1, 2)
    assert (seal().copies, verify().findings) == (1, [])


def test_no_transaction_waits_for_the_place_of_the_copies(
    database: Engine, seal: Callable[[], Sealed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST", 2)
    waiting = []
    put = SealCopies.put

    def slowly(copies: SealCopies, one: Seal) -> None:
        with database.connect() as conn:
            waiting.append(conn.scalar(text(IDLE)))
        put(copies, one)

    monkeypatch.setattr(SealCopies, "put", slowly)
    ask(database, 1, 4)
    assert seal().copies == 2
    assert waiting == [0, 0]
