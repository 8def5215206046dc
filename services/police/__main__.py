"""How does the desk of the police 公安 start and stop? ``python -m services.police --help``."""

import sys

from services.police.app import build, tick
from yisong.desk.process import main

if __name__ == "__main__":
    sys.exit(main("police", build, tick=tick))
