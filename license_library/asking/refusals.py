"""Why a question is not answered, or a decision not made: errors whose words whoever asked can act on.

Knows no table and no question; each is raised where what it tells of is judged.
"""

from __future__ import annotations

from typing import ClassVar

from license_library.answers import Words
from schemas.errors import RequestError


class NotReliable(RequestError):
    """The license is not valid today, so no case may rely on it."""

    code: ClassVar[str] = "request.not_reliable"

    def __init__(self, reason: Words) -> None:
        super().__init__(f"library: the license may not be relied on: {reason.en}; nothing was noted")
        self.words = Words(f"该证照不能作为依据：{reason.zh}", f"The license may not be relied on: {reason.en}")


class LinkEnded(RequestError):
    """The temporary address has ended, or what it led to is no longer good."""

    code: ClassVar[str] = "request.link_ended"


class NotDecidable(RequestError):
    """What is decided about is not in a state in which that can be decided, or has changed since it was shown."""

    code: ClassVar[str] = "request.not_decidable"


class KeyTaken(RequestError):
    """The key of a delivery belongs to another one already."""

    code: ClassVar[str] = "request.key_taken"


class NotDeliverable(RequestError):
    """The department does not take such a delivery, or its declaration cannot write this one."""

    code: ClassVar[str] = "request.not_deliverable"


class NotInForm(RequestError):
    """The item's form does not ask for that, or not of such a holder."""

    code: ClassVar[str] = "request.not_in_form"

    def __init__(self, item_code: str, *, is_of_holder: bool) -> None:
        whose = "a field of the form" if is_of_holder else "an applicant of the item"
        super().__init__(f"prefill: the form of {item_code} does not ask for it; expected {whose}; nothing was told")
        self.words = (
            Words("该事项的表单没有这个字段，未提供任何信息", "the form has no such field; nothing was told")
            if is_of_holder
            else Words("该事项的表单不面向这类主体", "the form of this item is not for this kind of applicant")
        )


class NotSettled(RequestError):
    """A merge is under way that may still begin to be known before the instant asked about."""

    code: ClassVar[str] = "request.not_settled"
    retryable: ClassVar[bool] = True
    words: ClassVar[Words] = Words(
        "该时刻的库内情况尚未定局：有批次正在入库。请稍候再查。",
        "What was known then is not settled yet: a merge is under way. Ask again in a moment.",
    )


class WrongQuestion(RequestError):
    """The question cannot be answered as it was asked."""

    code: ClassVar[str] = "request.wrong_question"

    def __init__(self, reason: str, words: Words) -> None:
        super().__init__(words.en)
        self.reason = reason  # dotted: search.no_terms, search.name_too_short, identifier.uscc_wrong …
        self.words = words
