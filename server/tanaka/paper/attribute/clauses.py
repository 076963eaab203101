"""The clause of a number in a sentence of set-up, and the subject that has what it counts."""

from __future__ import annotations

import re

from tanaka.patterns import Lazy
from tanaka.quantity import Reading
from tanaka.quantity.words import words

HAS = (
    r"(?:has|have|had|contains?|comprises?|comprised of|consists? of|is composed of|is made up of|is made of|includes?|uses?|used|takes?|takes up|occup(?:y|ies)|holds?|provides?|"
    r"features?|comes with|is equipped with|are equipped with|is|are|was|were|spans?|covers?|offers?|weighs?|runs (?:on|with|at)|runs|stores?|totals?|hosts?|has room for|"
    r"has a (?:size|capacity|length|depth|total) of|is implemented in|is written in|consumes?|amounts to|measures|carries|keeps|activates?|selects?|employs?|is served by|is trained (?:on|with|for)|was trained (?:on|with|for)|are trained (?:on|with|for)|with)"
)
SUBJECT = Lazy(
    rf"^(?:.*?[,;:] (?:and |where |while )?|.*? (?:and|where|that|which) )?(?P<det>the|our|an?|each|every|this|its|all|one|these|both) "
    rf"(?P<np>(?:[a-z0-9][\w-]* ){{0,3}}?[a-z0-9][\w-]*)(?: (?:in|of|from|on) (?:our|the|this|these) (?:[\w-]+ )?[\w-]+| model| (?:that|which) we \w+)? (?P<verb>{HAS}) (?P<gap>[^.;]*)$"
)
OF_IT = Lazy(
    r"(?<![\w-])(?:a|an|our|the) (?P<np>(?:[a-z][\w-]* ){0,2}?(?:cluster|testbed|test bed|pool|corpus|data ?set|vocabulary|platform|supercomputer|trace)) (?:of|with|comprising|consisting of|containing)\s*$"
)
_OWN_WORDS = words(
    "cluster testbed platform hardware setup set-up environment infrastructure experiments "
    "experiment evaluation training results measurements runs prototype implementation system "
    "bed "
)
_KIND_WORDS = frozenset(
    ["homogeneous", "dedicated", "private", "small", "large", "production", "modern", "gpu", "dgx"]
)
_WORKS = words(
    "production pipeline model models network architecture our router "
    "moe layer evaluation numbers values vocabulary tokenizer "
)
_TURN = Lazy(
    r"(?<![\w-])(?P<turn>and|while|whereas|but|so that|so) (?:[\w.-]+ ){1,4}?(?:has|have|uses?|is|are|runs?|takes?|holds?|contains?|was|were|set|train)(?![\w-])"
)
_CUT = Lazy(r"[;:]\s|\. ")
_ENDS = Lazy(
    r"[;:,(]|(?<![\w-])(?:where|which|while|whereas|whose|to|so|but|that|and (?:the|we|our|is|are|it|\w+s\b))(?![\w-])"
)
EACH_PLACE = Lazy(
    r"(?<![\w-])(?:each|every|per|one)(?: [\w-]+)? (?:node|server|machine|host|instance)(?![\w-])[^;:.]*$|(?:nodes|servers|machines|hosts|instances)[^;:.]{0,40}?,? each (?:of (?:which|them) )?(?:with|has|have|having|contain(?:s|ing)?|hosts|hosting|is equipped with|equipped with|holds|holding|providing)(?: \S+){0,2}\s*$|"
    r"(?:nodes|servers|machines|hosts|instances),? (?:with|having|containing|equipped with)\s*$"
)
_AT_PLACES = Lazy(
    r"(?:-gpu)? (?:per|in each|on each|in every) (?:node|server|machine|host)(?![\w-])|[- ](?:node|server|machine|host)s?(?![\w-])"
)


def bounds(low: str, r: Reading) -> tuple[int, int]:
    """The clause of a reading: from the last full break before it to the next break behind it."""
    start = 0
    for m in _CUT.finditer(low, 0, r.start):
        start = m.end()
    for m in _TURN.finditer(low, start, r.start):
        start = m.end("turn")
    end = _ENDS.search(low, r.end)
    if end and low.startswith((", in total", ", in all"), end.start()):
        end = _ENDS.search(low, end.end())
    return start, end.start() if end else len(low)


def of_a_place(low: str, r: Reading) -> bool:
    """Whether a count is that of one node."""
    start = bounds(low, r)[0]
    return bool(EACH_PLACE.search(low[start : r.start]) or _AT_PLACES.match(low, r.end))


def entity_of(low: str, r: Reading, at: int | None = None) -> str:
    """What tells the subject of a count apart: "edge node", "decoder", "second testbed"; "" for the paper's own."""
    start = bounds(low, r)[0]
    m = subject(low[start : r.start])
    of = OF_IT.search(low[start : r.start])
    if of:
        words = of["np"].replace("data set", "dataset").split()
        return " ".join(
            w for w in words if w not in _OWN_WORDS and w not in _WORKS and w not in _KIND_WORDS
        )
    if not m:
        return ""
    if at is not None and at <= start + m.end("np"):
        return ""  # the attribute is its own subject: "the batch size is"
    words = m["np"].replace("data set", "dataset").split()
    words = [w for w in words if w not in _OWN_WORDS and w not in _WORKS]
    return " ".join(singular(w) for w in words)


_MACHINES = frozenset(("node", "machine", "server", "host", "instance", "gpu"))


def place_of(low: str, r: Reading) -> str:
    """What tells a machine apart whose parts are counted: "edge" of "each edge node has 1 GPU"."""
    return " ".join(w for w in entity_of(low, r).split() if w not in _MACHINES)


def subject(lead: str) -> re.Match[str] | None:
    """The subject that has what a number counts; "each node has 8 GPUs, so 128 GPUs" says no more of a node."""
    m = SUBJECT.match(lead)
    if m and (
        m["np"].startswith("of ")
        or (m["det"] in ("each", "every", "a", "an", "one") and "," in m["gap"])
    ):
        return None
    return m


def singular(word: str) -> str:
    """A noun without its plural."""
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
