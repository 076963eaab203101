"""Roofline, memory, communication and straggler models of ML hardware.

``import hwmodels`` imports nothing else.  A module is there when it is asked for
(``hwmodels.roofline.ridge``), and numpy when an array comes in.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    """Import a module of the package the first time that it is named."""
    if not name.startswith("_") and find_spec(f"{__name__}.{name}") is not None:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
