"""The bodies as pydantic models, generated from the catalogue."""
