"""The words for incidents, in Chinese and English side by side: kinds with what to do, states, severities, history."""

from __future__ import annotations

from typing import Final

from license_library.answers import Words

_STATES: Final = {
    "open": Words("待处理", "open"),
    "acknowledged": Words("已知悉", "acknowledged"),
    "muted": Words("已静默", "muted"),
    "resolved": Words("已恢复", "resolved"),
}
_SEVERITIES: Final = {
    "notice": Words("无影响", "harmless"),
    "warning": Words("需关注", "watch"),
    "critical": Words("影响取数", "breaks"),
}
_EVENTS: Final = {
    "opened": Words("发现", "opened"),
    "acknowledged": Words("知悉", "acknowledged"),
    "assigned": Words("指派", "assigned"),
    "muted": Words("静默", "muted"),
    "mute_ended": Words("静默到期", "the mute ended"),
    "resolved": Words("恢复", "resolved"),
    "reopened": Words("再次出现", "reopened"),
}
_KINDS: Final = {
    "drift": Words("契约变化", "contract drift"),
    "contract_unread": Words("契约取不到", "contract not read"),
    "differs": Words("对账不一致", "both ends differ"),
}
_DIFFERS: Final = Words(
    "打开对账记录看是哪些记录，再用 hub reconcile --pull 补取；库中多出的由人判断。",
    "open the reconciliation for the records, then `hub reconcile --pull`; what is extra a person decides",
)
_ADVICE: Final = {
    "drift": Words(
        "请与部门核实变化，更新接口契约和接入声明后重新启用。",
        "ask the department about the change; update contract and declaration, then activate again",
    ),
    "contract_unread": Words(
        "请部门恢复契约地址；取数仍按已固定的契约进行。",
        "ask the department to serve its contract again; feeds go on by the pinned one",
    ),
    "differs": _DIFFERS,
}
_LOOK: Final = Words("请查看该数据流最近的交换。", "look at the feed's last exchanges")


def incident_words(state: str) -> Words:
    """Name an incident's state."""
    return _STATES.get(state, Words(state, state))


def severity_words(severity: str) -> Words:
    """Say how much an incident matters."""
    return _SEVERITIES.get(severity, Words(severity, severity))


def event_words(what: str) -> Words:
    """Name a step of an incident's history."""
    return _EVENTS.get(what, Words(what, what))


def incident_kind_words(kind: str) -> Words:
    """Name a kind of incident."""
    return _KINDS.get(kind, Words(kind, kind))


def advice_words(kind: str) -> Words:
    """Say what to do about an incident of a kind."""
    return _ADVICE.get(kind, _LOOK)
