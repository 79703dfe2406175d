"""What must hold of the declared holders of a feed. Each breach is a DeclarationError; knows no record."""

from __future__ import annotations

from connectors.declarations.declared import Feed, Transport
from connectors.declarations.declared_fields import FieldRule, Holders
from schemas.errors import DeclarationError

NAMED = ("holder_code", "holder_code_type", "holder_name")
FLAT = {"csv"}  # formats of files whose records hold no list


def check_holders(feed: Feed, transport: Transport, place: str) -> None:
    """Refuse a list and a separator at once, a list where records are flat, and a list without what names somebody."""
    holders, where = feed.holders, f"{place[:-1]}.holders]"
    if holders is None:
        return
    if bool(holders.list) == bool(holders.separator):
        raise DeclarationError(f"{where}: expected exactly one of 'list' and 'separator'")
    if holders.separator:
        _check_joined(feed, holders, where)
    else:
        _check_list(feed, holders, transport, where)


def _check_list(feed: Feed, holders: Holders, transport: Transport, where: str) -> None:
    if transport.kind == "table" or (feed.files and feed.files.format in FLAT):
        raise DeclarationError(f"{where}: key 'list': the rows of a table or CSV hold no list; expected a separator")
    for part in ("code", "code_type", "name"):
        if getattr(holders, part) is None:
            raise DeclarationError(f"{where}: key {part!r} is missing; every entry of a list needs it")
    for part in ("code", "code_type", "name", "share"):
        _check_rule(getattr(holders, part), f"{where} {part}")
    told = [name for name in NAMED if name in feed.fields]
    if told and len(told) < len(NAMED):
        raise DeclarationError(
            f"{where.removesuffix('.holders]')}.fields]: expected all of {', '.join(NAMED)}, or none, for then the first of the list is the "
            f"holder; got {', '.join(told)}"
        )


def _check_joined(feed: Feed, holders: Holders, where: str) -> None:
    if any(getattr(holders, part) for part in ("code", "code_type", "name", "share")):
        raise DeclarationError(
            f"{where}: joined holders are mapped by the fields of the one; expected only 'separator'"
        )
    for name in ("holder_code", "holder_name"):
        if not feed.fields.get(name, FieldRule()).from_:
            raise DeclarationError(f"{where}: key 'separator': {name} comes from no source field that could be joined")


def _check_rule(rule: FieldRule | None, place: str) -> None:
    if rule is None:
        return
    if bool(rule.from_) == (rule.value is not None):
        raise DeclarationError(f"{place}: expected exactly one of 'from' and 'value'")
    if rule.date is not None or rule.open_ended:
        raise DeclarationError(f"{place}: is no date; expected none of 'date' and 'open_ended'")
