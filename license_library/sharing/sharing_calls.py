"""What a consumer may call: the operations, what each takes, and how a call is read before anyone looks anything up.

Knows shapes only. A value that is missing, too long or unknown ends the call with its status.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from license_library.sharing.sharing_words import MESSAGES, Status

CAUSE_LENGTH: Final = 200
VALUE_LENGTH: Final = 512

# Mandatory and optional input of each operation, as the sharing specification names it. Why it is asked is mandatory
# everywhere, also for getCertRemarkInfo, whose table in the specification lists no cause: the record of a call says why.
INPUTS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "queryCertInfo": (("certIdentifier", "useCause"), ()),
    "queryCertInfoByHolderCode": (("holderCode", "holderTypeCode", "certTypeCode", "useCause"), ("certNo",)),
    "queryCertInfoByQRcode": (("qrcode", "useCause"), ()),
    "verifyCertInfo": (("certTypeCode", "certData", "useCause"), ()),
    "getCertRemarkInfo": (("certTypeCode", "useCause"), ("certName",)),
    "verifyFile": (("certTypeCode", "contentType", "content", "useCause"), ()),
    "downloadFile": (("certificateIdentifier", "certificateCopyCause"), ("fileType", "certificateCopyExpiringTime")),
    "downloadUrl": (("certIdentifier", "useCause"), ("expiryTime",)),
    "downloadUrlsByHolderCode": (
        ("holderCode", "holderTypeCode", "certTypeCode", "useCause"), ("certNo", "expiryTime"),
    ),
}  # fmt: skip
OPERATIONS: Final = tuple(INPUTS)
MAKE_COPIES: Final = frozenset({"downloadFile", "downloadUrl", "downloadUrlsByHolderCode"})
CAUSES: Final = ("useCause", "certificateCopyCause")  # why it is asked; the second where a copy says so itself
CONTENT: Final = "content"  # a file in base64, the one long value
TAKE_FILES: Final = frozenset(name for name, (mandatory, _) in INPUTS.items() if CONTENT in mandatory)


class Ended(Exception):
    """End a call with a status."""

    def __init__(self, status: Status, detail: str = "") -> None:
        super().__init__(status)
        self.status = status
        self.message = MESSAGES[status] + (f"：{detail}" if detail else "")


class Call(msgspec.Struct, frozen=True):
    """Hold one call: who says they ask, which operation, with what."""

    operation: str
    access_id: str
    access_token: str
    data: Mapping[str, Any]

    @property
    def cause(self) -> str:
        """Return why it is asked, as far as it can be recorded."""
        cause = next((self.data[name] for name in CAUSES if name in self.data), None)
        return cause.strip()[:CAUSE_LENGTH] if isinstance(cause, str) and is_plain(cause) else ""


def trimmed(call: Call) -> Call:
    """Return the call without what a scanner adds around a QR payload: what is kept has no blanks around it."""
    payload = call.data.get("qrcode")
    if not isinstance(payload, str):
        return call
    return msgspec.structs.replace(call, data={**call.data, "qrcode": payload.strip()})


def check_input(call: Call) -> None:
    """End the call where its input is not what the operation takes."""
    mandatory, optional = INPUTS[call.operation]
    if unknown := sorted(set(call.data) - {*mandatory, *optional}):
        raise Ended(Status.BAD_VALUE, f"未知参数 {unknown[0] if unknown[0].isidentifier() else ''}".strip())
    if empty := [name for name in mandatory if not _has_value(call.data.get(name))]:
        raise Ended(Status.MANDATORY_EMPTY, "、".join(empty))
    for name, value in call.data.items():
        _check_value(name, value)


def check_cert_data(data: Mapping[str, str]) -> None:
    """End the call where what is to be verified lacks what names the license and its holder."""
    for name, status in (
        ("certNo", Status.NUMBER_MISSING), ("holderCode", Status.HOLDER_CODE_MISSING), ("holder", Status.HOLDER_MISSING),
    ):  # fmt: skip
        if not data.get(name, "").strip():
            raise Ended(status)
    if not all(value.strip() for value in data.values()):
        raise Ended(Status.BAD_VALUE, "certData 的字段（不得为空，未知的请不要给出）")


def is_plain(text: str) -> bool:
    """Tell whether a database may see this text: no control characters, no halves of characters."""
    return not any(unicodedata.category(char) in {"Cc", "Cs"} for char in text)


def _has_value(value: object) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def _check_value(name: str, value: object) -> None:
    if name == "certData":
        if not isinstance(value, dict):
            raise Ended(Status.BAD_VALUE, name)
        for inner in value.values():  # a field that is named has a value: null is no claim that can be compared
            _check_text("certData 的字段", inner)
        return
    if name == CONTENT and isinstance(value, str):
        return  # judged when it is decoded
    if value is not None:
        _check_text(name, value)


def _check_text(name: str, value: object) -> None:
    longest = CAUSE_LENGTH if name in CAUSES else VALUE_LENGTH
    if not isinstance(value, str) or len(value) > longest or not is_plain(value):
        raise Ended(Status.BAD_VALUE, f"{name}（应为不超过 {longest} 个字符的文本）")
