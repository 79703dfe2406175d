"""Who let a feed's mapping into the library: proposed by one person after a shadow exchange, approved by another.

Knows digests, persons and states. What a mapping is, and whether the rule holds here, others say.
"""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Connection, Row, text

from schemas.errors import RequestError


@dataclass(frozen=True)
class Mapping:
    """Name the mapping of one feed as it is declared now."""

    department: str
    feed: str
    mapping_digest: str
    declaration_digest: str


class ActivationRefused(RequestError):
    """A mapping cannot be proposed or approved as it was asked."""

    code: ClassVar[str] = "request.activation_refused"


_IS_ACTIVE = text("""
select exists (select from activations where department = :department and feed = :feed
  and mapping_digest = :mapping_digest and state = 'active')
""")
_SHADOW = text("""
select max(exchange_id) from exchanges where department = :department and feed = :feed and state = 'shadowed'
  and mapping_version = :declaration_digest
""")
_LOCK = text("select from feeds where department = :department and feed = :feed for no key update")
_END = text("""
update activations set state = :ended where department = :department and feed = :feed and state = :state
""")
_PROPOSE = text("""
insert into activations (department, feed, mapping_digest, declaration_digest, shadow_exchange_id, state,
  proposed_by, proposed_at)
values (:department, :feed, :mapping_digest, :declaration_digest, :shadow_exchange_id, 'proposed', :who, :now)
""")
_PROPOSED = text("""
select activation_id, mapping_digest, proposed_by from activations
where department = :department and feed = :feed and state = 'proposed'
""")
_APPROVE = text("""
update activations set state = 'active', approved_by = :who, approved_at = :now where activation_id = :activation_id
""")


def is_active(conn: Connection, mapping: Mapping) -> bool:
    """Say whether two persons let exactly this mapping in."""
    return bool(conn.scalar(_IS_ACTIVE, asdict(mapping)))


def propose_activation(conn: Connection, mapping: Mapping, who: str, now: datetime) -> int:
    """Propose a mapping, resting on its newest shadow exchange, whose number is returned; an older proposal is withdrawn."""
    facts = {**asdict(mapping), "who": _name(who), "now": now}
    conn.execute(_LOCK, facts)
    if is_active(conn, mapping):
        raise ActivationRefused(f"{_who(mapping)}: this mapping is active already; nothing was proposed")
    shadow = conn.scalar(_SHADOW, facts)
    if shadow is None:
        raise ActivationRefused(
            f"{_who(mapping)}: no shadow exchange of this declaration; expected one to rest on; run `hub department "
            f"shadow {mapping.department} {mapping.feed}` and look at it; nothing was proposed"
        )
    conn.execute(_END, {**facts, "state": "proposed", "ended": "withdrawn"})
    conn.execute(_PROPOSE, {**facts, "shadow_exchange_id": shadow})
    return int(shadow)


def approve_activation(conn: Connection, mapping: Mapping, who: str, now: datetime) -> None:
    """Approve what another person proposed; from now on the feed is merged. The mapping before it is replaced."""
    facts = {**asdict(mapping), "who": _name(who), "now": now}
    conn.execute(_LOCK, facts)
    proposed = _require_proposal(conn.execute(_PROPOSED, facts).first(), mapping)
    if _same_person(proposed.proposed_by, who):
        raise ActivationRefused(
            f"{_who(mapping)}: whoever proposed it cannot approve it; expected a second person; nothing was approved"
        )
    conn.execute(_END, {**facts, "state": "active", "ended": "replaced"})
    conn.execute(_APPROVE, {**facts, "activation_id": proposed.activation_id})


def _require_proposal(proposed: Row[tuple[object, ...]] | None, mapping: Mapping) -> Row[tuple[object, ...]]:
    if proposed is None:
        raise ActivationRefused(f"{_who(mapping)}: nothing is proposed; expected a proposal; nothing was approved")
    if proposed.mapping_digest != mapping.mapping_digest:
        raise ActivationRefused(
            f"{_who(mapping)}: the declaration changed after it was proposed; expected the same mapping; "
            "shadow and propose it again; nothing was approved"
        )
    return proposed


def _who(mapping: Mapping) -> str:
    return f"{mapping.department}/{mapping.feed}"


def _name(who: str) -> str:
    name = " ".join(unicodedata.normalize("NFKC", who).split())
    if not name or not name.isprintable() or len(name) > 100:
        raise ActivationRefused("activation: --by names nobody; expected who decides; nothing was done")
    return name


def _same_person(one: str, other: str) -> bool:
    return _name(one).casefold() == _name(other).casefold()
