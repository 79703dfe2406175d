"""A department that says of a few records whatever it is told to, and a plain dict of what the hub must make of that."""

from __future__ import annotations

import itertools
import json
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from tests.connectors.raw_server import respond

BEGINNING = datetime(2026, 3, 1, tzinfo=UTC)
FORM, ZONE = "%Y/%m/%d %H:%M:%S", ZoneInfo("Asia/Shanghai")
FAULTS = {
    "to edit": "91370283MA3C00001A",
    "to waive": "91370283MA3C00002A",
}  # codes of holders with a wrong check character
serials = itertools.count(1)


@dataclass
class Told:
    """One row of one record as the department says it; no two are alike."""

    record: str
    at: datetime
    fault: str = ""
    was_bad: bool = False
    before: str = ""  # the mark of what a good row said under this time before
    mark: str = field(default_factory=lambda: f"第{next(serials)}次")

    @property
    def name(self) -> tuple[str, datetime]:
        """Return what its case is known by: no two bad rows of a record have the same time."""
        return self.record, self.at


@dataclass
class Department:
    """A table that grows, where rows are also put right or spoiled in place, and some come late."""

    template: dict[str, Any]
    rows: list[Told] = field(default_factory=list)
    answered: list[Told] = field(default_factory=list)
    tick: int = 0

    def say(self, record: str, fault: str, days_late: int = 0) -> None:
        """Say something new of a record, with a time of its own, which lies back where it is late."""
        self.tick += 1
        at = BEGINNING + timedelta(days=max(0, self.tick - days_late), minutes=self.tick)
        self.rows.append(Told(record, at, fault))

    def change(self, number: int) -> None:
        """Put a bad row right, or spoil one that never was bad, under the same time; put right, it says what it said before."""
        if not self.rows:
            return
        old = self.rows[number % len(self.rows)]
        if old.fault:
            self._put(number, Told(old.record, old.at, was_bad=True), old.before)
        elif not old.was_bad:
            self._put(number, Told(old.record, old.at, "to edit", was_bad=True, before=old.mark))

    def tell_otherwise(self, number: int) -> None:
        """Let a good row say something else under the same time, or again what it said before."""
        if not self.rows or self.rows[number % len(self.rows)].fault:
            return
        old = self.rows[number % len(self.rows)]
        self._put(
            number, Told(old.record, old.at, was_bad=old.was_bad, before="" if old.before else old.mark), old.before
        )

    def _put(self, number: int, row: Told, mark: str = "") -> None:
        row.mark = mark or row.mark
        self.rows[number % len(self.rows)] = row

    def answer(self, client: socket.socket, request: bytes) -> None:
        """Answer with everything since the time that is asked for, in the order in which it was said."""
        asked = parse_qs(urlsplit(request.split()[1].decode()).query)["gxsjStart"][0]
        since = datetime.strptime(asked, FORM).replace(tzinfo=ZONE)
        self.answered = [row for row in self.rows if row.at >= since]
        told = {"status": 200, "data": {"total": len(self.answered), "rows": list(map(self.written, self.answered))}}
        respond(client, json.dumps(told, ensure_ascii=False).encode())

    def written(self, row: Told) -> dict[str, Any]:
        """Write a row as the department does."""
        code = FAULTS.get(row.fault, self.template["CZZTDM"])
        own = {"CZZTDM": code, "YWID": row.record, "BGYY": row.mark, "GXSJ": row.at.astimezone(ZONE).strftime(FORM)}
        return self.template | own


@dataclass
class Case:
    """A bad row: when it was seen last, and what a person said of it."""

    row: Told
    seen: int = 0
    is_discarded: bool = False
    is_excused: bool = False  # edited or waived: it is good from now on
    is_open: bool = True


@dataclass
class Held:
    """The license of one record: which row it is, in which exchange that was heard last, and how many came before it."""

    row: Told
    heard: int
    versions: int = 1

    @property
    def place(self) -> tuple[datetime, int]:
        """Return what a version is ordered by."""
        return self.row.at, self.heard


@dataclass
class Counts:
    """What an exchange must have counted."""

    received: int
    quarantined: int
    merged: int = 0
    bad: int = 0  # would be quarantined if nothing that came with them counted


@dataclass
class Model:
    """What the library and the quarantine must be: of each record the newest good row, and each bad row newer than that."""

    licenses: dict[str, Held] = field(default_factory=dict)
    cases: dict[tuple[str, datetime], Case] = field(default_factory=dict)
    exchanges: dict[int, Counts] = field(default_factory=dict)
    held: dict[int, list[Told]] = field(default_factory=dict)

    def is_good(self, row: Told) -> bool:
        """Say whether a row is one that may be merged, by itself or because a person said so."""
        case = self.cases.get(row.name)
        return not row.fault or (case is not None and case.is_excused and not case.is_discarded)

    def check(self, number: int, rows: Iterable[Told]) -> list[Told]:
        """Take in what an exchange brought; return what of it may be merged."""
        rows = list(rows)
        good = [row for row in rows if self.is_good(row)]
        bad = [row for row in rows if not self.is_good(row)]
        held = {record: held.row.at for record, held in self.licenses.items()}
        newest = dict(held)
        for row in good:
            newest[row.record] = max(newest.get(row.record, row.at), row.at)
        waiting, alone = (
            [row for row in bad if not (row.record in new and new[row.record] > row.at)] for new in (newest, held)
        )
        for row in bad:
            case = self.cases.setdefault(row.name, Case(row))
            case.seen = number
            case.is_open = not case.is_discarded and not self._is_overtaken(case)
        self.exchanges[number] = Counts(len(rows), len(waiting), bad=len(alone))
        return good

    def discard(self, number: int) -> None:
        """Let nothing of a held exchange be merged: what only its own rows had overtaken waits."""
        self.exchanges[number].quarantined = self.exchanges[number].bad

    def merge(self, number: int, good: Iterable[Told]) -> None:
        """Let the newest good row of each record be its license, by its time and then by when it was heard."""
        for row in sorted(good, key=lambda row: row.at):
            held, place = self.licenses.get(row.record), (row.at, number)
            if held is None:
                self.licenses[row.record] = Held(row, number)
                self.exchanges[number].merged += 1
            elif place > held.place:
                is_new = row.mark != held.row.mark
                self.licenses[row.record] = Held(row, number, held.versions + is_new)
                self.exchanges[number].merged += is_new
        for case in self.cases.values():
            case.is_open = case.is_open and not self._is_overtaken(case)

    def open_cases(self) -> list[Case]:
        """Return what waits."""
        return [case for case in self.cases.values() if case.is_open]

    def _is_overtaken(self, case: Case) -> bool:
        held = self.licenses.get(case.row.record)
        return held is not None and held.place > (case.row.at, case.seen)
