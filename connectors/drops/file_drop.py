"""The drop of one feed, opened from its connection: SFTP or a local folder. Knows no file of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.declarations.declared import Department, Feed
from connectors.drops.drop_folder import DropFolder
from connectors.drops.local_folder import LocalFolder
from connectors.drops.timed_folder import TimedFolder
from connectors.wire.connection import Connection
from schemas.errors import DeclarationError


@contextmanager
def opened_drop(department: Department, feed: Feed, connection: Connection) -> Iterator[DropFolder]:
    """Open the drop while the block lasts."""
    drop = _open(department, connection, f"{department.department}.{feed.name}")
    try:
        yield drop
    finally:
        drop.close()


def _open(department: Department, connection: Connection, who: str) -> DropFolder:
    if connection.scheme == "file":
        return TimedFolder(LocalFolder(connection, who), department.transport.limits.deadline_seconds, who)
    if connection.scheme != "sftp":
        raise DeclarationError(f"{who}: the connection's scheme is {connection.scheme}; expected sftp or file")
    from connectors.drops.sftp_folder import SftpFolder  # noqa: PLC0415  half a second that a local folder need not pay

    return SftpFolder(connection, department.transport.limits.deadline_seconds, who)
