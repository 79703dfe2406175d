"""What the service is handed when it is started: a database, a keyring, a token, a clock.

Built at the edge and passed down; nothing here reads the environment or the time by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Engine

from license_library.asking.questions import HoldDecision
from license_library.files.file_store import FileStore
from license_library.storage.keyring import Keyring
from schemas.bureau_time import local_day
from schemas.deliveries.deliveries import Delivery

TOKEN_LENGTH = 16


@dataclass(frozen=True)
class ServiceSettings:
    """Everything the pages and the API need to answer; `clock` returns an aware UTC instant."""

    engine: Engine
    keyring: Keyring
    token: str = field(repr=False)  # the development token: Bearer for machines, typed once by people
    clock: Callable[[], datetime]
    files: FileStore
    actor: str = "developer"  # who stands behind the token, as inquiries record it
    secure_cookies: bool = False  # true behind TLS: cookies get Secure and the __Host- prefix
    body_bytes: int = 64 * 1024
    questions: Engine | None = None  # the same database, its statements planned once; None: `engine` answers them, too
    public_url: str = ""  # where callers reach us; empty: as each of them did
    declared: Callable[[], Collection[str]] = tuple  # names of departments, also of those that never exchanged anything
    owe: Callable[[Delivery], int] | None = (
        None  # puts a delivery into its department's outbox; only the hub knows declarations
    )
    # releases or discards a held batch; only the hub merges
    settle_batch: Callable[[int, HoldDecision], None] | None = None
    requires_activation: bool = False  # pages then say also of a feed that nobody let in

    def __post_init__(self) -> None:
        """Refuse a token that could be guessed."""
        if len(self.token) < TOKEN_LENGTH:
            raise ValueError(
                f"service: the token is too short; expected {TOKEN_LENGTH} characters or more; not started"
            )

    def now(self) -> datetime:
        """Return the present instant."""
        return self.clock()

    def today(self) -> date:
        """Return the present day where the bureau is."""
        return local_day(self.clock())
