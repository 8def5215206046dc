"""How does the desk of the cyberspace line 网信 start and stop? ``python -m services.cac --help``."""

import sys

from services.cac.app import build
from yisong.desk.process import main

if __name__ == "__main__":
    sys.exit(main("cac", build))
