"""What Schemathesis asks of every answer of a gateway besides its own checks: that the gateway is never at fault."""

from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response

NOT_YET = "urn:yisong:problem:not-cosigned-yet"
"""A proof is made at once, and the other nodes have cosigned it some seconds later: ask again."""


@schemathesis.check
def never_at_fault(context: CheckContext, response: Response, case: Case[Any]) -> None:
    """Fail on every 5xx, but the one that says when to ask again for a proof."""
    del context, case
    if response.status_code < 500:
        return
    kind = response.json().get("type")
    asked_too_early = kind == NOT_YET and bool(response.headers.get("retry-after"))
    assert asked_too_early, f"{response.status_code}: {kind}"
