"""The same world as for bad input."""

from tests.bad_input.conftest import browser, whole_world, world

__all__ = ["browser", "whole_world", "world"]
