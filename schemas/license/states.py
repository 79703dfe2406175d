"""The states a license can be in, which may follow which, and which of them let an approver rely on it.

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

# What was taken away for good: no renewal, and no silence of its department, makes it good again.
FINAL_STATES = frozenset({"revoked", "withdrawn", "cancelled", "superseded"})

# Which state may follow which; articles of 行政许可法. A pull sees states, not steps, and may miss some in between: what
# can be reached by several steps may follow as well.
NEXT_STATES = {
    "draft": {"valid", "cancelled"},
    # 50 renewal asked for in time; 69 revoked; 70 cancelled, also without a fault; 暂扣, 吊销 are penalties of 行政处罚法 9
    "valid": {
        "renewal_pending",
        "suspended",
        "restricted",
        "expired",
        "revoked",
        "withdrawn",
        "cancelled",
        "superseded",
    },
    "renewal_pending": {
        "valid",
        "expired",
        "suspended",
        "restricted",
        "revoked",
        "withdrawn",
        "cancelled",
        "superseded",
    },
    "suspended": {"valid", "restricted", "expired", "revoked", "withdrawn", "cancelled"},  # 暂扣发还
    "restricted": {"valid", "suspended", "expired", "revoked", "withdrawn", "cancelled"},
    "expired": {"cancelled"},  # 70 (1); beside that only a later end of its term makes it valid again: see `may_follow`
    "revoked": {"cancelled"},  # 70 (4): what was revoked or withdrawn is struck off the register, and nothing else
    "withdrawn": {"cancelled"},
    "cancelled": set[str](),
    "superseded": {"cancelled"},
}


def _reached(state: str) -> frozenset[str]:
    found, waiting = {state}, [state]
    while waiting:
        new = NEXT_STATES[waiting.pop()] - found
        found |= new
        waiting += new
    return frozenset(found)


_REACHED = {state.code: _reached(state.code) for state in STATES}

# Every (before, after) that no law knows. From `expired` also what a valid license could become, where its end moved on.
FORBIDDEN_CHANGES = frozenset(
    (before, after) for before in STATE_CODES for after in STATE_CODES if after not in _REACHED[before]
)


def may_follow(before: str, after: str, *, is_extended: bool) -> bool:
    """Say whether a license may go from one state to the other; `is_extended`: with a later end than it had."""
    known_as = "valid" if before == "expired" and is_extended else before
    return (known_as, after) not in FORBIDDEN_CHANGES
