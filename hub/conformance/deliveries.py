"""Deliveries on trial: each declared kind arrives once, whatever the department answers and wherever the hub is killed.

Classes A and B are never done twice; class C never leaves a second time by itself, and a person ends the doubt.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from functools import partial

from connectors.declarations.declaration import Delivery, duration
from connectors.fake.modes import MODES
from hub.conformance.bench import Bench
from hub.conformance.outcome import Check, Failed, NotApplicable
from hub.conformance.outgoing import ENDED, HOUR, Outgoing, Owed
from hub.crash_points import POINTS
from license_library.answers import DeliveryBrief

PREFIX = "delivery_"
ARRIVES = f"{PREFIX}arrives"
NONE = "it declares no deliveries: nothing is pushed to it"
ANSWERS = (
    "half_json", "half_xml", "half_gzip", "gzip_bomb", "short_body", "close_without_length", "never_ends", "reset_midway",
    "200_with_fault", "200_html_login", "202_empty", "204", "wrong_content_type", "redirect_internal", "redirect_file",
    "gbk_labelled_utf8", "bom", "doctype", "deep_nesting",
)  # fmt: skip
LOST = ("500_after_commit", "ack_lost", "applies_twice")
TROUBLE = (
    "timeout_connect", "hang_forever", "drip_headers", "drip_body", "500_before", "503", "rate_limited_429",
    "cert_expired", "host_key_changed", "permission_denied",
)  # fmt: skip
PUSHING = ("after_claim", "before_send", "after_send_before_mark", "after_mark")
DOUBTFUL = {"before_send", "after_send_before_mark"}  # killed there, nobody knows whether it arrived
PASSES = (1, 2)
WITHOUT_RECEIPT = {
    "soap": "503",
    "rest": "503",
    "table": "ok",
    "file": "permission_denied",
}  # a table's is done when told to


def _arrives(bench: Bench) -> str:
    """Push one of each kind to its end: done once, and its receipt read where one is declared."""
    if not bench.department.deliveries:
        raise NotApplicable(NONE)
    told = []
    for out, delivery in _kinds(bench):
        owed = out.owe(delivery)
        out.push()
        brief = out.require_end(owed, "in the first pass")
        if brief.state not in ENDED:
            raise Failed(f"{delivery.kind}: {brief.state}, {brief.answer or brief.reason_code}", "look at `success`")
        told.append(f"{delivery.kind} (class {delivery.class_}) is {_ended(out, owed, brief)}")
    return "; ".join(told)


def _in_mode(bench: Bench, mode: str) -> str:
    """Push in `mode`, and once it is over: at most once done, and what is not known is said to be so."""
    if wrong := bench.server.refusal(mode):
        raise NotApplicable(wrong)
    told = []
    for out, delivery in _kinds(bench):
        owed = out.owe(delivery)
        bench.server.set_mode(mode)
        try:
            out.push()
        finally:
            bench.server.set_mode("ok")
        during = out.look(owed)
        _require_explained(out, owed, during, mode)
        out.settle()
        told.append(f"{delivery.kind}: {_word(during)}, then {_end(out, owed, mode)}")
    return "; ".join(told)


def _end(out: Outgoing, owed: Owed, mode: str) -> str:
    """Fail unless a delivery came to its right end; what a department does twice after one call no sender can prevent."""
    arrived = out.arrived(owed)
    if mode == "applies_twice" and owed.delivery.class_ != "A" and arrived.received == 1:
        return f"sent once, which the department did {arrived.times} times by itself"
    return _ended(out, owed, out.require_end(owed, f"after {mode}"))


def _ended(out: Outgoing, owed: Owed, brief: DeliveryBrief) -> str:
    """Bring a delivery to its last state: its receipt, a person's word, or what was refused sent again by a person."""
    if brief.state == "to_verify":
        return _verified(out, owed)
    if brief.state == "refused":
        out.decide(owed, "resend")
        out.push()
        out.require_end(owed, "sent again by a person")
    closed = out.close(owed)
    receipt = owed.delivery.receipt
    if (
        receipt
        and closed.state != "done"
        and not closed.number
        and any("{number}" in one for one in receipt.request.values())
    ):
        raise Failed(
            f"{owed.delivery.kind} arrived, but its receipt is asked for by {{number}}, which only the lost answer told",
            "ask for the receipt by {case_number}, {sequence} or {delivery_key}; as it is, a person must look each time",
        )
    if closed.state != "done":
        raise Failed(
            f"{owed.delivery.kind} is {closed.state} ({closed.reason_code or 'no reason'}) after its receipt was due; "
            "expected done",
            "look at `receipt`: its question and `done_when`",
        )
    return "refused, sent again by a person, done" if brief.state == "refused" else "done once"


def _verified(out: Outgoing, owed: Owed) -> str:
    """Fail when what waits for a person leaves by itself; then let the person say that it arrived."""
    before = out.arrived(owed)
    for _ in range(2):
        out.wait(24 * HOUR)
        out.push()
    if out.arrived(owed) != before or out.look(owed).state != "to_verify":
        raise Failed(f"{owed.delivery.kind} was sent again while it waited for a person", "report it: a double effect")
    out.decide(owed, "arrived")
    return f"waits for a person (待核实), was not sent again, ended by their word; arrived {before.times} times"


