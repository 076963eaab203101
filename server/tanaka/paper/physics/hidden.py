"""Communication that is said to be hidden, where its time or the work's stands before: "they are hidden behind it".

`overlap` reads sentences that state both, and may prove; here one of them, or each, is taken from the
clause or the sentences before.  Nothing is proven of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tanaka.paper.physics import exchange, overlap
from tanaka.paper.physics.collective import CUES as SENT_CUES
from tanaka.paper.physics.network import LINK_WORDS
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.patterns import Lazy

_VERB = Lazy(
    r"\b(?:hid(?:es?|den|ing)|overlap(?:s|ped|ping)?|mask(?:s|ed)|conceal(?:s|ed)|absorb(?:s|ed)|covers?|covered|disappears?|vanish(?:es)?|swallow(?:s|ed))\b|"
    r"\b(?:runs?|proceeds?|happens?|takes place|fits?|lies|sits|stays) (?:entirely|completely|fully|wholly) (?=(?:under|behind|beneath|within|below|inside|in the shadow of)\b)|"
    r"\b(?:never|not|no longer) (?:visible|exposed|seen|on the critical path)\b",
    re.I,
)
_STATES = Lazy(r"\bhidden (?:states?|sizes?|dim\w*|layers?|units?|widths?|vectors?|activations?)\b", re.I)  # fmt: skip
_BEHIND = Lazy(
    r"\b(?:behind|under|underneath|beneath|by|within|inside|in|with|during|below|alongside)\s", re.I
)
_FULL = Lazy(
    r"\b(?:complete(?:ly)?|full(?:y)?|entire(?:ly)?|totally|perfect(?:ly)?|in full|all of|(?:the )?whole of|the whole|all|everything|both|thus|thereby|therefore|hence|in (?:its|their) entirety)\b",
    re.I,
)
_TALK = r"all[- ]?reduc\w+|all[- ]?gather\w*|reduce[- ]?scatter\w*|all[- ]?to[- ]?all\w*|communication|transfers?|exchanges?|synchroni[sz]ation|collectives?|dispatch|combine|traffic|broadcasts?|rings?|reductions?|gather\w*|network|wire|messages?|sends?|hops?|migration|cop(?:y|ies)"
_ABOUT_TALK = Lazy(rf"\b(?:{_TALK})\b", re.I)
_WORK_TIME = Lazy(
    r"\b(?:steps?|iterations?|backward|backprop\w*|forward|passes|pass|comput\w+|attention|GEMMs?|matmuls?|MLPs?|layers?|optimi[sz]er|prefill\w*|decoding|update)\b(?:[^,;.]|\.(?=\d)){0,40}?\b(?:of|is|are|takes?|took|lasts?|lasted|needs?|computes? for|runs? for|works? for|keeps? (?:the|each) \w+ busy for)\s(?:about\s|only\s|just\s|some\s)?$|\b(?:steps?|iterations?|backward|forward|pass|computation|compute|attention|GEMMs?|prefill|update)\s\($|"
    r"\bcomputes? \($|\b(?:computation|pass|attention|step|GEMMs?|work|prefill), which (?:is|takes|lasts|needs)\s(?:about\s|only\s|just\s)?$",
    re.I,
)
_WORK_AFTER = Lazy(
    r"^(?:[\s-]|\sof\s|\sfor\s|\sin\s)(?:the\s|a\s|an\s|each\s|its\s)?(?:\w+\s){0,2}?(?:steps?|iterations?|backward|forward|pass|comput\w+|attention|GEMMs?|matmuls?|MLPs?|layers?|optimi[sz]er|prefill\w*|decoding|work|arithmetic)\b",
    re.I,
)
_LATTER = Lazy(
    r"\b(?:the latter|this pass|that pass|which itself|which in turn)\s(?:\w+\s)?(?:takes?|took|lasts?|lasted|needs?|is|was)\s(?:about\s|only\s|just\s)?$",
    re.I,
)
_WORK_NOUN = Lazy(r"\b(?:backward|backprop\w*|forward|prefill|attention|GEMMs?|optimi[sz]er|computation|compute|decoding|MLP)\b", re.I)  # fmt: skip
_APIECE = Lazy(r"^[\s-](?:per|each|every|a|in each|for each)\b", re.I)
_STEP_AFTER = Lazy(r"^[\s-](?:training )?(?:steps?|iterations?)\b", re.I)
_LAYER_AFTER = Lazy(r"^[^.,;]{0,24}\blayer\b")
_FEW_WORDS = Lazy(r"\W*(?:\w+\W+){0,3}$")
_IT = Lazy(r"\b(?:it|this|that|them)\b", re.I)
_IN_FULL = Lazy(r"\bin (?:its|their) entirety\b|\bin full\b")
_MOVES = Lazy(
    r"\b(?:mov\w+|restrict\w+|limit\w+|switch\w+|reduc\w+|throttl\w+|cap\w*|fall\w*|go\w*|replac\w+|rout\w+|confin\w+) "
)
_STEP = Lazy(r"\b(?:steps?|iterations?)\b", re.I)
_THE_STEP = Lazy(r"\b(?:the|a|one|each|every|that|this|whole|next|following|subsequent) (?:\w+ )?(?:steps?|iterations?)\b", re.I)  # fmt: skip
_TAKES_TIME = Lazy(r"\b(?:takes?|took|needs?|needed|lasts?|lasted|requires?|costs?)\s(?:about\s|only\s|just\s|some\s)?$", re.I)  # fmt: skip
_COUNTED = Lazy(r"\b(?:its|the|their|these|those|both|all) (?P<n>two|three|four|six|eight) (?:\w+ ){0,2}?(?:all[- ]?reduc\w+|all[- ]?gathers?|all[- ]?to[- ]?alls?|exchanges|transfers|collectives)\b", re.I)  # fmt: skip
_SENDING = Lazy(r"\b(?:arrives?|received|fetched|loaded|shipped|sent)\s(?:\w+\s)?(?:in|within|after)\s(?:only\s|about\s)?$|\b(?:sending|transferring|copying|shipping|moving|exchanging|migrating|fetching|broadcasting|gathering|transmitting|streaming|passing|handing|forwarding|relaying|pushing|pulling|rotating|circulating)\b[^;]{0,90}\s(?:takes?|took|lasts?|needs?)\s(?:only\s|about\s)?$", re.I)  # fmt: skip
_TRANSFER = Lazy(
    r"\b(?:transfers?|migration|copy(?:ing)?|move|moving|hand-?over|shipping|sending)\b", re.I
)
_CODES = Lazy(r"\b(?:encod\w+|codecs?|sav(?:es?|ed|ing)|compress\w+)\b", re.I)
_NUMBERS = {"two": 2.0, "three": 3.0, "four": 4.0, "six": 6.0, "eight": 8.0}
_LEFT = Lazy(r"\b(?:exposed|uncovered|the rest|remainder)\b", re.I)
_NONE_LEFT = Lazy(r"\b(?:no|nothing|none|never|not|without any|zero)\b[^,;.:]{0,40}?\b(?:exposed|visible|uncovered|left over|remain\w*)\b", re.I)  # fmt: skip
_PRONOUN = Lazy(r"\b(?:it|they|this|these|that|both|which|them|all of (?:it|them)|whole of (?:it|them))\b", re.I)  # fmt: skip
CUES = {
    **overlap.CUES,
    "remainder": Lazy(r"\b(?:exposed|remainder|remaining|the rest|left over|leav(?:es?|ing) (?:\d|only|just|about|some|an? |the |part|behind)|visible|uncovered)\b|\d\s?(?:ms|s|us|µs) remain\w*\b", re.I),
}  # fmt: skip


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """A time of communication and one of work that hides it, of which at least one stands before."""
    text = scene.text
    if not _VERB.search(text) or not (_ABOUT_TALK.search(text) or exchange.QUICK.search(text)):
        return
    timed: tuple[LocalPhysical, ...] | None = None
    for k, sentence in enumerate(scene.sentences):
        verb = _verb(sentence.text)
        if verb is None:
            continue
        if timed is None:
            timed = tuple(exchange.read(scene))
        claim = _hidden(scene, k, verb, timed)
        if claim is not None:
            yield claim


def _verb(text: str) -> re.Match[str] | None:
    for m in _VERB.finditer(text):
        if not _STATES.match(text, m.start()):
            return m
    return None


def _hidden(
    scene: Scene, k: int, verb: re.Match[str], timed: tuple[LocalPhysical, ...]
) -> LocalPhysical | None:
    text = scene.sentences[k].text
    low, high = exchange.clause(text, verb.start(), verb.end())
    if low and _FEW_WORDS.match(text[low : verb.start()]) and not _PRONOUN.search(text[low : verb.start()]):  # fmt: skip
        low = exchange.clause(text, max(0, low - 3), low - 2)[0]
    scope = text[low:high]
    if not _FULL.search(scope) and not _BEHIND.search(text[verb.end() : high]):
        return None
    times = scene.spots(k, "s")
    work = [s for s in times if is_work(scene, s)]
    talk = [s for s in times if s not in work and (_of(timed, s) or overlap.is_talk(scene, s))]
    own_subject = _PRONOUN.search(text[low : verb.start()]) is not None
    if len(work) == 2 and not talk and own_subject and scene.reading(work[0]).end <= low:
        # "The three passes together need 1.0 s, and they are hidden in the step of 4 s"
        talk, work = work[:1], work[1:]
        if not _ABOUT_TALK.search(" ".join(s.text for s in scene.sentences[max(0, k - 2) : k + 1])):
            return None
    if len(work) > 1 or len(talk) > 1:
        return None
    rest = [s for s in times if s not in work and s not in talk]
    if text[low : low + 6].lower() == "which ":
        low = exchange.clause(text, max(0, low - 3), low - 2)[0]
    if len(rest) == 1 and not talk and low <= scene.reading(rest[0]).start < verb.start() and _ABOUT_TALK.search(text[low : verb.start()]):  # fmt: skip
        talk, rest = rest, []  # "The gather of the parameters, 310 ms, is masked by ..."
    if rest:
        # "X needs 1.0 s, and they are hidden in the step": the time of the clause before is theirs
        said = scene.around(rest[0])[0]
        if talk or len(rest) > 1 or not (_TAKES_TIME.search(said) and scene.reading(rest[0]).end <= low and own_subject):  # fmt: skip
            return None
        talk = rest
    far: set[str] = set()
    if not work:
        work = _work_before(scene, k, text[verb.end() : high])
        far.add("window")
    if not work:
        return None
    talk = talk or _talk_before(scene, k, timed)
    untimed = not talk and _ABOUT_TALK.search(text[low:high]) is not None
    link = _moved_to(scene, k, talk[0] if talk else (0, 0))
    if (not talk and not untimed) or work == talk:
        return None
    if talk and not _same_thing(scene, k, text[low : verb.start()], talk[0], work[0]):
        return None
    plain = _NONE_LEFT.sub(" ", scope)
    cues = {c for c, p in CUES.items() if p.search(plain)}
    if _OF_OTHERS.search(text):
        cues.add("every")
    beyond = scene.sentences[k + 1].text if k + 1 < len(scene.sentences) else ""
    if CUES["remainder"].search(_NONE_LEFT.sub(" ", text)) or _LEFT.search(beyond):  # fmt: skip
        cues.add("remainder")
    for j in range(talk[0][0] if talk else k, k + 1):
        told = scene.sentences[j].text
        if CUES["every"].search(told) or SENT_CUES["amortised"].search(told):
            cues.add("every")
        if j < k and CUES["denied"].search(told):
            cues.add("denied")
    counted: list[tuple[str, float]] = []
    if talk and (m := _COUNTED.search(scope)) and talk[0][0] != k:
        counted.append(("times", _NUMBERS[m["n"].lower()]))
    own = _of(timed, talk[0]) if talk else None
    given: list[tuple[str, Spot]] = [("window", work[0])]
    if link is not None:
        given.append(("link", link))
        cues.add("moved")
    elif own is not None:
        given += [(role, s) for role, s in own.given]
    named = [("window", "step" if _is_step(scene, work[0]) else overlap.window_of(scene, work[0]))]
    if not talk and link is None:
        subject = text[low : verb.start()]
        kind = "transfer" if _TRANSFER.search(subject) else exchange.kind_of(scene, k, subject)
        if not kind:
            return None
        sent, names = exchange.sent(scene, k, (low, verb.start()), kind, cues, tied=True, seen=[])
        load = dict(sent).get("payload")
        if load is None or (load[0] == k and scene.reading(load).start > verb.start()):
            return None
        given += sent
        named += names
    elif not talk:
        cues.add("untimed")
    if own is not None:
        named += own.named
        cues |= {c for c in ("ring", "dense", "of each", "own port") if c in own.cues}
    return LocalPhysical("hiding", talk[0] if talk else work[0], tuple(given), tuple(named), tuple(counted), frozenset(far), frozenset(cues))  # fmt: skip


_OF_OTHERS = Lazy(r"\bother (?:requests|batches|micro-?batches|layers|work|tokens|jobs|sequences)\b|\bof which (?:an?|one|each)\b|\blayer[- ]by[- ]layer\b|\bone (?:layer|block|chunk) at a time\b", re.I)  # fmt: skip
_LAYER = Lazy(r"\b(?:layers?|blocks?|half-layers?)\b", re.I)
_EACH_ONE = Lazy(r"^\s?(?:each|apiece|per (?!step|iteration)\w+|for (?:one|each|every) (?!step|iteration)\w+)\b", re.I)  # fmt: skip
_ANOTHER = Lazy(r"\b(?:ours?|another|other|the (?:latter|second|new|former|first)|instead)\b", re.I)
_BASELINE = Lazy(r"\b(?:baselines?|without|dense|naive|default|vanilla|unmodified|stock|slow)\b", re.I)  # fmt: skip


def _same_thing(scene: Scene, k: int, subject: str, talk: Spot, work: Spot) -> bool:
    """Whether what was timed is what is hidden, and of the same: a layer's behind a layer's."""
    told = scene.sentences[talk[0]].text
    if talk[0] != k and (_ANOTHER.search(subject) or (_BASELINE.search(told) and not _PRONOUN.search(subject))):  # fmt: skip
        return False
    before, after = scene.around(work, 60, 30)
    if _EACH_ONE.match(after) and not _EACH_ONE.match(scene.around(talk, 10, 30)[1]):
        return False  # "behind the prefill, which takes 1.9 ms per chunk"
    layer = _LAYER.search(before) or _LAYER_AFTER.match(after)
    return not (layer and not _LAYER.search(told + subject))


def is_work(scene: Scene, spot: Spot) -> bool:
    """Whether a time is of computation, by the words before it or behind."""
    before, after = scene.around(spot, 70, 50)
    if (m := _LATTER.search(before)) and _WORK_NOUN.search(before, 0, m.start()) and not _ABOUT_TALK.search(before[max(0, m.start() - 20) :]):  # fmt: skip
        return True
    if _WORK_TIME.search(before) and not _ABOUT_TALK.search(before[-30:]):
        return True
    m = None if _APIECE.match(after) else _WORK_AFTER.match(after)
    return m is not None and _ABOUT_TALK.search(m.group()) is None


def _is_step(scene: Scene, spot: Spot) -> bool:
    before, after = scene.around(spot, 30, 20)
    return bool(_STEP.search(before[-25:]) or _STEP_AFTER.match(after))  # fmt: skip


def _of(timed: tuple[LocalPhysical, ...], spot: Spot) -> LocalPhysical | None:
    return next((c for c in timed if c.number == spot), None)


def _talk_before(scene: Scene, k: int, timed: tuple[LocalPhysical, ...]) -> list[Spot]:
    """The last exchange whose time was told; the first of its sentence."""
    for j in range(k, max(-1, k - 4), -1):
        found = [c.number for c in timed if c.number[0] == j and "saved" not in c.cues]
        if j != k and not found and not _CODES.search(scene.sentences[j].text):
            found = [s for s in scene.spots(j, "s") if (overlap.is_talk(scene, s) or _SENDING.search(scene.around(s, 120)[0])) and not is_work(scene, s)]  # fmt: skip
            if len(found) != 1:
                found = []
        if found:
            return found[:1]
    return []


def _work_before(scene: Scene, k: int, behind: str) -> list[Spot]:
    """The work that "it" or "the following step" means: the last time of work, or of a step."""
    step = _THE_STEP.search(behind) is not None
    noun = _WORK_NOUN.search(behind)
    if not step and noun is None and not _IT.search(behind):
        if _BEHIND.search(_IN_FULL.sub("", behind)):
            return []
        # "... is thereby hidden": behind the work of the sentence before
        found = scene.spots(k - 1, "s") if k else []
        if len(found) == 2:  # "While a layer computes (6 ms), the next is gathered (17 ms)"
            work = [s for s in found if is_work(scene, s)]
            found = work if any(_ABOUT_TALK.search(scene.around(s, 40)[0]) for s in found if s not in work) else []  # fmt: skip
        return found if len(found) == 1 and is_work(scene, found[0]) else []
    for j in range(k - 1, max(-1, k - 5), -1):
        found = [
            s for s in scene.spots(j, "s") if is_work(scene, s) and (not step or _is_step(scene, s))
        ]
        if noun is not None:
            found = [
                s for s in found if noun[0].lower()[:6] in " ".join(scene.around(s, 70, 40)).lower()
            ]
        if found:
            return found if len(found) == 1 else []
    return []


def _moved_to(scene: Scene, k: int, talk: Spot) -> Spot | None:
    """The link to which the exchange was moved since its time was told."""
    for j in range(k, max(-1, k - 3), -1):
        rates = [s for s in scene.spots(j, "byte/s") if s > talk and LINK_WORDS.search(" ".join(scene.around(s, 40, 40)))]  # fmt: skip
        if rates:
            moved = _MOVES.search(scene.sentences[j].text)  # fmt: skip
            return rates[0] if len(rates) == 1 and moved else None
    return None
