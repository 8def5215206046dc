"""How does a test run a command of ``yisong`` that must succeed?"""

from typer.testing import CliRunner

from yisong.cli.main import app


def run(*argv: str) -> str:
    """Return what the command prints."""
    result = CliRunner().invoke(app, list(argv))
    assert result.exit_code == 0, result.output
    return result.output
