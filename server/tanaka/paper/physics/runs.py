"""Training runs that a clause tells by tokens and time: model and devices are the nearest that are named.

`budget` reads runs that say it all.  What stays open here the rule looks up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.budget import CUES, NOT_TRAINING, TWO_RUNS, duration, tokens_seen
from tanaka.paper.physics.nearby import REACH, machines, only_in, subject, written
from tanaka.paper.physics.plain.beside import explained
from tanaka.paper.physics.rates import HARMLESS, TRAINS, regions
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.sizes import SOME_ACTIVE, is_active, sizes
from tanaka.patterns import Lazy

RELATION = "run"
"""What its claims are called."""
ACTIVE = "active size"
"""Claims that a number is what one token goes through of a model."""

# "300B tokens took us ten days", "a run over 300B tokens", "we stopped after 100B tokens"
_RUN = Lazy(
    r"\b(?:pre-?)?train(?:s|ed|ing)?\b|\b(?:full|complete|whole|final|entire|one|this|the|our|a|long|main|first|production) (?:[\w-]+ ){0,2}?(?:run|job)\b|\btokens (?:took|cost|needed|required|lasted)\b|\b(?:took|cost) us\b|\bwe (?:stopped|ran|finished)\b|\b(?:saw|consumed|went through|ran through|passed through) [^.;,]{0,40}\btokens\b",
    re.I,
)
_ELSE = Lazy(
    r"\b(?:replay\w*|filter\w*|averag\w*|anneal\w*|profil\w*|label\w*|tokeni[sz]\w*|logs?|routers?|heads?|features?|reward|policy|mixers?|comparisons|evaluat\w*|rival|mixture|sparse|hybrid|re-uses)\b",
    re.I,
)
_NOT = Lazy(
    r"\b(?:would|could|should|might|if|expected|estimat\w*|project\w*|extrapolat\w*|predict\w*|at most|saved?|saves|every|per|until|crash\w*|fail\w*|outage|queue\w*|wait\w*|download\w*|transfer\w*|warm-?up)\b"
)
# "for 20B tokens in 38 hours": the tokens of that time, whatever the run began with
_OF_THIS_TIME = Lazy(
    r"\b(?:for|on|over|through|with|another|additional|further|extra) (?:about |roughly |the )?$"
)
_GOES_ON = Lazy(r"^\W*(?:It|This|That|The (?:\w+ )?(?:run|training|job)|Training|They|We)\b")


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Every time of a training run that stands with the tokens of it."""
    for k, sentence in enumerate(scene.sentences):
        if not sentence.readings:
            continue
        yield from _active(scene, k)
        times = [s for s in scene.spots(k) if duration(scene, s)]
        if not times or NOT_TRAINING.search(sentence.text) or _ELSE.search(sentence.text):
            continue
        if explained(HARMLESS.sub(" ", sentence.text)) or SOME_ACTIVE.search(sentence.text):
            continue
        for spot, low, high in regions(scene, k, times, clauses=False):
            claim = _run(scene, k, spot, low, high, alone=len(times) == 1)
            if claim is not None:
                yield claim


def _active(scene: Scene, k: int) -> Iterator[LocalPhysical]:
    if "activ" not in scene.sentences[k].text:
        return
    found = sizes(scene, k)
    whole = [("params", s) for s in found if not is_active(scene, s)]
    for s in found:
        if is_active(scene, s):
            yield LocalPhysical(ACTIVE, s, tuple(whole))


def _run(
    scene: Scene, k: int, time: Spot, low: int, high: int, *, alone: bool
) -> LocalPhysical | None:
    text = scene.sentences[k].text[low:high]
    if not _RUN.search(scene.sentences[k].text) or _NOT.search(text) or TWO_RUNS.search(text):
        return None
    own = only_in(scene, k, low, high)
    found = [written(scene, own, s) for s in tokens_seen(own, k)]
    far: set[str] = {"open"}
    if not found and alone and k and _GOES_ON.search(text):
        found = tokens_seen(scene, k - 1)
        far.add("tokens")
        if any(duration(scene, s) for s in scene.spots(k - 1)):
            return None
    if len({scene.reading(s).quantity.point for s in found}) != 1:
        return None
    about = subject(scene, k, low, high, alone=alone)
    parts = machines(scene, k, low, high, alone=alone)
    if about is None or parts is None:
        return None
    said = " ".join(s.text for s in scene.sentences[max(0, k - REACH) : k + 1])
    named: dict[str, str] = {"phase": "training" if TRAINS.search(said) else ""}
    given: dict[str, Spot] = {"time": time, "tokens": found[0]}
    counted: dict[str, float] = {}
    about.fill(named, given, far, k)
    parts.fill(named, given, counted, far, k)
    formats = scene.formats(k)
    if len(formats) == 1:
        named["precision"] = formats[0]
    cues = {name for name, p in CUES.items() if p.search(scene.sentences[k].text)}
    if about.own:
        cues.add("own model")
    if scene.reading(time).quantity.shown_unit.endswith("-hours"):
        cues.add("rented")
    if _OF_THIS_TIME.search(scene.around(found[0], 24, 0)[0]):
        cues.discard("continued")
    return LocalPhysical(
        RELATION, time, tuple(given.items()), tuple(named.items()), tuple(counted.items()), frozenset(far), frozenset(cues)
    )  # fmt: skip
