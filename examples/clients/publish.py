"""
How does an agency system publish a clue, learn the verdict, read its inbox and take a receipt away?

Nothing but Python's standard library, and one gateway::

    YISONG_TOKEN=yisong_… python publish.py --gateway http://127.0.0.1:8080 --organ V9801 --region 980100

The token comes from `yisong tokens new copyright case-system --organ V9801 --scope publish --scope read`. In the end
the receipt lies in a file, and `yisong verify` says what it proves, without this gateway.
"""

import argparse
import json
import os
import sys
import time
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

BEIJING = timezone(timedelta(hours=8))
PURPOSE = "收件登记"


class Refused(Exception):
    """The gateway said no; its problem document (RFC 9457) says why, with every fault at once."""


class Gateway:
    """A gateway, as a client sees it: JSON over HTTP."""

    def __init__(self, address: str, token: str) -> None:
        """Speak to *address* with *token*."""
        self._address, self._token = address.rstrip("/"), token

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
        """Return status and body of the answer; wait and ask again where the gateway says so. Raises Refused."""
        sent = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        said = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **headers}
        while True:
            try:
                with urlopen(Request(self._address + path, sent, said, method=method)) as answer:
                    return answer.status, answer.read()
            except HTTPError as fault:
                # 429: too many requests. 503: Kafka or PostgreSQL is away, or the quorum is not there yet.
                if fault.code not in {429, 503}:
                    raise Refused(fault.read().decode()) from fault
                time.sleep(float(fault.headers.get("Retry-After", "5")))

    def json(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Return the body of the answer, read as JSON. Raises Refused."""
        return json.loads(self.ask(method, path, body, **headers)[1])


def clue(case_id: str, *, organ: str, region: str) -> dict[str, Any]:
    """Return a clue as its author states it; number, chain and signature are the gateway's work."""
    return {
        # Made once, and kept: the same event sent again after a lost connection is published once.
        "event_id": str(uuid.uuid4()),
        "header": {
            "event_type": "ClueFound",
            "variant": "feedback_not_wanted",
            "case_id": case_id,
            "aggregate": {"kind": "clue", "id": f"C-{case_id}-1"},
            "publisher": organ,
            "occurred_at": (datetime.now(BEIJING) - timedelta(minutes=1)).isoformat(timespec="seconds"),
            "region_code": region,
            "pii_level": "P1",
        },
        "body": {
            "source": "monitoring",
            "origin": "self",
            "targets": [],
            "work_types": ["film_tv"],
            "platform_type": "website",
            "summary": "巡查发现影视站",
            "company_complaint": False,
        },
    }


def publish(gateway: Gateway, event: dict[str, Any]) -> dict[str, Any]:
    """Publish *event*, and return what is known of it once it has a verdict. Raises Refused where it is refused."""
    known: dict[str, Any] = gateway.json("POST", "/v1/events", event, Prefer="wait=10")
    while known["verdict"] is None:  # 202: accepted, and not judged yet
        time.sleep(1)
        known = gateway.json("GET", f"/v1/events/{event['event_id']}")
    return known


def take_over(gateway: Gateway, event_id: str) -> int:
    """Read the inbox up to our own event, acknowledge each page after it was dealt with; return how many events."""
    taken, cursor = 0, None
    while True:
        query = urlencode({"wait": 20, "purpose": PURPOSE, **({} if cursor is None else {"after": cursor})})
        page = gateway.json("GET", f"/v1/inbox?{query}")
        for one in page["events"]:
            print(f"inbox: {one['header']['event_type']} {one['header']['case_id']} {one['verdict']}")
        # Delivered at least once: an event is known by its position, so that dealing with it twice does no harm.
        taken, cursor = taken + len(page["events"]), page["cursor"]
        gateway.json("POST", "/v1/inbox/ack", {"cursor": cursor})
        if any(one["header"]["event_id"] == event_id for one in page["events"]):
            return taken


def main() -> int:
    """Publish one clue, and return the exit code: 0 admitted and proven, 1 refused."""
    parser = argparse.ArgumentParser(description="Publish a clue through a gateway, and take its receipt away.")
    parser.add_argument("--gateway", required=True, help="its address, as http://127.0.0.1:8080")
    parser.add_argument("--organ", required=True, help="the organ that publishes; the token's")
    parser.add_argument("--region", required=True, help="in which region the case lies (GB/T 2260)")
    parser.add_argument("--receipt", type=Path, default=Path("receipt.txt"), help="where to write the receipt")
    settings = parser.parse_args()
    gateway = Gateway(settings.gateway, os.environ["YISONG_TOKEN"])
    try:
        wanted = {"region": settings.region, "year": datetime.now(BEIJING).year}
        case_id = gateway.json("POST", "/v1/case-numbers", wanted)["case_id"]
        event = clue(case_id, organ=settings.organ, region=settings.region)
        known = publish(gateway, event)
        print(f"published: {known['event_id']} in {case_id}: {known['verdict']}")
        print(f"taken over: {take_over(gateway, known['event_id'])}")
        receipt = gateway.ask("GET", f"/v1/events/{quote(known['event_id'])}/receipt")[1]
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    settings.receipt.write_bytes(receipt)
    print(f"receipt: {settings.receipt} ({len(receipt)} bytes)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
