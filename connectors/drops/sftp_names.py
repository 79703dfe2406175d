"""An SFTP client to whom names are bytes: one that is not UTF-8 stands as Python writes those of its own file system.

The library reads every name and every word of a server as UTF-8, and gives up a whole listing over one that is none.
"""

from __future__ import annotations

from typing import Any

import paramiko


class NamesAsSent(paramiko.SFTPClient):  # type: ignore[misc]  # the library is untyped
    """Speak SFTP; the two steps through which every answer comes are the library's own."""

    def _request(self, t: Any, *args: Any) -> tuple[Any, Any]:
        kind, answer = super()._request(t, *args)
        return kind, _as_sent(answer)

    def _convert_status(self, msg: Any) -> None:
        super()._convert_status(_as_sent(msg))


class _Answer(paramiko.Message):  # type: ignore[misc]
    def get_text(self) -> str:
        return bytes(self.get_string()).decode("utf-8", "surrogateescape")


def _as_sent(answer: Any) -> _Answer:
    """Return an answer from where it has been read to."""
    made = _Answer()
    made.packet = answer.packet
    return made
