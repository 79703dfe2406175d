"""How long raw pages are kept: counted back from now, by the setting; without it, for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec

from hub.context import HubContext
from license_library.exchange.retention import Retained, let_go_pages


def retain_pages(
    hub: HubContext, days: int | None, *, is_trial: bool = False, told: Callable[[int], None] = lambda _count: None
) -> dict[str, int]:
    """Let go the raw pages of exchanges that ended more than so many days ago; nothing where no days are set."""
    let_go = Retained(0, 0, 0, 0)
    if days is not None:
        let_go = let_go_pages(hub.engine, hub.clock() - timedelta(days=days), is_trial=is_trial, told=told)
    return msgspec.structs.asdict(let_go)
