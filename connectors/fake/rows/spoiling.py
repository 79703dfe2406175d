"""Makes good rows bad, each in one known way, and says which problem the hub must find.

Every kind stands alone: a spoiled row has exactly one thing wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from connectors.declarations.time_forms import written_form
from connectors.fake.city.codes import USCC_VALUES, continue_check, legacy_check, resident_id, right_check
from connectors.fake.city.world import IDENTIFIER_ROOT, Record
from connectors.fake.rows.dialect import Dialect, Row

Applies = Callable[[Dialect, Record], bool]
Spoil = Callable[[Dialect, Row], None]


@dataclass(frozen=True)
class Kind:
    """Describe one way of being bad: its name, the problem code and field it must lead to."""

    name: str
    code: str
    field: str
    applies: Applies
    spoil: Spoil


def _maps(*fields: str) -> Applies:
    return lambda dialect, _: all(dialect.column(field) for field in fields)


def _holds(code_type: str) -> Applies:
    return lambda dialect, record: record["holder_code_type"] == code_type and bool(dialect.column("holder_code"))


def _write(field: str, change: Callable[[str], str | None]) -> Spoil:
    def spoil(dialect: Dialect, row: Row) -> None:
        column = dialect.column(field)
        if column:
            row[column] = change(row[column] or "")

    return spoil


def _write_date(field: str, value: date, old: str = "", new: str = "") -> Spoil:
    def spoil(dialect: Dialect, row: Row) -> None:
        rule = dialect.feed.fields[field]
        row[rule.from_] = value.strftime(written_form(rule.date or "")).replace(old, new)

    return spoil


def _lose_key(dialect: Dialect, row: Row) -> None:
    row[dialect.feed.key[-1]] = None


def _reverse_dates(dialect: Dialect, row: Row) -> None:
    _write_date("valid_from", date(2024, 5, 1))(dialect, row)
    _write_date("valid_to", date(2021, 4, 30))(dialect, row)


def _has_own_key(dialect: Dialect, _: Record) -> bool:
    return dialect.feed.key[-1] not in {rule.from_ for rule in dialect.feed.fields.values()}


def _has_codes(field: str) -> Applies:
    return lambda dialect, _: bool(dialect.column(field) and dialect.feed.fields[field].codes)


def _swap_digits(code: str) -> str:
    """Exchange two different neighbours: the check character no longer fits."""
    at = next(i for i in range(9, 17) if code[i] != code[i + 1])
    return code[:at] + code[at + 1] + code[at] + code[at + 2 :]


def _wrong_check(code: str) -> str:
    return code[:-1] + ("1" if code[-1] != "1" else "2")


def _placeholder_check(identifier: str) -> str:
    """Replace the check character by one that neither the rule nor its faulty variant gives."""
    body = "".join(identifier.removeprefix(f"{IDENTIFIER_ROOT}.").split(".")[:-1])
    fitting = right_check(continue_check(body)), legacy_check(body)
    return identifier[:-1] + next(character for character in "XYZ" if character not in fitting)


def _issue_in_future(dialect: Dialect, row: Row) -> None:
    _write_date("issued_on", date(2099, 6, 1))(dialect, row)
    if dialect.column("valid_to"):
        _write_date("valid_to", date(2120, 5, 31))(dialect, row)


KINDS = (
    Kind("no_holder_name", "record.missing_field", "holder_name", _maps("holder_name"), _write("holder_name", lambda _: None)),
    Kind("no_such_day", "record.bad_date", "issued_on", _maps("issued_on"), _write_date("issued_on", date(2017, 2, 28), "28", "30")),
    Kind("unknown_status", "record.unknown_code", "status", _has_codes("status"), _write("status", lambda _: "8")),
    Kind("swapped_digits_in_credit_code", "identifier.uscc_wrong", "holder_code", _holds("001"), _write("holder_code", _swap_digits)),
    Kind("wrong_check_in_resident_id", "identifier.resident_id_wrong", "holder_code", _holds("111"), _write("holder_code", _wrong_check)),
    Kind("person_as_organisation", "identifier.holder_type_mismatch", "holder_code", _holds("001"), _write("holder_code", lambda code: resident_id(USCC_VALUES[code[-1]]))),
    Kind("end_before_start", "record.dates_reversed", "valid_to", _maps("valid_from", "valid_to"), _reverse_dates),
    Kind("issued_in_future", "record.issued_in_future", "issued_on", _maps("issued_on"), _issue_in_future),
    Kind("issued_long_ago", "record.date_out_of_range", "issued_on", _maps("issued_on"), _write_date("issued_on", date(1850, 6, 1))),
    Kind("damaged_name", "record.bad_text", "holder_name", _maps("holder_name"), _write("holder_name", lambda name: f"{name[:2]}\ufffd{name[2:]}")),
    Kind("no_license_number", "record.missing_field", "license_number", _maps("license_number"), _write("license_number", lambda _: "")),
    Kind("endless_number", "record.too_long", "license_number", _maps("license_number"), _write("license_number", lambda number: (number + "之一") * 12)),
    Kind("placeholder_check", "identifier.license_identifier_wrong", "license_identifier", lambda dialect, record: bool(dialect.column("license_identifier") and record["license_identifier"]), _write("license_identifier", _placeholder_check)),
    Kind("no_such_province", "record.bad_area_code", "area_code", _maps("area_code"), _write("area_code", lambda code: f"99{code[2:]}")),
    Kind("unknown_type", "record.unknown_code", "license_type", _has_codes("license_type"), _write("license_type", lambda _: "99")),
    Kind("no_key", "record.missing_field", "record_id", _has_own_key, _lose_key),
)  # fmt: skip


def kind_of(dialect: Dialect, record: Record, row: Row, turn: int) -> Kind | None:
    """Return the way in which bad record number `turn` is bad: each kind in turn, where it applies and can be stored."""
    order = KINDS[turn % len(KINDS) :] + KINDS[: turn % len(KINDS)]
    return next(
        (kind for kind in order if kind.applies(dialect, record) and dialect.fits(_try(kind, dialect, row))), None
    )


def _try(kind: Kind, dialect: Dialect, row: Row) -> Row:
    tried = dict(row)
    kind.spoil(dialect, tried)
    return tried
