"""Do code and catalogue name the same metrics, told apart by the same few labels?"""

from typing import Final, get_args

from services.trail.measures import AGES
from tests.unit.metrics.calls import calls
from yisong.home import AGENCIES
from yisong.metrics import METRICS, CounterName, GaugeName, HistogramName, Metrics
from yisong.metrics.labels import AGE, AGENCY, HALT
from yisong.proof.cosigning import Why

CALLS: Final = tuple(calls())


def test_every_name_stands_in_the_catalogue_under_its_kind() -> None:
    kinds = {"counter": CounterName, "gauge": GaugeName, "histogram": HistogramName}

    for kind, names in kinds.items():
        assert set(get_args(names)) == {name for name, metric in METRICS.items() if metric.kind == kind}


def test_code_shows_every_metric_of_the_catalogue_and_no_other() -> None:
    assert {call.name for call in CALLS} == set(METRICS)


def test_code_tells_each_apart_by_the_labels_of_the_catalogue() -> None:
    for call in CALLS:
        metric = next(metric for name, metric in METRICS.items() if name == call.name)
        assert call.kind == metric.kind, call
        if call.labels is not None:
            assert set(call.labels) == {label.name for label in metric.labels}, call
            for label in metric.labels:
                value = call.labels[label.name]
                assert value is None or not label.values or value in label.values, call


def test_labels_have_the_words_of_the_bus() -> None:
    assert AGENCY.values == set(AGENCIES)
    assert HALT.values == set(get_args(Why))
    assert AGE.values == {*AGES, "over"}


def test_no_label_can_hold_a_case_a_person_or_an_event() -> None:
    labels = {label for metric in METRICS.values() for label in metric.labels}

    assert not {label.name for label in labels} & {"case_id", "event_id", "organ", "account", "path", "docket"}
    assert all(label.values or label.rule for label in labels)


def test_what_a_series_had_and_has_no_more_is_zero() -> None:
    """A duty that was fulfilled must not be seen as open for ever."""
    metrics = Metrics("police")
    metrics.gauges("yisong_duties_open", {("D310 7",): 2, ("D310 8",): 1})
    metrics.of("cac").gauges("yisong_duties_open", {("D310 7",): 5})

    metrics.gauges("yisong_duties_open", {("D310 8",): 3})

    def shown(agency: str, article: str) -> float | None:
        return metrics._registry.get_sample_value("yisong_duties_open", {"agency": agency, "article": article})

    assert (shown("police", "D310 7"), shown("police", "D310 8"), shown("cac", "D310 7")) == (0, 3, 5)
