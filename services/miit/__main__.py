"""How does the desk of the telecoms line 通信 start and stop? ``python -m services.miit --help``."""

import sys

from services.miit.app import build
from yisong.desk.process import main

if __name__ == "__main__":
    sys.exit(main("miit", build))
