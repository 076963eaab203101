"""Who a claim is about and whom it compares with: the names that the grammar of its sentence gives.

The subject is that of the verb that governs the number; the comparand is the noun phrase behind
"than" or "over".  Pronouns, lists before a verb and phrases that name nobody stay unbound.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tanaka.paper.clause import Clause
from tanaka.paper.cues import CHANGING, COMPARATOR, Cue, is_extent
from tanaka.paper.entities import Entity, EntityKind, entities
from tanaka.paper.measures import measures_in
from tanaka.paper.model import How
from tanaka.patterns import Lazy
from tanaka.records import dataclass

_WHO = (EntityKind.SYSTEM, EntityKind.MODEL, EntityKind.DEVICE, EntityKind.LINK)


class Names:
    """The entities of a sentence, found when first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: tuple[Entity, ...] | None = None

    @property
    def found(self) -> tuple[Entity, ...]:
        """All of them, in order."""
        if self._found is None:
            self._found = entities(self.text)
        return self._found

    def inside(self, start: int, end: int) -> tuple[Entity, ...]:
        """Systems, models, devices and links between two offsets."""
        return tuple(e for e in self.found if start <= e.start and e.end <= end and e.kind in _WHO)

    def foreign(self, name: str) -> bool:
        """Whether a comparand is surely another's: a named system, or a baseline."""
        systems = {e.name for e in self.found if e.kind is EntityKind.SYSTEM and not e.ours}
        return (
            "baseline" in name
            or name in ("state of the art", "prior work")
            or all(one in systems for one in name.split(" and "))
        )


# -- names ----------------------------------------------------------------------------------------

_SYSTEMS = (
    r"(?:system|approach|method|framework|pipeline|design|implementation|scheduler|compiler|engine|algorithm|technique|accelerator|"
    r"kernels?|stack|solution|scheme|architecture|prototype|library|runtime|optimi[sz]er|tools?|work|paper|models?|network|"
    r"strategy|mechanism|protocol|optimi[sz]ations?|server|hardware|chip|deployment|policy|configuration|proposal|variant|learner)"
)
_OURS = Lazy(
    rf"(?:ours|we|our (?:own )?(?:[\w-]+ ){{0,4}}?{_SYSTEMS}|this (?:work|paper)|"
    rf"(?:the|our) proposed (?:[\w-]+ ){{0,3}}?{_SYSTEMS})(?:\b|$)",
    re.I,
)
_PRONOUN = Lazy(
    r"(?:it|its|they|their|this|these|those|that|there|he|she|one|what|which|who|such|both|each|every|any|all|none|some|most|"
    r"many|another|either|neither|here|you|i|users?|we \w|the (?:latter|former|others?|first|second|two|three|results?|rest|same|"
    r"later|earlier|remaining))\b",
    re.I,
)
_NOBODY_THERE = Lazy(
    r"(?:(?:the )?(?:latter|former|others?|rest|first|second|last|same|two|three)|it|its|them|they|this|that|these|those|ones?|ever|"
    r"expected|usual|before|previously|when|if|with|on|in|under|at|for|by|using|without|what|which|both|either|each|any|there|here|"
    r"such|itself|themselves|necessary|needed)(?![\w-])|(?:the )?\d[\d.,]*[\s\u2009]?(?:[%×x]|[KMBT]\b)?(?![\w-])",
    re.I,
)
# "Choosing larger batches yields": an act and no name; "the approach": whose is not said.
_VAGUE = Lazy(
    rf"(?:\w+ing\s+\w|(?:the |a |an )?(?:(?:same|new|proposed|resulting) )?{_SYSTEMS}$|\d[\d.,]*\s*[%×x]?$)|{_PRONOUN.pattern}",
    re.I,
)
_DETERMINERS = Lazy(
    r"(?:(?:the|a|an|its|their|our|any|some|most|same|corresponding|respective|both|of)\s+)+", re.I
)
_BASELINE = Lazy(r"(?:(?:strong(?:est)?|best|naive|naïve|default|vanilla|given) )?baselines?", re.I)
_PRIOR = Lazy(
    r"(?:prior|previous|existing|earlier) (?:works?|approach(?:es)?|methods?|systems?|art|techniques?|solutions?|designs?)",
    re.I,
)
_STATE_OF_THE_ART = Lazy(
    r"(?:prior |current |previous )?(?:state[- ]of[- ]the[- ]arts?|SOTA)\b.*", re.I
)
_POSSESSED = Lazy(r"(?P<who>.+?)[’']s?\s+(?P<what>[\w -]+)$")
_METRIC_OF = Lazy(r"(?P<what>[\w/ -]+?)\s+(?:of|for|with|in|on)\s+(?P<who>.+)$")
_TRAILING_VALUE = Lazy(r"(?:\s(?:of|at|is))?\s[≈∼~]?\d[\d.,]*(?:\s?\S{1,6})?$")
_LONE = Lazy(
    r"(?:the|a|an|prior|previous|original|old|new|former|latter|current|naive|[a-z]+ing|\d[\d.,]*\s*[%×x]?)", re.I
)  # fmt: skip
_WORD = Lazy(r"[A-Za-z]\w")
_SPACES = Lazy(r"\s+")
# Words of a name; a longer subject is likely to hold a verb that is not in the list.
_LONGEST, _LONGEST_SUBJECT = 6, 4


