"""Whose mechanism a sentence speaks of: the paper's own, its baseline's, another work's, or nobody's.

The words decide, never the mechanism.  Where they leave it open the answer is "related" in what
introduces a paper and "ours" in what describes it: a mechanism that is wrongly taken for the
paper's own costs more than one that is missed.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from tanaka.latex.plain import CITE
from tanaka.paper.model import Where
from tanaka.patterns import Lazy
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """Who may speak in a sentence.

    Attributes
    ----------
    where : Where
    names : tuple of str
        What the paper calls its own system.
    told : bool
        Whether the paragraph spoke of the paper's own doing before this sentence.
    works : pattern
        Finds the names of known works.
    """

    where: Where
    names: tuple[str, ...]
    told: bool
    works: Lazy


@dataclass(frozen=True, slots=True)
class Role:
    """A role, and whether the sentence offers the mechanism as the authors' own doing."""

    role: str
    proposed: bool = False


_PERSON = r"we|our|ours|us|this (?:paper|work|thesis|report|article|draft)|(?:the|our) proposed"
_FIRST = Lazy(rf"\b(?:{_PERSON})\b", re.I)
_OBSERVES = Lazy(
    r"\b(?:we|one)(?: \w+ly| also| first| then| now)? (?:observe|note|noted|find|found|argue|discuss|review|survey|revisit|see|know|saw|recall|remark|assume that|believe|refer)\b",
    re.I,
)
_OFFER = (
    r"propos\w+|present(?:s|ed|ing)?|introduc\w+|design(?:s|ed|ing)?|develop\w*|devis\w+|contribut\w+|describ\w+|"
    r"replac\w+|add(?:s|ed|ing)?|extend\w*|combin\w+|coupl\w+|defin\w+|commits?|lets?|implement\w*|invent\w*|built|builds?"
)
_OFFERS = Lazy(
    rf"^(?:['’]s)?(?: \w+ly| also| therefore| thus| then| hence| further| instead| \w+)? ?\b(?:{_OFFER})\b",
    re.I,
)
# Between the verb and its object; behind these words stands the ground that it is done on.
_GROUND = Lazy(
    r"\b(?:for|on|upon|over|atop|in|within|inside|from|than|of|against|where|whose|when|while|during|at)\b|;",
    re.I,
)
_ONTO = Lazy(r"\badd(?:s|ed|ing)?\b[^.;,]*\b(?:to|into)\b", re.I)
_KEEPS = Lazy(r"\b(?:extend|combin|augment|equip|coupl|built?|enrich)\w*", re.I)

# -- clauses ----------------------------------------------------------------------------------

