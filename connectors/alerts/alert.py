"""One alert, as it leaves the hub: a key, words in both languages, facts for machines. Nothing personal.

Knows no channel and no incident table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.errors import HubError


@dataclass(frozen=True)
class Alert:
    """Hold what is told; the same key again is the same alert."""

    key: str
    subject: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)


class AlertNotSent(HubError):
    """An alert could not be sent; it is tried again at the next run."""

    code = "hub.alert_not_sent"
    retryable = True