def _require_explained(out: Outgoing, owed: Owed, brief: DeliveryBrief, mode: str) -> None:
    if brief.state in ENDED and out.arrived(owed).times:
        return
    if brief.state not in {"waiting", "to_verify", "refused"} or not brief.reason_code:
        raise Failed(
            f"during {mode} {owed.delivery.kind} is {_word(brief)}; expected it waiting, refused or to verify, with a reason",
            "look at `success`: an answer that says nothing must not pass as a yes",
        )


def _word(brief: DeliveryBrief) -> str:
    return f"{brief.state} ({brief.reason_code})" if brief.reason_code else brief.state


def _killed(bench: Bench, point: str) -> str:
    """Push in a process that is killed at `point`, and go on: nothing is lost, nothing done twice."""
    pairs = [(out, out.owe(delivery)) for out, delivery in _kinds(bench) for _ in PASSES]
    out = pairs[0][0]
    ended = out.kill_at(point)
    out.settle()
    if ended != -signal.SIGKILL:
        raise Failed(
            f"the push to be killed at {point} ended by itself ({ended})", f"look at what {ARRIVES} says of it"
        )
    states = [out.require_end(owed, f"after the kill at {point}").state for _, owed in pairs]
    if states.count("to_verify") > (1 if point.partition(":")[0] in DOUBTFUL else 0):
        raise Failed(f"after the kill at {point} the deliveries are {', '.join(states)}", "report it: a needless doubt")
    told = [f"{owed.delivery.kind}: {_ended(out, owed, out.look(owed))}" for _, owed in pairs]
    return "; ".join(told)


def _no_receipt(bench: Bench) -> str:
    """Wait for a receipt that never comes: after the declared time a person looks, and nothing is sent again."""
    told, mode = [], WITHOUT_RECEIPT[bench.department.transport.kind]
    if wrong := bench.server.refusal(mode):
        raise NotApplicable(wrong)
    for out, delivery in _kinds(bench):
        if not delivery.receipt:
            continue
        owed = out.owe(delivery)
        out.push()
        out.require_end(owed, "before its receipt")
        bench.server.set_mode(mode)
        out.wait(duration(delivery.receipt.give_up) + HOUR)
        out.push()
        bench.server.set_mode("ok")
        brief = out.look(owed)
        if brief.state != "to_verify":
            raise Failed(
                f"{delivery.kind} is {brief.state} without a receipt; expected it to verify", "look at `give_up`"
            )
        told.append(f"{delivery.kind} {_verified(out, owed)}")
    if not told:
        raise NotApplicable("none of its deliveries has a receipt")
    return "; ".join(told)


def _maintenance(bench: Bench) -> str:
    """Push in a declared window: nothing leaves, the notice is told; afterwards all arrives."""
    told = []
    for out, delivery in _kinds(bench):
        if not delivery.maintenance:
            continue
        out.wait_for_maintenance(delivery)
        owed = out.owe(delivery)
        summary = out.push()
        if out.arrived(owed).received or not summary.notices:
            raise Failed(f"{delivery.kind} left during maintenance, or nobody was told", "look at `maintenance`")
        out.settle()
        told.append(f"{delivery.kind}: 「{summary.notices[0]}」, then {_end(out, owed, 'maintenance')}")
    if not told:
        raise NotApplicable("it declares no window of maintenance for what it is sent")
    return "; ".join(told)


def _kinds(bench: Bench) -> Iterator[tuple[Outgoing, Delivery]]:
    """Yield each declared kind, at a time at which it may be sent."""
    out = Outgoing(bench)
    for delivery in out.deliveries:
        out.wait(0 * HOUR)
        yield out, delivery


def _modes(level: str, modes: tuple[str, ...]) -> list[Check]:
    return [
        Check(level, f"{PREFIX}{mode}", f"pushed to while it {_said(mode)}: at most once", partial(_in_mode, mode=mode))
        for mode in modes
    ]


def _said(mode: str) -> str:
    return f"misbehaves: {MODES[mode].words}"


def _kills() -> list[Check]:
    points = [f"{point}:{number}" for point in PUSHING for number in PASSES]
    return [
        Check(
            "L3",
            f"{PREFIX}kill_{point.replace(':', '_')}",
            f"a push killed when {POINTS[point.partition(':')[0]]}",
            partial(_killed, point=point),
        )
        for point in points
    ]


CHECKS = [
    Check("L1", ARRIVES, "each declared delivery arrives once, and its receipt is read", _arrives),
    *_modes("L2", ANSWERS),
    *_kills(),
    *_modes("L4", LOST),
    *_modes("L5", TROUBLE),
    Check(
        "L5", f"{PREFIX}no_receipt", "a receipt that never comes makes a person look, and nothing leave", _no_receipt
    ),
    Check(
        "L5", f"{PREFIX}maintenance", "in a declared window nothing leaves; afterwards it arrives once", _maintenance
    ),
]
