"""How is a policy written? The lines of a C2SP tlog-policy file."""

import re

from yisong.errors import Unreadable
from yisong.proof.policy import Group, Policy, check_policy
from yisong.proof.vkey import VerifierKey, parse_vkey

_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_BLANKS = re.compile(r"[ \t]+")
_COUNT = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


def parse_policy(data: bytes) -> Policy:
    """Return the policy that the file *data* states. Raises Unreadable, with the number of the line at fault."""
    if _FORBIDDEN.search(data):
        raise Unreadable("The policy has control characters in it; tabs and newlines are all that may be there.")
    if not data.endswith(b"\n"):
        raise Unreadable("The policy is empty or cut short: its last line has no newline.")
    file = _File()
    # Names are bytes to the specification, whatever they mean to a reader.
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), start=1):
        words = _BLANKS.split(line.strip(" \t"))
        if words != [""] and not words[0].startswith("#"):
            try:
                file.take(words)
            except Unreadable as fault:
                raise Unreadable(f"Line {number} of the policy: {fault}") from fault
    return file.policy()


class _File:
    """What the lines so far have said."""

    def __init__(self) -> None:
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.members: set[str] = set()
        self.quorum: str | None = None

    def policy(self) -> Policy:
        if self.quorum is None:
            raise Unreadable("The policy has no quorum line, so it does not say what is enough.")
        policy = Policy(witnesses=self.witnesses, groups=self.groups, quorum=self.quorum)
        check_policy(policy)
        return policy

    def take(self, words: list[str]) -> None:
        match words:
            case ["witness", name, vkey] | ["witness", name, vkey, _]:
                self._name(name)
                self.witnesses[name] = parse_vkey(vkey)
            case ["group", name, least, *members] if members:
                self._name(name)
                self.groups[name] = self._group(least, members)
            case ["quorum", name]:
                self._quorum(name)
            case ["log", *_]:
                raise Unreadable(
                    "it names a log key, and checkpoints of this bus have none: its cosigners are the log."
                )
            case _:
                raise Unreadable("neither witness NAME VKEY [URL], group NAME all|any|K NAME…, nor quorum NAME.")

    def _name(self, name: str) -> None:
        if name == "none" or name in self.witnesses or name in self.groups:
            raise Unreadable(f"the name {name!a} is taken.")

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise Unreadable(f"no line above defines {name!a}.")

    def _group(self, least: str, members: list[str]) -> Group:
        for member in members:
            self._known(member)
            if member in self.members:
                raise Unreadable(f"{member!a} is a member already, and may be so once in the whole policy.")
            self.members.add(member)
        counted = {"any": 1, "all": len(members)}.get(least) or (int(least) if _COUNT.fullmatch(least) else 0)
        if not 1 <= counted <= len(members):
            raise Unreadable(f"a group asks for any, all, or a number from 1 to {len(members)} of its members.")
        return Group(counted, tuple(members))

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise Unreadable("there is one quorum, and a line above names it.")
        if name == "none":
            raise Unreadable("without a quorum nothing is proven here, because there is no log key either.")
        self._known(name)
        self.quorum = name
