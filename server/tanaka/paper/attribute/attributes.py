"""Plain statements of set-up, sentence by sentence: how many devices, which batch, how many layers.

Only configuration that holds for the whole paper, or for what is named, is read; points of a
sweep, limits, and the set-ups of others are left alone.
"""

from __future__ import annotations

from functools import lru_cache

from tanaka.paper.attribute.calls import call_of
from tanaka.paper.attribute.cues import about_of, cues_of, fronted, hedged
from tanaka.paper.attribute.scope import scope_of
from tanaka.paper.model import Where
from tanaka.paper.sentences import Sentence
from tanaka.quantity import Kind, Qualifier, Reading
from tanaka.records import dataclass

_BLANKS = {0x2009: " ", 0xA0: " ", 0x202F: " ", 0x2011: "-", 0x0A: " "}
_KINDS = frozenset((
    Kind.GPU_COUNT, Kind.NODE_COUNT, Kind.PARAM_COUNT, Kind.TOKEN_COUNT, Kind.BATCH_SIZE, Kind.SEQ_LEN, Kind.LEARNING_RATE,
    Kind.HYPERPARAMETER, Kind.OTHER, Kind.MEMORY_CAPACITY, Kind.MEMORY_BANDWIDTH, Kind.LINK_BANDWIDTH, Kind.COST, Kind.DURATION,
))  # fmt: skip
_UNITS = frozenset(("1", "byte", "byte/s", "s", "USD/s"))


@dataclass(frozen=True, slots=True)
class LocalAttribute:
    """A reading of one sentence, by index, that states an attribute.

    Attributes
    ----------
    number : int
    name, entity, scope : str
    cues : frozenset of str
    about : frozenset of str
        What else its clause binds it to: names, model sizes, phases and conditions.
    soft : frozenset of str
        Names that do not set it apart alone: the system that is evaluated, an optimizer.
    """

    number: int
    name: str
    entity: str
    scope: str
    cues: frozenset[str]
    about: frozenset[str] = frozenset()
    soft: frozenset[str] = frozenset()


@lru_cache(maxsize=16384)
def attributes(sentence: Sentence, where: Where) -> tuple[LocalAttribute, ...]:
    """Attributes that a sentence states."""
    if where in (Where.RELATED, Where.FUTURE, Where.TITLE):
        return ()
    candidates = [
        (i, r)
        for i, r in enumerate(sentence.readings)
        if _may_be(r) and not _of_a_name(sentence.text, r)
    ]
    if not candidates:
        return ()
    text = sentence.text.translate(_BLANKS)
    low = text.lower()
    if len(low) != len(text):  # a letter whose small form is two
        return ()
    found: list[LocalAttribute] = []
    called: dict[int, tuple[str, str]] = {}
    for i, r in candidates:
        name, entity, _ = call_of(low, r)
        if name:
            called[i] = (name, entity)
    for i, r in candidates:
        if i not in called:
            continue
        name, entity = called[i]
        scope = scope_of(low, r, where, name)
        series = [
            j
            for j in called
            if j != i and sentence.readings[j].series == r.series and called[j][0] == name
        ]
        cues = set(cues_of(low, r))
        if name.endswith("baselines"):
            cues.discard("baselines")
        if hedged(low, r, name) and not (r.quantity.qualifier is Qualifier.LIST and not series):
            cues.add("hedged")
        if r.series and series:
            cues.add("list")
        if where is Where.BODY and fronted(low, r):
            cues.add("fronted")
        about, soft = about_of(text, low, r)
        found.append(LocalAttribute(i, name, entity, scope, frozenset(cues), about, soft))
    return tuple(found)


def _may_be(r: Reading) -> bool:
    """Whether a reading could be a setting: one value of a kind that set-ups are stated in."""
    if r.kind not in _KINDS or isinstance(r.quantity.value, tuple) or r.quantity.unit not in _UNITS:
        return False
    return r.quantity.shown_unit not in ("%", "×", "points")


def _of_a_name(text: str, r: Reading) -> bool:
    """Whether a number ends a name: "Orion-13B"."""
    return r.start > 0 and (
        text[r.start - 1].isalnum()
        or (text[r.start - 1] in "-_" and text[r.start - 2 : r.start - 1].isalnum())
    )
