"""Whether the record of questions still says what was sealed: every seal, every inquiry under it, every copy.

Reads only. Names what was changed, taken away or put in between; the inquiries after the last seal nobody vouches for yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, Engine, text

from license_library.auditing.seal_copies import SealCopies, id_of, name_of
from license_library.auditing.seals import Seal, mark_of, read_entries, unpack
from license_library.storage.database import of_one_moment
from license_library.storage.keyring import Keyring

NAMED: Final = 20  # of each kind under one seal; the rest is counted
_SEALS = text("select * from inquiry_seals order by last_id")
_BEFORE_ALL = text("select inquiry_id from inquiries where inquiry_id <= 0")  # the hub numbers from 1
_AFTER = text("select count(*) from inquiries where inquiry_id > :last_id")
Kind = Literal["changed", "missing", "added", "seal_wrong", "seal_missing", "copy_wrong", "copy_missing"]


class Finding(msgspec.Struct, frozen=True):
    """Name one thing that is not as it was sealed."""

    kind: Kind
    seal_id: int
    count: int
    inquiry_ids: list[int]  # the first of them
    words: str


class SealReport(msgspec.Struct, frozen=True):
    """Tell what was looked at, what is not sealed yet, and everything that is wrong."""

    seals: int
    inquiries: int
    unsealed: int
    copies: int
    findings: list[Finding]


def check_seals(engine: Engine, keyring: Keyring, copies: SealCopies, progress: Callable[[int], None]) -> SealReport:
    """Compare the record with its seals, and these with their copies."""
    copied, findings = copies.list_names(), list[Finding]()
    previous, last_id, seals, inquiries = b"", 0, dict[str, int](), 0
    with of_one_moment(engine).connect() as conn:
        for seal in _seals(conn):
            findings += [*_wrong_seal(keyring, seal, previous, last_id), *_wrong_rows(conn, seal)]
            if (name := name_of(seal.seal_id, seal.mark)) in copied:
                findings += _wrong_copy(copies, name, seal.mark)
            previous, last_id, inquiries = seal.mark, seal.last_id, inquiries + seal.row_count
            seals[name] = seal.seal_id
            progress(inquiries)
        findings += _put_before(conn.scalars(_BEFORE_ALL).all())
        unsealed = int(conn.execute(_AFTER, {"last_id": last_id}).scalar_one())
    findings += _missing_copies(copies, {name: seals[name] for name in seals if name not in copied})
    findings += _lost_seals(copies, sorted(copied.difference(seals)))
    return SealReport(len(seals), inquiries, unsealed, len(copied), findings)


def _put_before(numbers: Sequence[int]) -> Iterator[Finding]:
    if numbers:
        words = f"{len(numbers)} inquiries: put in under numbers that the hub never gives"
        yield Finding("added", 0, len(numbers), sorted(numbers)[:NAMED], words)


def _seals(conn: Connection) -> Iterator[Seal]:
    for row in conn.execution_options(yield_per=10).execute(_SEALS):
        yield Seal(**row._mapping)


def _wrong_seal(keyring: Keyring, seal: Seal, previous: bytes, last_id: int) -> Iterator[Finding]:
    if seal.after_id != last_id:
        words = f"no seal covers the inquiries {last_id + 1} to {seal.after_id} any more"
        yield Finding("seal_missing", seal.seal_id, 1, [], words)
    elif mark_of(keyring, previous, seal) != seal.mark:
        words = "the seal does not bear the hub's mark over what it says and the seal before it"
        yield Finding("seal_wrong", seal.seal_id, 1, [], words)


def _wrong_rows(conn: Connection, seal: Seal) -> Iterator[Finding]:
    sealed, kept = unpack(seal.rows), read_entries(conn, seal.after_id, seal.last_id)
    changed = [number for number, digest in sealed.items() if kept.get(number, digest) != digest]
    yield from _found("changed", seal, changed, "not what was recorded")
    yield from _found("missing", seal, sealed.keys() - kept.keys(), "recorded and gone")
    yield from _found("added", seal, kept.keys() - sealed.keys(), "put in after the seal")


def _found(kind: Kind, seal: Seal, numbers: Iterable[int], words: str) -> Iterator[Finding]:
    found = sorted(numbers)
    if found:
        yield Finding(kind, seal.seal_id, len(found), found[:NAMED], f"{len(found)} inquiries: {words}")


def _wrong_copy(copies: SealCopies, name: str, mark: bytes) -> Iterator[Finding]:
    copy = copies.get(name)
    if copy is None:
        yield Finding("copy_wrong", id_of(name), 1, [], "the copy cannot be read")
    elif copy.mark != mark.hex():
        yield Finding("copy_wrong", id_of(name), 1, [], "the copy says something else than the seal")


def _missing_copies(copies: SealCopies, missing: dict[str, int]) -> Iterator[Finding]:
    """Look once more: the hourly seal may have come between the list of copies and the look at the seals."""
    there = copies.list_names() if missing else set[str]()
    for name, seal_id in missing.items():
        if name not in there:
            yield Finding("copy_missing", seal_id, 1, [], "the seal has no copy; `hub audit seal` writes it")


def _lost_seals(copies: SealCopies, names: list[str]) -> Iterator[Finding]:
    for name in names:
        copy: Any = copies.get(name)
        about = f"inquiries {copy.after_id + 1} to {copy.last_id}" if copy else "inquiries that nobody can name"
        yield Finding("seal_missing", id_of(name), 1, [], f"copied and gone from the database, with {about}")
