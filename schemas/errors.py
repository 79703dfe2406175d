"""The errors every room raises, split by where they arise.

One root class. A code is stable and dotted; its first part names where it arose: `department`, `declaration`, `data`,
`request`, `hub`. Who must act is told code by code in docs/reference/errors.md.
"""

from __future__ import annotations

from typing import ClassVar


class HubError(Exception):
    """Carry one failure to the person who can end it.

    Grammar of the message: who: what happened, where; expected X, got Y; what happens now.
    Never a person's name or number: the reference and the field.
    """

    code: ClassVar[str] = "hub.failed"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip().splitlines()[0])


class DepartmentError(HubError):
    """The department did not do what its contract promises."""

    code = "department.failed"


class DepartmentUnreachable(DepartmentError):
    """The department's address does not answer."""

    code = "department.unreachable"
    retryable = True


class DepartmentNotReached(DepartmentUnreachable):
    """No connection to the department was made; nothing of the request left."""


class DepartmentTimeout(DepartmentError):
    """The department did not finish its answer before the deadline."""

    code = "department.timeout"
    retryable = True


class DepartmentUnavailable(DepartmentError):
    """The department says it cannot answer now (429, 502, 503, 504)."""

    code = "department.unavailable"
    retryable = True

    def __init__(self, message: str = "", retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class DepartmentRefused(DepartmentError):
    """The department refused our sign-in or our request."""

    code = "department.refused"


class SignInRefused(DepartmentRefused):
    """The department refused our sign-in before it looked at the request."""


class DepartmentFault(DepartmentError):
    """The department answered with a fault of its own."""

    code = "department.fault"


class DepartmentServerFault(DepartmentFault):
    """The department answered that it failed itself (SOAP Server, Receiver); it may pass."""

    retryable = True


class DepartmentBrokePromise(DepartmentError):
    """The department's answer breaks its contract; nothing of it was applied."""

    code = "department.broke_promise"


class DepartmentNotTrusted(DepartmentError):
    """The department's certificate does not prove that it is the department; nothing was sent."""

    code = "department.not_trusted"


class DeclarationError(HubError):
    """A declaration or contract file is wrong."""

    code = "declaration.wrong"


class ConnectionMissing(DeclarationError):
    """The department has no connection configured."""

    code = "declaration.connection_missing"


class CertificateExpired(DeclarationError):
    """A certificate of ours has ended."""

    code = "declaration.certificate_expired"


class DataHeld(HubError):
    """The batch broke its bounds and waits for the steward."""

    code = "data.held"


class RequestError(HubError):
    """The question itself is wrong. `zh` says the same to whoever asked on a page."""

    code = "request.wrong"

    def __init__(self, message: str = "", zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


class NotFound(RequestError):
    """Nothing is kept under that reference."""

    code = "request.not_found"


class NotComparable(RequestError):
    """The two ends of a feed cannot be compared."""

    code = "request.not_comparable"


class LeaseTaken(HubError):
    """Another exchange of this feed is running; this one steps aside."""

    code = "hub.lease_taken"
    retryable = True


class LeaseLost(HubError):
    """This exchange was overtaken by a newer one; it writes nothing more."""

    code = "hub.lease_lost"


class DatabaseUnavailable(HubError):
    """The hub's database cannot be reached or started."""

    code = "hub.database_unavailable"
    retryable = True


class ProcessFailed(HubError):
    """A process of ours (Airflow, a fake department) did not start or ended by itself."""

    code = "hub.process_failed"


class CalendarMissing(HubError):
    """The calendar does not know the working days of a year."""

    code = "data.calendar_missing"
    zh = "工作日历缺少所需年份，请先补充该年的工作日；未作处理"
