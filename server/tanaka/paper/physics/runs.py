"""Training runs that a clause tells by tokens and time: model and devices are the nearest that are named.

`budget` reads runs that say it all.  What stays open here the rule looks up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.budget import CUES, NOT_TRAINING, TWO_RUNS, duration, tokens_seen
from tanaka.paper.physics.nearby import REACH, machines, only_in, place_named, subject, written
from tanaka.paper.physics.plain.beside import explained
from tanaka.paper.physics.rates import HARMLESS, TRAINS, regions
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.sizes import is_active, sizes, some_active
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
    r"\b(?:replay\w*|filter\w*|averag\w*|clean(?:s|ed|ing)\b|crawl\w*|pars(?:e|ed|ing)\b|shuffl\w*|embeds?\b|scor(?:e|ed|ing)\b|annotat\w*|index(?:ed|ing)\b|decontaminat\w*|traffic|users|requests|anneal\w*|profil\w*|label\w*|tokeni[sz]\w*|logs?|routers?|heads?|features?|reward|policy|mixers?|comparisons|evaluat\w*|rival|mixture|sparse|hybrid|re-uses)\b",
    re.I,
)
_NOT = Lazy(
    r"\b(?:would|could|should|might|if|expected|estimat\w*|project\w*|extrapolat\w*|predict\w*|at most|saved?|saves|crash\w*|fail\w*|outage|queue\w*|wait\w*|download\w*|transfer\w*|warm-?up)\b"
)
# "for 20B tokens in 38 hours": the tokens of that time, whatever the run began with
_OF_THIS_TIME = Lazy(
    r"\b(?:for|on|over|through|with|another|additional|further|extra|(?:run|training|phase|stage|job) of) (?:about |roughly |the )?$"
)
_PER_DEVICE = Lazy(r"\s*(?:per|on each|for each|of each) (?:GPU|device|chip|card)\b", re.I)
# "three days per run": not of all that was trained on
_OF_EACH = Lazy(
    r"\s*(?:per|/|a|for (?:each|every)|of (?:each|every)|each)\b(?! (?:GPU|device|card|accelerator))",
    re.I,
)
# "three runs, the largest of which took": no part of the parameters
_OF_RUNS = Lazy(
    r"\b(?:the )?(?:\w+est|last|first|second|third|one|both|two|three) of (?:which|them|these)\b",
    re.I,
)
# "The same budget takes 24 days on the H100s": as many tokens as before
_SAME = Lazy(
    r"(?:^\W*|, |\b(?:[Ff]or|[Oo]n|[Oo]ver|[Ww]ith|[Ii]n|[Tt]hrough) )(?:(?:[Tt]he|[Tt]his|[Tt]hat) (?:very )?same (?:\w+ )?(?:budget|run|tokens|training|job|corpus|work(?:load)?|amount|recipe|data)|(?:[Tt]his|[Tt]hat|[Ss]uch an?) (?:token )?(?:budget|amount)|(?:[Aa]s many|[Tt]he same number of) tokens|[Aa]ll of (?:this|that|it|them) (?:was|were|is|took|takes|happened)|[Tt]he whole (?:of (?:it|this)|thing))\b"
)
_PARTLY = Lazy(
    r"\b(?:last|first|half|third|quarter|tenth|part|some|remaining|rest)\b|%|\b[Oo]f the \d", re.I
)
_GOES_ON = Lazy(r"^\W*(?:It|This|That|The (?:\w+ )?(?:run|training|job)|Training|They|We)\b")


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Every time of a training run that stands with the tokens of it."""
    for k, sentence in enumerate(scene.sentences):
        if not sentence.readings:
            continue
        yield from _active(scene, k)
        times = [s for s in scene.spots(k) if duration(scene, s) or _past(scene, s)]
        if not times or NOT_TRAINING.search(sentence.text) or _ELSE.search(sentence.text):
            continue
        said = HARMLESS.sub(" ", _OF_RUNS.sub(" ", sentence.text))
        if explained(said) or some_active(said):
            continue
        for spot, low, high in regions(scene, k, times, clauses=False):
            claim = _run(scene, k, spot, low, high, alone=len(times) == 1)
            if claim is not None:
                yield claim


def _passed(scene: Scene, k: int) -> list[Spot]:
    """A corpus of which all is said to go through the model."""
    if not _ONCE.search(scene.sentences[k].text):
        return []
    return [
        s
        for s in scene.spots(k, noun="token")
        if scene.reading(s).quantity.point >= _MANY and scene.reading(s).per == ""
    ]


