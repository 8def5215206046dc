"""
How many publishes with verdicts does one gateway take, and how long does one wait? ``python -m bench.gateway``.

A whole demo bus, the gateway of the copyright line and this client share the machine. A publish counts from the request
to the answer that holds the verdict of the node's own trail. First at a steady rate, then as fast as it goes, then in
batches; then a case of 200 events is read, over the API with all bodies and as the page of the console. What limits
it is said by the share of the processors that each process took.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import httpx
import orjson

from tests.clues import clue_found, evidence_preserved, own_case
from tests.gateways import token
from tests.onlookers import admit_person, log_in, person_of
from yisong.embedded import Bus
from yisong.home import Home
from yisong.postgres import connect

_AT = "2016-07-19T09:00:00+08:00"
_EVENTS_OF_A_CASE = 5
_LONG_CASE, _LOOKS = 200, 20
_TICKS = os.sysconf("SC_CLK_TCK")

_CREATED, _OK = 201, 200
_BATCH = 50
_LONG = 79_000


def events(count: int, *, first_case: int) -> list[bytes]:
    """Return *count* events of cases of five, as JSON: a clue, and evidence. Neighbours are of different cases."""
    cases = [own_case(first_case + number) for number in range(-(-count // _EVENTS_OF_A_CASE))]
    made = [(number, case) for number in range(1, _EVENTS_OF_A_CASE + 1) for case in cases]
    return [_event(case, number) for number, case in made[:count]]


def _event(case: str, number: int) -> bytes:
    said = clue_found(case, 1) if number == 1 else evidence_preserved(case, number)
    return orjson.dumps({"event_id": str(uuid4()), "at": _AT, "header": said.header, "body": said.body})


class Door:
    """
    Kept connections to one gateway, each for one request at a time.

    A client that takes as little of the processors as it can: it shares them with what is measured.
    """

    def __init__(self, address: str, secret: str) -> None:
        """Ask the gateway at *address* in the name of whoever holds the token *secret*."""
        self._host, port = address.removeprefix("http://").split(":")
        self._port = int(port)
        self._head = (
            f"Host: {self._host}\r\nAuthorization: Bearer {secret}\r\n"
            "Prefer: wait=30\r\nContent-Type: application/json\r\n"
        )
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Return status and body of the answer."""
        reader, writer = await self._connected()
        head = f"{method} {path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answered = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answered.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
        content = await reader.readexactly(length)
        self._free.append((reader, writer))
        return int(answered.split(b" ", 2)[1]), content

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():  # the gateway hangs up where nothing is said for long
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._host, self._port)

    async def publish(self, event: bytes) -> float:
        """Publish *event* (JSON), and return how long (s) it took to its verdict."""
        began = time.monotonic()
        status, content = await self.ask("POST", "/v1/events", event)
        if status != _CREATED:
            raise RuntimeError(f"{status}: {content[:300]!r}")
        return time.monotonic() - began

    async def close(self) -> None:
        """Hang up."""
        for _, writer in self._free:
            writer.close()


async def flat_out(door: Door, sent: list[bytes], *, at_once: int) -> tuple[float, list[float]]:
    """Publish *sent*, *at_once* of them at a time; return how many a second, and how long (s) each took."""
    waiting, seconds = iter(sent), list[float]()

    async def one_after_the_other() -> None:
        for event in waiting:
            seconds.append(await door.publish(event))

    began = time.monotonic()
    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    return len(sent) / (time.monotonic() - began), seconds


async def steadily(door: Door, sent: list[bytes], *, rate: float) -> list[float]:
    """Publish *sent* at so many a second, whether or not those before are answered; return how long (s) each took."""
    began, tasks = time.monotonic(), list[Awaitable[float]]()
    for number, event in enumerate(sent):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        tasks.append(asyncio.create_task(door.publish(event)))
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


async def _shares(bus: Bus, work: Awaitable[None]) -> None:
    """Do *work*, and print which processes took most of the processors meanwhile."""
    before, began = _processor_seconds(bus), time.monotonic()
    await work
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


async def _flat_out(door: Door, count: int) -> None:
    for at_once in (1, 16, 64, 200):
        share = max(50, count * min(at_once, 64) // 64)
        rate, seconds = await flat_out(door, events(share, first_case=61_000 + at_once * 20), at_once=at_once)
        print(f"{at_once:3} at once: {rate:6.0f} publishes/s; {_said(seconds)}")


async def _batches(door: Door, count: int, *, callers: int) -> None:
    sent = events(count, first_case=72_000 + callers * 200)
    calls = [b'{"events":[' + b",".join(sent[at : at + _BATCH]) + b"]}" for at in range(0, count, _BATCH)]
    waiting, began = iter(calls), time.monotonic()

    async def one_after_the_other() -> None:
        for call in waiting:
            status, content = await door.ask("POST", "/v1/events:batch", call)
            if status != _OK:
                raise RuntimeError(f"{status}: {content[:300]!r}")

    await asyncio.gather(*(one_after_the_other() for _ in range(callers)))
    print(f"batches of {_BATCH}, {callers} at once: {count / (time.monotonic() - began):6.0f} publishes/s")


async def _steadily(door: Door, count: int, rate: float) -> None:
    await flat_out(door, events(300, first_case=60_000), at_once=10)
    seconds = await steadily(door, events(count, first_case=70_000), rate=rate)
    print(f"at {rate:.0f}/s:  {_said(seconds)}")


async def _long_case(door: Door) -> None:
    case = own_case(_LONG)
    rows = [_event(case, number) for number in range(1, _LONG_CASE + 1)]
    for first in range(0, _LONG_CASE, 100):
        await door.ask("POST", "/v1/events:batch", b'{"events":[' + b",".join(rows[first : first + 100]) + b"]}")
    seconds = list[float]()
    for _ in range(_LOOKS):
        began = time.monotonic()
        status, content = await door.ask("GET", f"/v1/cases/{case}/history?purpose=bench&bodies=true")
        if status != _OK:
            raise RuntimeError(f"{status}: {content[:300]!r}")
        seconds.append(time.monotonic() - began)
    print(f"history of {_LONG_CASE} events with bodies: {_said(seconds)}")


def _page_of_long_case(bus: Bus, address: str) -> None:
    with closing(connect(bus.running.admin_dsn["copyright"], autocommit=True)) as owner:
        admit_person(owner, "V9801")
    seconds = list[float]()
    with httpx.Client(base_url=address, headers={"accept": "text/html"}, timeout=60) as browser:
        log_in(browser, person_of("V9801"))
        for _ in range(_LOOKS):
            began = time.monotonic()
            browser.get(f"/cases/{own_case(_LONG)}").raise_for_status()
            seconds.append(time.monotonic() - began)
    print(f"page of a case of {_LONG_CASE} events: {_said(seconds)}")


async def _all(bus: Bus, address: str, secret: str, count: int, rate: float) -> None:
    for work in (
        # First of all, while no desk has anything left to work off.
        lambda door: _steadily(door, min(count, 1000), rate),
        lambda door: _flat_out(door, count),
        lambda door: _batches(door, count, callers=4),
        lambda door: _batches(door, 2 * count, callers=16),
        _long_case,
    ):
        door = Door(address, secret)
        await _shares(bus, work(door))
        await door.close()


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
        asyncio.run(_all(bus, address, secret, settings.events, settings.rate))
        _page_of_long_case(bus, address)


if __name__ == "__main__":
    main()
