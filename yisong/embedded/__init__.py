"""A whole bus on one machine: a real Kafka broker, a real PostgreSQL, four nodes; nothing to install but Python."""

from yisong.embedded.bus import Bus

__all__ = ["Bus"]
