"""What may a machine sign for this agency, and under which officer token? Data of the agency, not a rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from yisong.errors import ContractFault
from yisong.home import Agency, Home
from yisong.ledger import Law
from yisong.rulebook.lines import with_lines
from yisong.rulebook.yaml_file import Shape, read, text_in

OWN_FILE: Final = "policy.yaml"
_SHIPPED: Final = Path(__file__).with_name("policy_defaults.yaml")

Acts = Mapping[str, str]
"""By event type: the officer token under which a machine signs it."""
Agencies = Mapping[Agency, Acts]


class _Defaults(Shape):
    """What is shipped: by profile of the bus."""

    version: Literal[1]
    profiles: dict[Literal["production", "demo"], dict[Agency, dict[str, str]]]


class _OwnFile(Shape):
    """What the home of a bus may hold instead."""

    version: Literal[1]
    agencies: dict[Agency, dict[str, str]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a machine may sign for one *agency*; an act that is not in *acts* is an officer's."""

    agency: Agency
    acts: Acts = field(default_factory=dict)

    def machine_signer(self, event_type: str) -> str | None:
        """Return the officer token under which a machine signs *event_type*, None where an officer has to."""
        return self.acts.get(event_type)


def policy_of(home: Home, agency: Agency, law: Law) -> Policy:
    """
    Return the policy of *agency*: of ``policy.yaml`` in *home* where there is one, else what is shipped.

    Raises ContractFault that names every fault: a policy that is misread signs in somebody's name.
    """
    own = home.path / OWN_FILE
    agencies: Agencies
    if own.is_file():
        agencies, name = read(own, _OwnFile).agencies, OWN_FILE
    else:
        agencies, name = read(_SHIPPED, _Defaults).profiles.get(law.bus.profile, {}), _SHIPPED.name
    if faults := [f"{name}: {fault}" for fault in _faults(agencies, law)]:
        located = with_lines(faults, partial(text_in, home.path if own.is_file() else _SHIPPED.parent))
        raise ContractFault("What machines may sign is not as it must be; no desk starts until it is", located)
    return Policy(agency=agency, acts=agencies.get(agency, {}))


def _faults(agencies: Agencies, law: Law) -> Iterator[str]:
    for agency, acts in agencies.items():
        for act, token in acts.items():
            event = law.events.get(act)
            if event is None:
                yield f"{agency}: {act} is no event type of the catalogue"
            elif agency not in event.publishers:
                yield f"{agency}: {act} is published by {', '.join(sorted(event.publishers))}"
            if not token.strip():
                yield f"{agency}: {act} needs an officer token, which every such event shows"
