"""Invented people and organisations of Pingdu, the same for every department that shares a seed.

Subject number i is a function of seed and i alone, so fakes in separate processes agree without talking.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from connectors.fake.city.codes import organisation_body, resident_id, uscc
from connectors.fake.city.dice import Dice
from connectors.fake.city.words import load_words

RARE_SHARE = 0.03  # names with characters outside GB2312
KINDS = (("91370283", 0.6), ("92370283", 0.9), ("93370283", 1.0))  # company, one-person business, cooperative


class Subject(NamedTuple):
    """Describe a person or organisation as every department knows it."""

    number: int
    name: str
    code: str
    code_type: str
    area_code: str
    address: str
    began_on: date  # born or founded
    kind: str
    representative: str
    scope: str
    ethnic_group: str


class Subjects:
    """Return subjects by number."""

    def __init__(self, seed: int) -> None:
        self._people = Dice(seed, "people")
        self._organisations = Dice(seed, "organisations")
        self._first = seed % 89 * 100_000  # other seeds, other codes
        self._words = load_words()

    def person(self, number: int) -> Subject:
        """Return person `number`."""
        dice, words = self._people, self._words
        dice.begin(number)
        code = resident_id(self._first + number)
        name = self._person_name(dice)
        area, address = self._address(dice)
        born = date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
        sex = "男" if int(code[16]) % 2 else "女"
        return Subject(number, name, code, "111", area, address, born, sex, "", "", dice.pick(words.ethnic_groups))

    def organisation(self, number: int) -> Subject:
        """Return organisation `number`; person `number` is its legal representative."""
        self._people.begin(number)
        representative = self._person_name(self._people)
        dice = self._organisations
        dice.begin(number)
        throw = dice.throw()
        prefix = next(prefix for prefix, share in KINDS if throw < share)
        name, kind, scope = self._business(dice, prefix[1])
        area, address = self._address(dice)
        founded = date(1995, 1, 1) + timedelta(days=dice.below(8_000))
        code = uscc(prefix, organisation_body(self._first + number))
        return Subject(number, name, code, "001", area, address, founded, kind, representative, scope, "")

    def _person_name(self, dice: Dice) -> str:
        words, throw = self._words, dice.throw()
        if throw < RARE_SHARE / 10:
            return dice.pick(words.minority_names)
        surname = dice.pick(words.double_surnames) if throw < 2 * RARE_SHARE / 10 else dice.pick(words.surnames)
        if throw > 1 - RARE_SHARE:
            return surname + dice.pick(words.rare_given)
        given = dice.pick(words.given)
        return surname + given + (dice.pick(words.given) if throw < 0.75 else "")

    def _business(self, dice: Dice, kind: str) -> tuple[str, str, str]:
        words = self._words
        rare = dice.throw() < RARE_SHARE / 3
        brand = dice.pick(words.rare_brands) if rare else dice.pick(words.brands) + dice.pick(words.brands)
        trade, scope = dice.pick(words.trades)
        town = dice.pick(words.towns)[1]
        if kind == "2":
            return f"平度市{town}{brand}{dice.pick(words.shops)}", "个体工商户", scope
        if kind == "3":
            return f"平度市{brand}{dice.pick(words.cooperatives)}", "农民专业合作社", scope
        place = "青岛" if dice.throw() < 0.3 else "平度市"
        suffix = dice.pick(words.company_suffix)
        return f"{place}{brand}{trade}{suffix}", f"{suffix}（自然人投资或控股）", scope

    def _address(self, dice: Dice) -> tuple[str, str]:
        code, town = dice.pick(self._words.towns)
        if dice.throw() < 0.5:
            return f"{code}000", f"山东省青岛市平度市{town}{dice.pick(self._words.roads)}{dice.below(400) + 1}号"
        return f"{code}000", f"山东省青岛市平度市{town}{dice.pick(self._words.villages)}村{dice.below(300) + 1}号"
