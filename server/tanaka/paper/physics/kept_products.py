"""Activations of one layer, image or micro-batch, and how many of them are kept together.

"1.2 GB per layer and micro-batch ... holds four micro-batches of eight layers", "each image keeps 300 MB ...
micro-batches of 64", "9 GB at a micro-batch of two ... with a micro-batch of 16": the factors stand in a
passage, in any order.  Claims are those of `kept_batch`, of the form that is held; nothing is proven of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.sizes_beside import LOOSE
from tanaka.paper.physics.whose_size import named
from tanaka.patterns import Lazy

_CUE = Lazy(r"\bactivations?\b|\brecomput\w+", re.I)
_KEPT = Lazy(
    r"\bactivations?\b|\bwithout (?:any |activation )?(?:recomput\w+|checkpointing)\b|\b(?:until|for|before) (?:its|the|their) backward\b|\bstash\w*|\bintermediate\w*",
    re.I,
)
_N = r"(?P<n>two|three|four|five|six|seven|eight|ten|twelve|sixteen|thirty-two|sixty-four|\d{1,4})"
_M = _N.replace("?P<n>", "?P<m>")
_WORDS = {"a": 1, "an": 1, "one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "ten": 10, "twelve": 12, "sixteen": 16, "thirty-two": 32, "sixty-four": 64}  # fmt: skip
_A_LAYER = Lazy(r"\b(?:per|each|every|a|one|for each)[ -](?:\w+ )?layer\b|/layer\b|\b(?:each|every one) of (?:the |its |our )?(?:[\w-]+ )?layers\b", re.I)  # fmt: skip
_A_BATCH = Lazy(r"\b(?:per|each|every|a|one|and|of a|for each)[ -]micro-?batch\b(?! (?:size )?of)", re.I)  # fmt: skip
_ITEM = (
    r"(?:images?|samples?|sequences?|examples?|frames?|videos?|clips?|prompts?|crops?|documents?)"
)
_AN_ITEM = Lazy(rf"\b(?:per|each|every|a|an|one|single|for each|of an?)[ -](?:[\w-]+ )?{_ITEM}\b", re.I)  # fmt: skip
_LAYERS = Lazy(rf"\b{_N}\s(?:[\w-]+\s)?layers\b", re.I)
_IN_FLIGHT = Lazy(
    rf"\b(?:holds?|keeps?|stores?|retains?|has|have|with|carr(?:y|ies)|stash\w*|accumulates)\s(?:up to |at most |about |as many as )?{_N}\s(?:[\w-]+\s)?micro-?batches\b(?! per step| in total)|"
    rf"\b{_M}\s(?:[\w-]+\s)?micro-?batches\s(?:of \w+ layers|(?:are |is |stay |remain |being )?(?:in flight|alive|live|outstanding|held|kept|resident|at once|at the same time|in memory))\b",
    re.I,
)  # fmt: skip
_TOGETHER = Lazy(
    rf"\bmicro-?batch(?:es)?(?: size)? (?:of|is|holds?|with|=) {_N}\b(?![.,]\d|\s?[GMk]i?B| (?:micro|step|accum))|"
    rf"\b{_M}\s(?:[\w-]+\s)?{_ITEM}\s(?:on|per|in|for|fill|at)\s(?:each|every|one|a|the|GPU|card|device)\b",
    re.I,
)  # fmt: skip
_AT_BATCH = Lazy(
    r"\b(?:at|with|for|of|in) (?:a |the |one )?micro-?batch(?: size)? (?:of|is|=) (?P<n>one|two|three|four|six|eight|\d{1,3})\b(?![.,]\d)",
    re.I,
)
_ELSE = Lazy(
    r"\b(?:would|could|might|may|should|if|unless|cannot|can['’]t|not fit|never fit|too (?:large|big|many|much)|exceed\w*|OOM|out of memory|fail\w*|infeasible|impossible|off-?load\w*|host|CPU|inference|serv(?:e|es|ed|ing)|decod\w+|prefill|"
    r"LoRA|adapters?|frozen|revers\w+|compress\w*|quanti[sz]\w+|global|would-be|hypothetical\w*|instead of|rather than|limit|maximum|largest)\b",
    re.I,
)
_AGAIN = Lazy(r"\b(?:(?<!without )(?<!no )(?<!without activation )(?:full|complete|activation|gradient)? ?(?:re-?comput\w+|checkpointing))\b", re.I)  # fmt: skip
_DENIED = Lazy(r"\b(?:without|no|not|never|nothing|neither|off)\b[^.;,]{0,30}\b(?:re-?comput\w+|checkpointing)\b|\bselective (?:activation )?re-?comput\w+", re.I)  # fmt: skip
_OVER_ALL = Lazy(r"\b(?:over|across|among|on|by) (?:all|both|the|our|two|four|eight|\d+) (?:\w+ )?(?:GPUs|cards|devices|workers|ranks|accelerators)\b|\b(?:in total|altogether|global|shares?|together)\b", re.I)  # fmt: skip
_GROUP = Lazy(r"\bgroups? of\b|\b(?:two|four|eight|sixteen|\d+) (?:GPUs|cards|devices|[A-Z]+\d+\w*) (?:of|in|per|for) (?:a|each|every|the|one) (?:stage|node|group|server)\b|\b(?:GPUs|cards|devices) of (?:a|each|one) (?:stage|group)\b", re.I)  # fmt: skip
_PARALLEL = Lazy(r"\bover (?:two|four|eight|\d+) \w+\b|\b(?:divided|split|shared) (?:by|over|among)\b", re.I)  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Sizes of one with the factors of their passage."""
    if not _CUE.search(scene.text):
        return
    for k, sentence in enumerate(scene.sentences):
        text = sentence.text
        if not _KEPT.search(text) or _ELSE.search(text) or _AGAIN.search(_DENIED.sub(" ", text)):
            continue
        sizes = [
            s for s in scene.spots(k, "byte")
            if scene.reading(s).quantity.bounded and scene.reading(s).quantity.point >= 1e6 and not any(p.start <= scene.reading(s).start < p.end or 0 < p.start - scene.reading(s).end < 14 for p in scene.parts(k))
        ]  # fmt: skip
        if sizes:
            yield from _of_one(scene, k, text, sizes[0])
        if len(sizes) == 1:
            yield from _scaled(scene, k, text, sizes[0])


