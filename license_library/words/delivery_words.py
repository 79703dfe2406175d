"""The words for deliveries, in Chinese and English side by side: kinds, states, and why one is where it is."""

from __future__ import annotations

from typing import Final

from license_library.answers import Words
from license_library.answers.spoken import named

STATES: Final = {
    "to_verify": Words("待核实", "to verify"),
    "refused": Words("未送达", "not delivered"),
    "waiting": Words("待发送", "waiting"),
    "claimed": Words("处理中", "being brought"),
    "sent": Words("已发出，未获答复", "sent, not answered"),
    "acknowledged": Words("已签收，待回执", "acknowledged, awaiting its receipt"),
    "done": Words("已完成", "done"),
    "cancelled": Words("已取消", "cancelled"),
}
_KINDS = {
    "accepted_application": Words("受理通知", "accepted application"),
    "decision": Words("审批决定", "decision"),
    "license_issued": Words("制证通知", "license issued"),
    "supervision_handoff": Words("审管衔接", "supervision hand-off"),
    "license_alert": Words("证照状态提醒", "license alert"),
    "correction_request": Words("数据校核", "correction request"),
}
_ALERT_CHANGES = {
    "status": Words("状态已变化", "its state has changed"),
    "holder": Words("持证主体或其号码已变更", "its holders, or their numbers, have changed"),
    "term": Words("有效期已缩短", "its term is told to be shorter"),
    "unlisted": Words("发证部门的完整名单中已没有该证照", "its department's whole list lacks it"),
    "contradicted": Words("另有同一证照的记录称其已不可用", "another record of it says that it is good no more"),
    "displaced": Words("取代它的证照属于其他主体或已不可用", "what took its place is another holder's, or is not good"),
    "listed": Words("该证照重新列入发证部门名单", "its department lists it again"),
}
_REASONS = {
    "department.unreachable": Words("部门系统连接不上", "the department cannot be reached"),
    "department.timeout": Words("部门系统未在时限内答复", "the department did not answer in time"),
    "department.unavailable": Words("部门系统暂不可用", "the department is not available now"),
    "department.refused": Words("部门不接收", "the department refused it"),
    "department.fault": Words("部门系统出错", "the department failed itself"),
    "department.broke_promise": Words(
        "部门的答复不完整或不合约定", "the department's answer is not whole or not as agreed"
    ),
    "department.not_trusted": Words("部门的证书不可信", "the department's certificate is not trusted"),
    "declaration.wrong": Words("接入声明与本次推送不符", "the declaration cannot write it"),
    "hub.failed": Words("系统自身出错，未知是否到达", "the hub failed itself while it was sent"),
    "delivery.given_up": Words("已达重试上限", "tried as often, or as long, as declared"),
    "delivery.no_receipt": Words("逾期未取得回执", "no receipt came in time"),
    "delivery.unanswered": Words("发出后中断，未知是否到达", "the run that sent it ended before an answer came"),
    "delivery.restored": Words(
        "数据库曾恢复到较早时刻，未知是否已送达", "the database was restored to an earlier moment; it may have arrived"
    ),
    "delivery.undeclared": Words("部门的接入声明中已无该类推送", "its department declares no such delivery any more"),
    "delivery.damaged": Words("保存的推送内容已损坏，无法发送", "what is kept of it is damaged and cannot be sent"),
    "delivery.maintenance": Words("部门系统维护期间，暂不发送", "held back during the department's maintenance"),
}


def alert_change_words(change: str) -> Words:
    """Return what has become of a license that a case relied on."""
    return _ALERT_CHANGES[change]


def delivery_state_words(state: str) -> Words:
    """Name a delivery's state."""
    return named(STATES, state)


def kind_words(kind: str) -> Words:
    """Name a kind of delivery."""
    return named(_KINDS, kind)


def reason_words(code: str | None) -> Words | None:
    """Say why a delivery is where it is."""
    return named(_REASONS, code) if code else None
