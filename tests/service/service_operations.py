"""One answer of every operation that the interface describes: what its shape, and what it tells of age, are held against."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from httpx import Client
from service_makers import COMPANY, ITEM, OWED_BEFORE, PURPOSE, Shelf

from tests.license_library.file_samples import pdf

HEADER = {"X-Purpose": quote(PURPOSE)}


def ask(machine: Client, path: str, **question: Any) -> dict[str, Any]:
    """Post a question with a purpose and return the answer, a refusal too."""
    return dict(machine.post(path, json={"purpose": PURPOSE, **question}).json())


def make_copy(machine: Client, shelf: Shelf) -> str:
    """Make a working copy and return its identifier."""
    return str(ask(machine, "/api/working-copies", license_id=shelf.license_id)["identifier"])


def answered_of_cases(machine: Client, shelf: Shelf) -> dict[str, Any]:
    """Return one answer of every operation on cases in quarantine and batches of them."""
    case, order = f"/api/quarantine/{shelf.quarantine_id}", {"action": "assign", "who": "张工", "owner": "李工"}
    batch = machine.post("/api/case-batches", json=order).json()
    ended = machine.post(f"/api/case-batches/{batch['batch_id']}/decision", json={"change": "cancel", "who": "王工"})
    return {
        "post /api/quarantine/{quarantine_id}/decision": machine.post(f"{case}/decision", json=order).json(),
        "post /api/quarantine/{quarantine_id}/reveal": machine.post(f"{case}/reveal", json={"purpose": PURPOSE}).json(),
        "post /api/case-batches": batch,
        "post /api/case-batches/{batch_id}/decision": ended.json(),
        "get /api/case-batches": machine.get("/api/case-batches").json(),
    }


def answered_of_corrections(machine: Client, shelf: Shelf) -> dict[str, Any]:
    """Ask for a correction, look at it, and withdraw it."""
    order = {"license_id": shelf.hostile_id, "field": "holder_name", "proposed": "平度", "basis": "依据", "who": "张工"}
    made = machine.post("/api/corrections", json=order).json()
    one = f"/api/corrections/{made['correction']['request_id']}"
    return {
        "post /api/corrections": made,
        "get /api/corrections/{request_id}": machine.get(one).json(),
        "get /api/corrections": machine.get("/api/corrections").json(),
        "post /api/corrections/{request_id}/reveal": machine.post(f"{one}/reveal", json={"purpose": "核对"}).json(),
        "post /api/corrections/{request_id}/answer": machine.post(
            f"{one}/answer", json={"answer": "withdrawn", "who": "张工"}
        ).json(),
    }


def answered_of_subjects(machine: Client, shelf: Shelf) -> dict[str, Any]:
    """Look at two subjects, keep them apart, undo it, and give the proposal an owner."""
    path = f"/api/subject-pairs/{shelf.company_id}/{shelf.twin_id}"
    apart = machine.post(f"{path}/decision", json={"decision": "different", "who": "张工", "reason": "两家"}).json()
    undone = {"who": "李工", "reason": "有误"}
    told = machine.post(f"/api/subject-decisions/{apart['decision_id']}/undo", json=undone).json()
    owned = machine.post(f"/api/subject-decisions/{told['decision_id']}/owner", json={"owner": "王工", "who": "张工"})
    return {
        "get /api/subject-pairs": machine.get("/api/subject-pairs").json(),
        "get /api/subject-pairs/{one}/{other}": machine.get(path, headers=HEADER).json(),
        "post /api/subject-pairs/{one}/{other}/reveal": machine.post(
            f"{path}/reveal", json={"purpose": PURPOSE}
        ).json(),
        "post /api/subject-pairs/{one}/{other}/decision": apart,
        "post /api/subject-decisions/{decision_id}/undo": told,
        "post /api/subject-decisions/{decision_id}/owner": owned.json(),
    }


def answered_of_files(machine: Client, shelf: Shelf, copy: str) -> dict[str, Any]:
    """Attach a file, make another working copy, and check both."""
    place = f"/api/licenses/{shelf.license_id}/files"
    kept = machine.post(place, headers=HEADER, content=pdf()).json()
    return {
        "post /api/licenses/{license_id}/files": kept,
        "get /api/licenses/{license_id}/files": machine.get(place, headers=HEADER).json(),
        "get /api/files/{file_id}": machine.get(f"/api/files/{kept['file_id']}", headers=HEADER).content,
        "post /api/files/check": machine.post("/api/files/check", headers=HEADER, content=pdf()).json(),
        "post /api/working-copies": ask(machine, "/api/working-copies", license_id=shelf.license_id),
        "post /api/working-copies/check": ask(machine, "/api/working-copies/check", identifier=copy),
        "get /api/working-copies/{identifier}": machine.get(f"/api/working-copies/{copy}", headers=HEADER).content,
        "post /api/files/{file_id}/withdrawal": ask(machine, f"/api/files/{kept['file_id']}/withdrawal"),
    }


def answered_of_facts(machine: Client, shelf: Shelf) -> dict[str, Any]:
    """Look at a fact, assign it, and say what was said already of a master."""
    one, order = "/api/conflicts/1/organisation_name", {"action": "assign", "who": "张工", "owner": "李工"}
    said = {"who": "张工", "reason": "照旧"}
    return {
        "post /api/prefill": ask(machine, "/api/prefill", item_code="PD-E-005", holder_code=COMPANY),
        "post /api/facts": ask(machine, "/api/facts", holder_code=COMPANY),
        "get /api/conflicts": machine.get("/api/conflicts").json(),
        "get /api/conflicts/{subject_id}/{element}": machine.get(one, headers=HEADER).json(),
        "post /api/conflicts/{subject_id}/{element}/decision": machine.post(
            f"{one}/decision", json=order, headers=HEADER
        ).json(),
        "get /api/elements": machine.get("/api/elements").json(),
        "post /api/elements/{element}/master": machine.post("/api/elements/founded_on/master", json=said).json(),
    }


def answered(machine: Client, shelf: Shelf, copy: str) -> dict[str, Any]:
    """Return one answer of every operation, by the name it has in the description."""
    owed = machine.get("/api/deliveries?department=public_security").json()["deliveries"][0]["delivery_id"]
    said = {"license_type": "bizlic", "license_number": shelf.license_number}
    return (
        answered_of_cases(machine, shelf)
        | answered_of_corrections(machine, shelf)
        | answered_of_subjects(machine, shelf)
        | answered_of_files(machine, shelf, copy)
        | answered_of_facts(machine, shelf)
        | {
            "post /api/search": ask(machine, "/api/search", text="恒通"),
            "post /api/deliveries": machine.post("/api/deliveries", json=OWED_BEFORE).json(),
            "post /api/deliveries/{delivery_id}/decision": machine.post(
                f"/api/deliveries/{owed}/decision", json={"choice": "resend", "who": "张工"}
            ).json(),
            "get /api/quality": machine.get("/api/quality?department=transport").json(),
            "get /api/exchanges/{exchange_id}": machine.get("/api/exchanges/4").json(),
            "post /api/exchanges/{exchange_id}/decision": machine.post(
                "/api/exchanges/4/decision", json={"choice": "discard", "who": "张工", "reason": "误导出"}
            ).json(),
            "get /api/incidents/{incident_id}": machine.get("/api/incidents/1").json(),
            "post /api/incidents/{incident_id}/decision": machine.post(
                "/api/incidents/2/decision", json={"choice": "assign", "who": "张工", "assignee": ""}
            ).json(),
            "post /api/reliances": ask(machine, "/api/reliances", license_id=shelf.license_id, case_number="S-1"),
            "post /api/holdings": ask(machine, "/api/holdings", holder_code=COMPANY),
            "post /api/verify": ask(machine, "/api/verify", **said),
            "post /api/checklist": ask(machine, "/api/checklist", item_code=ITEM, holder_code=COMPANY),
            "get /api/licenses/{license_id}": machine.get(f"/api/licenses/{shelf.license_id}", headers=HEADER).json(),
            "get /api/licenses/{license_id}/as-of": machine.get(
                f"/api/licenses/{shelf.license_id}/as-of", headers=HEADER
            ).json(),
            "get /api/reconciliations/{reconciliation_id}": machine.get("/api/reconciliations/1").json(),
            "get /api/license-types/{license_type}": machine.get("/api/license-types/bizlic").json(),
            "get /api/quarantine/{quarantine_id}": machine.get(f"/api/quarantine/{shelf.quarantine_id}").json(),
        }
        | {
            f"get {path}": machine.get(path).json()
            for path in (
                "/api/license-alerts",
                "/api/deliveries",
                "/api/health",
                "/api/items",
                "/api/license-types",
                "/api/departments",
                "/api/exchanges",
                "/api/incidents",
                "/api/quarantine",
                "/api/scorecard",
                "/api/steward",
                "/api/reconciliations",
            )
        }
        | {"get /api/exchanges/{exchange_id}/shadow": machine.get("/api/exchanges/4/shadow").json()}
    )
