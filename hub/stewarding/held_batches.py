"""A held batch settled by a steward: merged after all or thrown away, in one transaction with who said so and why.

Introduces merging to incidents. What a held batch is, and why, is decided elsewhere.
"""

from __future__ import annotations

from sqlalchemy import Connection

from hub.context import HubContext
from hub.failures import plain_database_errors_at
from hub.pulling.pull import make_keys
from hub.pulling.reversals import tell_reversals
from hub.pulling.unlisted import tell_unlisted
from hub.watching.judging import judge_held, tell_held
from license_library.asking.questions import HoldDecision
from license_library.exchange.exchanges import Exchange, get_exchange
from license_library.merge.merging import discard_held, release_held
from license_library.oversight.exchange_list import get_exchange_brief
from license_library.oversight.hold_decisions import demand_hold_sense, note_hold_decision


def settle_batch(hub: HubContext, exchange_id: int, decision: HoldDecision) -> None:
    """Release or discard a held batch; NotFound without such an exchange, NotHeld where it is not held."""
    demand_hold_sense(decision)

    def noted(conn: Connection, exchange: Exchange) -> None:
        _note(hub, conn, exchange, decision)

    with plain_database_errors_at(f"exchange {exchange_id}"):
        if decision.choice == "discard":
            discard_held(hub.engine, exchange_id, hub.clock(), noted)
            return
        release_held(hub.engine, exchange_id, hub.clock, noted)
        department = get_exchange(hub.engine, exchange_id).department
    tell_unlisted(hub, department)
    tell_reversals(hub, department)
    make_keys(hub)


def _note(hub: HubContext, conn: Connection, exchange: Exchange, decision: HoldDecision) -> None:
    """Have the incident there although no judge came by, write the decision into it, and end it where nothing is held."""
    now = hub.clock()
    tell_held(conn, get_exchange_brief(conn, exchange.exchange_id, now), now)
    note_hold_decision(conn, exchange.department, exchange.feed, exchange.exchange_id, decision, now)
    judge_held(conn, exchange.department, now)
