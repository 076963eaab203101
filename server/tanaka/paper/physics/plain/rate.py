"""Whether a sentence states a rate plainly; whether it disowns or explains what it states.

Asked of every sentence when its block is read, and kept as a mention of the block: the rules of
the roofline look it up by a number (`tanaka.rules.machine.plain`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from tanaka.paper.answers_gain import LocalWord
from tanaka.paper.entities import EntityKind, entities, same_name
from tanaka.paper.physics.plain.beside import NEAR, disowned, explained, opens, short_remark, titled
from tanaka.paper.physics.plain.sentence import blank, names, numbers, only_known, without
from tanaka.paper.physics.plain.vocabulary import RATE
from tanaka.paper.sentences import Sentence, sentences
from tanaka.patterns import Lazy

PLAIN, DISOWNED, EXPLAINED = "plain-words", "disowned", "explained"

_LEFT_OUT = Lazy(
    r"\b(?:without|no|free of)\s(?:any\s)?(?:[\w:-]+\s){0,2}?(?:speculat\w+|cach\w+|spars\w+|prun\w+|quanti[sz]\w+|recomput\w+|off-?load\w*|exits?|attention|compression|reuse|drafts?|replicas?)"
    r"(?:(?:,| and| or| nor)\s(?:[\w:-]+\s){0,2}?(?:speculat\w+|cach\w+|spars\w+|prun\w+|quanti[sz]\w+|recomput\w+|off-?load\w*|compression|reuse|replicas?))*"
    r"|\b(?:with )?(?:[\w:-]+\s)?(?:speculation|cach\w+|sparsity|pruning|recomputation|reuse)\s(?:(?:is|was|being)\s)?(?:disabled|off|turned off|switched off)"
    r"|\battention-free\b|\bnon-sparse\b|\bwith nothing else changed\b",
    re.I,
)
"""What is said to be absent opens nothing."""
# "of one FlowDec": an own part, by its count
_OWN_PART = Lazy(r"\b(?:one|each) [A-Z]\w*[A-Z\d]\w*\b")
_SHAPE = Lazy(
    r"\b\d[\d,]*(?:\s?[×x]\s?\d[\d,]*)+|\b\d[\d,]*\s?\^\s?\d|\bx?16\b|\b[Gg]en\s?\d\b|\b\d\.0\b"
)
_THIS = Lazy(
    r"^\W*(?:This|That|These|Such|It|In reality|Clearly|Obviously|Of course|Note|Both|Here|However|But)\b|\b(?:this|that|such an?|the) (?:figure|number|rate|value|estimate|speed)\b"
)
_SHAPES = frozenset({"layer", "head"})
_PARTS = Lazy(
    r"\b(?:layers?|blocks?|attention|softmax|mlps?|ffn|feed-?forward|projections?|embeddings?|sampl(?:er|ing)|tokeni[sz](?:er|ation)|optimi[sz]er|kernels?|"
    r"data|load\w*|benchmark|copy|copies|tables?|arrays?|buffers?|gets?|sends?|links?|lanes?|ports?|small|communication|forward|backward|pass|updates?|(?:runs?|ran) for)\b",
)
"""Words of a part of a model, or of what is done besides running it: the number may be of that."""
_DENSE = Lazy(
    r"\b(?:dense|non-sparse|without (?:any )?(?:2:4 |structured )?sparsity|matrix products?|matrix multipl\w+|mat-?muls?|GEMMs?|"
    r"(?:pre-?)?train(?:s|ed|ing)?)\b",
    re.I,
)
"""Work of which nothing is skipped, where nothing speaks of sparsity."""
_GROUP = Lazy(
    r"(?:s\b)?(?: GPUs?)?[ -](?:[a-z-]+ )?(?:host|testbed|cluster|system|machine|server|node|rank|worker|board|run|job|partition|rack|pod|slice|tray|box|group|site|fleet|island|cell)s?\b(?! at\b)"
)
"""Behind the name of a part: what holds several of them."""
_JOINED = Lazy(r"s?\s?[+&/×–—-]+\s?")
_BY_SYSTEM = Lazy(r"(?:N(?:VIDIA|vidia) )?(?:DGX|HGX)")
_EACH_TIME = Lazy(
    r"\b(?:each|every|per) (?:second|minute|hour|day|night|week|month|year|epoch|cluster|machine|site|group|server)\b|\bof (?:the|a) (?:night|week|month|year)\b",
    re.I,
)
_AT_SIDE = Lazy(r"\b(?:resolution|images?|sizes?)(?: (?:of|at))? $", re.I)


@lru_cache(maxsize=16384)
def bare(sentence: Sentence) -> bool:
    """Whether all words of a sentence, its numbers and names left out, change nothing."""
    if not _one_part(sentence):
        return False
    said = without(blank(_LEFT_OUT, sentence.text), numbers(sentence))
    if _EACH_TIME.search(said):  # that of a rate is part of its unit
        return False
    rest = without(said, names(sentence.text))
    return only_known(RATE, _OWN_PART.sub(" ", _SHAPE.sub(" ", rest)), sentence.text)


def _one_part(sentence: Sentence) -> bool:
    """Whether a sentence names no two parts, and none as what holds several: "an A100 machine"."""
    parts = [e for e in entities(sentence.text) if e.kind is EntityKind.DEVICE]
    if len({same_name(e.name) for e in parts}) > 1:
        return False
    if any(_JOINED.fullmatch(sentence.text[a.end : b.start]) for a, b in pairwise(parts)):
        return False
    return not any(
        _GROUP.match(sentence.text, e.end) and not _BY_SYSTEM.match(e.name) for e in parts
    )


def bare_text(text: str) -> bool:
    """Whether that is so of every sentence of a caption or a label."""
    return all(bare(s) for s in sentences(text))


def _of_a_part(sentence: Sentence) -> tuple[tuple[str, str], ...]:
    """The words that tell of a part of a model, those of what is absent left out."""
    layers = [  # "40 layers", and not "one layer"
        (r.start, r.end)
        for r in sentence.readings
        if r.quantity.unit != "1" or r.quantity.point != 1
    ]
    text = without(blank(_LEFT_OUT, sentence.text), layers)
    return tuple(("part", m.group().lower()) for m in _PARTS.finditer(text))


def _of_dense_work(said: Sequence[Sentence], i: int) -> tuple[tuple[str, str], ...]:
    """The word that says that all operations were executed: a peak with sparsity is none of it then."""
    m = _DENSE.search(said[i].text)
    for j in (i - 1, i + 1):
        if m is None and 0 <= j < len(said):
            m = re.search(r"\bdense\b", said[j].text)
    return (("dense", m.group().lower()),) if m else ()


def _in_names(sentence: Sentence) -> tuple[tuple[str, str], ...]:
    """Which numbers of a sentence are of a name ("A100-80GB"), a "one", or of a shape ("40 layers")."""
    named = entities(sentence.text)
    # "138 and 156 TFLOP/s, 44% and 50%, respectively": the others of a list are of other runs
    listed = (
        Counter(r.quantity.shown_unit for r in sentence.readings)
        if "respectively" in sentence.text
        else Counter[str]()
    )
    return tuple(
        ("named", str(i))
        for i, r in enumerate(sentence.readings)
        if any(e.start <= r.literal_start < e.end for e in named)
        or (r.quantity.unit == "1" and r.quantity.point == 1)
        or r.noun in _SHAPES
        or listed[r.quantity.shown_unit] > 1
        or r.quantity.unit == "bit"  # a format
        or r.quantity.shown_unit in ("px", "pixel", "pixels")
        or _AT_SIDE.search(sentence.before(r, 24))
    )


def _remarked(said: Sequence[Sentence], i: int) -> bool:
    """Whether a sentence beside makes a remark that may be on this one."""
    if i and titled(said[i - 1]):
        return True
    behind = said[i + 1] if i + 1 < len(said) else None
    if behind and (short_remark(behind) or (_THIS.search(behind.text) and not bare(behind))):
        return True
    near = range(max(0, i - NEAR), min(len(said), i + NEAR + 1))
    return any(opens(RATE, said[j].text) for j in near if j != i)


def plain_words(
    said: Sequence[Sentence], i: int, noted: frozenset[int] = frozenset()
) -> tuple[LocalWord, ...]:
    """Whether a sentence is plain, and whether it, or the next one, disowns or explains its numbers.

    A footnote hangs on the ``noted`` sentences.
    """
    sentence = said[i]
    if not sentence.readings:
        return ()
    behind = said[i + 1].text if i + 1 < len(said) else ""
    on = bool(behind) and (_THIS.search(behind) is not None or not said[i + 1].readings)
    own = _LEFT_OUT.sub(" ", sentence.text)
    whole = 0, len(sentence.text)
    if disowned(own) or (on and disowned(behind)):
        return (LocalWord(DISOWNED, "ours", *whole),)
    if explained(own) or (on and explained(behind)):
        return (LocalWord(EXPLAINED, "ours", *whole),)
    if i in noted or not bare(sentence) or _remarked(said, i):
        return ()
    told = (*_in_names(sentence), *_of_a_part(sentence), *_of_dense_work(said, i))
    return (LocalWord(PLAIN, "ours", *whole, told),)