_JUST = Lazy(r"^(?:(?:just|only|even|simply)\s+)+", re.I)


def _bare(phrase: str) -> str:
    """A phrase without the articles before it."""
    phrase = _JUST.sub("", phrase)
    return _DETERMINERS.sub("", phrase, count=1) if _DETERMINERS.match(phrase) else phrase


def name_of(raw: str, start: int, names: Names) -> str:
    """Name of a noun phrase at an offset: an entity's, a phrase without articles, or "" for nobody."""
    phrase = _SPACES.sub(" ", raw.strip(" \u2009\t\n“”\"'’*~."))
    if not phrase:
        return ""
    if _OURS.fullmatch(phrase):
        return "ours"
    if _NOBODY_THERE.match(phrase):
        return ""
    if (owned := _POSSESSED.match(phrase)) and measures_in(owned.group("what")):
        return name_of(owned.group("who"), start, names)
    if (of := _METRIC_OF.match(phrase)) and measures_in(of.group("what")):
        return name_of(of.group("who"), start + max(raw.find(of.group("who")), 0), names)
    bare = _bare(phrase)
    at = start + max(raw.find(bare.split(" ")[0]), 0)
    held = names.inside(at, start + len(raw))
    if held and held[0].kind is EntityKind.SYSTEM and held[0].start == at:
        return "ours" if held[0].ours else held[0].name
    if _STATE_OF_THE_ART.fullmatch(bare):
        return "state of the art"
    if _PRIOR.fullmatch(bare):
        return "prior work"
    if _BASELINE.fullmatch(bare):
        return bare.lower().removesuffix("s")
    if " of " in bare or bare.startswith(("naïve", "naive", "single")):
        bare = _TRAILING_VALUE.sub("", bare)
    words = bare.split(" ")
    named = (
        len(words) <= _LONGEST and "=" not in words[0] and "- " not in bare and _WORD.search(bare)
    )
    return bare if named and not _LONE.fullmatch(bare) else ""


def _who(core: str, start: int, names: Names) -> str:
    """Name of a subject; of two that "and" joins, both or none."""
    if " and " in core:
        both = [_who(p, start + core.find(p), names) for p in core.split(" and ")]
        return " and ".join(both) if all(both) else ""
    if not core or _VAGUE.match(core):
        return ""
    name = name_of(core, start, names)
    return name if len(name.split()) <= _LONGEST_SUBJECT else ""


# -- comparands -----------------------------------------------------------------------------------