def _of_one(scene: Scene, k: int, text: str, size: Spot) -> Iterator[LocalPhysical]:
    """A size of a layer, an item or a micro-batch, times as many as are kept."""
    layer = _A_LAYER.search(text) is not None
    item = _AN_ITEM.search(text) is not None
    batch = _A_BATCH.search(text) is not None
    if item == batch or _PARALLEL.search(text):
        return
    given: list[tuple[str, Spot]] = []
    many = 1.0
    wanted = [_TOGETHER if item else _IN_FLIGHT, *([_LAYERS] if layer else [])]
    if item and not layer and not any(_TOGETHER.search(s.text) for s in scene.sentences):
        return
    where = k
    for pattern in wanted:
        found = _factor(scene, k, pattern, size)
        if found is None:
            return
        value, spot, j = found
        many *= value
        where = j if pattern is not _LAYERS else where
        if spot is not None:
            given.append(("factor", spot))
    if many > 1:
        yield _claim(scene, k, where, size, given, many)


def _factor(scene: Scene, k: int, pattern: Lazy, size: Spot) -> tuple[float, Spot | None, int] | None:  # fmt: skip
    """The one number of a sort in a sentence, or in the nearest beside it, with its sentence."""
    for j in (k, k + 1, k - 1, k + 2, k - 2):
        if not 0 <= j < len(scene.sentences):
            continue
        text = scene.sentences[j].text
        hits = list(pattern.finditer(text))
        if hits and pattern is _TOGETHER and _OVER_ALL.search(text):
            return None
        if not hits or _ELSE.search(text) or _AGAIN.search(_DENIED.sub(" ", text)):
            continue
        values = {_number(m) for m in hits}
        between = scene.sentences[min(j, k) : max(j, k) + 1]
        if len(values) != 1 or any(_AGAIN.search(_DENIED.sub(" ", s.text)) or _GROUP.search(s.text) for s in between):  # fmt: skip
            return None
        if not _alike(scene, j, k):
            return None
        return values.pop(), _spot_of(scene, j, hits[0], size), j
    return None


def _alike(scene: Scene, j: int, k: int) -> bool:
    """Whether two sentences do not name models that differ."""
    a, b = ({(x.name, x.count and scene.reading(x.count).quantity.point) for x in named(scene, i, 0, len(scene.sentences[i].text))} for i in (j, k))  # fmt: skip
    return not a or not b or bool(a & b)


def _number(m: re.Match[str]) -> float:
    word = next(g for name, g in m.groupdict().items() if g and name in ("n", "m")).lower()
    return float(_WORDS.get(word, 0) or word)


def _spot_of(scene: Scene, k: int, m: re.Match[str], size: Spot) -> Spot | None:
    at = m.start("n") if m.groupdict().get("n") else m.start("m")
    return next((s for s in scene.spots(k) if abs(scene.reading(s).literal_start - at) <= 1 and s != size), None)  # fmt: skip


def _scaled(scene: Scene, k: int, text: str, size: Spot) -> Iterator[LocalPhysical]:
    """What a micro-batch of so many keeps, and a larger micro-batch."""
    own = list(_AT_BATCH.finditer(text))
    if len(own) != 1 or _A_LAYER.search(text[: own[0].start()][-40:]):
        return
    of = _number(own[0])
    for j, sentence in enumerate(scene.sentences):
        if j == k or abs(j - k) > 3 or _ELSE.search(sentence.text) or _AGAIN.search(_DENIED.sub(" ", sentence.text)):  # fmt: skip
            continue
        for m in _TOGETHER.finditer(sentence.text):
            if (
                not _OVER_ALL.search(sentence.text)
                and not _GROUP.search(text)
                and _alike(scene, j, k)
                and m.groupdict().get("n")
                and (n := _number(m)) > of
            ):
                spot = _spot_of(scene, j, m, size)
                yield _claim(scene, k, j, size, [("factor", spot)] if spot is not None else [], n / of)  # fmt: skip


def _claim(scene: Scene, k: int, j: int, size: Spot, given: list[tuple[str, Spot]], many: float) -> LocalPhysical:  # fmt: skip
    part = ""
    for place in (j, k):
        own = {p.name for p in scene.parts(place)}
        if own:
            part = own.pop() if len(own) == 1 else ""
            break
    names = (("device", part),) if part else ()
    return LocalPhysical("kept batch", size, tuple(given), (*names, ("form", "held")), (("flight", many),), frozenset({"reach"}), frozenset({LOOSE}))  # fmt: skip
