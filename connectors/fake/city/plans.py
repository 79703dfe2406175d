"""How each type of license occurs in the invented city: how often, with whom, under which number.

Knows no department: name, validity and holders of a type stand in the catalogue, and a type that is not listed here
takes its whole plan from there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from msgspec.structs import replace as change

from schemas.catalogue.catalogue import LicenseType, load_catalogue

UNPLACED = 99  # in the catalogue there are fewer types
UNLISTED = LicenseType("", "", "证件", "", "both", None, None)


@dataclass(frozen=True)
class Plan:
    """Plan one license type. Holder of the n-th license: subject (n // per_subject) * stride."""

    weight: int
    number: str  # filled with {year}, {n} and {by}, two characters of who issues it
    face: tuple[str, ...] = ()  # none: whatever the declaration names
    stride: int = 1
    per_subject: int = 1
    identifier: bool = True
    scope: str = ""  # none: the holder's own business
    kind: LicenseType = UNLISTED  # filled in from the catalogue, as is the place there
    place: int = UNPLACED


BUSINESS = ("legal_representative", "address", "scope")
PLANS = {
    "bizlic": Plan(85, "", ("entity_type", "registered_capital", "founded_on", *BUSINESS)),
    "namepre": Plan(15, "（鲁青）登记内名预核字〔{year}〕第{n:06}号", ("registered_capital", *BUSINESS), stride=5),
    "idcard": Plan(
        64, "370283{year}{n:08}", ("sex", "ethnicity", "born_on", "address"), identifier=False
    ),  # the card's own number; the holder's is personal
    "hukou": Plan(31, "370283{n:09}", ("household_kind", "member_count", "address"), stride=2, identifier=False),
    "hotel": Plan(4, "平公特旅字第{year}{n:05}号", (*BUSINESS, "room_count"), stride=6, scope="旅馆住宿"),
    "seal": Plan(1, "平公特刻字第{year}{n:05}号", BUSINESS, stride=12, scope="公章刻制"),
    "realestate": Plan(
        100,
        "鲁（{year}）平度市不动产权第{n:07}号",
        (
            "property_unit",
            "location",
            "right_type",
            "right_nature",
            "usage",
            "building_area",
            "land_area",
            "ownership_form",
        ),
    ),
    "roadgoods": Plan(
        25, "鲁交运管许可青字370283{n:06}号", BUSINESS, stride=3, scope="道路普通货物运输；货物专用运输（集装箱）"
    ),
    "roadcert": Plan(
        45,
        "鲁交运管青字370283{n:06}号",
        ("plate", "plate_color", "vehicle_model", "load_tonnage", "address"),
        3,
        per_subject=4,
    ),
    "roadstaff": Plan(25, "370283{year}{n:09}", ("staff_category", "sex", "address"), stride=2),
    "repair": Plan(5, "鲁交运管许可青字3702832{n:05}号", (*BUSINESS, "repair_class"), stride=12, scope="机动车维修"),
}


def plan_license_type(license_type: str) -> Plan:
    """Return the plan of `license_type`, its name, validity and holders from the catalogue."""
    kinds = load_catalogue().license_types
    place = next((place for place, kind in enumerate(kinds) if kind.license_type == license_type), UNPLACED)
    kind = kinds[place] if place != UNPLACED else change(UNLISTED, license_type=license_type, name=license_type)
    title = kind.name.partition("(")[0][:8]  # as much as it takes to tell the catalogue's types apart
    plan = PLANS.get(license_type) or Plan(10, f"平{{by}}{title}字〔{{year}}〕第{{n:06}}号", stride=2)
    return replace(plan, kind=kind, place=place)


def item_of(license_type: str) -> tuple[str, str] | None:
    """Return code and name of the first approval item that ends in `license_type`."""
    found = (item for item in load_catalogue().items if item.produces_type == license_type)
    return next(((item.item_code, item.name) for item in found), None)