_FRONTED = Lazy(
    r"(?:^|[,;:)]\s|\bthat\s)[\s\u2009]*(?:when |as )?(?:compar(?:ed|ing) (?:to|with|against)|in comparison (?:to|with)|relative to|"
    r"against|versus)\s+"
)
_OBJECT_END = Lazy(
    r"[,;:()—\"“”]|\.\s|\.$|\s(?:on|at|in|for|with|under|across|when|while|by|to|from|using|without|during|per|as|via|because|due|after|"
    r"before|is|are|was|were|has|have|had|that|which|who|where|running|trained|having|being|operating|requiring|containing|producing|"
    r"thanks|\w+ed that|respectively|averaged|if|but|whose|than|over|and thus|can|could|will|would|demonstrat\w+|showing|indicat\w+|primarily|"
    r"mainly|[a-z]+ing (?:the|a|an|its|at|on|with)|it|we|they|despite|even|within|between|among|through|depending|reported|measured|"
    r"proposed|only|alone|achiev\w+|yields?|gives?)\b",
    re.I,
)
_DANGLING = Lazy(r",?\s+(?:and|or)(?:\s+(?:an?|the|by|up|about))*\s*$", re.I)
LIST = Lazy(r"\s*,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+|\s*/\s+")
"""What stands between the members of a list."""
_LIST_END = Lazy(
    r"[;:()—]|\.\s|\.$|,?\s(?:respectively|on|at|in|for|with|under|across|when|while|by|using|is|are|which|that|even|due|because)\b"
)
_PARTS = Lazy(
    r"[;:]|,\s+(?!compared|relative|over|as compared|in comp|respectively)|\band\s+\w+(?:s|ing)\s"
)
_OTHER_THAN = Lazy(r"\b(?:less|more|fewer|rather|other|better|worse)\s+than\s+$")
_REACH = 70  # from a cue to its comparator


def object_range(text: str, start: int, right: int) -> tuple[int, int]:
    """Range of the noun phrase that begins at an offset."""
    stop = _OBJECT_END.search(text, start, right)
    end = stop.start() if stop else right
    for verb in FINITE.finditer(text, start, end):
        if (
            verb.start() > start + 2
            and not _is_noun(text[:end], verb)
            and not verb.group().endswith("ed")
        ):
            end = verb.start()
            break
    dangling = _DANGLING.search(text, start, end)
    return start, dangling.start() if dangling else end


def _items(text: str, start: int, end: int, names: Names) -> list[str]:
    """Names in a list "A, B, and C", "" for each that names nobody."""
    out: list[str] = []
    at = start
    for m in [*LIST.finditer(text, start, end), None]:
        stop = m.start() if m else end
        if text[at:stop].strip():
            out.append(name_of(text[at:stop], at, names))
        at = m.end() if m else end
    return out


def comparand(
    at: Clause, cue: Cue, count: int, place: int, limit: int, names: Names
) -> tuple[str, int]:
    """Object of a claim, and where its words end (the end of the cue where it has none).

    Parameters
    ----------
    at : Clause
    cue : Cue
    count, place : int
        How many numbers share the words ("1.5x and 2.1x over X and Y"), and which of them this is.
    limit : int
        Where the next claim's words begin.
    names : Names
    """
    text = at.text
    place_of = _comparand_range(at, cue, limit)
    if place_of is None:
        return "", cue.end
    start, right, fronted = place_of
    if count > 1 and "respectively" in at.tail:
        stop = None if fronted else _LIST_END.search(text, start, right)
        end = _front_end(text, start, right) if fronted else stop.start() if stop else right
        items = _items(text, start, end, names)
        return items[place] if len(items) == count else items[0] if len(items) == 1 else "", end
    a, b = object_range(text, start, right)
    if fronted:
        b = max(b, _front_end(text, start, right, alone=False))
    if fronted and _CEILING.search(text, a, b):
        return "", cue.end  # "against the peak of 312 TFLOP/s": what all of it is measured by
    items = _items(text, a, b, names)
    return " and ".join(dict.fromkeys(items)) if all(items) else "", b


def _comparand_range(at: Clause, cue: Cue, limit: int) -> tuple[int, int, bool] | None:
    """Where a comparand begins, how far it may reach, and whether it opens the clause."""
    text, right = at.text, min(at.right, limit)
    if cue.object is not None:
        start, end = cue.object
        return start, min(end, limit) if start >= at.end else end, False
    for m in COMPARATOR.finditer(at.low, cue.end, right):
        if is_extent(at.low, m) or (
            m.start() > cue.end + 2 and _OTHER_THAN.search(at.low, 0, m.end())
        ):
            continue
        if m.start() > cue.end + _REACH or _PARTS.search(text, cue.end, m.end()):
            break
        return m.end(), right, False
    if at.aside:
        return None
    front = _FRONTED.search(at.low, max(at.left - 2, 0), at.start)
    if front is None or CHANGING.search(at.low, at.left, front.start()):
        return None
    return front.end(), at.start, True


_CEILING = Lazy(r"\b(?:peak|limit|budget|target|capacity|roofline|TDP)\b")
_FRONT_LIST = Lazy(r"(?:[^,;:]{1,40},\s+){2,5}and\s+[^,;:]{1,40}(?=,)")


