"""Communication that is said to be hidden, and the work that hides it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics import collective
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

_HIDE = Lazy(
    r"\b(?:hid(?:es?|den|ing)|overlap(?:s|ped|ping)?|mask(?:s|ed)|conceal(?:s|ed)|absorbed)\b", re.I
)
_FULL = r"(?:complete(?:ly)?|full(?:y)?|entire(?:ly)?|totally|perfect(?:ly)?|in full|all of|whole)"
_FULLY = Lazy(
    rf"\b{_FULL}\b[^.;]{{0,24}}?\b(?:hid\w*|overlap\w*|mask\w*|conceal\w*|absorbed|behind|under)\b|\b(?:hid\w*|overlap\w*|mask\w*|conceal\w*)\b[^.;]{{0,24}}?\b{_FULL}\b",
    re.I,
)
_TALK = (
    r"all[- ]?reduc\w+|all[- ]?gather\w*|reduce[- ]?scatter\w*|all[- ]?to[- ]?all\w*|communication|transfers?|exchanges?|"
    r"synchroni[sz]ation|collectives?|dispatch|combine|traffic|broadcasts?|gradient sync\w*"
)
_WORK = r"backward|forward|comput\w+|pass|steps?|iterations?|attention|GEMMs?|matmuls?|MLP|layers?|optimi[sz]er|kernels?|work|passes|prefill\w*|decoding"  # fmt: skip
_ON = r"(?![\s,]*(?:and|while|but|with|by|behind|under|is|are|takes|which)\b)"
_PER_STEP = Lazy(
    r"\s?(?:per|/|in each|in every|each|every|a)\s?(?:training\s)?(?:step|iteration|layer|micro-?batch)\b",
    re.I,
)
_TALK_LEADS = Lazy(
    rf"^(?:[Tt]h(?:is|ese|e)|[Ii]ts|[Tt]heir|[Ii]t)\b[^,;.\d]{{0,30}}?(?:(?:{_TALK})\b|(?<=[Ii]t)(?=\s(?:is|can|stays?)\b))",
    re.I,
)
# The work of several passes whose time is stated for all of them.
_ALTOGETHER = Lazy(r"[^,;.]{0,12}\b(?:together|in total|in all|altogether|combined|in sum)\b", re.I)
_AND_MORE = Lazy(r"^\)?,?\s(?:and|plus|together with|as well as)\s(?:of\s)?(?:the\s|its\s|a\s|part of the\s)?(?:next\s|following\s)?(?:forward|backward|optimi[sz]er|pass|step)\b(?!\s(?:takes?|is|lasts?|needs?))", re.I)  # fmt: skip
_APIECE = Lazy(r"\s?(?:each|apiece)\b(?! (?:step|iteration))", re.I)
_BEHIND_IT = Lazy(r"\b(?:behind|by|under|beneath|with|within) (?:it|this|that|the latter)\b", re.I)
_TALK_AFTER = Lazy(rf"{_ON}[\s-](?:of\s|for\s|the\s|\w+\s){{0,2}}?(?:{_TALK})\b", re.I)
_WORK_AFTER = Lazy(rf"{_ON}[\s-](?:of\s|for\s|the\s|\w+\s){{0,2}}?(?:{_WORK})\b", re.I)
# What may stand between a noun and its time: over which link ("over 25 Gb/s takes"), and of what ("of the next prompt, which takes").
_OVER_LINK = r"(?:\s(?:over|on|across|via|through)\s[^,;()]{0,50}?)?"
_TIMED = r"(?:takes?|took|lasts?|lasted|needs?|needed)"
_LEADS = rf"(?:[^,;.\d]{{0,24}}?\s(?:of|is|{_TIMED})|{_OVER_LINK}\s{_TIMED}|\s?\(|(?:\s(?:of|for|in)\s[^,;.\d()]{{0,40}}?)?,\s(?:(?:which|that|and)\s{_TIMED})?)\s?(?:only\s)?$"
_SENDING = Lazy(rf"\b(?:sending|transferring|copying|shipping|moving|exchanging)\b[^;]{{0,90}}\s{_TIMED}\s(?:only\s|about\s)?$", re.I)  # fmt: skip
_TALK_BEFORE = Lazy(rf"\b(?:{_TALK})\b{_LEADS}", re.I)
_WORK_BEFORE = Lazy(rf"\b(?:{_WORK})\b{_LEADS}", re.I)
CUES = {
    "next": Lazy(r"\b(?:next|following|subsequent) (?:forward|step|iteration|micro-?batch|layers?)\b|\bprefetch\w*", re.I),
    "delayed": Lazy(r"\bdelay\w*|\bone step (?:late|later|behind)\b|\basynchron\w+|\bstale\w*|\bprevious (?:step|iteration)\b|\bduring step\b", re.I),
    "accumulation": Lazy(r"\baccumulat\w+|\bchunks?\b|\bpasses\b(?! (?:it|them|the)\b)|\bmicro-?batches\b|\binterleav\w+|\bpipelin\w+", re.I),
    "partial": Lazy(r"\b(?:almost|largely|mostly|nearly|part(?:ly|ially)?|significant|some of|most of|much of|up to|a portion|half of|mainly)\b|\d\s?%", re.I),
    "except": Lazy(r"\b(?:all but|except\w*|apart from|save for|but the (?:last|first))\b", re.I),
    "able": Lazy(r"\b(?:can|could|may|might|would|able|allows?|enables?|to (?:be )?(?:hide|hidden|overlap\w*)|potential\w*|ideal\w*)\b", re.I),
    "remainder": Lazy(r"\b(?:exposed|remain\w*|the rest|left over|leaves?|leaving|visible|uncovered)\b", re.I),
    "denied": Lazy(r"\b(?:not|cannot|never|no longer|too (?:long|short)|longer than|exceeds?|hardly|insufficient)\b|n't\b", re.I),
    "one step": Lazy(r"\b(?:same|its own|that|one) (?:training )?(?:step|iteration)\b", re.I),
    "every": Lazy(r"\bevery (?:\w+ )?(?:steps|iterations)\b|\bamorti[sz]\w+|\bwindow of\b", re.I),
    "per layer": Lazy(r"\b(?:per|each|every|a|one) (?:\w+[- ])?layer\b", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """A time of communication and one of work that hides it, or a payload over a link instead of the first."""
    for k, sentence in enumerate(scene.sentences):
        if not _HIDE.search(sentence.text):
            continue
        times = scene.spots(k, "s")
        talk = [s for s in times if _is(scene, s, talk=True)]
        work = [s for s in times if s not in talk and _is(scene, s, talk=False)]
        far: frozenset[str] = frozenset()
        if len(talk) == len(times) == 1 and k and _BEHIND_IT.search(sentence.text):
            before = scene.spots(k - 1, "s")
            work = [s for s in before if _is(scene, s, talk=False)] if len(before) == 1 else []
            times, far = [*times, *work], frozenset(("window",))
        if not talk and len(work) == len(times) == 1 and k and _TALK_LEADS.search(sentence.text):
            # "The transfer is hidden by ...": how long it takes is told in the sentence before.
            before = scene.spots(k - 1, "s")
            talk = [s for s in before if _is(scene, s, talk=True) or _SENDING.search(scene.around(s, 120)[0])] if len(before) == 1 else []  # fmt: skip
            times, far = [*times, *talk], frozenset(("time",)) if talk else far
        if len(work) != 1 or len(talk) > 1 or len(times) != len(talk) + 1:
            continue
        if _AND_MORE.match(scene.around(work[0])[1]):
            continue  # "behind backward (40 ms) and the next forward pass"
        if _APIECE.match(scene.around(work[0])[1]):
            continue  # "of the next four steps, 12 ms each"
        cues = set(scene.heard(CUES, k))
        if "time" in far:
            cues |= scene.heard({c: CUES[c] for c in ("remainder", "every", "denied")}, k - 1)
        if _ALTOGETHER.match(scene.around(work[0])[1]):
            cues.discard("accumulation")
        if _FULLY.search(sentence.text):
            cues.add("fully")
        named = (("window", window_of(scene, work[0])),)
        if talk:
            yield LocalPhysical("overlap", talk[0], (("window", work[0]),), named, far=far, cues=frozenset(cues))  # fmt: skip
            continue
        sent = collective.sent(scene, k, work[0])
        if sent is not None:
            given = (("window", work[0]), *sent.given)
            yield LocalPhysical("overlap", work[0], given, (*named, *sent.named), sent.counted, sent.far, frozenset(cues) | sent.cues)  # fmt: skip


def _is(scene: Scene, spot: Spot, *, talk: bool) -> bool:
    """Whether a time is of communication, or of work."""
    before, after = scene.around(spot, 60, 40)
    after = _PER_STEP.sub("", after) if _PER_STEP.match(after) else after
    ours, others = (_TALK_AFTER, _WORK_AFTER) if talk else (_WORK_AFTER, _TALK_AFTER)
    mine, theirs = ours.match(after), others.match(after)
    if mine or theirs:
        return mine is not None and (theirs is None or bool(mine.end() <= theirs.end()))
    back = _TALK_BEFORE if talk else _WORK_BEFORE
    return back.search(before) is not None


def is_talk(scene: Scene, spot: Spot) -> bool:
    """Whether a time is of communication, by the words around it."""
    return _is(scene, spot, talk=True)


def window_of(scene: Scene, spot: Spot) -> str:
    """What a time of work is of: "backward pass", "step" ..."""
    before, after = scene.around(spot, 40, 40)
    text = (after + " " + before).lower()
    for word, name in (("backward", "backward pass"), ("forward", "forward pass"), ("attention", "attention"), ("step", "step"), ("iteration", "step")):  # fmt: skip
        if word in text:
            return name
    return "work"