_BREAK = Lazy(
    r"[;()\[\]]|(?<!\bet al)\.\s|—|, (?:and|but|so|yet|or) (?=(?:we|our|they|it|its|this|that|these|those|the|all|both|each|no|none|nothing|[A-Z][\w-]*)\b)"
    r"|,? (?:while|whereas|but|although|though|because|since) |, (?=(?:we|it|they)\b)"
)


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Start and end of the clause around some words."""
    left = 0
    for match in _BREAK.finditer(text, 0, start):
        left = match.end()
    right = _BREAK.search(text, end)
    return left, right.start() if right else len(text)


# -- absence ----------------------------------------------------------------------------------

_DROPS = (
    r"avoid\w*|remov\w+|eliminat\w+|drop(?:s|ped|ping)?|abandon\w*|forgo\w*|skip(?:s|ped|ping)?|omit\w*|disabl\w+|replac(?:e|es|ed|ing)|"
    r"(?:get|gets|getting) rid of|dispens\w+ with|(?:do|does|doing) away with|supersed\w+|obviat\w+"
)
_DENIED = Lazy(
    rf"\b(?:(?P<no>no|without|neither|nor|none of|nothing|lacks?|lacking|free of)|(?P<not>not|n't|never|cannot|instead of|rather than|in place of|in lieu of|(?:need|needs|needed) (?:for|of)|{_DROPS}))\b"
    r"(?P<gap>[^.;:]{0,90})$",
    re.I,
)
_NOT_DENIED = Lazy(
    r"^(?:not|never|cannot) (?:\w+ly )?(?:split|chang|modif|touch|alter|block|stall|delay|interrupt|interfer)\w*"
    r"|^not (?:only|just|merely|necessarily|limited|affected|restricted|specific|unlike|surprising|more than|less than)"
    r"|^(?:no|nothing) (?:change|changes|effect|impact|loss|difference|more than|less than|matter|other|but|modification|surprise)"
    r"|^drop\w* (?:with|by|to|from|below|in|as|when|under|off|out|for)\b|^avoid\w* (?:conflict|confus)|^skip\w* (?:connection|layer)|^never (?:before|again|more than|further than)|^without (?:loss|changing|modif|sacrific|affect|hurting|requiring chang)",
    re.I,
)
_COST = r"(?:overheads?|costs?|latency|latencies|bottlenecks?|drawbacks?|limitations?|problems?|penalt\w+|waste|idle|traffic|stalls?|issues?|errors?|failures?|bubbles?|delays?|price|burden|time|need to|slowdown)"
_ONLY_COST = Lazy(rf"\b{_COST}\b[^.;]{{0,40}}$", re.I)
_COST_NEXT = Lazy(rf"^(?:['’]s)?[- ](?:\w+ )?{_COST}\b", re.I)
_GONE = Lazy(
    r"^[^.;:,]{0,25}?\b(?:is|are|was|were|be|been|being|gets?|becomes?)?\s*(?:not (?:used|needed|required|enabled|applied|stashed|kept|recomputed|performed|supported)|gone|removed|eliminated|replaced|dropped|avoided|disabled|omitted|abandoned|turned off|switched off|unnecessary|superfluous|no longer (?:needed|used|necessary|required|exists?))\b"
    r"|^[^.;:]{0,30},? which (?:we|our \w+|[A-Z]\w+|it) (?:do|does|did) not\b|^ (?:do|does|did|is|are|was|were) not (?:use|used|happen|occur|run|apply|exist)",
    re.I,
)
_BY = Lazy(r"\b(?:by|with)\b", re.I)


# "Replaces the all-reduce of data-parallel training": what is gone belongs to what stays.
_OWNER = Lazy(r"\b(?P<what>[\w-]+) of (?:the |our |its |their |an? )?(?:\w+ly )?$", re.I)
_OF_ITSELF = frozenset(
    {"use", "usage", "kind", "sort", "form", "type", "all", "any", "each", "out"}
)
# "From 815 ms (a ring all-reduce) to 350 ms": what it was before.
_WAS_BEFORE = Lazy(r"\bfrom [\d.,{}]+\s?[\w%/]*$", re.I)


class _Denial(Enum):
    """What the words around a mechanism say of its absence."""

    NONE = 0
    GONE = 1
    COST = 2
    """Something of it is gone, which leaves open whether it is."""


# "Without X training diverges" supposes its absence, and has it.
_SUPPOSES = Lazy(r"\s*(?:without|removing|disabling|dropping|omitting|skipping|replacing|turning off)\b", re.I)  # fmt: skip
_SUFFERS = Lazy(
    r"\b(?:los(?:es?|t)|drops?|dropped|falls?|fell|slower|worse|higher|lower|longer|diverges?d?|costs?|degrad\w+|grows?|rises?|suffers?|fails?|increases?d?|decreases?d?|takes? (?:\d+|twice|\w+ times)|doubles?|triples?|collapses?|stalls?)\b",
    re.I,
)
# "Without overlap the all-reduce takes longer": the second noun begins the main clause.
_MAIN_CLAUSE = Lazy(
    r"^ (?:(?!\w*ing\b|(?:of|for|to|in|on|from|with|and|or|any|by|at)\b)[\w-]+ ){1,4}(?:the|our|each|its) $",
    re.I,
)
# What is off in one measurement is on elsewhere.
_MEASURES = Lazy(
    r"\bto (?:isolate|measure|separate|profile)\b|\b(?:in|for) (?:this|the|an|that) (?:ablation|(?:micro-?)?benchmark|experiment|measurement)\b|\b(?:Figure|Table|Section) [\d.]+ only\b",
    re.I,
)
_UNTOUCHED = Lazy(
    r"^[^.;:]{0,40}\b(?:is|are|was|were) (?:touched|changed|modified|affected|altered)\b", re.I
)
_GOES_ON = Lazy(
    r"\band (?:instead |then |thus |also )?(?:appl\w+|uses?|sends?|takes?|starts?|runs?|lets?|keeps?|updates?|commits?|adds?|propos\w+)\b",
    re.I,
)


def _denial(before: str, words: str, after: str) -> _Denial:
    if "ubble" in words or words.lower().startswith("more than"):
        return _Denial.NONE  # without a bubble there is a pipeline; "never more than" is a bound
    for match in _last(_DENIED, before):
        gap, verb = match["gap"], (match["not"] or "").lower()
        if _NOT_DENIED.search(match.group()) or _GOES_ON.search(gap):
            break
        if _UNTOUCHED.search(after) or _MAIN_CLAUSE.search(gap):
            break
        if _MEASURES.search(before + words + after):
            return _Denial.COST
        if _SUPPOSES.match(before) and _SUFFERS.search(after):
            return _Denial.COST
        if verb.startswith(("replac", "supersed")) and _BY.search(gap):
            break
        if _ONLY_COST.search(gap) or _COST_NEXT.search(after):
            return _Denial.COST
        owner = _OWNER.search(gap)
        if owner is not None and owner["what"].lower() not in _OF_ITSELF:
            break
        if verb:
            if _DROPPED.fullmatch(verb) and _ABOUT.search(gap):
                break  # what is dropped stands before
            if verb.startswith("drop") and re.match(r" \w* ?(?:that|which)\b", after):
                break  # some of them, and not the thing
            if "," in gap and not verb.startswith("replac"):
                break
            if len(gap) > (90 if " or " in gap else 50):
                break
        elif gap.count(",") > 3 or re.search(r"\b(?:that|which|but)\b", gap):
            break
        return _Denial.GONE
    return _Denial.GONE if _GONE.search(after) else _Denial.NONE


def _last(pattern: Lazy, text: str) -> list[re.Match[str]]:
    """The match of a pattern that begins last, as a list of one or none."""
    found = None
    at = 0
    while (match := pattern.search(text, at)) is not None:
        found = match
        at = match.start() + 1
    return [found] if found is not None else []


# "adding a FlashAttention control" offers a control.
_SUBJECT_OF_STUDY = Lazy(
    r" (?:controls?|baselines?|variants?|benchmarks?|data ?sets?|tests?|corpus|traces?)\b", re.I
)
_DROPPED = Lazy(_DROPS, re.I)
_ABOUT = Lazy(
    r"\b(?:from|in|for|between|at|on|within|during|that|which|when|while|after|before|until|to)\b",
    re.I,
)
_INSTEAD = Lazy(
    r"\b(?:replac(?:e|es|ed|ing)|supersed\w+)\b[^.;:]{0,80}\b(?:by|with)\b[^.;:]{0,80}$", re.I
)

# -- others -----------------------------------------------------------------------------------

_THAN = Lazy(
    r"(?<!more )(?<!less )(?<!fewer )\b(?:than|versus|vs\.?|against|compared (?:to|with|against)|in comparison (?:to|with)|relative to|over (?:a|the|an|plain|vanilla)|(?:improv\w+|gains?|better|higher|lower|faster|speed-?ups?) (?:[\w.%×-]+ ){0,4}over|outperform\w*|as opposed to|in contrast (?:to|with)|unlike|surpass\w*|comparable to|beats?|(?:that|those) of)\b(?P<gap>[^.;:,]{0,60}| (?:(?-i:[A-Z])[\w.+-]*,? (?:and |or )?){1,8})$",
    re.I,
)
_COMPARES = Lazy(
    r"\b(?:compar(?:e|es|ing)|(?:is|are|was|were) compared|benchmark(?:ed|s)?|evaluat(?:e|ed|es)|measur(?:e|ed)) [^.;]{0,100}?\b(?:with|to|against|and)\b[^.;]*$",
    re.I,
)
_UNLIKE = Lazy(r"\b(?:unlike|in contrast (?:to|with)|as opposed to)\b(?P<gap>[^.;]{0,90})$", re.I)
_BASELINE = Lazy(
    r"^(?:(?:in|for|as|with|on|under|by|here|while|whereas|specifically|concretely|finally|first|second),? )?(?:(?:the|our|a|this|each|all|both|one|its|such) )?(?:[\w-]+ ){0,3}baselines?\b(?! (?:by|of \d|accuracy is))",
    re.I,
)
_OF_BASELINE = Lazy(r"\b(?:baseline|baseline's) (?:\w+ ){0,3}$", re.I)
_GENERAL = Lazy(
    r"\b(?:prior|previous|existing|recent|related|other|many|most|several|various|numerous|modern|current|popular|conventional|traditional|earlier|later|classic\w*|all of) (?:[\w-]+ ){0,3}?(?:works?|systems?|approach\w*|methods?|papers?|stud\w+|techniques?|frameworks?|solutions?|schemes?|algorithms?|research\w*|schedules?|models?|engines?|accelerators?|implementations?|libraries|efforts|literature|proofs?|analys[ei]s|them|these)\b"
    r"|\bliterature\b|\bby (?:its|their) (?:own )?authors\b|\b(?:widely|commonly|typically|usually|traditionally|conventionally|often|frequently|generally) (?:used|adopted|employed|rely|relies|deployed|uses?|keeps?|split|applied|equipped|offered|provided|implemented|found)\b"
    r"|\bstate[- ]of[- ]the[- ]art\b|\btoday'?s?\b|\b(?:has|have) (?:also |recently |long |already |each )?been (?:proposed|introduced|shown|used|studied|explored|applied|adopted|attacked|developed|investigated|widely)\b|\bet al\b|\bresearchers\b|\bpractitioners\b|\bone (?:can|could|may|might|would)\b",
    re.I,
)
_MAYBE = Lazy(
    r"\b(?:could|might|would|can (?:also )?be (?:used|combined|applied|extended)|known (?:as|from)|future|as if)\b[^.;:]{0,60}$",
    re.I,
)
_BESIDE = Lazy(
    r"\b(?:orthogonal to|complementary to|compatible with|inspired by|borrow\w* from|similar(?:ly)? to|analogous to|reminiscent of|akin to|in the spirit of|just like|much like|motivated by|the same way as|like the way|aspire to|hope to|wish for|recommend|envision)\b[^.;:,]{0,60}$|\blike (?:\w+ )?$",
    re.I,
)
# What a paper leaves for later it does not have.
_LATER = Lazy(
    r"\b(?:leaves?|left|defers?|deferred|postpone[sd]?)\b[^.;]{0,60}\b(?:to|for|as) (?:(?:the|a|our) )?(?:future|later|follow-?up|next)\b"
    r"|\b(?:is|are|remains?) (?:a |our |part of )?(?:future|ongoing) work\b",
    re.I,
)
_INTENDS = Lazy(
    r"\b(?:plan|intend|hope|want|wish) to \w+\b[^.;:]{0,60}$|\b(?:next|later|in (?:the )?future)\b[^.;:]{0,30}\bwill \w+\b[^.;:]{0,60}$"
    r"|\bwill (?:study|explore|investigate|examine|try)\b[^.;:]{0,60}$",
    re.I,
)
# "They do this, whereas we do that": whose clause the first one is.
_WHEREAS_WE = Lazy(rf",? whereas (?:{_PERSON})\b", re.I)
_WHILE_WE = Lazy(
    rf"(?:,? (?:while|but|although|though)|;(?: in contrast,| by contrast,| instead,)?) (?:{_PERSON})\b",
    re.I,
)
# "While they do this, we do that."
_CONCEDES = Lazy(r"(?:While|Although|Though|Even though|(?P<whereas>Whereas))\b")
_THEN_WE = Lazy(rf", (?:{_PERSON})\b", re.I)
_OF_OURS = Lazy(
    r"\s*(?:the|our|each|all|both|a|an|this|in|at|on|inside|within|between|after|before|during)\b",
    re.I,
)
_SUPPOSED = Lazy(
    r"^(?: [\w-]+){0,6}? (?:could|would|might|can be (?:adopted|used|applied|added|combined|considered))\b",
    re.I,
)
_EXAMPLE = Lazy(
    r"\b(?:such as|e\.g\.,?|for example,?|for instance,?|including|like)\b[^.;:]{0,60}$", re.I
)
# A question has nothing yet, nor has what only would be.
_ASKS = Lazy(r"\?\s*$|^\s*If\b[^.;]*\b(?:were|would)\b")
# Others whom the sentence does not name, and ways that are weighed.
_OF_MANY = Lazy(
    r"\s*(?:Others\b|(?:systems|servers|engines|methods|approaches|papers|works|designs|accelerators) (?:with|that|which)\b"
    r"|(?:one|an|another|the other) (?:alternative|option|possibility|strawman|remedy)\b|another is to\b)",
    re.I,
)
_FOR_EXAMPLE = Lazy(r"(?:for (?:example|instance)|e\.g\.)", re.I)
_THEIRS = Lazy(r"\b(?:their|the authors)\b", re.I)
_VERB_NEXT = Lazy(
    rf"^\s*(?:\(?{CITE}\)?\s*)?(?:,? (?:which|that|who)\b)?\s*(?:(?:also|then|instead|further|only|first|\w+ly)\s+)*(?!(?:{_PERSON})\b)(?!(?:is|are|was|were) (?:used|applied|enabled|employed|adopted|run|kept|set|configured|turned|chosen|trained)\b)(?:[a-z]+(?:s|ed)|have|has|is|are|was|were|do|does|did|can|may|will|use|split|keep|let|drop|make)\b",
    re.I,
)
_RIVAL = Lazy(
    r"\s*,? (?:our|the|its|a|an) (?:[\w-]+ ){0,3}(?:competitor|baseline|rival|closest (?:work|system)|state of the art)\b",
    re.I,
)
# Verbs whose object is another system: it is set up to be measured, or was tried.
_TRIES = Lazy(
    r"\b(?:tried|considered|experimented with|gives?|gave|granted?|configured?|re-?implement\w*|reproduced?|ported?) (?:out |the )?$",
    re.I,
)
_OBJECT = Lazy(
    r"\b(?:following|as in|based on|on top of|using|uses?|used|with|adopt\w*|employ\w*|from|via|per|by|see|to|of|for|is|are)\s*(?:the |an? )?(?:[\w-]+ ){0,2}$",
    re.I,
)
_CITED = Lazy(CITE)
_BEGINS = Lazy(rf"[A-Z][\w!+-]*(?: [A-Z][\w!+-]*)?(?: et al\.)?\s*{CITE}")
_DEFINES = Lazy(
    rf"^(?:[\s,:]|\([A-Z0-9-]{{2,8}}\)|{CITE})*(?:is|are|was|were) (?:an?|the|one|used|known|widely|often|commonly|typically|popular|important|essential|crucial|critical|key|not new|well)\b"
    rf"|^(?:[\s,:]|\([A-Z0-9-]{{2,8}}\)|{CITE})*(?:goes|refers?|means?|allows?|enables?|aims?|splits?|replicates?|partitions?|divides?|distributes?|reduces?|requires?|suffers?|introduces?|has|have|can|may|consists?|works? by|saves?|trades?|exploits?|addresses|tackles?|offers?|provides?|improves?|relies|rely|lets|makes?)\b|^\s*[;:]",
    re.I,
)
_COUNTS = Lazy(r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|sixteen)\b", re.I)
_BACK = Lazy(
    r"^[^.;]{0,80}; (?:we|our \w+) (?:\w+ly |also |still )?(?:keep|use|adopt|build on|follow|reuse|apply|extend|inherit|employ|rely on|share|take over)\b.{0,20}\b(?:it|its|this|them|that|these)\b",
    re.I,
)
_DOES = Lazy(
    r"(?: \w+ly| also| still| therefore| both)? (?:keep|use|adopt|build on|follow|reuse|apply|extend|inherit|employ|rely on|propose|introduce|replace|combine|add|bound|shard|train|run|implement|choose|design|present|hide|stash|quanti[sz]e|compress)(?:s|d|ed)?\b",
    re.I,
)


# What was measured and found not to pay is none of the paper's parts.
_REJECTED = Lazy(
    r"^[^.;]{0,140}?(?:\b(?:runs?|ran|is|was|are|were|becomes?) (?:[\d.]+ ?[%×] ?|about |even |much |slightly )*slower than (?:the )?(?:default|baseline|without|plain|no )|"
    r"\b(?:provid\w+|brings?|brought|gives?|gave|offers?|yields?|shows?|showed) no (?:benefit|gain|advantage|speed-?up|improvement)|\bgains? nothing\b|"
    r"\b(?:does|do|did|would) not (?:help|pay(?: off)?|improve)\b|\bonly (?:relevant|useful|worthwhile) (?:under|for|in|when|where|if)\b|"
    r"\bproduces? garbage\b|\bcorrupts? (?:the )?(?:generation|output|quality)\b)",
    re.I,
)


def role(text: str, start: int, end: int, voice: Voice) -> Role:
    """The role of the words from ``start`` to ``end`` of a sentence.

    "ours", "baseline", "compared", "related" or "negated"; and whether it is proposed.
    """
    return _Reading(text, start, end, voice).role()


def defines(text: str, end: int) -> bool:
    """Whether a sentence that begins with a mechanism says what that is; ``end`` is of its name."""
    return _DEFINES.search(text[end:]) is not None


_OTHER_LETTERS = Lazy(r"[\u0400-\u1fff\u2e80-\ud7ff]")


def _foreign(text: str) -> bool:
    """Whether a sentence is written in letters that these words do not know."""
    others = len(_OTHER_LETTERS.findall(text))
    return others > 0 and 2 * others > sum(c.isalpha() for c in text)


def speaks(text: str, names: tuple[str, ...]) -> bool:
    """Whether a sentence tells of the paper's own doing."""
    return bool(_own(text, names)) and _OBSERVES.search(text) is None


