"""How a paper says that it stands to what was there before.

Keys: ``study`` (it measures, reproduces, surveys or reports, and need not be new),
``own-earlier-work`` (it builds on its authors' own), ``combination-said`` (it calls what it does a
combination) and ``own-mechanism`` (it proposes a method, whatever that is).
"""

from __future__ import annotations

import re
from functools import lru_cache

from tanaka.latex.plain import CITE
from tanaka.paper.answers_gain import LocalWord
from tanaka.paper.model import Where
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy

_STUDY_TITLE = Lazy(
    r"\b(?:survey|review|measur(?:ing|ements?)|characteri[sz](?:ing|ation)|reproduc\w+|replicat\w+|replicability|"
    r"empirical|comparative|comparison of|comparing|benchmark(?:s|ing)?|lessons|experiences?|case study|tutorial|"
    r"revisit\w*|understanding|a study of|an analysis of|a (?:closer|second|critical) look|thesis)\b",
    re.I,
)
_STUDY = Lazy(
    r"\bwe (?:survey|reproduce|replicate|revisit|characteri[sz]e|re-?evaluate|re-?examine|review)\b|"
    r"\b(?:this|the|our) (?:paper|work|article|study|report|thesis) (?:is a |presents an? |reports (?:on )?(?:an? |our )?|gives an? |is an )?"
    r"(?:survey|reproduc\w+|replicat\w+|measurement|characteri[sz]\w+|empirical|experiences?|negative|compares|comparison|reviews?|studies|revisits)\b|"
    r"\b(?:measurement|empirical|reproducibility|replication|characteri[sz]ation|comparative) (?:study|paper|analysis)\b|"
    r"\bnegative results?\b|\bexperience (?:report|paper)\b|\blessons (?:we |that we )?(?:have )?learned\b|\bposition paper\b",
    re.I,
)
_EARLIER = Lazy(
    r"\bour (?:own )?(?:earlier|previous|prior|preceding|past) (?:\w+ )?(?:work|systems?|papers?|testbed|prototype|version|design|runtime|implementation|pipeline)\b|"
    r"\bwe (?:have )?(?:previously|earlier) (?:built|presented|published|described|proposed|introduced)\b|"
    r"\b(?:extends|extended version of|follow-up (?:to|of)) our\b",
    re.I,
)
_COMBINES = Lazy(
    r"\bcombin(?:es?|ed|ing|ations?)\b|\bintegrat(?:es?|ed|ing|ion)\b|\bunif(?:y|ies|ied)\b|\bmarr(?:y|ies)\b|\bputs? together\b",
    re.I,
)
_PROPOSES = Lazy(
    r"\b(?:we|this (?:paper|work)) (?:\w+ly )?(?:propose|introduce|design|devise|develop|present)s?\b[^.;]{0,90}?"
    r"\b(?:algorithm|schedul\w+|method|protocol|polic(?:y|ies)|mechanism|technique|scheme|strateg(?:y|ies)|kernel|cache|rule|optimi[sz]er|"
    r"encoding|format|data ?flow|architecture|compiler|partition\w*|placement|allocator|codec|accelerator|operator)\b",
    re.I,
)
_OURS = Lazy(r"\b(?:we|our|ours|us|this paper|this work)\b", re.I)
_HEAD = (Where.ABSTRACT, Where.INTRODUCTION)


@lru_cache(maxsize=16384)
def standing_words(sentence: Sentence, where: Where) -> tuple[LocalWord, ...]:
    """What a sentence says of where the paper stands, one of each key at most."""
    text = sentence.text
    related = where in (Where.RELATED, Where.FUTURE)
    others = CITE in text and not _OURS.search(text)
    role = "related" if related or others else "ours"
    found = [
        (what, pattern.search(text))
        for what, pattern, asked in (
            ("study", _STUDY_TITLE, where is Where.TITLE),
            ("study", _STUDY, where in _HEAD),
            ("own-earlier-work", _EARLIER, True),
            ("combination-said", _COMBINES, True),
            ("own-mechanism", _PROPOSES, not related),
        )
        if asked
    ]
    return tuple(LocalWord(what, role, m.start(), m.end()) for what, m in found if m is not None)
