"""What the hub may owe a department: the kinds of deliveries and the shape of each, as others hand them in.

Knows values and their lengths; knows no department, no transport and no table.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from schemas.deliveries.invented_delivery import EXAMPLE
from schemas.errors import RequestError
from schemas.strict_json import explain_mismatch, read_strict_json
from schemas.struct_readers import build_readers

PUBLISHED_FILE = Path(__file__).parents[1] / "published" / "delivery.schema.json"

Name = Annotated[str, Meta(min_length=1, max_length=300)]
Code = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[!-~]+$")]
Words = Annotated[str, Meta(min_length=1, max_length=2000)]
Area = Annotated[str, Meta(pattern=r"^[0-9]{6}([0-9]{3}){0,2}$")]


class WrongDelivery(RequestError):
    """A field of a delivery is wrong."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"delivery: {field} is wrong; expected {expected}; nothing was enqueued")
        self.field, self.expected = field, expected


class Owed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """Hold what every delivery says: to whom it is owed, and which case it belongs to."""

    department: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*$", title="部门")]
    case_number: Annotated[Code, Meta(title="办件编号")]
    # Whoever hands in the same delivery twice says so by the same key; without one it is a new delivery.
    delivery_key: Annotated[str, Meta(pattern=r"^[0-9a-zA-Z-]{8,36}$", title="推送标识")] | None = None


class Applicant(Owed, frozen=True, kw_only=True):
    """Hold who applied, and for what."""

    item_code: Annotated[Code, Meta(title="事项编码")]
    item_name: Annotated[Name, Meta(title="事项名称")]
    applicant_name: Annotated[Name, Meta(title="申请人", extra_json_schema={"x-personal": True})]
    applicant_code: Annotated[Code, Meta(title="申请人代码", extra_json_schema={"x-personal": True})]
    applicant_code_type: Annotated[Literal["001", "111"], Meta(title="申请人代码类型")]


class AcceptedApplication(Applicant, frozen=True, kw_only=True, tag="accepted_application"):
    """受理通知: an application was accepted at the window."""

    accepted_on: Annotated[date, Meta(title="受理日期")]
    promised_on: Annotated[date, Meta(title="承诺办结日期")] | None = None


class Decision(Applicant, frozen=True, kw_only=True, tag="decision"):
    """审批决定: an application was granted or refused."""

    outcome: Annotated[Literal["granted", "refused", "withdrawn"], Meta(title="决定")]
    decided_on: Annotated[date, Meta(title="决定日期")]
    document_number: Annotated[Name, Meta(title="决定文书号")] | None = None


class LicenseIssued(Owed, frozen=True, kw_only=True, tag="license_issued"):
    """制证通知: a license was issued."""

    license_type: Annotated[Code, Meta(title="证照类型")]
    license_number: Annotated[Name, Meta(title="证照编号")]
    license_identifier: Annotated[Code, Meta(title="电子证照标识")] | None = None
    holder_name: Annotated[Name, Meta(title="持证主体", extra_json_schema={"x-personal": True})]
    holder_code: Annotated[Code, Meta(title="持证主体代码", extra_json_schema={"x-personal": True})]
    holder_code_type: Annotated[Literal["001", "111"], Meta(title="持证主体代码类型")]
    issued_on: Annotated[date, Meta(title="颁发日期")]
    valid_from: Annotated[date, Meta(title="有效期自")] | None = None
    valid_to: Annotated[date, Meta(title="有效期至")] | None = None


class SupervisionHandoff(Applicant, frozen=True, kw_only=True, tag="supervision_handoff"):
    """审管衔接: a decision goes to whoever must supervise it."""

    outcome: Annotated[Literal["granted", "refused", "withdrawn"], Meta(title="决定")]
    decided_on: Annotated[date, Meta(title="决定日期")]
    license_number: Annotated[Name, Meta(title="证照编号")] | None = None
    area_code: Annotated[Area, Meta(title="行政区划代码")] | None = None
    matters: Annotated[Words, Meta(title="监管要点")] | None = None


class LicenseAlert(Owed, frozen=True, kw_only=True, tag="license_alert"):
    """证照状态提醒: a license that was relied on is no longer good."""

    license_type: Annotated[Code, Meta(title="证照类型")]
    license_number: Annotated[Name, Meta(title="证照编号")]
    status: Annotated[Code, Meta(title="证照状态")]
    changed_on: Annotated[date, Meta(title="变更日期")]
    reason: Annotated[Words, Meta(title="变更原因")] | None = None