def _front_end(text: str, start: int, limit: int, *, alone: bool = True) -> int:
    """End of "A, B, and C" before the subject that a comma sets off, else (``alone``) of "A"."""
    if m := _FRONT_LIST.match(text, start, limit):
        return m.end()
    if not alone:
        return start
    comma = text.find(",", start, limit)
    return comma if comma >= 0 else limit


COMPARED_BEFORE = COMPARATOR
"""What sets a comparand and its value off from the subject."""


def whole_of(phrase: str) -> str:
    """The whole that a share is of, without articles and amounts; "" where it names none."""
    bare = _AMOUNT.sub("", _bare(phrase + " ").strip())
    return bare if 0 < len(bare.split()) <= _LONGEST and not _NOBODY_THERE.match(bare) else ""


_AMOUNT = Lazy(r"(?:^|(?<=\s))[≈∼~]?[\d.,]+[\s\u2009]?(?:[KMGT]?i?B\b|ms\b|s\b|W\b|J\b)?\s*")

# -- subjects -------------------------------------------------------------------------------------

_STEMS = (
    "achieve", "reduce", "improve", "increase", "decrease", "lower", "save", "outperform", "surpass", "exceed",
    "reach", "deliver", "yield", "provide", "offer", "show", "demonstrate", "exhibit", "observe", "measure",
    "report", "find", "obtain", "gain", "take", "use", "need", "require", "consume", "account", "represent",
    "accelerate", "speed", "boost", "enable", "allow", "fit", "support", "scale", "train", "serve", "handle",
    "keep", "maintain", "retain", "incur", "add", "cost", "drop", "fall", "rise", "grow", "remain", "stay",
    "make", "lead", "result", "translate", "bring", "lose", "perform", "complete", "finish", "attain", "come",
    "spend", "dominate", "contribute", "propose", "introduce", "present", "evaluate", "compare", "note",
    "claim", "suggest", "indicate", "reveal", "confirm", "match", "narrow", "widen", "climb", "converge",
    "generate", "produce", "process", "execute", "eliminate", "remove", "avoid", "raise", "shrink", "double",
    "halve", "vary", "range", "degrade", "suffer", "benefit", "become", "help", "force", "prune", "sustain",
    "trail", "surge", "decline", "occupy", "drive", "fail", "run", "utilize", "constitute", "comprise",
    "shorten", "recover", "regain", "slow", "worsen", "enhance", "host", "hold", "hit", "beat", "cut", "amount",
    "experience", "see", "stand", "gather", "extend", "quadruple", "triple", "highlight", "promise", "ensure",
)  # fmt: skip
_IRREGULAR = (
    "is|are|was|were|has|have|had|can|could|may|might|will|would|should|must|cannot|does|do|did|found|took|spent|fell|rose|grew|kept|held|"
    "led|made|brought|lost|became|came|saw|ran|got|gets?|gives?|gave|goes|went|shrank|drove|occupies|carries|tops?|cuts|hits|beats|costs?"
)


def _forms(stem: str) -> str:
    if stem in ("drop", "run", "fit", "cut", "hit"):
        return f"{stem}(?:s|{stem[-1]}ed)?"
    if stem.endswith("y") and stem != "stay":
        return f"{stem[:-1]}(?:y|ies|ied)"
    return f"{stem}[sd]?" if stem.endswith("e") else f"{stem}(?:e?s|ed)?"


