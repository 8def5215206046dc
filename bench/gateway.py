"""
How many publishes with verdicts does one gateway take, and how long does one wait? ``python -m bench.gateway``.

A whole demo bus, the gateway of the copyright line and this client share the machine. A publish counts from the request
to the answer that holds the verdict of the node's own trail. First as fast as it goes, then at a steady rate, then the
history of a case of 200 events. What limits it is said by the share of the processors that each process took.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from uuid import uuid4

import httpx

from tests.clues import clue_found, evidence_preserved, own_case
from tests.gateways import token
from yisong.embedded import Bus
from yisong.home import Home

_AT = "2016-07-19T09:00:00+08:00"
_EVENTS_OF_A_CASE = 5
_LONG_CASE = 200
_TICKS = os.sysconf("SC_CLK_TCK")

Event = Mapping[str, object]


def events(count: int, *, first_case: int) -> list[Event]:
    """Return *count* events of cases of five: a clue, and evidence. Neighbours are of different cases."""
    cases = [own_case(first_case + number) for number in range(-(-count // _EVENTS_OF_A_CASE))]
    made = [(number, case) for number in range(1, _EVENTS_OF_A_CASE + 1) for case in cases]
    return [_event(case, number) for number, case in made[:count]]


def _event(case: str, number: int) -> Event:
    said = clue_found(case, 1) if number == 1 else evidence_preserved(case, number)
    return {"event_id": str(uuid4()), "at": _AT, "header": said.header, "body": said.body}


async def _publish(client: httpx.AsyncClient, event: Event) -> float:
    began = time.monotonic()
    answer = await client.post("/v1/events", json=event)
    if answer.status_code != httpx.codes.CREATED:
        raise RuntimeError(f"{answer.status_code}: {answer.text[:300]}")
    return time.monotonic() - began


async def flat_out(client: httpx.AsyncClient, sent: list[Event], *, at_once: int) -> tuple[float, list[float]]:
    """Publish *sent*, *at_once* of them at a time; return how many a second, and how long (s) each took."""
    waiting, seconds = iter(sent), list[float]()

    async def one_after_the_other() -> None:
        for event in waiting:
            seconds.append(await _publish(client, event))

    began = time.monotonic()
    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    return len(sent) / (time.monotonic() - began), seconds


async def steadily(client: httpx.AsyncClient, sent: list[Event], *, rate: float) -> list[float]:
    """Publish *sent* at so many a second, whether or not those before are answered; return how long (s) each took."""
    began, tasks = time.monotonic(), list[Awaitable[float]]()
    for number, event in enumerate(sent):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        tasks.append(asyncio.create_task(_publish(client, event)))
    return list(await asyncio.gather(*tasks))


def _processor_seconds(bus: Bus) -> dict[str, float]:
    """Return what each process of the bus has taken of the processors so far."""
    found = {}
    for name, pid in {**bus.running.pids, "this client": os.getpid()}.items():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            continue
        found[name] = (int(fields[11]) + int(fields[12])) / _TICKS
    return found


def _shares(bus: Bus, work: Callable[[], None]) -> None:
    """Do *work*, and print which processes took most of the processors meanwhile."""
    before, began = _processor_seconds(bus), time.monotonic()
    work()
    took = {name: spent - before.get(name, 0.0) for name, spent in _processor_seconds(bus).items()}
    most = sorted(took.items(), key=lambda one: -one[1])[:6]
    whole = time.monotonic() - began
    print("           processors: " + ", ".join(f"{name} {spent / whole:.2f}" for name, spent in most))


def _said(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p99 = ordered[int(len(ordered) * 0.99)]
    return (
        f"median {statistics.median(ordered) * 1000:.0f} ms, 99 % {p99 * 1000:.0f} ms, most {ordered[-1] * 1000:.0f} ms"
    )


def _client(address: str, secret: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    headers = {"authorization": f"Bearer {secret}", "prefer": "wait=30"}
    return httpx.AsyncClient(base_url=address, headers=headers, timeout=60, limits=limits)


async def _flat_out(address: str, secret: str, count: int) -> None:
    async with _client(address, secret) as client:
        await flat_out(client, events(100, first_case=60_000), at_once=10)
        for at_once in (1, 16, 64):
            share = max(50, count * min(at_once, 16) // 16)
            rate, seconds = await flat_out(client, events(share, first_case=61_000 + at_once * 100), at_once=at_once)
            print(f"{at_once:3} at once: {rate:6.0f} publishes/s; {_said(seconds)}")


async def _steadily(address: str, secret: str, count: int, rate: float) -> None:
    async with _client(address, secret) as client:
        seconds = await steadily(client, events(count, first_case=70_000), rate=rate)
        print(f"at {rate:.0f}/s:  {_said(seconds)}")


async def _long_case(address: str, secret: str) -> None:
    case = own_case(79_000)
    rows = [_event(case, number) for number in range(1, _LONG_CASE + 1)]
    async with _client(address, secret) as client:
        for first in range(0, _LONG_CASE, 100):
            (await client.post("/v1/events:batch", json={"events": rows[first : first + 100]})).raise_for_status()
        path, seconds = f"/v1/cases/{case}/history?purpose=bench&bodies=true", list[float]()
        for _ in range(20):
            began = time.monotonic()
            (await client.get(path)).raise_for_status()
            seconds.append(time.monotonic() - began)
        print(f"history of {_LONG_CASE} events with bodies: {_said(seconds)}")


def main() -> None:
    """Start a bus with a gateway, publish, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=100.0)
    settings = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Bus.start(Home(Path(folder) / "bus")) as bus:
        os.environ["YISONG_HOME"] = str(bus.home.path)
        address = bus.start_gateway("copyright", rate=0)
        secret = token("copyright", "V9801", "publish", "read")
        count, rate = settings.events, settings.rate
        _shares(bus, lambda: asyncio.run(_flat_out(address, secret, count)))
        _shares(bus, lambda: asyncio.run(_steadily(address, secret, min(count, 1000), rate)))
        asyncio.run(_long_case(address, secret))


if __name__ == "__main__":
    main()
