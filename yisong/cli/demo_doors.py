"""Where does one look on after a demo? At the consoles of the four agencies, with ready-made accounts."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

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
    console.print("\nThe console of each agency, and who may log in (the passwords are shown only here)", style="bold")
    console.print(_table(demo_accounts(bus.home), addresses), soft_wrap=True)
    console.print(f"\nLog in at {addresses['copyright']} as officer, and look at:", style="bold", highlight=False)
    for path in ("/", *(f"/cases/{case_id}" for case_id in cases), "/handoffs", "/agreement"):
        console.print(f"  {addresses['copyright']}{path}", highlight=False, soft_wrap=True)


def _table(accounts: Sequence[DemoAccount], addresses: dict[str, str]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("console", "account", "password", "organ", "role"):
        table.add_column(title, no_wrap=True)
    for one in accounts:
        table.add_row(addresses[one.agency], one.account, one.password, one.organ, _ROLES[one.role])
    return table
