"""How does the desk of the copyright line 版权 start and stop? ``python -m services.copyright --help``."""

import sys

from services.copyright.app import build, tick
from yisong.desk.process import main

if __name__ == "__main__":
    sys.exit(main("copyright", build, tick=tick))
