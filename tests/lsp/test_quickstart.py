"""The messages of the protocol, imported quickly, are what lsprotocol makes of them itself."""

from __future__ import annotations

import json
import subprocess
import sys

_SAY = """
import json
import {first}
from lsprotocol import types
import attrs

def made(cls):
    needed = [f for f in attrs.fields(cls) if f.default is attrs.NOTHING]
    return cls(*[f"{{f.name}}" for f in needed])

said = []
for name, cls in sorted(vars(types).items()):
    if not (isinstance(cls, type) and attrs.has(cls)):
        continue
    try:
        one, same = made(cls), made(cls)
        said.append([name, one == same, one == object(), repr(one), cls.__hash__ is None])
    except (TypeError, ValueError) as error:  # a field that takes no text
        said.append([name, str(error)])
place = types.Position(1, 2)
said.append([repr(types.Range(place, place)), place < types.Position(1, 3),
    types.Range(place, place) == types.Range(place, types.Position(1, 3))])
print(json.dumps(said))
"""


def _said(first: str) -> list[list[object]]:
    ran = subprocess.run(
        [sys.executable, "-c", _SAY.format(first=first)], capture_output=True, text=True, check=True
    )
    said: list[list[object]] = json.loads(ran.stdout)
    return said


def test_no_message_compares_or_shows_itself_otherwise() -> None:
    quick, usual = _said("tanaka.lsp.quickstart"), _said("lsprotocol.types")
    assert len(quick) > 500
    assert quick == usual
