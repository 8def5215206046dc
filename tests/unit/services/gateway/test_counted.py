"""Is a request counted by its route, and never by what stands in its path?"""

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from services.gateway.counted import Counted
from yisong.metrics import Metrics


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("police")


@pytest.fixture
def http(metrics: Metrics) -> TestClient:
    app, router = FastAPI(), APIRouter(prefix="/v1")

    @router.get("/cases/{case_id}")
    def case(case_id: str) -> str:
        return case_id

    @app.get("/broken")
    def broken() -> None:
        raise ValueError("a body may stand here")

    app.include_router(router)
    app.add_middleware(Counted, metrics=metrics)
    return TestClient(app, raise_server_exceptions=False)


def counted(metrics: Metrics, **labels: str) -> float | None:
    name = "yisong_gateway_request_seconds_count"
    return metrics._registry.get_sample_value(name, {"agency": "police", **labels})


def test_two_cases_are_one_route(http: TestClient, metrics: Metrics) -> None:
    http.get("/v1/cases/CRB-980100-2016-000021-5")
    http.get("/v1/cases/CRB-980100-2016-000022-6")

    assert counted(metrics, method="GET", route="/v1/cases/{case_id}", status="2xx") == 2


def test_what_has_no_route_and_no_method_is_one_series_each(http: TestClient, metrics: Metrics) -> None:
    """Else whoever asks could make as many series as he likes."""
    for number in range(3):
        http.request(f"BREW{number}", f"/coffee/{number}")

    assert counted(metrics, method="other", route="none", status="4xx") == 3


def test_a_fault_of_ours_is_an_error(http: TestClient, metrics: Metrics) -> None:
    assert http.get("/broken").status_code == 500

    assert counted(metrics, method="GET", route="/broken", status="5xx") == 1
