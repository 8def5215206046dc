"""Is what one field demands of another named before an event is sent?"""

import pytest

from yisong.publishing.across import faults_across

WORK = {"title": "甲", "work_type": "film_tv"}

Case = tuple[str, str | None, dict[str, object], dict[str, object], str]

CASES: list[Case] = [
    ("JointSupervisionOrdered", None, {"level": "joint"}, {"cc": ["W00"]}, "cc"),
    ("PeriodicReportFiled", "self_check", {"subject": None}, {"subject": "甲公司"}, "body.subject"),
    ("PeriodicReportFiled", "monthly", {"figures": []}, {"figures": [{}]}, "body.figures"),
    ("PeriodicReportFiled", "quarterly", {"figures": []}, {"figures": [{}]}, "body.figures"),
    ("RegulatoryMeasureTaken", "ad_cutoff", {}, {"targets": [{}]}, "body.targets"),
    ("ListEntryChanged", "add", {"list": "protected_works"}, {"work": WORK}, "body.work"),
    (
        "ClueFound",
        "feedback_wanted",
        {"source": "company_or_association", "company_complaint": False},
        {"company_complaint": True},
        "body.company_complaint",
    ),
]


def faults(event_type: str, variant: str | None, body: dict[str, object]) -> list[str]:
    cc = body.get("cc")
    return list(faults_across(event_type, variant, cc if isinstance(cc, list) else [], body))


@pytest.mark.parametrize(("event_type", "variant", "body", "filled", "field"), CASES)
def test_what_is_demanded_is_named_until_it_is_there(
    event_type: str, variant: str | None, body: dict[str, object], filled: dict[str, object], field: str
) -> None:
    (fault,) = faults(event_type, variant, body)
    assert fault.startswith(f"{field}: must be ")
    assert faults(event_type, variant, {**body, **filled}) == []


@pytest.mark.parametrize(
    ("event_type", "variant", "body"),
    [
        ("JointSupervisionOrdered", None, {"level": "single_ministry"}),
        ("PeriodicReportFiled", "summary", {"figures": []}),
        ("RegulatoryMeasureTaken", "warning", {}),
        ("ListEntryChanged", "add", {"list": "black"}),
        ("ClueFound", "feedback_wanted", {"source": "hotline_12318", "company_complaint": False}),
    ],
)
def test_nothing_is_demanded_of_others(event_type: str, variant: str | None, body: dict[str, object]) -> None:
    assert faults(event_type, variant, body) == []
