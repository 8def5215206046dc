"""The rulebook: the law as data. ``yisong.schemas.genesis`` gives the version that comes with the bus."""

from yisong.rulebook.load import load
from yisong.rulebook.model import BusProfile, Key, Rulebook

__all__ = ["BusProfile", "Key", "Rulebook", "load"]
