"""Does an officer learn where a fault lies, in words that he knows?"""

import pytest

from tests.unit.publishing.bus import law
from yisong.publishing.compose import _FORMS
from yisong.publishing.field_names import HEADER_NAMES, Place, place_of


def test_every_field_that_an_author_states_has_a_name() -> None:
    assert HEADER_NAMES.keys() - {"event_id"} == _FORMS.keys()


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        ("body.summary: is missing", Place("/body/summary", "摘要")),
        ("body.targets[2].value: is missing", Place("/body/targets/2/value", "值")),
        ("body.targets[0].nothing: there is no such field", Place("/body/targets/0/nothing", "对象")),
        ("body.nothing: there is no such field", Place("/body/nothing", None)),
        ("occurred_at: must be a text", Place("/header/occurred_at", "发生时间")),
        ("key: no key of V98", Place("/header/publisher", "发布机关")),
        ("at: only a demo bus", Place("/at", None)),
        ("a/b~c: no header field", Place("/header/a~1b~0c", None)),
        ("what.is[0].it: no header field", Place("/header/what.is[0].it", None)),
        ("no field at all", Place("", None)),
    ],
)
def test_a_fault_has_a_pointer_and_a_name(fault: str, place: Place) -> None:
    found, said = place_of(fault, "ClueFound", law())
    assert found == place
    assert fault.endswith(said)


def test_a_type_that_is_none_has_no_names() -> None:
    assert place_of("body.summary: is missing", "MoonLanded", law())[0] == Place("/body/summary", None)
    assert place_of("body.summary: is missing", None, law())[0] == Place("/body/summary", None)
