"""Mechanisms, experiments and properties named in prose, with the role they play.

Mechanisms are found by the forms of the knowledge base; the table of patterns here holds what else
the rules ask about.  `what` is the mechanism's id, or the key of the table.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from tanaka.knowledge.match import Hit, matcher
from tanaka.knowledge.model import Knowledge
from tanaka.latex.plain import CITE
from tanaka.paper import answers
from tanaka.paper.model import Where
from tanaka.paper.roles import Role, Voice, defines, role
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy
from tanaka.records import dataclass


@dataclass(frozen=True, slots=True)
class LocalMention:
    """A mention: what, in which role, and its words in the sentence."""

    what: str
    role: str
    start: int
    end: int
    settings: tuple[tuple[str, str], ...] = ()
    proposed: bool = False


_PATTERNS: dict[str, str] = {
    "staleness": (
        r"\bbounded[- ](?:staleness|delay)\b|\bstale(?:ness)?\b(?=.{0,60}\b(?:gradients?|updates?|weights?|workers?|replicas?|SGD|steps?|synchronous|bound)\b)|"
        r"(?:\bgradients?|\bupdates?|\bweights?|\bworkers?|\breplicas?|\bSGD)\b.{0,40}\bstale(?:ness)?\b"
    ),
    "low-precision-update": r"\bFP8 (?:training|gradients|weights)\b|\b(?:4|8)-bit (?:gradients|optimi[sz]er)\b",
    "lean-state": (
        r"\bQ?LoRA\b|(?<!HDR )(?<!EDR )(?<!NDR )(?<!InfiniBand )(?<!network )(?<!Ethernet )(?<!channel )(?<!bus )\badapters?\b(?! moves)|\bparameter-efficient\b|\bPEFT\b|\boff-?load(?:s|ed|ing)?\b|\bZeRO-(?:Offload|Infinity)\b|"
        r"\b8-bit (?:Adam|optimi[sz]er)|\bpaged optimi[sz]er|\bLOMO\b|\bGaLore\b|\bAdafactor\b"
    ),
    "straggler": r"\bstragglers?\b|\bslow(?:est|er)? (?:node|worker|rank|replica|machine|GPU)s?\b",
    "straggler-answer": (
        r"\b(?:inject\w*|emulat\w*|artificially|we (?:slow|delay|throttle)\w*|slowed (?:down )?by|delayed? (?:one|a) )\b[^.]{0,80}\b(?:straggler|slow|node|worker|rank|delay)|"
        r"\bstragglers?\b[^.]{0,80}\b(?:experiment|Figure|Table|Section|Fig\.|backup|mitigat\w+|injected|emulated|measured|evaluat\w+)|"
        r"\b(?:experiment|Figure|Table|Fig\.)\b[^.]{0,60}\bstragglers?\b|\bbackup workers?\b"
    ),
    "time-to-accuracy": (
        r"\btime[- ]to[- ](?:accuracy|loss|target|solution|convergence|quality)\b|"
        r"\b(?:loss|perplexity|accuracy|BLEU)\b[^.]{0,50}\b(?:at|after|for|in) (?:an? )?(?:equal|the same|identical|matched)\b[^.]{0,24}\b(?:time|tokens|wall|hours|samples|budget|steps)|"
        r"\b(?:equal|same|identical|matched) (?:wall[- ]clock |number of |training )?(?:time|tokens|hours)\b[^.]{0,60}\b(?:loss|perplexity|accuracy)\b|"
        r"\b(?:reach(?:es|ed)?|converg\w+ to) (?:an? |the )?(?:same |target |validation |final )*(?:loss|perplexity|accuracy)\b[^.]{0,40}\d|"
        r"\b(?:validation|test|final) (?:loss|perplexity|accuracy)\b[^.]{0,30}\d|"
        r"\b(?:loss|perplexity|accuracy) (?:decrease|increase|gap|drop|difference|degradation|curves?)\b|"
        r"\btarget (?:loss|perplexity|accuracy)\b|\b(?:better|worse) (?:\w+ )?(?:loss|perplexity|accuracy)\b|"
        r"\b(?:fixed|limited|equal|same) (?:sample|token) budget\b"
    ),
    "equivalent-update": r"\bbit-?(?:exact|identical|wise identical)\b|\bidentical (?:outputs|losses|loss curves?|weights|updates)\b|\bmathematically equivalent\b|\bno change to the (?:update|algorithm|math)\b|\bpreserves? (?:the )?(?:exact|synchronous) semantics\b",
    "training-gain": r"\b(?:training|step|iteration|throughput|samples|tokens|sequences)\b.{0,80}?(?:\bfaster\b|\bspeed-?ups?\b|\bhigher throughput\b|×)|×.{0,60}?\b(?:faster|speed-?ups?|throughput|step time|training)\b",
    "step-time": r"\b(?:training |each |one |per |a )?(?:steps?|iterations?)\b[^.]{0,40}\b(?:takes?|lasts?|time|shrinks?|falls?|grows?)\b",
    "training": r"\btrain(?:s|ed|ing|ers?)?\b|\bpre-?train\w*\b",
    "ours": r"\b(?:we (?:propose|present|introduce|design|build|describe)|our (?:system|approach|method|design))\b",
    "inference": r"\binference\b|\bserving\b|\bdecod(?:e|ing) (?:throughput|latency|phase)\b",
    "simulated": r"\bsimulat\w+\b|\bon one machine\b|\bemulated on\b",
}  # fmt: skip
_COMPILED = {k: Lazy(p, re.I) for k, p in _PATTERNS.items()}
_NEGATION = Lazy(
    r"\b(?:no|none|nothing|not|n't|never|without|neither|nor|unlike|instead of|rather than|replac\w+|remov\w+|drop\w*|avoid\w*)\b[^.;,]{0,40}$",
    re.I,
)
_BASELINE = Lazy(
    r"\b(?:baselines?|existing|prior|previous|conventional|today's|state-of-the-art|unlike|"
    r"(?:early|earlier|past|recent|other) (?:works?|systems?|papers?|approaches|methods?|stud(?:y|ies)))\b",
    re.I,
)
_THAN = Lazy(r"\bthan\b[^.;,]{0,24}$")
_LATER = Lazy(r"\b(?:left|leave|subject|matter|topic|plan\w*|deferred?|interesting)\b[^.;]{0,24}\bfuture work\b|\bfuture work (?:will|may|could|might)\b", re.I)  # fmt: skip
_OURS = Lazy(r"\b(?:we|our|ours)\b", re.I)


@lru_cache(maxsize=16384)
def mentions(sentence: Sentence, where: Where) -> tuple[LocalMention, ...]:
    """Mentions of other things than mechanisms in a sentence, the first of each kind."""
    out: list[LocalMention] = []
    for what, pattern in _COMPILED.items():
        match = pattern.search(sentence.text)
        if match:
            out.append(
                LocalMention(
                    what, role_of(sentence.text, match.start(), where), match.start(), match.end()
                )
            )
    for what, start, end, denied in answers.found(sentence.text, where):
        role = "negated" if denied else role_of(sentence.text, start, where)
        out.append(LocalMention(what, role, start, end))
    return tuple(out)


def role_of(text: str, at: int, where: Where) -> str:
    """Whose a thing is that a sentence names at an offset: "ours", "negated", "related" ..."""
    before = text[:at]
    if where in (Where.RELATED, Where.FUTURE) or _LATER.search(text):
        return "related"
    if _THAN.search(before):
        return "compared"
    if _NEGATION.search(before[-60:]):
        return "negated"
    if _BASELINE.search(text) and not _OURS.search(text):
        return "baseline"
    if CITE in text and not _OURS.search(text):
        return "related" if where is not Where.BODY else "compared"
    return "ours"


# Of several roles of one mechanism in one sentence the most telling is kept.
_TELLING = ("ours", "negated", "baseline", "compared", "related")


def heard(
    mention: LocalMention, text: str, where: Where, names: tuple[str, ...], told: bool, known: Knowledge
) -> LocalMention:  # fmt: skip
    """A mention whose role is asked of the whole sentence, where it asks something of the paper.

    What another work does is no trap for this one: "LargeNet trains in FP8."
    """
    if mention.what not in answers.TRAPS or mention.role != "ours":
        return mention
    voice = Voice(where, names, told, matcher(known).works)
    found = role(text, mention.start, mention.end, voice).role
    return mention if found in ("ours", "negated") else replace(mention, role=found)


@lru_cache(maxsize=16384)
def mechanisms(
    text: str, where: Where, names: tuple[str, ...], told: bool, known: Knowledge
) -> tuple[LocalMention, ...]:
    """Mechanisms that a sentence names, each once, with role and settings.

    Parameters
    ----------
    text : str
        The sentence.
    where : Where
    names : tuple of str
        What the paper calls its own system.
    told : bool
        Whether its paragraph spoke of the paper's own doing already.
    known : Knowledge
    """
    find = matcher(known)
    hits = _hits(text, known)
    if not hits:
        return ()
    voice = Voice(where, names, told, find.works)
    # Where a sentence says what its subject is, the rest of it does so too.
    first = hits[0]
    taught = first.start <= 1 and role(text, first.start, first.end, voice).role == "related"
    best: dict[str, tuple[int, LocalMention]] = {}
    for hit in hits:
        found: Role = role(text, hit.start, hit.end, voice)
        if taught and found == Role("ours") and defines(text, first.end):
            found = Role("related")
        rank = 2 * _TELLING.index(found.role) - found.proposed
        if hit.mechanism not in best or rank < best[hit.mechanism][0]:
            settings = find.settings(hit.mechanism, text)
            best[hit.mechanism] = (
                rank,
                LocalMention(
                    hit.mechanism, found.role, hit.start, hit.end, settings, found.proposed
                ),
            )
    return tuple(m for _, m in best.values())


_SETS = Lazy(r"\b(?:we (?:use|set|choose|fix|pick|take)|by default|default|unless)\b", re.I)


def settings_behind(
    mention: LocalMention, following: str, known: Knowledge
) -> tuple[tuple[str, str], ...]:
    """Settings that the next sentence gives to a mechanism: "We use S = 4 unless we say otherwise"."""
    if mention.settings or mention.role != "ours" or not _SETS.search(following):
        return mention.settings
    return () if _hits(following, known) else matcher(known).settings(mention.what, following)


@lru_cache(maxsize=4096)
def _hits(text: str, known: Knowledge) -> tuple[Hit, ...]:
    return matcher(known).hits(text)
