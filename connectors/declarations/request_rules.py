"""What must hold of the template of a request: every placeholder is filled, and the way it is sent can carry it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from connectors.declarations.declared import TO_FILL_IN
from connectors.declarations.request_template import placeholders
from schemas.errors import DeclarationError

ACCOUNT = {"login", "password"}
PLACEHOLDERS = {"since", "page", "offset", "page_size", "cursor"}
FLAT = {"query", "form"}  # ways to send a request that know no groups


def check_placeholders(template: Mapping[str, object], known: set[str], place: str) -> None:
    """Refuse a placeholder that nothing fills, at any depth."""
    for key, value in template.items():
        if isinstance(value, Mapping):
            check_placeholders(value, known, f"{place}{key}.")
        elif unknown := sorted(placeholders(value) - known):
            raise DeclarationError(
                f"{place}{key}': placeholder {unknown[0]!r} is unknown; there are {', '.join(sorted(known))}"
            )


def check_root(root: str, place: str) -> None:
    """Refuse a root element that no XML can have; what is not filled in yet is the lint's."""
    if root == TO_FILL_IN or re.fullmatch(r"[A-Za-z_][\w.-]*", root, re.ASCII):
        return
    from lxml import etree  # noqa: PLC0415  # a declaration is read where nothing heavy may be: a plain name needs no judge

    try:
        etree.QName(root)
    except ValueError:
        raise DeclarationError(
            f"{place}: key 'payload_root': expected the name of an XML element, such as Request, got {root!r}"
        ) from None


def check_flat(send: str, request: Mapping[str, object], place: str) -> None:
    """Refuse groups and lists where a way to send knows none."""
    if send in FLAT and any(isinstance(value, dict | list) for value in request.values()):
        raise DeclarationError(
            f"{place}: key 'request': {send} carries no groups and no lists; expected send json or xml, or one text"
        )
