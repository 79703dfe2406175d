"""What a person decides of all deliveries at once: that nothing leaves, or that they go on; and when nothing left."""

from __future__ import annotations

from license_library.answers.deliveries import PushHolds
from license_library.deliveries.push_holds import hold_pushes, list_holds, resume_pushes
from license_library.service.acts.purposes import signed
from license_library.service.settings import ServiceSettings


def hold(settings: ServiceSettings, actor: str, who: str, reason: str, *, is_restored: bool) -> PushHolds:
    """Let nothing leave."""
    with settings.engine.begin() as conn:
        return hold_pushes(conn, signed(who, actor), reason, settings.now(), is_restored=is_restored)


def resume(settings: ServiceSettings, actor: str, who: str, reason: str, *, is_restored: bool) -> PushHolds:
    """Let deliveries leave again."""
    with settings.engine.begin() as conn:
        return resume_pushes(conn, signed(who, actor), reason, settings.now(), is_restored=is_restored)


def holds(settings: ServiceSettings) -> PushHolds:
    """List when nothing left."""
    with settings.engine.connect() as conn:
        return list_holds(conn, settings.now())