@lru_cache(maxsize=64)
def _ours(names: tuple[str, ...]) -> Lazy:
    """Finds the first person, and the paper's own system."""
    named = "".join(rf"|(?<![\w-]){re.escape(name)}(?!\w)" for name in names)
    return Lazy(rf"\b(?i:{_PERSON})\b{named}")


def _own(text: str, names: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where a text speaks in the first person, or names the paper's own system."""
    return [m.span() for m in _ours(names).finditer(text) if m.group() != "US"]


_INTRODUCES = (Where.ABSTRACT, Where.INTRODUCTION)


class _Reading:
    """One mechanism in one sentence, and what stands around it."""

    def __init__(self, text: str, start: int, end: int, voice: Voice) -> None:
        self.text, self.start, self.end, self.voice = text, start, end, voice
        self.left, self.right = _clause(text, start, end)
        self.before, self.words = text[self.left : start], text[start:end]
        self.after = text[end : self.right]
        self.own = _own(text, voice.names)
        """Our subjects, anywhere in the sentence."""
        self.led = [(a, b) for a, b in self.own if b <= start]
        """Those before the mechanism."""
        self.here = [(a, b) for a, b in self.led if a >= self.left]
        """Those before it in its clause."""

    def role(self) -> Role:
        where = self.voice.where
        if where is Where.FUTURE:
            return Role("related")
        if where is Where.RELATED:
            return Role(self.in_related())
        if self.set_apart():
            return Role("compared")
        if self.of_another() or self.of_others():
            return Role("related")
        denial = _denial(self.before, self.words, self.text[self.end : self.right + 40])
        denied = denial is _Denial.GONE
        if self.of_baseline():
            return Role("negated" if denied else "baseline")
        if _TRIES.search(self.before) or self.in_brackets():
            return Role("compared")
        if _THAN.search(self.flat()) or _COMPARES.search(self.flat()):
            return Role("compared")
        if (
            _ASKS.search(self.text)
            or _BESIDE.search(self.before)
            or _SUPPOSED.search(self.text[self.end :])
            or (_MAYBE.search(self.before) and not self.here)
        ):
            return Role("related")
        introduces = where in _INTRODUCES
        if introduces and not self.own and not (self.voice.told and CITE not in self.text):
            return Role("related")
        if denied:
            return Role("negated")
        if self.later():
            return Role("related")
        if denial is _Denial.COST or _foreign(self.text):
            return Role("related")
        if not self.own and (
            _OF_MANY.match(self.text, self.left)
            or _GENERAL.search(self.text[self.left : self.right])
            or _EXAMPLE.search(self.before)
            or _FOR_EXAMPLE.match(self.text)
            or (CITE in self.text and _THEIRS.search(self.text))
        ):
            return Role("related")
        if introduces and _OBSERVES.search(self.text[: self.start]):
            return Role("related")
        if self.defined():
            return Role("related")
        if where is Where.CAPTION and not self.own:
            return Role("compared")
        if _REJECTED.match(self.text[self.end :]):
            return Role("compared")
        return Role("ours", self.proposed())

    def in_brackets(self) -> bool:
        """Whether it says in brackets what a known work has: "DistServe (disaggregation)"."""
        opened = self.text.rfind("(", 0, self.start)
        if self.led or opened < 0 or ")" in self.text[opened : self.start]:
            return False
        head = self.text[:opened].rstrip().removesuffix(CITE).rstrip()
        if _WAS_BEFORE.search(head):
            return True
        return any(m.end() == len(head) for m in self.voice.works.finditer(head))

    def flat(self) -> str:
        """What leads to it from the last semicolon on, without asides in brackets."""
        return re.sub(r"\([^()]*\)\s*", "", self.text[: self.start].rpartition(";")[2])

    def defined(self) -> bool:
        """Whether the sentence says what it is, as a textbook would: bare, present, without numbers."""
        return (
            not self.led
            and not self.voice.told
            and self.start - self.left <= 1
            and defines(self.text, self.end)
            and _COUNTS.search(self.text[self.left : self.right]) is None
        )

    def set_apart(self) -> bool:
        """Whether it stands in a phrase that says what we are unlike."""
        match = _UNLIKE.search(self.text[: self.start])
        return match is not None and not any(a > match.start() for a, _ in self.led)

    def of_another(self) -> bool:
        """Whether the subject of its clause is another work."""
        first = self.here[0][0] if self.here else self.start
        names = [m.span() for m in self.voice.works.finditer(self.text, self.left)]
        cites = [m.span() for m in _CITED.finditer(self.text, self.left)]
        for a, b in sorted([*names, *cites]):
            if a > first or (a >= self.end):
                break
            if any(name in self.text[a:b] for name in self.voice.names):
                continue
            b = max(b, self.end) if a <= self.start < b else b
            leads = a <= self.left + 4 and b > a + 1
            if leads and _RIVAL.match(self.text, b):
                return True
            if (leads or not _OBJECT.search(self.text[self.left : a])) and _VERB_NEXT.search(
                self.text[b : b + 60]
            ):
                return True
        # A sentence goes on with the subject that it began with.
        begins = _BEGINS.match(self.text)
        return (
            begins is not None
            and begins.end() <= self.left
            and not self.led
            and not any(name in begins.group() for name in self.voice.names)
            and _VERB_NEXT.search(self.text[begins.end() :]) is not None
        )

    def of_others(self) -> bool:
        """Whether its clause tells of others, and the next one of what we do in contrast."""
        clause = self.text[self.left : self.right]
        if self.led or any(self.left <= a < self.right for a, _ in self.own):
            return False
        first = _CONCEDES.match(self.text) if self.left == 0 else None
        if first is not None and _THEN_WE.match(self.text, self.right):
            named = _GENERAL.search(clause) is not None or CITE in clause
            return named or first["whereas"] is not None
        if _WHEREAS_WE.match(self.text, self.right):
            return _GENERAL.search(clause) is not None or _OF_OURS.match(clause) is None
        return _WHILE_WE.match(self.text, self.right) is not None and (
            _GENERAL.search(clause) is not None or CITE in clause
        )

    def later(self) -> bool:
        """Whether the sentence says that it is left for another paper."""
        clause = self.text[self.left : self.right]
        return _LATER.search(clause) is not None or _INTENDS.search(self.before) is not None

    def of_baseline(self) -> bool:
        """Whether it is said of the baseline."""
        if _BASELINE.search(self.before) or (_OF_BASELINE.search(self.before) and not self.here):
            return True
        begins = _BASELINE.search(self.text)
        if begins is None or self.here:
            return False
        # A list of baselines goes on behind its semicolons.
        return ";" not in self.text[: self.start] or self.text[begins.end() :].startswith(":")

    def in_related(self) -> str:
        """Related work speaks of others, but for clauses that say what we do."""
        if self.here and CITE not in self.text[self.here[0][1] : self.start]:
            if _THAN.search(self.before):
                return "compared"
            if _denial(self.before, self.words, self.after) is _Denial.GONE:
                return "negated"
            if any(_DOES.match(self.text, b, self.end) for _, b in self.here) and not (
                _MAYBE.search(self.before) or _BESIDE.search(self.before)
            ):
                return "ours"
        if not self.led and _BACK.search(self.text[self.end :]):
            return "ours"
        return "related"

    def proposed(self) -> bool:
        """Whether a verb of offering with our subject stands before it, with it as the object."""
        if _INSTEAD.search(self.text[: self.start]):
            return True
        if _SUBJECT_OF_STUDY.match(self.text, self.end):
            return False
        for _, b in reversed(self.led):
            told = self.text[b : self.start]
            verb = _OFFERS.search(told)
            if verb is not None:
                gap = told[verb.end() :]
                if _KEEPS.search(verb.group()) and not _BY.search(gap):
                    return False
                if _ONTO.search(told[verb.start() :]):
                    continue  # what it is added to was there before
                if len(gap) <= 160 and not _GROUND.search(gap):
                    return True
        return False


_CALLED = Lazy(
    r"\b(?:present|propose|introduce|describe|develop|design|release|build|built|calls?|called|named?|dubbed|termed)s?"
    r"(?: (?:it|them|this (?:\w+ )?|our (?:\w+ ){0,2}|the \w+))? "
    r"(?P<name>[A-Z][A-Za-z0-9]*(?:[-+][A-Za-z0-9]+)*)(?=[,.;:()]| \(|,| (?:is|as|which|that|to|for|and|—|a|an)\b)"
)
_TITLED = Lazy(r"\s*(?P<name>[A-Z][A-Za-z0-9]*(?:[-+][A-Za-z0-9]+)*) ?[:—]")
_SHAPED = Lazy(r".[A-Z0-9]|[a-z]-[A-Z]")


def own_names(text: str, where: Where) -> tuple[str, ...]:
    """What the paper calls its own system, as far as its title or a passage tells."""
    if where is Where.TITLE:
        match = _TITLED.match(text)
        return (match["name"],) if match and _SHAPED.search(match["name"]) else ()
    return tuple(
        m["name"]
        for m in _CALLED.finditer(text)
        if _FIRST.search(text, max(0, m.start() - 60), m.start() + 1)
    )
