"""What a department says about its files is where they are: pulled, then fetched."""

from __future__ import annotations

import io

from hub_makers import FEW, StartFake, column, pull_once
from pypdf import PdfReader

from connectors.pages.license_file import fetch_license_file
from hub.context import HubContext
from license_library.files.file_kinds import look_at


def test_the_file_of_a_pulled_license_is_fetched_from_its_department(hub: HubContext, fake: StartFake) -> None:
    one = fake("real_estate", FEW)
    pull_once(hub, one)
    ((address, number),) = zip(
        *(
            column(hub, f"select {name} from licenses order by license_id limit 1")
            for name in ("file_url", "license_number")
        ),
        strict=True,
    )
    content = fetch_license_file(one.department, one.connection, str(address), 100_000, hub.clock)
    assert look_at(content).kind == "pdf"
    assert str(number) in PdfReader(io.BytesIO(content)).pages[0].extract_text()
