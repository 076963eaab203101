"""What is said of a claim: in its own sentence, in those beside it, and in a footnote.

A sentence may take its number back, say that nobody measured it, or explain it.  The sentences
beside it may make a remark on it, or take away, spread or move a part of what is counted.
All words here are in small letters, as is what is looked through: to ignore the case of so many
alternatives takes a millisecond a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from tanaka.latex.plain import Plain
from tanaka.paper.sentences import Sentence
from tanaka.patterns import Lazy

# -- of the sentence itself ----------------------------------------------------------------------

# It takes its own claim back, or tells of what never ran.
_TAKEN_BACK = (
    r"typos?\b|misprint\w*|erratum\b|slip of\b|should (?:have )?read\b|(?<!no )doubt(?:s|ed|ful)?\b|disput(?:es?|ed|able)\b|"
    r"withdr[ae]w\w*|retract(?:s|ed)?\b|implausibl\w*|impossibl[ey]\b|is (?:of course |clearly |obviously )?not possible\b|"
    r"violat(?:es?|ed|ing)\b|refut\w*|contradicts?\b|absurd\b|may object\b|is false\b|is wrong\b|not true\b|does not follow\b|wrongly\b|"
    r"could not (?:be )?(?:reproduc|repeat|confirm|verif)\w*|cannot (?:be|hold)\b|can ?n[o'’]t be (?:right|true)\b|"
    r"(?:faulty|broken|buggy|erroneous|wrong)\b|bugs?\b|abandoned\b|out of memory\b|ooms?\b|seem(?:s|ed|ingly)?\b|dry run\b|"
    r"scaled-down\b|or so (?:we|they|it)\b|on paper\b"
)
# Nobody measured it.
_NOT_MEASURED = (
    r"nothing of the kind\b|before: |q: |sentences? like\b|checker\b|we inject\b|"
    r"need(?:s|ed)? to (?:run|decode|sustain|reach|process)\b|need(?:s|ed)? [\d,.]+ ?[tpg]|gets work\b|art[ei]facts?\b|"
    r"simulat(?:or|ors|ion|ions|ed|es)\b|hypothetical\w*|rumou?rs?\b|press (?:release|office)?\b|brochure\b|nobody\b|no one\b|"
    r"whether\b|in reality\b|na[iï]vely\b|na[iï]ve (?:estimate|count|reading|calculation)\b|(?:analytical|cost|performance) model\b|"
    r"predict\w*|claims?\b|promised\b|(?:earlier|previous|first|submitted) (?:version|draft)\b|"
    r"the math removed\b|stubbed\b|dummy\b|under the projection\b|were it\b|had (?:we|the)\b|"
    r"with \w+ in (?:its )?place\b|in place of\b|in an ideal\b|no \w+ (?:will|would|can|could)\b"
)
# It says how its number comes to be what it is: of a rate.
_EXPLAINED = (
    r"(?:we|they|who|that) count\b|count(?:s|ed|ing)\b|credit(?:s|ed|ing)\b|nominal\w*|apparent\w*|algorithmic\b|convention\b|"
    r"in terms of\b|zeros?\b|(?:de)?duplicat\w+|identical\b|repeated\b|re-?us(?:e|es|ed|ing)\b|stored\b|fetched\b|evict\w+|"
    r"offline\b|ahead of time\b|beforehand\b|in advance\b|already (?:in|been)\b|rather than computed\b|as seen (?:by|from)\b|"
    r"seen from\b|multi-turn\b|conversations?\b|system prompts?\b|(?:lm|prompt)cache\b|mooncake\b|radixattention\b|forced\b|"
    r"accepted\b|drafts?\b|beams?\b|best-of\b|candidates?\b|parallel sampling\b|(?:copies|copied) (?:from|of the)\b|jump-forward\b|"
    r"constrained\b|in (?:the )?l[23]\b|mig\b|replicas?\b|half (?:of|the|depth|are)\b|at half\b|tenths?\b|"
    r"a (?:third|quarter|fifth) of\b|of its depth\b|bypass\w*|biases\b|elsewhere\b|(?<!has )(?<!gives )(?<!lists )(?<!shows )the rest\b|neighbou?rs?\b|twins?\b|"
    r"both (?:of|boards|cards|chips|gpus)\b|together\b|combined\b|teams? of\b|groups? of\b|"
    r"each of \w+ (?:groups|sites|legs|runs|teams)\b|each for\b|per (?:zone|region|availability|tenth|site)\b|compress\w+|"
    r"llmlingua\b|skip\w*|skipped\b|factored\b|low-rank\b|unpruned\b|elid\w+|removes\b(?! (?:(?:most|all|much|half|part|some) of )?(?:it|this|that|them)\b)|neglect\w*|ignor(?:es|ing)\b|alias\w*|n:m\b|"
    r"2-of-4\b|two-to-four\b|net of\b|excluded\b|excluding\b|derat\w+|numerator\b|in which it\b|where it\b|as its?\s\w+s\b|"
    r"the other machine\b|masked\b"
)

# -- of the sentences beside it ------------------------------------------------------------------

# A remark on any number: it is doubted, nobody's, a guess, or explained elsewhere.
_REMARK = (
    r"contradict\w*|facts?\b|myths?\b|exercises?\b|slip\b|object(?:s|ed|ion)?\b|neither\b|nothing of\b|show that\b|draft\b|"
    r"checker\b|inject\w*|estimat\w*|simulat\w*|emulat\w*|extrapolat\w+|predict\w*|project(?:ed|ions?)\b|claim\w*|sa(?:y|ys|id)\b|"
    r"reported by\b|press\b|plan(?:s|ned)?\b|wrong\w*|errors?\b|erron\w*|mistak\w*|incorrect\w*|correct\w*|art[ei]facts?\b|absurd\w*|"
    r"doubt\w*|disput\w*|suspicious\w*|violat\w*|(?:im)?possib\w*|reality\b|actual\w*|tru(?:e|th|ly)\b|false\w*|na[iï]ve\w*|inflat\w*|"
    r"convention\w*|in terms of\b|nominal\w*|apparent\w*|would\b|could\b|assum\w*|hypothe\w*|fictitious\b|imagin\w*|suppos\w*|"
    r"pretend\w*|original\b|withdr\w*|retract\w*|exceed\w*|infeasib\w*|unrealis\w*|beyond\b|more than (?:its|the|any)\b|"
    r"proxy\b|proxies\b|truncat\w+|mock\w*|fake\b|dummy\b|crash\w*|fail(?:s|ed|ure)?\b|"
    # a way is promised, or a word is given a meaning of its own
    r"(?:explain|describe|discuss|detail|show|see) (?:\w+ )?(?:below|later|why|how)\b|how (?:this|it|that|these|they|we|to)\b|"
    r"tricks?\b|(?:this|that|it|which) (?:works|holds|is possible|is so|is due|comes|follows)\b|"
    r"defin(?:e[sd]?|ing|itions?)\b|by (?:this|that) (?:we|i) mean\b|(?:refers? to|stands? for|is meant|are meant|we mean)\b|"
    r"means? (?:a|two|the)\b|made possible\b|thanks to\b|caveats?\b|note that\b|suffice[sd]?\b"
)
_PART = (
    r"only|solely|alone|half|halves|halved|quarters?|thirds?|fourths?|fifths?|sixths?|sevenths?|eighths?|tenths?|twice|thrice|rest|remain\w*|others?|elsewhere|parts?|partly|partial\w*|portion\w*|fraction|some of|most of|all but|except\w*|apart from|but for|"
    r"shard\w*|stages?|slices?|shares?|shared|sharing|subset|groups?|pairs?|per (?:gpu|device|rank|node|stage|layer)|each|not (?:counted|included)|exclud\w*|includ\w*|omit\w*|ignor\w*|without|instead|replac\w+|remov\w+|drop(?:s|ped)|cut|skip\w*|merg\w+|tied|tying|"
    r"different|another|faster|newer|slower|older|larger|smaller|fewer|second machine|at a time|in turn|one after"
)  # fmt: skip
_MOVED = (
    r"hosts?|cpus?|dram|nvme|ssds?|flash|disks?|storage|swap\w*|off-?load\w*|pag(?:e|es|ed|ing)|evict\w*|stor(?:e|es|ed)|stay\w*|lives?|resid\w+|sits?|fetch\w*|stream\w*|on demand|bits?|\d+-bit|int\d|fp[468]|nf4|quanti[sz]\w*|compress\w*|prun\w*|spars\w*|frozen|freez\w*|"
    r"fixed|bias\w*|adapters?|q?lora|windows?|head|latent|prefix\w*|recomput\w*|checkpointing|experts?|distil\w*|draft\w*|converted|deltas?"
)  # fmt: skip
_SENT = (
    r"overlap\w*|hid(?:es?|den)|expos\w*|compress\w*|bits?|bytes|spars\w*|top-?k|quanti[sz]\w*|sketch\w*|chunk\w*|buckets?|every|once|mean|averag\w*|amorti[sz]\w*|inside|within|rails?|nics|cards|ports|switch\w*|in-network|domains?|hierarch\w*|timers?|local\w*|"
    r"asynchron\w*|delay\w*|stale\w*|steps? (?:old|late)|next|int\d|fp8|\d+-bit|gossip|entries|rows"
)  # fmt: skip
_RUN = r"baselines?|ideal|rooflines?|batch(?:es)?|chunks?|interleav\w*|virtual|gaps?|fill\w*|opposite|bidirection\w*|directions|asynchron\w*|zero[- ]bubble|convergence|network"
_RATE = (
    r"count(?:s|ed|ing)?|credit\w*|zeros?|skip\w*|re-?us(?:e|ed|es|ing)|mask\w*|flops|operations|unpruned|effective\w*|equivalent\w*|"
    r"sum(?:s|med)?|together|pairs?|hal(?:f|ves)|twice|tenths?|(?:one|only) \w+ in \w+|rest|cannot|doubl\w*|dup\w+|groups? like|"
    r"the others|of these"
)
OPENS: Mapping[str, Lazy] = {
    "memory": Lazy(rf"\b(?:{_PART}|{_MOVED})\b"),
    "sent": Lazy(rf"\b(?:{_PART}|{_SENT})\b"),
    "run": Lazy(rf"\b(?:{_PART}|{_RUN})\b"),
    "rate": Lazy(rf"\b(?:{_RATE})\b|\?"),
}
"""Words that take away, spread or move a part of what is counted."""
_IT = r"its?|them|they|their|these|those|this|that|rest|remain\w*|others?|everything|all|both|number|figure|value|log|times?"
_TOPIC: Mapping[str, Lazy] = {
    "memory": Lazy(rf"\b(?:{_IT}|weights?|param\w*|layers?|blocks?|models?|optimi[sz]ers?|moments?|gradients?|states?|memory|gpus?|devices?|cards?|machines?|caches?|kvs?|keys?|values?|positions?|tokens?|sequences?|requests?|biases|embeddings?|run|stages?|pipeline|activations?)\b"),
    "sent": Lazy(rf"\b(?:{_IT}|nodes?|ranks?|workers?|machines?|servers?|hosts?|gpus?|devices?|links?|nics?|gradients?|values?|entries|buckets?|all-\w+|communicat\w*|exchang\w*|synchroni\w*|traffic|switch\w*|step|experts?)\b"),
    "run": Lazy(rf"\b(?:{_IT}|runs?|gpus?|devices?|nodes?|efficienc\w*|throughput|pipelines?|bubbles?|gaps?|idle|schedule|updates?|micro-?batch\w*|stages?|gradients?|ideal|baseline|scaling|speed-?up)\b"),
    "rate": Lazy(r""),
}  # fmt: skip
"""What they have to be said of."""
# What a set-up says that takes nothing away.
_SAID_FULLY = Lazy(
    r"\b(?:all|everything|entirely|kept|stays?|held|fully|reside\w*)\b[^.;]{0,50}\b(?:hbm|gpu memory|device memory|on[- ]device|resident)\b|\b(?:no|nothing|without|not?|never|disabl\w+)\b[^.;]{0,24}\boff-?load\w*|"
    r"\b(?:keeps?|stores?|maintains?|holds?|with|has|have|in)\b[^.;]{0,40}\b(?:fp32|bf16|fp16|32-bit|16-bit)\b[^.;]{0,60}|\b8 gpus (?:per|in each|each)\b|\b(?:each|every) (?:node|server) has \w+ gpus\b",
)  # fmt: skip
_GOES_ON = Lazy(
    r"\W*(?:its?|th(?:is|at|ese|ose|ey|eir)|of (?:these|those|which|them)|the (?:rest|remain\w*|others?|latter|former|(?:number|figure|value|time)s?)|both|all|only|here)\b"
)
_WORD = Lazy(r"[A-Za-z]+(?:[-'’][A-Za-z]+)*")
_SHORT, _TITLE = 7, 3
NEAR = 2
"""How many sentences before and behind a claim are heard."""

_HEARD: Mapping[str, Lazy] = {
    "taken back": Lazy(rf"\b(?:{_TAKEN_BACK})"),
    "disowned": Lazy(rf"\b(?:{_TAKEN_BACK}|{_NOT_MEASURED})|^[a-z][a-z]+: \d"),
    "explained": Lazy(
        rf"\b(?:{_EXPLAINED})|(?<=[\w,\d×])\s(?:because|since (?:it|its|they|there))\b"
    ),
    "remark": Lazy(rf"\b(?:{_TAKEN_BACK}|{_REMARK})"),
}


@lru_cache(maxsize=16384)
def _heard(what: str, text: str) -> bool:
    return _HEARD[what].search(text.lower()) is not None


def taken_back(text: str) -> bool:
    """Whether a sentence takes its own claim back, or tells of what never ran."""
    return _heard("taken back", text)


def disowned(text: str) -> bool:
    """Whether a sentence says that nobody measured what it says."""
    return _heard("disowned", text)


def explained(text: str) -> bool:
    """Whether a sentence says itself how its rate comes to be what it is."""
    return _heard("explained", text)


def remark(text: str) -> bool:
    """Whether a sentence makes a remark that may be on a number beside it."""
    return _heard("remark", text)


def short_remark(sentence: Sentence) -> bool:
    """Whether a sentence without a number is so short that it may be a remark on the one beside it."""
    if sentence.readings or _SAID_FULLY.search(sentence.text.lower()):
        return False
    words = _WORD.findall(sentence.text)
    return 1 < len(words) <= _SHORT and any(w[0].islower() for w in words)


def titled(sentence: Sentence) -> bool:
    """Whether a sentence is a title to the one behind it ("Myth 1.")."""
    return len(sentence.text.split()) <= _TITLE


def opens(beside: str, text: str, *, told: bool = False) -> bool:
    """Whether a sentence may take something from the claim of one beside it.

    One that makes a claim of its own (``told``) does so only where it goes on from another.
    """
    if remark(text):
        return True
    low = text.lower()
    if told and not _GOES_ON.match(low):
        return False
    return bool(OPENS[beside].search(_SAID_FULLY.sub(" ", low)) and _TOPIC[beside].search(low))


def elsewhere(text: str) -> bool:
    """Whether a sentence speaks of what is kept elsewhere, or in fewer bytes."""
    return _ELSEWHERE.search(text.lower()) is not None


_ELSEWHERE = Lazy(rf"\b(?:{_MOVED})\b")


def noted(plain: Plain, said: Sequence[Sentence]) -> frozenset[int]:
    """Sentences that a footnote hangs on: it may say what they do not."""
    return frozenset(
        k
        for k, s in enumerate(said)
        if any(m.kind == "note" and s.start < m.at <= s.start + len(s.text) for m in plain.marks)
    )
