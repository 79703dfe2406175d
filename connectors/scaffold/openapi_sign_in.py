"""Which sign-in an OpenAPI document asks for: by its security schemes, and by headers that give a gateway away.

What operations really demand comes first; what is only described comes after.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

Table = dict[str, Any]
GIVEN_AWAY = (("gjgxjhpt_", "national-gateway"), ("x-aep-", "hmac-sorted"))
OLD_FLOWS = {"application"}  # what Swagger 2 calls clientCredentials


def guess_sign_in(document: Table) -> tuple[str, Table]:
    """Return the sign-in and its token table, empty where it needs none."""
    headers = json.dumps(document.get("paths") or {}).lower()
    for word, auth in GIVEN_AWAY:
        if word in headers:
            return auth, {}
    if "x-nonce" in headers and "x-timestamp" in headers:
        return "hmac-nonce", {}
    return next(filter(None, map(_read_scheme, _schemes(document))), ("none", {}))


def _schemes(document: Table) -> Iterator[Table]:
    described = (document.get("components") or {}).get("securitySchemes") or document.get("securityDefinitions") or {}
    for name in [*_demanded(document), *described]:
        if isinstance(described.get(name), dict):
            yield described[name]


def _demanded(node: Any) -> Iterator[str]:
    """Yield the names that `security` lists, wherever it stands."""
    for key, child in node.items() if isinstance(node, dict) else ():
        if key == "security" and isinstance(child, list):
            yield from (name for one in child if isinstance(one, dict) for name in one)
        else:
            yield from _demanded(child)


def _read_scheme(scheme: Table) -> tuple[str, Table] | None:
    kind, word = str(scheme.get("type")), str(scheme.get("scheme", "")).lower()
    if kind == "basic" or (kind, word) == ("http", "basic"):
        return "basic", {}
    if (kind, word) == ("http", "bearer"):
        return "bearer", {}
    if kind == "mutualTLS":
        return "mtls", {}
    if kind == "apiKey" and scheme.get("in") in {"header", "query"}:
        return "api-key", {"carry": scheme["in"], "name": str(scheme.get("name")), "prefix": ""}
    return _read_oauth2(scheme) if kind == "oauth2" else None


def _read_oauth2(scheme: Table) -> tuple[str, Table] | None:
    flows = scheme.get("flows") or {}
    flow = scheme if scheme.get("flow") in OLD_FLOWS else flows.get("clientCredentials")
    if not isinstance(flow, dict):
        return None
    token: Table = {"path": urlsplit(str(flow.get("tokenUrl", ""))).path or "?"}
    scopes = " ".join(flow.get("scopes") or {})
    return "oauth2-client", token | ({"request": {"scope": scopes}} if scopes else {})
