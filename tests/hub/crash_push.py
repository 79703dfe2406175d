"""Push what is owed to one department, in a process that HUB_CRASH_AT may kill at a named point.

Run by test_push_files.py; nothing here may tidy up.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from connectors.wire.connection import parse_connection
from hub.context import HubContext, utc_now
from hub.pushing.push import PushBounds, push
from license_library.storage.database import open_database
from license_library.storage.keyring import Keyring


def main(database: str, connection: str, folder: str, department: str) -> None:
    """Make one pass."""
    hub = HubContext(open_database(database), Keyring(b"a secret of thirty-two bytes, ok"), utc_now, Path(folder))
    push(hub, department, parse_connection(connection), bounds=PushBounds(grace=timedelta(0)))


if __name__ == "__main__":
    main(*sys.argv[1:])
