"""Which of a call's parameters ask for a time, a page, a size or a cursor, and the request template that follows.

What must be sent and cannot be guessed is left to fill in; what may be left out is left out.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from connectors.declarations.declared import TO_FILL_IN
from connectors.scaffold.outline import Call, Node, Path, walk
from connectors.scaffold.suggestions import suggest
from connectors.scaffold.vocabulary import load_vocabulary

KINDS = {
    "since": "instant",
    "until": "instant",
    "page": "text",
    "offset": "text",
    "page_size": "text",
    "cursor": "text",
}
LARGEST = re.compile(r"(?:不超过|最大|最多|上限|不大于|max\w*)\D{0,6}?(\d{1,5})", re.IGNORECASE)
SPOKEN = {"一千": 1000, "五百": 500, "一百": 100, "两百": 200, "二百": 200}
TIMES = {"date", "time"}
LOGINS = {"user", "username", "userid", "login", "loginname", "loginid", "account", "accountname", "appid", "clientid"}
PASSWORDS = {"password", "passwd", "pwd", "pass", "userpwd", "userpassword", "userpass", "secret", "appsecret", "token"}


class Asked(msgspec.Struct, frozen=True):
    """Hold the template of the request and what each part of it is."""

    template: dict[str, Any]
    roles: dict[str, Node]

    def size(self) -> int:
        """Return the largest page that the contract allows, as far as it says so."""
        node = self.roles.get("page_size")
        label = f"{node.label} {node.sample}" if node else ""
        spoken = [number for word, number in SPOKEN.items() if word in label]
        told = [int(text) for text in LARGEST.findall(label)] or spoken
        return min(1000, max(told, default=1000) or 1000)

    def first(self) -> int:
        """Return the number of the first page."""
        label = self.roles["page"].label if "page" in self.roles else ""
        return 0 if re.search(r"从\s*[0零]|start\w* (?:at|from) 0|zero-based|0\s*开始", label, re.IGNORECASE) else 1


def find_request(call: Call) -> Asked:
    """Return the request template of a call."""
    if call.payload != "none" and not call.request.children:
        return Asked({}, {})
    inside = [(path, node) for path, node in walk(call.request) if node.is_leaf]
    found = suggest([node for _, node in inside], load_vocabulary().request, KINDS)
    roles = {s.field: s.source for s in found if s.field != "page_size" or s.source.kind not in TIMES}
    template: dict[str, Any] = {}
    spoken = {id(node): "{" + role + "}" for role, node in roles.items() if role != "until"}
    for path, node in inside:
        account = guess_account(node) if call.is_soap else ""
        value = spoken.get(id(node)) or account or _constant(node, _is_needed(call.request, path))
        if value:
            _put(template, path, value)
    for path, node in inside:  # what is asked for a group must hold all that the group needs
        if len(path) > 1 and _is_started(template, path) and _is_needed_below(call.request, path, template):
            _put(template, path, node.sample or TO_FILL_IN)
    return Asked(template, roles)


def guess_account(node: Node) -> str:
    """Return the placeholder of the connection's account that a value asks for; empty when none."""
    name = re.sub(r"[^a-z]", "", node.name.lower()).removeprefix("str")
    if node.kind != "text":
        return ""
    if name in LOGINS or any(word in node.label for word in ("用户名", "账号", "帐号", "账户")):
        return "{login}"
    return "{password}" if name in PASSWORDS or any(word in node.label for word in ("密码", "口令", "密钥")) else ""


def draft_header(node: Node) -> Any:
    """Return the template of a header: account, constants, and what must be filled in."""
    if not node.children:
        return guess_account(node) or node.sample or TO_FILL_IN
    told = {child.name: draft_header(child) for child in node.children if child.is_required or guess_account(child)}
    return {name: value for name, value in told.items() if value}


def _constant(node: Node, is_needed: bool) -> str:
    if not is_needed:
        return ""
    if len(node.codes) == 1:
        return next(iter(node.codes))
    return node.sample or TO_FILL_IN


def _is_needed(root: Node, path: Path) -> bool:
    """Say whether a value must be sent: it and every group around it."""
    node = root
    for name in path:
        node = next(child for child in node.children if child.name == name)
        if not node.is_required:
            return False
    return True


def _is_started(template: dict[str, Any], path: Path) -> bool:
    """Say whether the group that a value stands in is sent, and the value itself is not yet."""
    group: Any = template
    for name in path[:-1]:
        group = group.get(name) if isinstance(group, dict) else None
    return isinstance(group, dict) and path[-1] not in group


def _is_needed_below(root: Node, path: Path, template: dict[str, Any]) -> bool:
    """Say whether a value must be sent once the groups that are sent are."""
    node, group = root, template
    for name in path:
        node = next(child for child in node.children if child.name == name)
        is_sent = isinstance(group, dict) and name in group
        if not node.is_required and not is_sent:
            return False
        group = group.get(name, {}) if isinstance(group, dict) else {}
    return True


def _put(template: dict[str, Any], path: Path, value: str) -> None:
    for name in path[:-1]:
        template = template.setdefault(name, {})
    template[path[-1]] = value