_ONCE = Lazy(
    r"\bonce\b(?! (?:we|the|it|more|again))|\b(?:one|a single) (?:pass|epoch)\b|\b(?:goes|go|went|passe[sd]|passed|fed|sent|pushed|put) (?:once )?through\b",
    re.I,
)
_MANY = 1e8
_THE_JOB = Lazy(r"\b(?:the|this|our|that) (?:\w+ )?(?:job|run|pass)\b", re.I)
_FURTHER = Lazy(
    r"\b(?:restart\w*|resum\w*|snapshots?|after (?:this|that|these|which|it)|from (?:then|there)|since|then|afterwards|evaluat\w*|remaining|rest)\b",
    re.I,
)
_WITH_IT = Lazy(r"\b(?:with|for|on|through) (?:this|that|it|them|these|all of (?:it|them))\b")
_DONE = Lazy(
    r"\b(?:done|finished|through|completed?|ready|over|at the end)\b[^.;,]{0,30}\bafter (?:only |just |about |roughly )?$",
    re.I,
)


def _past(scene: Scene, spot: Spot) -> bool:
    """Whether a run had come so far by then: "After eleven hours, the model had seen 80B tokens"."""
    r = scene.reading(spot)
    if r.quantity.unit == "s" and r.quantity.point >= _HALF_AN_HOUR and _DONE.search(scene.around(spot, 60, 0)[0]):  # fmt: skip
        return True
    return (
        r.quantity.unit == "s"
        and r.quantity.point >= _HALF_AN_HOUR
        and scene.around(spot, 8, 0)[0].endswith("After ")
        and _HAD.search(scene.sentences[spot[0]].text, r.end) is not None
    )


_HALF_AN_HOUR = 1800.0
_HAD = Lazy(r"\bhad (?:been )?(?:trained|seen|consumed|processed)\b")


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
    said = " ".join(s.text for s in scene.sentences[max(0, k - REACH) : k + 1])
    if _NOT.search(text) or TWO_RUNS.search(text) or _OF_EACH.match(scene.around(time, 0, 30)[1]):
        return None
    own = only_in(scene, k, low, high)
    found = [written(scene, own, s) for s in tokens_seen(own, k) or _passed(own, k)]
    far: set[str] = {"open"}
    rented = scene.reading(time).quantity.shown_unit.endswith("-hours")
    if rented and TWO_RUNS.search(scene.sentences[k].text):
        return None
    told = _RUN.search(scene.sentences[k].text) or TRAINS.search(said)
    same = (
        _SAME.search(text) is not None and k > 0 and not _PARTLY.search(scene.sentences[k - 1].text)
    )
    if not found and same and alone and k:
        found = tokens_seen(scene, k - 1) or _passed(scene, k - 1)
        far.add("tokens")
        told = told or TRAINS.search(scene.sentences[k - 1].text) or _RUN.search(scene.sentences[k - 1].text)  # fmt: skip
    elif (
        not found
        and alone
        and k
        and (_GOES_ON.search(text) or _THE_JOB.search(text) or _WITH_IT.search(text))
    ):
        found = tokens_seen(scene, k - 1) or _passed(scene, k - 1)
        far.add("tokens")
        if any(duration(scene, s) for s in scene.spots(k - 1)):
            return None
        if CUES["tuned"].search(text) and not CUES["tuned"].search(scene.sentences[k - 1].text):
            return None  # those of the run before it
        if _FURTHER.search(text):
            return None  # what came after so many
    if len({scene.reading(s).quantity.point for s in found}) != 1:
        return None
    if found[0][0] > k:
        return None
    about = subject(scene, k, low, high, alone=alone)
    parts = machines(scene, k, low, high, alone=alone)
    if about is None or parts is None:
        return None
    named: dict[str, str] = {"phase": "training" if TRAINS.search(said) else ""}
    given: dict[str, Spot] = {"time": time, "tokens": found[0]}
    counted: dict[str, float] = {}
    about.fill(named, given, far, k)
    parts.fill(named, given, counted, far, k)
    formats = scene.formats(k)
    if len(formats) == 1:
        named["precision"] = formats[0]
    cues = {name for name, p in CUES.items() if p.search(scene.sentences[k].text)}
    if not any(_PER_DEVICE.match(scene.around(s, 0, 40)[1]) for s in (time, found[0])):
        cues.discard("per device")  # it is said of another number
    if "device" not in named and (name := place_named(text)):
        named["place"] = name
    if not told:
        cues.add("untold")  # whether that is training the section has to say
    if about.own:
        cues.add("own model")
    if rented:
        cues.add("rented")
    if _OF_THIS_TIME.search(scene.around(found[0], 24, 0)[0]):
        cues.discard("continued")
    return LocalPhysical(
        RELATION, time, tuple(given.items()), tuple(named.items()), tuple(counted.items()), frozenset(far), frozenset(cues)
    )  # fmt: skip
