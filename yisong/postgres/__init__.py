"""PostgreSQL: how a node's database is reached and what it looks like."""

from yisong.postgres.connection import connect
from yisong.postgres.migrate import migrate, pending
from yisong.postgres.queries import queries

__all__ = ["connect", "migrate", "pending", "queries"]
