"""What became of a license since one of its versions was relied on, or a copy was made of it, in words.

Knows no table; what a license is today is not judged here.
"""

from __future__ import annotations

from license_library.answers import Advice, Words
from license_library.words.verify_words import REPLACED


def since_then(version_count: int, current: int, *, is_replaced: bool) -> list[Advice]:
    """Return what must be said of a version: that another license took its place, and that it is a former one."""
    warnings = [Advice("license.replaced", REPLACED)] if is_replaced else []
    if version_count != current:
        warnings.append(Advice("license.former_version", _former(version_count, current)))
    return warnings


def _former(version_count: int, current: int) -> Words:
    return Words(
        f"属于先前的第 {version_count} 版，证照现为第 {current} 版",
        f"of its former version {version_count}; the license now is at version {current}",
    )