FINITE = Lazy(r"\b(?:" + "|".join([_IRREGULAR, *(_forms(s) for s in _STEMS)]) + r")\b")
"""Verbs of claims in the forms that have a subject, nouns of the same form included."""
_AUXILIARY = Lazy(
    r"(?:is|are|was|were|has|have|had|can|could|may|might|will|would|should|must|cannot|does|do|did)$"
)
_TO_LAST = Lazy(r"\bto(?:\s\w+ly)?\s+$")
_BETWEEN_VERBS = Lazy(r"(?:\s|\b(?:not|be|been|being|\w+ly)\b)+")
_BOUNDARY = Lazy(
    r"[,;:—(\[]|\b(?:and|or|but|that|which|who|while|whereas|where|when|whenever|if|because|since|although|though|so|yet|until|unless|"
    r"whose|how|why|whether|as|than)\b"
)
_ADVERB = Lazy(
    r"(?:\s|\b(?:also|further|furthermore|even|thus|then|hence|therefore|still|always|never|only|just|typically|often|generally|"
    r"already|both|all|each|consistently|significantly|not|\w+ly)\b)+$",
    re.I,
)
_OPENERS = Lazy(
    r"(?:overall|notably|moreover|furthermore|additionally|specifically|finally|similarly|however|here|thus|hence|therefore|first|"
    r"second|third|meanwhile|together|in (?:total|contrast|particular|addition|practice)|on average|\w+ly|also|then|for example|"
    r"for instance|even|yet|so|indeed|still)\s+",
    re.I,
)
_PREPOSITIONAL = Lazy(
    r"(?:on|in|at|for|with|under|across|when|while|by|using|from|during|after|before|through|without|to|of|over|between|via|within|as|"
    r"against|compared|relative|due|based|given|despite|unlike|beyond|both|starting|if|because|since)\b",
    re.I,
)
_FREE = Lazy(
    r"(?:\w+(?:ing|ed|ly)|to|more \w+|most \w+|our [\w-]+$|built|together|so|again|note|next|last|\(?[a-z0-9]\))(?!\w)|\W*(?:,|$)",
    re.I,
)
_SET_OFF = Lazy(r"(?:thanks to|our|when|which|however|too|in turn|therefore|thus)\b", re.I)
_PRONOUN_LAST = Lazy(r"\b(?:it|they|we|this|that|these|which|one)$", re.I)
_GERUND = Lazy(
    r"(?!training|serving|batching|caching|pipelining|scheduling|streaming|sharding|tiling)[A-Za-z]+ing\s", re.I
)  # fmt: skip
_ABSTRACT = Lazy(
    r"\b(?:results?|experiments?|evaluations?|analys[ei]s|observations?|tables?|figures?|fig\.|sections?|measurements?|study|studies|"
    r"profil(?:es?|ing)|benchmarks?|tests?|findings?|difference|gap|ratio|factor|trends?|speed-?ups?|slow-?downs?|improvements?|gains?|"
    r"reductions?|increases?|decreases?|savings?|overheads?|loss|losses|drops?|number|amount|values?|average|goal|limit|maximum|ceiling|"
    r"minimum|range|advantage|benefits?|evidence|cases?|example|win|multiplier|configurations?|row|column|line|bars?|insight)$",
    re.I,
)
_WATCHING = Lazy(
    r"(?:observe[sd]?|sees?|saw|measure[sd]?|finds?|found|reports?|reported|notes?|noted|shows?|showed|demonstrate[sd]?|"
    r"compares?|compared|evaluate[sd]?|reveal(?:s|ed)?|indicate[sd]?|confirm(?:s|ed)?|suggest(?:s|ed)?|presents?|presented|claims?|claimed)$"
)
_PATIENT = Lazy(r"(?:sees?|saw|experiences?|experienced|highlights?|highlighted)$")
_AUTHORS = Lazy(r"(?P<who>[A-Z][\w’'-]+(?:\s+(?:and|&)\s+[A-Z][\w’'-]+|\s+et\s+al\.?))")
_ACT = Lazy(r"\b(?:elimination|adoption|combination|introduction|removal|addition|absence|presence|lack|choice|effects?|impact|use|usage|"
                  r"achievement|ability)$", re.I)  # fmt: skip
