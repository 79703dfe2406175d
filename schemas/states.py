"""The states a license can be in, and which of them let an approver rely on it.

Knows the law's words for each; knows no department's own codes, which declarations map to these.
"""

from __future__ import annotations

import msgspec


class State(msgspec.Struct, frozen=True):
    """Name one state of a license in both languages."""

    code: str
    zh: str
    en: str


STATES = (
    State("draft", "草稿", "draft"),
    State("valid", "有效", "valid"),
    State("renewal_pending", "延续审查中", "renewal pending"),
    State("suspended", "暂扣", "suspended"),
    State("restricted", "限制使用", "restricted"),
    State("expired", "过期失效", "expired"),
    State("revoked", "撤销", "revoked"),
    State("withdrawn", "吊销", "withdrawn"),
    State("cancelled", "注销", "cancelled"),
    State("superseded", "已被取代", "superseded"),
)

STATE_CODES = frozenset(state.code for state in STATES)

# A renewal asked for in time and not yet decided counts as granted (行政许可法 50), so it is good as well.
GOOD_STATES = frozenset({"valid", "renewal_pending"})
