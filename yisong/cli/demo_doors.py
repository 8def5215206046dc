"""Where does one look on after a demo? At the consoles of the four agencies, with ready-made accounts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rich.console import Console

from yisong.accounts.demo import DemoAccount, demo_accounts
from yisong.embedded import Bus

_ROLES: Final = {
    "officer": "经办 officer",
    "approver": "审批 approver",
    "auditor": "审计员 auditor",
    "operator": "系统管理员 system administrator",
    "account-administrator": "安全管理员 account administrator",
    "audit-administrator": "审计管理员 audit administrator",
}


def open_doors(console: Console, bus: Bus, *, cases: Sequence[str]) -> None:
    """
    Start the gateways of *bus*, make the accounts of a demo, and show once where and as whom to log in.

    *cases*: the case ids that are worth looking at. Raises WorldFault where a gateway does not come up.
    """
    addresses = bus.start_gateways(lambda text: console.print(f"· {text}", highlight=False, soft_wrap=True))
    console.print(
        "\nThe consoles, and who may log in (the passwords are shown only here)", style="bold", soft_wrap=True
    )
    for line in _lines(demo_accounts(bus.home), addresses):
        console.print(line, highlight=False, soft_wrap=True)
    console.print("\nLog in as officer, and look at", style="bold")
    for path in ("/", *(f"/cases/{case_id}" for case_id in cases), "/handoffs", "/agreement"):
        console.print(f"  {addresses['copyright']}{path}", highlight=False, soft_wrap=True)


def _lines(accounts: Sequence[DemoAccount], addresses: Mapping[str, str]) -> Iterator[str]:
    """Yield the accounts under the address of their console, whole on a terminal of 80 columns."""
    for agency, address in addresses.items():
        yield f"  {address}  {agency}"
        for one in accounts:
            if one.agency == agency:
                yield f"    {one.account:<10}  {one.password}  {one.organ:<5}  {_ROLES[one.role]}"
