"""The words for incidents, in Chinese and English side by side: kinds with what to do, states, severities, history."""

from __future__ import annotations

from typing import Final

from license_library.answers import Words
from license_library.answers.spoken import named

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
    "released": Words("放行该批", "batch released"),
    "discarded": Words("作废该批", "batch discarded"),
}
_KINDS: Final = {
    "drift": Words("契约变化", "contract drift"),
    "contract_unread": Words("契约取不到", "contract not read"),
    "new_field": Words("报文出现新字段", "a new field in a carried text"),
    "gone_field": Words("报文缺少字段", "a field gone from a carried text"),
    "differs": Words("对账不一致", "both ends differ"),
    "volume": Words("数量异常", "unusual volume"),
    "fill": Words("填充率下降", "a field is filled less"),
    "duplicates": Words("重复记录", "double records"),
    "contradictions": Words("内容矛盾", "contradicting fields"),
    "expectation": Words("质量期望不符", "expectation not met"),
    "late": Words("数据逾期", "data behind its promise"),
    "failing": Words("取数失败", "exchanges fail"),
    "held": Words("整批暂缓", "batch held"),
    "no_news": Words("久无新数据", "no news for long"),
    "unlisted": Words("清单中已无", "listed no more"),
    "outdated": Words("旧时间的不同内容", "other content with an older time"),
    "reversed": Words("状态不应如此变更", "a state that cannot follow"),
    "correction_late": Words("校核逾期", "a correction is late"),
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
    "new_field": Words(
        "请与部门核实该字段的含义：要用的写入接入声明，不用的把含该字段的样例或 XSD 放进 contract/。",
        "ask the department what it means: map it, or put a sample or schema that holds it beside the contract",
    ),
    "gone_field": Words(
        "请与部门核实该字段是否改名或停传：改名的改接入声明后重新启用，属实停传的放行该批。",
        "ask the department whether it was renamed or is sent no more: mend the declaration and activate it, or release the batch",
    ),
    "volume": Words(
        "请与部门核实数量：属实则放行该批，否则作废；作废后下次重新取数。",
        "ask the department whether that many is right: release the batch, or discard it and it is asked for again",
    ),
    "fill": Words(
        "请部门核实该字段是否改名或停填。", "ask the department whether the field was renamed or is left empty"
    ),
    "duplicates": Words("请部门清理重复编号。", "ask the department to clear up the numbers that stand twice"),
    "contradictions": Words(
        "请部门更正相互矛盾的字段。", "ask the department to correct the fields that contradict each other"
    ),
    "expectation": Words(
        "请查看质量页的趋势，与部门核实。", "look at the trend on the page Quality, then ask the department"
    ),
    "late": Words(
        "请联系部门或其网络；取数恢复后自动解除。", "call the department or its network; it ends with the next merge"
    ),
    "failing": Words(
        "请联系部门或其网络，查看最近一次交换的错误。",
        "call the department or its network; look at the last exchange's error",
    ),
    "held": Words("请查看暂缓原因，放行或作废该批。", "look at the reason, then release or discard the batch"),
    "no_news": Words(
        "取数正常而久无新数据，请部门核实其系统是否停用。",
        "pulls go well yet bring nothing new; ask whether the department's system is still in use",
    ),
    "unlisted": Words(
        "请部门核实这些证照是否已注销；核实前不作为有效依据。部门再次列出后自动解除。",
        "ask the department whether these licenses are gone; until then they are not relied on; it ends when they are listed again",
    ),
    "outdated": Words(
        "证照库保留时间较新的内容。请与部门核实哪一份属实：由部门以新的更新时间重新发布；对账会逐条列出差异。",
        "the newer content stands; ask the department which is right and to publish it with a new time; a reconciliation names each record",
    ),
    "reversed": Words(
        "请部门核实：属更正的，写明后标记恢复；属误报的，由部门改正后自动解除。采用前请核对证照页的历次状态。",
        "ask the department: where it corrected itself, resolve this with a note; where it erred, it ends with the next right state",
    ),
    "correction_late": Words(
        "请联系部门催办校核请求；答复后自动解除。",
        "call the department about the correction request; it ends with the answer",
    ),
}
_LOOK: Final = Words("请查看该数据流最近的交换。", "look at the feed's last exchanges")


def incident_words(state: str) -> Words:
    """Name an incident's state."""
    return named(_STATES, state)


def severity_words(severity: str) -> Words:
    """Say how much an incident matters."""
    return named(_SEVERITIES, severity)


def event_words(what: str) -> Words:
    """Name a step of an incident's history."""
    return named(_EVENTS, what)


def incident_kind_words(kind: str) -> Words:
    """Name a kind of incident."""
    return named(_KINDS, kind)


def advice_words(kind: str) -> Words:
    """Say what to do about an incident of a kind."""
    return _ADVICE.get(kind, _LOOK)