_PARTICIPLE_LAST = Lazy(r"(?<=\w)\s(?:introduced|proposed|described|used|presented|passing)$")
_PASSIVE = Lazy(r"(?:is|are|was|were)\s+(?:\w+ly\s+)?\w+(?:ed|en)\b.*,\s+\w+ing\b")
_CAUSED = Lazy(
    r"\b(?:allow|enabl|let|help|mak|forc|caus|permit|leav)\w*\s+(?!(?:us|a|an|the|up)\b)[\w-]+(?:\s+[\w-]+){0,3}?\s+(?:to\s+)?\w", re.I
)  # fmt: skip
_ANOTHER = Lazy(
    r"\b(?:it|they|we|he|she|who|due to|because of|i\.e\.|e\.g\.)(?!\w)|,\s+together\b", re.I
)
_CUT = Lazy(
    r"\s(?:of|on|in|at|with|for|using|under|from|by|to|across|over|via|without|trained|running|based|than|during|per|after|when|"
    r"between|like|such as|\w+ing (?:it|the|a|an|on|at|with))(?![\w-])",
    re.I,
)
_OF_WHOM = Lazy(r"(?P<what>[\w/ -]+?)\s(?:of|for|with)\s(?P<who>.+)$")
_WHOSE = Lazy(r"(?P<who>.+?)[’']s?\s(?P<what>[\w -]+)$")
_THIRD_PERSON = Lazy(r"\s+(?:\w+ly\s+)?[a-z]+s\s")
_VALUE_LAST = Lazy(r"\d\s?(?!GPUs|TPUs|CPUs|bits)(?:%|[A-Za-zµμ]{1,4}|[\w.]+/[\w./]+)?\s*,?$")
_COMPOUND = Lazy(r"\b(?:our|the|a|an)\s+[\w-]+-[\w-]+$")
_AS_WITH = Lazy(r"(?:such|well|far|much|long)\s*$")
# Metrics that are also things that are done: "top-1 logits compression gives a 2x speedup".
_ACTS = frozenset({"compression"})


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of the verb that governs a number.

    Attributes
    ----------
    name : str
    how : How
    metrics : tuple of str
        Those that it names, where it is one ("the throughput of X is ...").
    verb : str
    watched : bool
        Whether the verb only tells that something was seen ("we observe").
    """

    name: str
    how: How
    metrics: tuple[str, ...] = ()
    verb: str = ""
    watched: bool = False


NOBODY = Subject("", How.NONE)


def subject_of(text: str, at: int, names: Names, *, part: bool = False) -> Subject:
    """Subject of the verb that governs an offset.

    Parameters
    ----------
    text : str
        A sentence, as `tanaka.paper.clause` gives it.
    at : int
    names : Names
    part : bool
        Whether a metric may be the subject too: the part that a share is of.
    """
    since = max(text.rfind(mark, 0, at) for mark in ";:?!") + 1
    head = text[:at]
    verbs = [m for m in FINITE.finditer(head, since) if not _is_noun(head, m)]
    for i in range(len(verbs) - 1, -1, -1):
        verb = verbs[i]
        if i and _BETWEEN_VERBS.fullmatch(head, verbs[i - 1].end(), verb.start()):
            continue  # "can be improved": the auxiliary has the subject
        if _TO_LAST.search(head, max(0, verb.start() - 14), verb.start()):
            continue  # "aims to improve": no subject of its own
        begin, word = _left_edge(head, verb.start(), verbs[:i])
        begin = max(begin, since)
        begin, left = _without_adverbs(head, begin, verb.start())
        listed = word == "," and left.strip() and not any(begin > v.end() for v in verbs[:i])
        if listed and not _is_free(head[since:begin].lstrip()):
            return NOBODY  # "A, B and C improve": a list before the verb
        if not left.strip() and word == ",":
            begin, left, word = _around_aside(head, begin, verbs[:i])
        if left.strip():
            return _resolved(
                left, begin, verb.group(), names, part=part, behind=head[verb.start() :]
            )
        if word in ("which", "that", "who"):
            before = head[:begin].rstrip()[: -len(word)].rstrip()
            if named := _antecedent(before, names):
                return Subject(named, How.STATED, (), verb.group())
            if not _VALUE_LAST.search(before[-16:]):
                return NOBODY  # else "reaches 0.4 QPS, which is 6.7x better": that of "reaches"
    # a verb that is not in the list, behind a name that opens the clause: "Orca batches ..."
    opening = next((e for e in names.found if since <= e.start <= since + 2), None)
    if not verbs and opening and opening.kind is EntityKind.SYSTEM and _THIRD_PERSON.match(head, opening.end):  # fmt: skip
        return Subject("ours" if opening.ours else opening.name, How.STATED)
    return NOBODY


def _without_adverbs(head: str, begin: int, end: int) -> tuple[int, str]:
    """What stands before a verb, without the adverbs at either end."""
    left = head[begin:end]
    if adverb := _ADVERB.search(left):
        left = left[: adverb.start()]
    while opener := _OPENERS.match(left.lstrip()):
        cut = len(left) - len(left.lstrip()) + opener.end()
        begin, left = begin + cut, left[cut:]
    return begin, left


def _is_free(lead: str) -> bool:
    """Whether what stands before the subject is an adverbial, and no part of a list."""
    return any(
        pattern.match(text)
        for pattern, text in (
            (_PREPOSITIONAL, lead),
            (_OPENERS, lead.replace(",", " ")),
            (_FREE, lead),
        )
    )


def _around_aside(head: str, begin: int, earlier: Sequence[re.Match[str]]) -> tuple[int, str, str]:
    """The subject before what two commas set off: "Seeker, on average, delivers"."""
    opened = head.rfind(",", 0, begin - 1)
    between = head[opened + 1 : begin - 1].strip() if opened >= 0 else ""
    aside = _PREPOSITIONAL.match(between) or _SET_OFF.match(between)
    if not between or not aside or FINITE.search(between):
        return begin, "", ","
    start, word = _left_edge(head, opened, [v for v in earlier if v.end() <= opened])
    return start, head[start:opened], word


# Forms that are nouns or participles as often as verbs.
_NOUNLIKE = Lazy(
    r"(?:results?|uses?|runs?|costs?|cuts?|gains?|drops?|falls?|increases?|decreases?|scales?|supports?|needs?|reports?|measures?|match(?:es)?|"
    r"spends?|shows?|produces?|tops?|ranges?|leads?|hits?|beats?|boosts?|fits?|presents?|amounts?|experiences?|processes|process|claims?|"
    r"notes?|finish(?:es)?|benefits?|speeds?|trains?|hosts?|handles?|surges?|trails?|declines?|degrades?|drives?|offers?|helps?|"
    r"forces?|rises?|rose|\w+ed|found|spent|held|kept|made|lost|led|cut|hit|run|doubles?|halves?|yields?)$"
)
_NOUN_BEFORE = Lazy(
    r"\b(?:the|a|an|our|its|their|this|these|those|of|in|by|with|for|on|at|no|any|each|every|own|per|from|and/or|significant|peak|total|average|"
    r"performance|experimental|higher|lower|more|less|large|small|high|low|further|maximum|minimum|reduced|improved|through|evaluation|"
    r"mean|hit|win|been|being|be|such|as|than|relative|end-to-end|additional)\s+$|[-/]$",
    re.I,
)
_BE_BEFORE = Lazy(r"\b(?:been|being|be)\s+$")
_TAKES_BASE = Lazy(
    r"\b(?:we|they|you|i|can|could|may|might|will|would|should|must|to|not|do|does|did|[\w-]*[a-rt-z]s|and|al\.)\s+(?:\w+ly\s+)?$", re.I
)  # fmt: skip
_PLURAL_BEFORE = Lazy(r"(?P<word>[A-Za-z-]*[a-rt-z])\s+$")
_OBJECT_AFTER = Lazy(
    r"\s*$|\s+(?:by|from|to|up|only|for|about|over|the|a|an|on|in|less|more|than|at|with|our)\b|\s*[\d≈∼~]"
)
_NEXT_WORD = Lazy(r"\s+([A-Za-z]+)\b")


def _is_noun(head: str, m: re.Match[str]) -> bool:
    """Whether a verb's form is a noun or a participle here: "the results", "performance gains are"."""
    word = m.group()
    if head[m.end() : m.end() + 1] == "-" or head[max(0, m.start() - 1) : m.start()] in ("-", "/"):
        return True
    if not _NOUNLIKE.match(word):
        return False
    before = head[max(0, m.start() - 24) : m.start()]
    if _NOUN_BEFORE.search(before):
        return not (word.endswith("ed") and _BE_BEFORE.search(before))
    if word.endswith(("ed", "rose", "fell")) and word not in ("speed", "need", "exceed"):
        return False
    if not word.endswith("s"):
        return bool(before.strip()) and _TAKES_BASE.search(before) is None
    after = _NEXT_WORD.match(head, m.end())
    if after and FINITE.fullmatch(after.group(1)):
        # "results show", "gains are"; but "shows gains"
        follows = after.group(1)
        return _AUXILIARY.match(follows) is not None or not follows.endswith("s")
    kind = _PLURAL_BEFORE.search(before)  # "latency gains in ..."; but "latency increases by ..."
    return kind is not None and not _OBJECT_AFTER.match(head, m.end()) and bool(measures_in(kind.group("word")))  # fmt: skip


