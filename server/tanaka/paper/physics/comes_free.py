"""Communication that is said to cost nothing beside some work, in any words: "at 6 ms it comes for free".

One time of communication and one of work stand in the sentence, or in the one before; what they are of the
nearest nouns tell.  Nothing is proven of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics import exchange, hidden
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.time_roles import roles
from tanaka.patterns import Lazy

_FREE = Lazy(
    r"\b(?:never|not|no longer) (?:seen|visible|exposed|noticed|noticeable|felt)\b|\b(?:no|not|none|nothing)\b[^,;.]{0,40}?\b(?:exposed|visible|uncovered)\b|\boverlap (?:is|was) (?:perfect|complete|full|total)\b|"
    r"\b(?:comes?|came|is|are|was|were|gets?|got) (?:\w+ )?(?:for free|for nothing|at no (?:extra )?cost|free|invisible|unnoticed|unnoticeable|imperceptible)\b(?! (?:of|from|memory|to)\b)|\bcosts? (?:us |the step )?(?:nothing|no (?:extra |additional )?time)\b|"
    r"\b(?:does|do|did) not (?:\w+ )?(?:lengthen|extend|slow|delay|prolong|add to|show up|show|appear|increase)\b[^,;.]{0,40}|\bnever (?:lengthens?|delays?|shows?|appears?|slows?)\b[^,;.]{0,30}|"
    r"\b(?:no|none of the|nothing of the|none of its|nothing of)\b[^,;.]{0,40}\b(?:shows? up|is left|are left|remains?|is visible|is seen|is exposed|appears?|is noticed|can be seen)\b|"
    r"\b(?:absorb|swallow|hid|conceal|mask|cover|overlap|bur)(?:s|e|es|ed|den|ing|ped|ping|ies|y|ied)?\b|\bvanish\w*|\bdisappear\w*|\bin the shadow of\b|\bstays? off the critical path\b",
    re.I,
)
_WHOLE = Lazy(r"\b(?:all|fully|completely|entirely|entire|whole|wholly|totally|perfectly|none|nothing|no|for free|free|invisible|perfect|complete|suffic\w+|enough|not|never|no cost)\b", re.I)  # fmt: skip
_HEDGED = Lazy(
    r"\b(?:if|unless|until|only when|instead|otherwise|baseline|previous|next(?! to)|old|older|new|newer|faster|slower|upgrad\w*|checkpoint\w*|restart\w*|backups?|logs?|hops?|latenc\w+|per (?:layer|token|message|request|block|head|tensor|chunk)s?|earlier|former|target|limit|up to|at most|some|partly|half|\w+ of which|each of|remaining|rest|exposed|adds|still|stale\w*|delay\w*|asynchron\w*|outdated|other|others|following|subsequent|over (?:several|many|two|three|four|\d+) (?:steps|iterations)|but|however|although|though|yet|except|almost|nearly|mostly|largely|whereas|slack|staggered|layers?|(?:each|per|last|one|first|a|every) bucket|chunks?|micro-?batch\w*)\b",
    re.I,
)


_SUMS = Lazy(r"\badd(?:s|ing)? up to\b", re.I)
_EACH = Lazy(
    r"^\s?(?:each|apiece|per (?!step|iteration)\w+|for (?:each|every) (?!step|iteration)\w+)\b",
    re.I,
)
_NOTHING = Lazy(r"^")
_SUFFICES = Lazy(r"\b(?:suffic\w+|enough|ample)\b", re.I)
_MOVED = Lazy(
    r"\b(?:transfer\w*|network|shipp\w+|migrat\w+|hand-?over|sent|copied|crosses)\b", re.I
)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """A time of communication, and one of work that is said to make it free."""
    if not _FREE.search(scene.text) or not (exchange.QUICK.search(scene.text) or "ommunicat" in scene.text or "etwork" in scene.text or "ransfer" in scene.text or "travel" in scene.text):  # fmt: skip
        return
    for k, sentence in enumerate(scene.sentences):
        m = _FREE.search(sentence.text)
        if m is None or not _WHOLE.search(sentence.text):
            continue
        at = k
        if not scene.spots(k, "s") and k + 1 < len(scene.sentences) and not (k and scene.spots(k - 1, "s")):  # fmt: skip
            at = k + 1  # "Overlap is perfect. Computation takes ..."
        claim = _free(scene, at, m if at == k else _NOTHING.search(scene.sentences[at].text))
        if claim is not None:
            yield claim


def _free(scene: Scene, k: int, m: re.Match[str] | None) -> LocalPhysical | None:
    text = scene.sentences[k].text
    if m is None:
        return None
    said = _SUMS.sub(" ", f"{text[: m.start()]} {text[m.end() :]}")
    beyond = scene.sentences[k + 1].text if k + 1 < len(scene.sentences) else ""
    told = roles(scene, k)
    first = k
    if k and len(told) < 2:
        before = roles(scene, k - 1)
        told, first = {**before, **told}, k - 1
        said = _SUMS.sub(" ", f"{scene.sentences[k - 1].text} {said}")
    found: dict[str, list[Spot]] = {}
    for spot, role in told.items():
        found.setdefault("work" if role == "step" else role, []).append(spot)
    work, talk = found.get("work", []), found.get("talk", [])
    if len(work) != 1 or len(talk) > 1 or len(told) != len(work) + len(talk):
        return None
    cues = {c for c, p in hidden.CUES.items() if p.search(said)}
    if _SUFFICES.search(text) or not hidden.CUES["able"].search(text):
        cues.discard("able")
    if _EACH.match(scene.around(work[0])[1]):
        return None  # "the attention of both halves, which take 6 ms each"
    if (
        cues & {"delayed", "accumulation", "every"}
        or _HEDGED.search(said)
        or hidden.CUES["remainder"].search(beyond)
    ):
        return None
    named = (("window", "step" if told[work[0]] == "step" else "work"),)
    far = frozenset(("window",)) if first != k else frozenset[str]()
    if not talk:
        kind = exchange.kind_of(scene, k, text) or ("transfer" if _MOVED.search(said) else "")
        given, names = exchange.sent(scene, k, (0, len(text)), kind, cues, tied=True, seen=[])
        load = dict(given).get("payload")
        if not kind or load is None or load[0] < k - 1:
            return None
        return LocalPhysical("hiding", work[0], (("window", work[0]), *given), (*named, *names), (), far, frozenset(cues | {"untimed"}))  # fmt: skip
    return LocalPhysical("hiding", talk[0], (("window", work[0]),), named, (), far, frozenset(cues | {"far apart"}))  # fmt: skip
