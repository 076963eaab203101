"""Machines with a name of their own, and the one part that each is told to be made of: "Cedar has 32 nodes of eight H200"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.entities import same_name
from tanaka.paper.physics.devices import counted_devices
from tanaka.paper.physics.scene import LocalPhysical, Scene
from tanaka.patterns import Lazy

RELATION = "system"
"""What its claims are called."""

_INTRODUCED = Lazy(
    r"^(?:\W|The |Our )*(?P<name>(?:Cluster|Machine|System|Site|Testbed|Platform|Pool|Partition|Node|Server) (?:[A-Z]|\d)\b|[A-Z][a-z]{2,}\w*)(?:,[^,]{1,60},| \([^()]{1,60}\))? (?:is|has|consists|comprises|contains|provides|offers|combines|houses|holds|uses)\b"
)
_LETTERED = Lazy(
    r"\b(?P<name>(?:Cluster|Machine|System|Site|Testbed|Platform|Pool|Partition|Node|Server) (?:[A-Z]|\d))\b(?=[\s,:(])"
)
_NO_NAME = frozenset({"Each", "Every", "Table", "Figure", "This", "That", "Our", "One", "All", "Training", "Inference", "Memory", "Node", "System", "Cluster", "Machine", "Nothing", "There", "Section", "Model", "Both", "Another", "Throughput"})  # fmt: skip
_REACH = 2


def _in_turn(scene: Scene, k: int, lettered: list[re.Match[str]]) -> Iterator[LocalPhysical]:
    """Machines of one sentence: "Machine A has eight A100, Machine B four H100"."""
    ends = [*(m.start() for m in lettered[1:]), len(scene.sentences[k].text)]
    for m, end in zip(lettered, ends, strict=True):
        names = {same_name(p.name): p.name for p in scene.parts(k) if m.end() <= p.start < end}
        if len(names) == 1:
            yield LocalPhysical(
                RELATION, (k, 0), (), (("system", m["name"]), ("device", names.popitem()[1]))
            )


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Names at the head of a sentence whose passage tells of one part."""
    for k, sentence in enumerate(scene.sentences):
        lettered = list(_LETTERED.finditer(sentence.text))
        if len(lettered) > 1 and sentence.readings:
            yield from _in_turn(scene, k, lettered)
            continue
        m = _INTRODUCED.search(sentence.text)
        if m is None or m["name"] in _NO_NAME:
            continue
        for j in range(k, min(k + 1 + _REACH, len(scene.sentences))):
            if j > k and _INTRODUCED.search(scene.sentences[j].text) and scene.sentences[j].text.split()[0] not in _NO_NAME:  # fmt: skip
                break  # the next one is told of
            found = {same_name(p.name): p.name for p in scene.parts(j)}
            if found:
                if len(found) == 1 and sentence.readings:
                    named = (("system", m["name"]), ("device", next(iter(found.values()))))
                    told = counted_devices(scene, j)
                    counted = (
                        (("devices", told.total),) if told and told.total and told.nodes else ()
                    )
                    yield LocalPhysical(RELATION, (k, 0), (), named, counted)
                break