def _left_edge(head: str, at: int, earlier: Sequence[re.Match[str]]) -> tuple[int, str]:
    """Where the noun phrase before a verb begins, and the word that bounds it."""
    edges = list(_BOUNDARY.finditer(head[:at].lower()))
    begin, word = 0, ""
    while edges:
        edge = edges.pop()
        word = edge.group()
        if word == "and":
            last = earlier[-1].end() if earlier else 0
            back = max([e.end() for e in edges if e.group() not in ("and", ",")] or [0])
            between = head[max(last, back) : edge.start()].strip()
            if between and (not earlier or last <= back) and head[edge.end() : at].strip():
                continue  # "latency and memory fall": one subject
        elif (
            (word == "," and _COMPOUND.search(head, 0, edge.start()))
            or word == "than"
            or (word == "as" and _AS_WITH.search(head, 0, edge.start()))
        ):
            continue  # "our hardware-aware, software-only scheme"
        begin = edge.end()
        break
    else:
        word = ""
    watching = earlier[-1] if earlier else None
    if watching and watching.start() >= begin and _WATCHING.match(watching.group()) and head[watching.end() : at].strip():  # fmt: skip
        return watching.end(), "that"  # "a profile finds Python is": "that" is left out
    return begin, word


def _antecedent(before: str, names: Names) -> str:
    """Name of the system that stands right before ", which"."""
    end = len(before.rstrip(", "))
    found = [e for e in names.found if e.end == end and e.kind is EntityKind.SYSTEM]
    return ("ours" if found[-1].ours else found[-1].name) if found else ""


