"""What is wrong with a typed identifier, in words: which shape or which check character it should have."""

from __future__ import annotations

from license_library.answers import Words
from schemas.identifiers.license_identifier import license_identifier_check, parse_license_identifier


def identifier_fault(identifier: str) -> Words:
    """Say what is wrong with a license identifier."""
    parts = parse_license_identifier(identifier)
    if parts is None:
        return Words(
            "电子证照标识格式有误，应为 1.2.156.3005.2.类型.颁发机构.流水号.版本.校验码",
            "the license identifier has another shape; expected 1.2.156.3005.2.type.issuer.serial.version.check",
        )
    expected = license_identifier_check(parts.body)
    return Words(
        f"电子证照标识校验码有误：应为 {expected}，实为 {parts.check}",
        f"the license identifier's check character is wrong; expected {expected}, got {parts.check}",
    )
