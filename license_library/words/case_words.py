"""The sentences of cases: states, what is done about them, batches; in Chinese and English side by side.

Knows codes only.
"""

from __future__ import annotations

from license_library.answers import Words
from license_library.answers.spoken import named

_STATES = {
    "open": Words("待处理", "open"),
    "mended": Words("已修复", "mended"),
    "waived": Words("已豁免", "waived"),
    "superseded": Words("已被取代", "superseded"),
    "discarded": Words("已作废", "discarded"),
}
_ACTIONS = {
    "recheck": Words("重新检查", "check again"),
    "edit": Words("修改", "edit"),
    "waive": Words("豁免", "waive"),
    "return": Words("退回部门校核", "send back to the department"),
    "discard": Words("作废", "discard"),
    "assign": Words("指派", "assign"),
}
_EVENTS = {
    "assigned": Words("指派给", "assigned to"),
    "edited": Words("修改字段", "edited"),
    "waived": Words("豁免", "waived"),
    "returned": Words("退回部门校核", "sent back to the department"),
    "answered": Words("部门已答复", "answered by the department"),
    "withdrawn": Words("撤回校核请求", "correction request withdrawn"),
    "discarded": Words("作废（标记，不删除）", "discarded (a mark, nothing is deleted)"),
    "recheck_asked": Words("要求重新检查", "asked to be checked again"),
    "rechecked": Words("重新检查，仍有问题", "checked again, still bad"),
    "reopened": Words("再次出现问题，重新打开", "bad again, reopened"),
    "mended": Words("已修复入库", "mended"),
    "let_through": Words("凭豁免入库", "let in by a waiver"),
    "lapsed": Words("豁免到期", "the waiver ended"),
    "superseded": Words("被同一行的另一条隔离记录取代", "superseded by another case of the same row"),
    "unread": Words("原始行已无法读取", "its row can no longer be read"),
    "revealed": Words("查看未遮蔽的原始字段", "source values were revealed"),
}
_CORRECTIONS = {
    "open": Words("待部门答复", "waits for the department"),
    "late": Words("逾期未答复", "late"),
    "corrected": Words("部门已更正", "corrected"),
    "confirmed": Words("部门确认无误", "confirmed as it is"),
    "refused": Words("部门不予更正", "refused"),
    "withdrawn": Words("已撤回", "withdrawn"),
}
_CORRECTION_EVENTS = {
    "asked": Words("提出校核请求", "asked for"),
    "handed_over": Words("交给推送", "handed to the outbox"),
    "arrived": Words("部门已收到", "taken by the department"),
    "delivery_over": Words("部门系统已办结", "done, says the department's system"),
    "late": Words("期限已过，部门未答复", "the last day is over, unanswered"),
}
_BATCHES = {
    "waiting": Words("等待执行", "waiting"),
    "running": Words("执行中", "running"),
    "paused": Words("已暂停", "paused"),
    "cancelled": Words("已取消", "cancelled"),
    "done": Words("已完成", "done"),
}


def quarantine_words(state: str) -> Words:
    """Name a quarantine case's state."""
    return named(_STATES, state)


def case_action_words(action: str) -> Words:
    """Name what can be done about a case."""
    return named(_ACTIONS, action)


def case_event_words(action: str) -> Words:
    """Name what was done about a case."""
    return named(_EVENTS, action)


def correction_words(state: str) -> Words:
    """Name where a correction request stands."""
    return named(_CORRECTIONS, state)


def correction_event_words(what: str) -> Words:
    """Name one step of a correction request."""
    return _CORRECTION_EVENTS.get(what) or correction_words(what)


def batch_words(state: str) -> Words:
    """Name a batch's state."""
    return named(_BATCHES, state)