def _resolved(
    left: str, begin: int, verb: str, names: Names, *, part: bool, behind: str
) -> Subject:
    """A noun phrase before a verb, as a subject; ``behind`` is what follows it, up to the number."""
    phrase = re.sub(r"[\s,]+", " ", left.strip(" \u2009“”\"'’"))
    begin += len(left) - len(left.lstrip())
    watched = _WATCHING.match(verb) is not None
    if _CAUSED.search(behind) or _ANOTHER.search(behind) or _PASSIVE.match(behind):
        return (
            NOBODY  # "allowing vLLM to run", "as it promises", "is fused, cutting": it is another
        )
    authors = _AUTHORS.match(phrase)
    if authors and (watched or " and " not in authors.group()):
        return Subject(authors.group("who"), How.STATED, (), verb)
    if _OURS.fullmatch(phrase):
        if watched and phrase.lower() in ("we", "this work", "this paper"):
            return Subject("", How.NONE, (), verb, True)
        return Subject("ours", How.STATED, (), verb)
    if _PREPOSITIONAL.match(phrase):
        return Subject("", How.NONE, (), verb)
    metrics = measures_in(phrase)
    if _PRONOUN.match(phrase) or _PRONOUN_LAST.search(phrase) or _GERUND.match(phrase):
        return Subject("", How.NONE, metrics, verb)
    of = _OF_WHOM.match(phrase)
    of = of if of and measures_in(of.group("what")) else _WHOSE.match(phrase)
    if metrics and of:
        who = of.group("who")
        known = not _PRONOUN.match(who) and not _CUT.search(who)
        named = _who(who, begin + max(left.strip().find(who), 0), names) if known else ""
        return Subject(named, How.STATED if named else How.NONE, metrics, verb)
    cut = _CUT.search(phrase)
    core = phrase[: cut.start()] if cut else phrase
    if cut and cut.group() == " of" and _ACT.search(core):
        return Subject("", How.NONE, metrics, verb)  # "the elimination of costs": no name
    core = _PARTICIPLE_LAST.sub("", core)
    if _OURS.fullmatch(core):
        return Subject("ours", How.STATED, (), verb)
    if core.lower().startswith("our ") or _ABSTRACT.search(core) or _PATIENT.match(verb):
        seen = watched or core.lower().startswith("our ")
        return Subject("", How.NONE, metrics, verb, seen)
    if any(
        not v.group().endswith("ed") and not _is_noun(phrase, v) for v in FINITE.finditer(phrase)
    ):
        return Subject("", How.NONE, (), verb)
    entity = names.inside(begin, begin + len(left))
    if metrics and metrics[-1] not in _ACTS and not (entity and entity[0].start <= begin + 4):
        named = _lowered(_bare(phrase)) if part and not cut else ""
        return Subject(named, How.STATED if named else How.NONE, metrics, verb)
    named = _who(core, begin, names)
    return Subject(named, How.STATED if named else How.NONE, (), verb, watched)


def _lowered(phrase: str) -> str:
    """A phrase without the capital of a sentence's first word."""
    return phrase[:1].lower() + phrase[1:] if phrase[1:2].islower() else phrase
