"""What a call about files says in its own words: the form of a file, its bytes, and until when something is to be good."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from typing import Any, Final

from license_library.sharing.sharing_calls import Ended
from license_library.sharing.sharing_words import Status
from schemas.bureau_time import ZONE

_DAYS: Final = ("%Y-%m-%d", "%Y%m%d")
_SECONDS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y%m%d%H%M%S")


def demand_pdf(file_type: str | None) -> None:
    """End where another form than a PDF is asked for."""
    wanted = (file_type or "").strip().lower() or "pdf"
    if wanted in {"ofd", "png"}:
        raise Ended(Status.NO_SUCH_SERVICE, "加注件只提供 pdf 格式")
    if wanted != "pdf":
        raise Ended(Status.BAD_VALUE, "fileType（应为 pdf）")


def decoded_file(content: str, max_bytes: int) -> bytes:
    """Return the bytes of a file told in base64; end where it is none, empty or too large."""
    try:
        decoded = base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Ended(Status.BAD_VALUE, "content（应为 base64）") from None
    if not 0 < len(decoded) <= max_bytes:
        raise Ended(Status.BAD_VALUE, f"content（应为不超过 {max_bytes} 字节的文件）")
    return decoded


def read_end(name: str, data: dict[str, Any], usual: timedelta, longest: timedelta, now: datetime) -> datetime:
    """Read an end in Beijing time; a day ends with its last second."""
    given = (data.get(name) or "").strip()
    if not given:
        return now + usual
    for form in (*_DAYS, *_SECONDS):
        try:
            read = datetime.strptime(given, form).replace(tzinfo=ZONE)
        except ValueError:
            continue
        end = read + timedelta(days=1, seconds=-1) if form in _DAYS else read
        if now < end <= now + longest:
            return end
    raise Ended(
        Status.BAD_VALUE, f"{name}（应为 {longest.days} 天以内的日期或时间，如 2016-05-01 或 2016-05-01 17:30:00）"
    )