class CorrectionRequest(Owed, frozen=True, kw_only=True, tag="correction_request"):
    """数据校核: a department is asked to put one of its records right."""

    record_id: Annotated[Name, Meta(title="记录标识")]
    field: Annotated[Name, Meta(title="字段")]
    seen: Annotated[Words, Meta(title="现值", extra_json_schema={"x-personal": True})] | None = None
    proposed: Annotated[Words, Meta(title="建议值", extra_json_schema={"x-personal": True})] | None = None
    evidence: Annotated[Words, Meta(title="证明材料", extra_json_schema={"x-personal": True})] | None = None
    basis: Annotated[Words, Meta(title="依据")]
    due_on: Annotated[date, Meta(title="答复期限")]


Delivery = AcceptedApplication | Decision | LicenseIssued | SupervisionHandoff | LicenseAlert | CorrectionRequest
KINDS: Final[dict[str, type[Owed]]] = {
    "accepted_application": AcceptedApplication,
    "decision": Decision,
    "license_issued": LicenseIssued,
    "supervision_handoff": SupervisionHandoff,
    "license_alert": LicenseAlert,
    "correction_request": CorrectionRequest,
}
NOT_SENT = {"department", "delivery_key"}
# How the keys and the case numbers begin that the hub makes itself. Deliveries of one case leave in order, so a caller's
# under the number of the hub's own would keep that one back.
OWN_KEYS, OWN_CASES = ("correction-", "license-alert-"), ("correction-",)
IN_LINES = {"matters", "reason", "seen", "proposed", "evidence", "basis"}  # texts of several lines


def read_delivery(content: bytes, today: date) -> Delivery:
    """Return the delivery that others hand in as a JSON text; RequestError names the field, never its value."""
    try:
        values = read_strict_json(content)
    except ValueError:
        raise RequestError(
            "delivery: the text is not JSON; expected one object, each name in it once; nothing was enqueued"
        ) from None
    try:
        delivery = msgspec.convert(values, Delivery)
    except msgspec.ValidationError as error:
        field, expected = explain_mismatch(str(error))
        raise WrongDelivery(field or "the delivery", expected) from None
    except UnicodeEncodeError:  # half a character where a word of a list is expected
        raise WrongDelivery("the delivery", "text that can be printed") from None
    return _require_right_codes(_require_foreign_names(_require_text(delivery)), today)


def _require_text(delivery: Delivery) -> Delivery:
    """Refuse what no department could read: control characters, halves of characters, lines where one is meant.

    A pattern lets a line end at the end of a text through, so this looks at every field.
    """
    for name, text in msgspec.to_builtins(delivery).items():
        lines = "\n" if name in IN_LINES else ""
        if any(unicodedata.category(mark) in {"Cc", "Cs"} and mark != lines for mark in text or ""):
            raise WrongDelivery(name, "text that can be printed")
    return delivery


def _require_foreign_names(delivery: Delivery) -> Delivery:
    """Refuse a key or a case number that the hub makes itself: whoever took it first would keep the hub's own delivery back."""
    for name, kept in (("delivery_key", OWN_KEYS), ("case_number", OWN_CASES)):
        if (getattr(delivery, name) or "").startswith(kept):
            raise WrongDelivery(name, f"one of the caller's own, that does not begin with {' or '.join(kept)}")
    return delivery


def _require_right_codes(delivery: Delivery, today: date) -> Delivery:
    # Columns of codes need polars, for which whoever only parses DAG files must not pay.
    from schemas.deliveries.delivery_codes import wrong_code  # noqa: PLC0415

    if wrong := wrong_code(msgspec.to_builtins(delivery), today):
        raise WrongDelivery(*wrong)
    return delivery


def payload_of(delivery: Delivery) -> dict[str, str]:
    """Return what is told to the department, each value as text; what was left out is absent."""
    values = msgspec.to_builtins(delivery)
    return {name: str(value) for name, value in values.items() if name not in NOT_SENT | {"kind"} and value is not None}


def kind_of(delivery: Delivery) -> str:
    """Return the kind, as declarations name it."""
    return str(delivery.__struct_config__.tag)


@cache
def payload_names(kind: str) -> dict[str, bool]:
    """Return the names that a payload of this kind may have, and whether it always has them."""
    return {
        field.encode_name: field.required
        for field in msgspec.structs.fields(KINDS[kind])
        if field.encode_name not in NOT_SENT
    }


def example_of(kind: str) -> dict[str, str]:
    """Return an invented delivery of this kind that fits its shape."""
    return {"kind": kind, "department": EXAMPLE["department"]} | {name: EXAMPLE[name] for name in payload_names(kind)}


def delivery_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a delivery as it is handed in."""
    schema = msgspec.json.schema(Delivery)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "delivery", **schema}


def schema_text() -> str:
    """Return the schema as it is published."""
    return json.dumps(delivery_schema(), ensure_ascii=False, indent=2) + "\n"


build_readers(*KINDS.values())
