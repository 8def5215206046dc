"""A trail that starts over a database without trees, four entries at a time: run by the tests, which kill it."""

import sys
from contextlib import closing

from services.trail import trees
from services.trail.store import Store


def main() -> None:
    """Build the trees of the database whose connection string comes by standard input."""
    trees._AT_A_TIME = 4
    with closing(Store(sys.stdin.readline().strip(), partitions=range(12))) as store:
        while store.build_trees():
            pass


if __name__ == "__main__":
    main()
