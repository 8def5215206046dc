"""Tracing is off unless it is asked for; on, spans hold ids, and what comes in broken is nothing."""

import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from yisong.errors import WiringFault
from yisong.telemetry import spans as made
from yisong.telemetry import tracing
from yisong.telemetry.about import About

ABOVE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
SECRET = "张三的口供"  # noqa: S105 (what a body says)


class _Traced:
    """This process, traced: the spans that it hands over."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    def spans(self) -> list[ReadableSpan]:
        tracing.close()
        return list(self._exporter.get_finished_spans())


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Traced]:
    exporter = InMemorySpanExporter()
    monkeypatch.setattr(made, "_exporter", lambda _: exporter)
    assert tracing.install("trail", agency="police", settings={"OTEL_TRACES_EXPORTER": "otlp"})
    yield _Traced(exporter)
    tracing.close()


@pytest.mark.parametrize(
    ("settings", "goes"),
    [
        ({}, None),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, None),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "otlp"}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, "otlp"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://collector/v1/traces"}, "otlp"),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, "otlp"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "console"),
    ],
)
def test_it_is_on_where_the_variables_of_opentelemetry_say_so(settings: Mapping[str, str], goes: str | None) -> None:
    assert tracing.exporter_of(settings) == goes


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER is none of otlp, console, none"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"}, "OTEL_EXPORTER_OTLP_ENDPOINT is no http:// or https://"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
            "OTEL_EXPORTER_OTLP_PROTOCOL is not http/protobuf",
        ),
    ],
)
def test_a_setting_that_is_not_understood_starts_nothing(settings: Mapping[str, str], fault: str) -> None:
    with pytest.raises(WiringFault, match=fault):
        tracing.install("trail", settings=settings)
    assert not tracing.is_on()


def test_off_nothing_is_begun_and_nothing_carried_on() -> None:
    with tracing.span("process case-events", "consumer", parent=ABOVE) as span:
        assert (span, tracing.current(), tracing.begin("send case-events")) == (None, None, None)
        tracing.tell(About(offset=7))


@pytest.mark.parametrize(
    ("modules", "unknown"),
    [
        (("services.trail", "services.clocks", "services.police", "yisong.postgres"), "opentelemetry"),
        (("services.gateway",), "opentelemetry.sdk"),  # its framework imports the interface by itself
    ],
)
def test_off_opentelemetry_is_not_even_imported(modules: tuple[str, ...], unknown: str) -> None:
    code = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name + '.__main__')\n"
        "from yisong.telemetry import tracing\n"
        "assert not tracing.install('trail', settings={})\n"
        f"print([name for name in sys.modules if name.startswith({unknown!r})])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize(
    "header",
    [
        *(None, b"", b"\xff\xfe", b"garbage", SECRET.encode()),
        ABOVE.replace("00-", "ff-", 1).encode(),
        ABOVE.upper().encode(),
        f"{ABOVE}-more".encode(),
        f"00-{'0' * 32}-b7ad6b7169203331-01".encode(),
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01".encode(),
        f"{ABOVE}\n".encode(),
    ],
)
def test_a_broken_header_carries_nothing(header: bytes | None) -> None:
    assert tracing.parsed(header) is None


@given(st.binary(max_size=80))
def test_whatever_a_header_holds_nothing_is_raised(header: bytes) -> None:
    assert tracing.parsed(header) in (None, header.decode("latin-1"))


def test_a_span_stands_below_what_it_was_given_and_above_what_is_begun_within(traced: _Traced) -> None:
    with tracing.span("process inbox-police", "consumer", parent=tracing.parsed(ABOVE)) as outer:
        inside = tracing.current()
        with tracing.span("say DeadlineBreached"):
            pass
    inner_said, outer_said = traced.spans()

    assert outer is not None
    assert inside == outer.traceparent
    assert (outer_said.parent and outer_said.parent.span_id) == 0xB7AD6B7169203331
    assert (inner_said.parent and inner_said.parent.span_id) == outer_said.context.span_id
    assert {one.context.trace_id for one in (inner_said, outer_said)} == {0x0AF7651916CD43DD8448EB211C80319C}
    assert dict(outer_said.resource.attributes) | {"service.name": "yisong-trail", "yisong.agency": "police"} == dict(
        outer_said.resource.attributes
    )


def test_a_span_says_what_it_is_about_by_the_names_that_others_use(traced: _Traced) -> None:
    what = About(
        topic="case-events",
        event_id=bytes(16),
        case_id="CRB-980100-2016-000021-5",
        event_type="ClueFound",
        partition=4,
        offset=9,
        verdict="admitted",
    )
    with tracing.span("process case-events", what=what):
        pass
    (said,) = traced.spans()

    assert dict(said.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.destination.name": "case-events",
        "messaging.destination.partition.id": "4",
        "messaging.kafka.offset": 9,
        "yisong.event_id": "00000000-0000-0000-0000-000000000000",
        "yisong.case_id": "CRB-980100-2016-000021-5",
        "yisong.event_type": "ClueFound",
        "yisong.verdict": "admitted",
    }


def test_a_fault_is_told_by_its_type_and_place_and_never_in_its_words(traced: _Traced) -> None:
    with pytest.raises(ValueError, match=SECRET), tracing.span("process inbox-police"):
        raise ValueError(SECRET)
    (said,) = traced.spans()

    assert (said.attributes or {})["error.type"] == "ValueError"
    assert str(said.status.description).startswith(f"ValueError at {__file__}:")
    assert SECRET not in said.to_json()


def test_a_batch_is_a_trace_of_its_own_linked_to_each_of_its_parts(traced: _Traced) -> None:
    batch = tracing.batch("batch case-events", parts=[ABOVE], what=About(records=300), at=1_000)
    assert batch is not None
    batch.end()
    (said,) = traced.spans()

    assert (said.parent, said.start_time) == (None, 1_000)
    assert [one.context.span_id for one in said.links] == [0xB7AD6B7169203331]
    assert (said.attributes or {})["messaging.batch.message_count"] == 300


def test_what_is_not_sampled_is_carried_on_as_not_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no node below traces what the one above has passed over."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    monkeypatch.setattr(made, "_exporter", lambda _: InMemorySpanExporter())
    tracing.install("gateway", settings={"OTEL_TRACES_EXPORTER": "otlp"})
    try:
        with tracing.span("POST"):
            assert not int(str(tracing.current())[-2:], 16) & 1
    finally:
        tracing.close()
