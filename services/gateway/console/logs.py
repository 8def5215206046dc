"""What does the audit administrator see? Who has read what and why, and who has logged in; newest first."""

from typing import Final

from starlette.responses import Response

from services.gateway.console.shell import Shell, render
from yisong.accounts.login_log import logins
from yisong.audit.readings import readings

PAGE: Final = 50


def logs_page(shell: Shell, *, before_reading: int | None, before_login: int | None) -> Response:
    """Return both logs of this node, each below a serial where one is given."""
    with shell.world.connection() as connection:
        read = readings(connection, before=before_reading, most=PAGE + 1)
        entered = logins(connection, before=before_login, most=PAGE + 1)
    return render(
        shell,
        "logs.html",
        current="logs",
        readings=read[:PAGE],
        more_readings=read[PAGE - 1].serial if len(read) > PAGE else None,
        logins=entered[:PAGE],
        more_logins=entered[PAGE - 1].serial if len(entered) > PAGE else None,
    )
