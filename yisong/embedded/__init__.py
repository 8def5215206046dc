"""A whole bus on one machine: real Kafka and PostgreSQL, four nodes, four desks; nothing to install but Python."""

from yisong.embedded.bus import Bus

__all__ = ["Bus"]
