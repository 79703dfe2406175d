"""Templates of requests, as a declaration writes them: placeholders in texts, at any depth, filled in from known values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ACCOUNT = re.compile(r"\{(login|password)\}")


def fill(template: Any, known: Mapping[str, Any]) -> Any:
    """Replace placeholders; a text that is nothing but one keeps the value's own type."""
    if isinstance(template, dict):
        filled = {key: fill(value, known) for key, value in template.items()}
        return {key: value for key, value in filled.items() if value not in ("", None, {})}
    if isinstance(template, list):
        return [fill(value, known) for value in template]
    if not isinstance(template, str):
        return template
    whole = re.fullmatch(r"\{(\w+)\}", template)
    if whole and whole[1] in known:
        return known[whole[1]]
    return re.sub(r"\{(\w+)\}", lambda match: str(known.get(match[1], match[0])), template)


def put_secrets(template: Any, values: Any, account: Mapping[str, str]) -> Any:
    """Put the connection's account where the template asks for it; a value that only looks like it stays."""
    if isinstance(template, dict) and isinstance(values, dict):
        return {key: put_secrets(template.get(key), value, account) for key, value in values.items()}
    if isinstance(template, list) and isinstance(values, list):
        return [put_secrets(one, value, account) for one, value in zip(template, values, strict=True)]
    if not isinstance(template, str) or not isinstance(values, str) or not ACCOUNT.search(template):
        return values
    return ACCOUNT.sub(lambda match: account[match[1]], values)


def put(values: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at `path`, as head/accessToken, making the groups above it."""
    *above, last = path.split("/")
    for name in above:
        values = values.setdefault(name, {})
    values[last] = value


def placeholders(template: Any) -> set[str]:
    """Return the names of every placeholder in a template."""
    if isinstance(template, dict):
        return placeholders([*template.values()])
    if isinstance(template, list):
        return {name for value in template for name in placeholders(value)}
    return set(re.findall(r"\{(\w*)\}", template)) if isinstance(template, str) else set()


def holds_secret(template: Any) -> bool:
    """Say whether a text of a template asks for the connection's account."""
    return isinstance(template, str) and bool(ACCOUNT.search(template))
