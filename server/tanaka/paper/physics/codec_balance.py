"""What a codec takes against what the exchange loses, by the kinds of the times alone, in any words.

A time of encoding, and two of communication, with it and without; and the steps with it and without, or
words that say that something is won.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics import codec_pays
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.time_roles import roles
from tanaka.patterns import Lazy

_ABOUT = Lazy(
    r"\bcodecs?\b|\bselect(?:ion|ing)\b|\bcompress|\bquanti[sz]|\bencod|\bsparsif|\btop-?k\b|\bpacking and unpacking\b|\bPowerSGD\b|\bINT[48]\b",
    re.I,
)
_STEP_FALLS = Lazy(
    r"\b(?:steps?|iterations?|training)\b(?:[^.;]|\.(?=\d)){0,60}?\b(?:shorter|less|faster|shrinks?|falls?|drops?|down|speed\w*|improv\w+)\b|\b(?:shorter|faster) (?:steps?|iterations?)\b",
    re.I,
)
_INSTEAD = Lazy(
    r"\b(?:instead of|rather than|down from|compared (?:with|to)|against|versus|where .{0,40} took|not)\b",
    re.I,
)
_FALLS_TO = Lazy(
    r"\b(?:to|for a step of|is|takes|takes only|lasts)\s(?:about |only |just |now )?$", re.I
)
_EXPOSED = Lazy(
    r"\b(?:exposed|not hidden|unhidden|visible|not overlapped|on the critical path)\b", re.I
)
_LEAVES = Lazy(r"\b(?:leav(?:es?|ing)|remain\w*|shrinks? (?:\w+ )?to|down to|falls? to|drops? to)\b", re.I)  # fmt: skip
_BACK = 3  # sentences before in which the exchange without the codec is told
_ONCE = Lazy(r"\b(?:weights|model|checkpoints?|prompts?|images?|audio|videos?|data ?sets?|once|offline|sequences|samples|tokens?|experts?|layers)\b", re.I)  # fmt: skip
_LONGEST = 60.0  # seconds; of more, the codec is of files
_SEVERAL = Lazy(r"\b(?:respectively|each of|for the \w+ model and|on the \w+ and)\b", re.I)


_SAVED_BEFORE = Lazy(
    r"\b(?:sav\w+|spar(?:es?|ed|ing)|remov\w+|avoid\w*|get(?:s|ting)? back|recover\w*|wins?|gains?|(?:shrinks?|drops?|falls?|reduced|shortened|cut|down|declines?|decreases?) by|return for|exchange for)\b[^;.\d]{0,30}$",
    re.I,
)
_SAVED_AFTER = Lazy(
    r"^[^.;:,\d]{0,50}?\b(?:disappear\w*|vanish\w*|sav(?:ed|ing|ings)|gone|goes? away|less|fewer|shorter|remov\w+|avoid(?:s|ed)|spare[sd]|saves|won|off)\b",
    re.I,
)
_CHEAPER = Lazy(r"\b(?:cheaper than|small price|less than (?:the|what) (?:[\d.,]+ ?m?s )?(?:of )?(?:communication|it saves)|worth (?:its|the|their))\b", re.I)  # fmt: skip
_PAYS = Lazy(r"\b(?:sav\w+|gain|benefit|win|wire|exchange)\b[^.;]{0,60}?\b(?:exceeds?|outweighs?|is (?:more|larger|greater) than)\b[^.;]{0,40}\b(?:codec|cost|encod\w+|compress\w*|price)\b", re.I)  # fmt: skip


def _between(scene: Scene, first: Spot, second: Spot) -> str:
    """The words between two numbers of a sentence; "" where they stand in two."""
    if first[0] != second[0]:
        return ""
    a, b = sorted((first, second))
    return scene.sentences[a[0]].text[scene.reading(a).end : scene.reading(b).start]


def _exposed(scene: Scene, spot: Spot) -> bool:
    """Whether a time is of an exchange that nothing hides."""
    return (
        _EXPOSED.search(f"{scene.around(spot, 30, 0)[0]} {scene.around(spot, 0, 45)[1]}")
        is not None
    )


def _floored(
    scene: Scene, k: int, codec: Spot, told: list[dict[Spot, str]]
) -> LocalPhysical | None:
    """The step with a codec and without, and what of it was exposed: less than without any exchange it is not."""
    low = max(0, k - _BACK)
    found = [s for j in range(low, k + 1) for s in scene.spots(j, "s") if s < codec and _exposed(scene, s)]  # fmt: skip
    if not found or _SEVERAL.search(scene.sentences[k].text):
        return None
    # "0.2 s of each step of 1.9 s are exposed"
    gone = min(found, key=lambda s: scene.reading(s).quantity.point)
    every = [(s, role) for j in range(low, min(k + 2, len(told))) for s, role in told[j].items()]
    steps = [s for s, role in every if role == "step" and s != gone]
    if len(found) > 2 or any(s not in steps for s in found if s != gone):
        return None
    if len({scene.reading(s).quantity.point for s in steps}) != 2 or steps[-1] < codec:
        return None
    long, short = scene.reading(steps[0]).quantity.point, scene.reading(steps[-1]).quantity.point
    falls = _FALLS_TO.search(scene.around(steps[-1], 40, 0)[0])
    if long <= short or not falls or scene.reading(gone).quantity.point >= long:
        return None
    given = (("without", steps[0]), ("with", steps[-1]), ("exposed", gone))
    cues = codec_pays.cues_of(scene, k, False) - {"another", "denied"}
    return LocalPhysical("codec-pays", codec, given, (), (), frozenset(), cues)


def _is_saved(scene: Scene, spot: Spot) -> bool:
    before, after = scene.around(spot, 70, 70)
    return bool(codec_pays.is_saved(scene, spot) or _SAVED_BEFORE.search(before) or _SAVED_AFTER.match(after))  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """A codec with what the exchange takes with it and without, where something is said to be won."""
    if not _ABOUT.search(scene.text):
        return
    told = [roles(scene, k) for k in range(len(scene.sentences))]
    for k, here in enumerate(told):
        codec = [s for s, role in here.items() if role == "codec"]
        if len(codec) != 1:
            continue
        floored = _floored(scene, k, codec[0], told)
        if floored is not None:
            yield floored
        claim = _balance(scene, k, codec[0], told)
        if claim is not None:
            yield claim


def _balance(
    scene: Scene, k: int, codec: Spot, told: list[dict[Spot, str]]
) -> LocalPhysical | None:
    r = scene.reading(codec)
    near = " ".join(scene.around(codec, 45, 30))
    if _ONCE.search(near) or r.quantity.point > _LONGEST:
        return None
    here, behind = told[k], told[k + 1] if k + 1 < len(told) else {}
    talk = [s for s, role in here.items() if role == "talk"]
    text = scene.sentences[k].text
    first = k
    if not talk:
        after = [s for s, role in behind.items() if role == "talk"]
        talk = after if "codec" not in behind.values() else []
    if not talk and k:
        before = [s for s, role in told[k - 1].items() if role == "talk"]
        talk = before if len(before) == 1 and _is_saved(scene, before[0]) else []
    saved = [s for s in talk if _is_saved(scene, s)]
    if not saved and len(talk) < 2:
        far = _BACK if _LEAVES.search(text) else 1
        for j in range(k - 1, max(-1, k - 1 - far), -1):
            if "codec" in told[j].values():
                return None
            earlier = [s for s, role in told[j].items() if role == "talk"]
            if earlier:
                talk, first = [*earlier, *talk], j
                break
    steps = [s for j in {k, k + 1} if j < len(told) for s, role in told[j].items() if role == "step"]  # fmt: skip
    works = [s for s, role in here.items() if role == "work"]
    if len(works) > 1 or _SEVERAL.search(text):  # it saves work as well
        return None
    falls = any(_STEP_FALLS.search(scene.sentences[j].text) for j in (k, k + 1) if j < len(told))
    within = [s for s in steps if s > codec][-1:] if falls or len(steps) == 2 else []
    given: tuple[tuple[str, Spot], ...]
    if len(saved) == len(talk) == 1:
        given = (("saved", saved[0]),)
    elif len(talk) == 2 and not saved:
        small, large = sorted(talk, key=lambda s: scene.reading(s).quantity.point)
        if first != k and large > small and not _INSTEAD.search(_between(scene, small, large)):
            return None  # it takes longer than before: of something else
        given = (("before", large), ("after", small))
    elif within and not saved:
        shortest = min(steps, key=lambda s: scene.reading(s).quantity.point)
        given = (("step", shortest),)
    else:
        return None
    cues = set(codec_pays.cues_of(scene, k, False))
    beyond = scene.sentences[k + 2].text if k + 2 < len(scene.sentences) else ""
    if talk and talk[0][0] == k + 1 and codec_pays.CUES["gain"].search(beyond) and not codec_pays.CUES["denied"].search(beyond):  # fmt: skip
        cues.add("gain")
    if _PAYS.search(text) or (_CHEAPER.search(text) and "beside" not in cues):
        cues.add("gain")
        cues.discard("denied")
    if len(steps) == 2 or falls:
        cues.add("gain")
        # The step got shorter: what is said behind is said of another case.
        if not codec_pays.CUES["denied"].search(text):
            cues.discard("denied")
    if first != k:
        # What was said of the exchange before the codec came is no word on the codec.
        cues -= {"another"}
    return LocalPhysical("codec-pays", codec, given, (), (), frozenset(), frozenset(cues))
