"""`ssd.find`: has the child had SSD meetings before?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "ssd.find",
    da="Find tidligere SSD-forløb",
    en="Find earlier SSD courses",
    inputs=(Field("sag_id", "string", "Sag", "Case"),),
    outputs=(Field("har_forloeb", "boolean", "Er der forløb?", "Are there any?"),),
    rules=("R-096",),
)
def find_earlier(job: Job, case: CaseWork) -> Mapping[str, Value]:
    return {"har_forloeb": bool(case.records("SSDForloeb", case=str(job.inputs["sag_id"])))}
