"""The 照面 fields of invented licenses: what is printed on them beyond holder, number and dates.

Knows a value for every field name the declarations use, and some text for any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from connectors.fake.city.dice import Dice
from connectors.fake.city.subjects import Subject
from connectors.fake.city.words import load_words

WORDS = load_words()
Maker = Callable[[Subject, Dice], str]


def _born_on(subject: Subject, _: Dice) -> str:
    return f"{subject.began_on:%Y-%m-%d}"


def _capital(subject: Subject, dice: Dice) -> str:
    amount = dice.pick((10, 30, 50, 100, 200, 500, 1000, 2000))
    return f"{amount}万元人民币" if subject.code[1] != "2" else ""


def _location(subject: Subject, dice: Dice) -> str:
    return f"{subject.address}{dice.below(30) + 1}号楼{dice.below(4) + 1}单元{(dice.below(18) + 1) * 100 + 1}户"


def _property_unit(_: Subject, dice: Dice) -> str:
    parcel = f"370283{dice.below(20) + 1:03}{dice.below(200):03}GB{dice.below(100_000):05}"
    return f"{parcel}F{dice.below(10_000):04}{dice.below(10_000):04}"


def _plate(_: Subject, dice: Dice) -> str:
    characters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    return "鲁" + dice.pick("BU") + "".join(dice.pick(characters) for _ in range(5))


def _founded_on(subject: Subject, _: Dice) -> str:
    return f"{subject.began_on + timedelta(days=3):%Y-%m-%d}"


MAKERS: dict[str, Maker] = {
    "address": lambda subject, _: subject.address,
    "born_on": _born_on,
    "building_area": lambda _, dice: f"{40 + dice.below(26_000) / 100:.2f}",
    "entity_type": lambda subject, _: subject.kind,
    "ethnicity": lambda subject, _: subject.ethnic_group,
    "founded_on": _founded_on,
    "household_kind": lambda _, dice: dice.pick(("家庭户", "家庭户", "家庭户", "集体户")),
    "land_area": lambda _, dice: f"{dice.below(90_000) / 10 + 60:.1f}",
    "legal_representative": lambda subject, _: subject.representative,
    "load_tonnage": lambda _, dice: f"{dice.pick((1.5, 5, 8, 15, 31, 34))}",
    "location": _location,
    "member_count": lambda _, dice: str(dice.below(6) + 1),
    "ownership_form": lambda _, dice: dice.pick(WORDS.ownership_forms),
    "plate": _plate,
    "plate_color": lambda _, dice: dice.pick(("黄色", "黄色", "蓝色", "黄绿双拼色")),
    "property_unit": _property_unit,
    "registered_capital": _capital,
    "repair_class": lambda _, dice: dice.pick(WORDS.repair_classes),
    "right_nature": lambda _, dice: dice.pick(WORDS.right_natures),
    "right_type": lambda _, dice: dice.pick(WORDS.right_types),
    "room_count": lambda _, dice: str(dice.below(80) + 6),
    "scope": lambda subject, _: subject.scope,
    "sex": lambda subject, _: subject.kind,
    "shelter_area": lambda _, dice: f"{200 + dice.below(80_000) / 10:.1f}",
    "staff_category": lambda _, dice: dice.pick(WORDS.staff_categories),
    "timber_volume": lambda _, dice: f"{dice.below(9_000) / 10 + 1:.1f}",
    "tree_species": lambda _, dice: dice.pick(("杨树", "赤松", "刺槐", "楸树", "苹果树")),
    "usage": lambda _, dice: dice.pick(WORDS.usages),
    "vehicle_model": lambda _, dice: dice.pick(WORDS.vehicle_models),
}


def make_face(names: Iterable[str], subject: Subject, dice: Dice) -> dict[str, str]:
    """Return the values of the face fields `names`."""
    return {name: MAKERS[name](subject, dice) if name in MAKERS else f"第{dice.below(900) + 100}号" for name in names}
