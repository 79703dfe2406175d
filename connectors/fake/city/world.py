"""The licenses one department has issued in an invented Pingdu, and how they change from day to day.

License number i is a function of seed, i and its version alone: nothing changes without a newer update time.
Knows canonical values only; dialect.py says them as the department would, spoiling.py makes some of them bad.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from connectors.fake.city.codes import continue_check, legacy_check, registration_number, right_check
from connectors.fake.city.dice import Dice
from connectors.fake.city.faces import make_face
from connectors.fake.city.plans import Plan, item_of, plan_license_type
from connectors.fake.city.subjects import Subject, Subjects
from connectors.fake.city.words import load_words

Record = dict[
    str, Any
]  # field of LICENSE -> str, date, datetime (local, naive), bool or dict; None where there is none

FIRST_DAY = date(2025, 7, 1)  # day 0: the state before any update
BLOCK = 97  # licenses in which every type has its share; a prime, so that no other rhythm falls in step
CYCLE = 200  # days in which every license is updated once
SETTLED = 40  # days before day 0 in which no bad record was touched, so that small deltas stay good
LEGACY_SHARE = 0.01
SHARES = [(None,)] * 6 + [("50%", "50%")] * 2 + [("60%", "40%"), ("40%", "30%", "30%")]  # of ten licenses
RENEWED = 12  # of so many licenses of one type the last may replace the one before it
STRIDE = 7  # numbers between those who hold something together
IDENTIFIER_ROOT = "1.2.156.3005.2"


@dataclass(frozen=True)
class Issuer:
    """Name the department that issues, and what its declaration can express."""

    department: str
    name: str
    uscc: str
    license_types: Sequence[str]
    states: frozenset[str]
    holder_code_types: frozenset[str]
    face: frozenset[str]
    lists_holders: bool = False  # whether a record can name several
    tells_replaced: bool = False  # whether a record can name the license it replaces
    constants: Mapping[str, Any] = field(default_factory=dict)  # what the declaration says of every record


class World:
    """Hold the licenses of one department; cheap to make, each record made when asked for."""

    def __init__(self, issuer: Issuer, *, seed: int, scale: int, bad_share: float = 0.02) -> None:
        self.issuer, self.scale, self.bad_share = issuer, scale, bad_share
        self._plans = [plan_license_type(name) for name in issuer.license_types]
        self._block = _share_block(self._plans)
        self._counts = Counter(number for number, _ in self._block)
        self._subjects = Subjects(seed)
        self._dice = Dice(seed, f"{issuer.department}/licenses")
        self._days = Dice(seed, f"{issuer.department}/days")
        self._shared = Dice(seed, f"{issuer.department}/holders")
        self._types = [plan.kind.type_code or f"{issuer.uscc}9{plan.place:02}" for plan in self._plans]
        self._begun = [continue_check(code + issuer.uscc) for code in self._types]
        # What no plan knows is printed on every license: a contract may demand it.
        self._unplanned = sorted(issuer.face - {name for plan in self._plans for name in plan.face})
        self._items = [item_of(name) for name in issuer.license_types]
        self._reasons = load_words().change_reasons
        self._others = sorted(issuer.states - {"valid", "draft", "expired", "superseded"}) or ["valid"]

    def is_bad(self, index: int) -> bool:
        """Return whether record `index` is bad until its first update."""
        return int((index + 1) * self.bad_share + 1e-9) > int(index * self.bad_share + 1e-9)

    def version(self, index: int, day: int) -> int:
        """Return how often record `index` was updated up to `day`."""
        first = self._first_update(index)
        return 0 if day < first else (day - first) // CYCLE + 1

    def updated_at(self, index: int, version: int) -> datetime:
        """Return when that version was written, in local time."""
        if version == 0:
            day = self._issued_on(index)
        else:
            day = FIRST_DAY + timedelta(days=self._first_update(index) + (version - 1) * CYCLE)
        return datetime.combine(day, time(8)) + timedelta(seconds=self._dice.scatter(index * 7 + version, 36_000))

    def record(self, index: int, version: int) -> Record:
        """Return record `index` in that version, good in every respect."""
        number, n = self._place(index)
        plan = self._plans[number]
        self._dice.begin(index)
        old = self._replaced(number, n)
        holder = self._holder(plan, n if old is None else n - 1)
        face = self._face(plan, holder)  # before all that depends on the version: it must not move with it
        identifier = self._identifier(number, n, version)
        issued = self._issued_on(index)
        return (
            self._kind_fields(number, n, issued)
            | _holder_fields(holder)
            | {"holders": self._holders(index, holder) if self.issuer.lists_holders else None}
            | self._time_fields(index, version, issued, plan, holder)
            | {"record_id": f"PD{index + 1:09}", "face": face, "license_identifier": identifier}
            | {"replaces": None if old is None else self._number(number, n - 1, self._issued_on(old))}
            | {"file_url": f"files/{index + 1:08}.pdf", "version_number": f"{version + 1:03}"}
            | {**self.issuer.constants}
        )

    def _kind_fields(self, number: int, n: int, issued: date) -> Record:
        plan, item = self._plans[number], self._items[number]
        return {
            "license_type": self.issuer.license_types[number],
            "license_name": plan.kind.name,
            "license_number": self._number(number, n, issued),
            "issuer_name": self.issuer.name,
            "issuer_code": self.issuer.uscc,
            "item_code": item[0] if item else None,
            "item_name": item[1] if item else None,
        }

    def _number(self, number: int, n: int, issued: date) -> str:
        by = self.issuer.name.removeprefix("平度市")[:2]
        return self._plans[number].number.format(year=issued.year, n=n + 1, by=by) or registration_number(n + 1)

    def _index(self, number: int, n: int) -> int:
        """Return the number of the record that is the n-th of its type."""
        block, rank = divmod(n, self._counts[number])
        return block * BLOCK + self._block.index((number, rank))

    def _replaced(self, number: int, n: int) -> int | None:
        """Return the record that the n-th license of its type replaces: the one before it, where that is older."""
        if not self.issuer.tells_replaced or n % RENEWED != RENEWED - 1:
            return None
        old, new = self._index(number, n - 1), self._index(number, n)
        return old if self._issued_on(old) < self._issued_on(new) else None

    def _time_fields(self, index: int, version: int, issued: date, plan: Plan, holder: Subject) -> Record:
        updated = self.updated_at(index, version)
        changed = updated.date() if version else None
        valid_to = _valid_to(plan, holder, issued, changed if self._is_renewal(index, version) else None)
        return {
            "issued_on": issued,
            "valid_from": issued,
            "valid_to": valid_to,
            "open_ended": valid_to is None,
            "changed_on": changed,
            "change_reason": self._reasons[(index + version) % len(self._reasons)] if changed else None,
            "status": self._status(index, version, valid_to),
            "source_updated_at": updated,
        }

    def _issued_on(self, index: int) -> date:
        return FIRST_DAY - timedelta(days=self._age(index))

    def _place(self, index: int) -> tuple[int, int]:
        """Return the number of the record's plan, and its place among the licenses of that type."""
        block, within = divmod(index, BLOCK)
        number, rank = self._block[within]
        return number, block * self._counts[number] + rank

    def _age(self, index: int) -> int:
        """Return how many days before day 0 record `index` was first issued; some have run out since."""
        years = self._plans[self._place(index)[0]].kind.validity_years
        longest = min(int(years * 365 * 1.05), 3_000) if years else 3_000
        least = SETTLED + 1 if self.is_bad(index) else 1
        return least + self._days.scatter(index, max(longest - least, 1))

    def _first_update(self, index: int) -> int:
        return 1 + self._days.scatter(index * 13 + 5, CYCLE)

    def _holder(self, plan: Plan, n: int) -> Subject:
        number = n // plan.per_subject * plan.stride
        spoken = self.issuer.holder_code_types
        options = spoken & {plan.kind.holder_code_type} or spoken
        is_person = "111" in options and ("001" not in options or self._dice.throw() < 0.6)
        return self._subjects.person(number) if is_person else self._subjects.organisation(number)

    def _holders(self, index: int, holder: Subject) -> list[Record]:
        """Return everyone who holds it, two or three of four in ten; whoever is alone has no share."""
        shares = SHARES[self._shared.scatter(index, len(SHARES))]
        more = self._subjects.person if holder.code_type == "111" else self._subjects.organisation
        others = [more(holder.number + STRIDE * place) for place in range(1, len(shares))]
        return [
            {"name": one.name, "code": one.code, "code_type": one.code_type, "share": share}
            for one, share in zip([holder, *others], shares, strict=True)
        ]

    def _is_renewal(self, index: int, version: int) -> bool:
        return version > 0 and (index + version) % 6 == 2

    def _status(self, index: int, version: int, valid_to: date | None) -> str:
        throw = self._dice.throw()
        if "cancelled" in self.issuer.states and any((index + one) % 12 == 1 for one in range(1, version + 1)):
            return "cancelled"  # for good
        number, n = self._place(index)
        if self._replaced(number, n + 1) is not None and "superseded" in self.issuer.states:
            return "superseded"
        if valid_to and valid_to < FIRST_DAY and throw < 0.7 and "expired" in self.issuer.states:
            return "expired"
        return "valid" if throw < 0.96 else self._dice.pick(self._others)

    def _identifier(self, number: int, n: int, version: int) -> str | None:
        is_legacy = self._dice.throw() < LEGACY_SHARE
        if not self._plans[number].identifier:
            return None
        serial, edition = f"{n + 1:09}", f"{version + 1:03}"
        if is_legacy:
            check = legacy_check(self._types[number] + self.issuer.uscc + serial + edition)
        else:
            check = right_check(continue_check(serial + edition, self._begun[number]))
        return f"{IDENTIFIER_ROOT}.{self._types[number]}.{self.issuer.uscc}.{serial}.{edition}.{check}"

    def _face(self, plan: Plan, subject: Subject) -> dict[str, str]:
        names = [name for name in (*plan.face, *self._unplanned) if name in self.issuer.face]
        holder = subject._replace(scope=plan.scope) if plan.scope else subject
        return make_face(names, holder, self._dice)


def _holder_fields(holder: Subject) -> Record:
    return {
        "holder_name": holder.name,
        "holder_code": holder.code,
        "holder_code_type": holder.code_type,
        "area_code": holder.area_code,
    }


def _share_block(plans: Sequence[Plan]) -> list[tuple[int, int]]:
    """Spread the types evenly over one block: (number of the plan, rank within the block) by position."""
    total = sum(plan.weight for plan in plans)
    credit, counts = [0.0] * len(plans), Counter[int]()
    block = []
    for _ in range(BLOCK):
        credit = [had + plan.weight / total for had, plan in zip(credit, plans, strict=True)]
        number = max(range(len(plans)), key=lambda i: credit[i])
        block.append((number, counts[number]))
        counts[number] += 1
        credit[number] -= 1
    return block


def _valid_to(plan: Plan, subject: Subject, issued: date, renewed: date | None) -> date | None:
    years = plan.kind.validity_years
    grown = subject.began_on + timedelta(days=46 * 365)  # identity cards are for good from 46 on
    if years is None or (years >= 20 and issued > grown):
        return None
    return (renewed or issued) + timedelta(days=int(years * 365.25))
