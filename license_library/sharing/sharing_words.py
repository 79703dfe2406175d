"""The statuses of the sharing service and their sentences, as cities of Shandong use them.

Knows numbers and words; decides nothing.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Status(IntEnum):
    """Say how a call ended."""

    OK = 0
    NO_SUCH_SERVICE = 2
    NO_LICENSE = 10
    NOT_AUTHENTICATED = 11
    MANDATORY_EMPTY = 12
    TYPE_UNKNOWN = 13
    ABOLISHED = 21
    EXPIRED = 22
    RESTRICTED = 23
    OTHER = 99
    NOT_AUTHORISED = 100
    BAD_VALUE = 102
    BAD_HOLDER_TYPE = 103
    NUMBER_MISSING = 109
    HOLDER_CODE_MISSING = 110
    HOLDER_MISSING = 111
    BAD_TYPE_CODE = 113


MESSAGES: Final[dict[Status, str]] = {
    Status.OK: "成功",
    Status.NO_SUCH_SERVICE: "数据来源方不提供该服务",
    Status.NO_LICENSE: "没有符合条件的证照",
    Status.NOT_AUTHENTICATED: "身份认证失败",
    Status.MANDATORY_EMPTY: "必填项为空",
    Status.TYPE_UNKNOWN: "证照类型不存在或未发布",
    Status.ABOLISHED: "证照已废止或注销",
    Status.EXPIRED: "证照已过期",
    Status.RESTRICTED: "证照受限使用",
    Status.OTHER: "其他错误",
    Status.NOT_AUTHORISED: "未获得该类证照的使用授权，请先申请",
    Status.BAD_VALUE: "参数值有误",
    Status.BAD_HOLDER_TYPE: "持证主体代码类型有误",
    Status.NUMBER_MISSING: "缺少证照编号 certNo",
    Status.HOLDER_CODE_MISSING: "缺少持证主体代码 holderCode",
    Status.HOLDER_MISSING: "缺少持证主体 holder",
    Status.BAD_TYPE_CODE: "证照类型代码有误",
}
# Who asked could not be told, or was not allowed to.
DENIED: Final = frozenset({Status.NOT_AUTHENTICATED, Status.NOT_AUTHORISED})
