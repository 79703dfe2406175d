"""Under which key a database is kept: a keyed hash of a constant, written when the library is first opened.

Another key finds no holder and adds every one a second time; it is refused before anything is read or written.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from license_library.storage.keyring import Keyring, KeyringError
from schemas.errors import HubError

_CONSTANT: Final = "the key of this library"
_MARK = text("select mark from library_key")
_NOTE = text("insert into library_key (only_one, mark) values (true, :mark) on conflict do nothing")
_SAMPLE = text("select code_encrypted from subjects limit 1")  # of a library that is older than its mark


class KeyDiffers(HubError):
    """The library was filled under another key."""

    code = "hub.key_differs"


def check_key(conn: Connection, keyring: Keyring, came_from: str) -> None:
    """Raise KeyDiffers where the library is kept under another key; note the key of one that is still empty."""
    mark = keyring.fingerprint("library", _CONSTANT)
    kept = conn.execute(_MARK).scalar_one_or_none()
    if kept is None:
        _demand_readable(conn, keyring, came_from)
        conn.execute(_NOTE, {"mark": mark})
        kept = conn.execute(_MARK).scalar_one()  # a quicker process may have noted another
    if bytes(kept) != mark:
        raise _differs(came_from)


def is_keyed(conn: Connection) -> bool:
    """Tell whether the library is kept under a key already, so that no new one can be right."""
    return conn.execute(_MARK).first() is not None or conn.execute(_SAMPLE).first() is not None


def _demand_readable(conn: Connection, keyring: Keyring, came_from: str) -> None:
    sample = conn.execute(_SAMPLE).scalar_one_or_none()
    if sample is None:
        return
    try:
        keyring.decrypt(bytes(sample))
    except KeyringError:
        raise _differs(came_from) from None


def _differs(came_from: str) -> KeyDiffers:
    return KeyDiffers(
        f"{came_from}: is not the key under which this database was filled; expected that key, got another one; "
        "nothing was read or written; give the right one as HUB_SECRET_KEY, or as the secret.key of HUB_HOME"
    )
