"""How is the command line run where its script is not on the path? ``python -m yisong.cli``."""

from yisong.cli.main import main

main()
