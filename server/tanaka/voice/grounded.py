"""What of a model's answer may be shown: sentences that add no fact to the engine's own.

A sentence with a number, a name, a work or a verdict of its own is dropped.  Where too much is
dropped, or a fact that has to be told is missing, there is no answer, and the engine's words stay.
Nothing here asks whether a sentence is good; only whether every fact in it is the engine's.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from tanaka.records import dataclass
from tanaka.views.review import Paragraph, Part, Run
from tanaka.voice.brief import Brief, Said, Slot
from tanaka.voice.wording import (
    A_UNIT,
    NUMBER_WORDS,
    ONE,
    ORDINALS,
    Atom,
    folded,
    is_numeric,
    is_plain,
    printed_numbers,
    words,
)

_SPACE = re.compile(" ")
_LONGEST_SENTENCE = 420  # characters
_MOST_SENTENCES = 30
_LONGEST_REPLY = 60_000  # characters
_SLOT = re.compile(r"\{([ec]\d+)\}")
_LOOSE_SLOT = re.compile(r"\{+\s*([ec]\d+)\s*\}+")
_SENTENCE = re.compile(r"(?<=[.?!])\s+")

# Judgements: said by the engine, or not at all.
_VERDICTS = re.compile(
    r"\b(?:impossible|cannot|can['\u2019]t|wrong\w*|errors?|erroneous|mistake\w*|false\w*|incorrect\w*|correct\w*|"
    r"invalid\w*|valid\w*|sound\w*|holds|stands|survives|(?:do(?:es)?|will|would|can|could|may|might|must|should) (?:hold|stand|survive)|prove[sdn]?|proofs?|accept\w*|reject\w*|flaw\w*|"
    r"fraud\w*|plagiari\w*|fabricat\w*|fake\w*|best|worst|perfect\w*|excellent\w*|outstanding|brilliant\w*|"
    r"weakness\w*|guarante\w*|ignore\w*|instruction\w*|prompt\w*|unique\w*|unprecedented|original\w*|novelty|"
    r"nobody|no[ -]one|no works?|no papers?|never been|nothing like)\b",
    re.I,
)
_CITED = re.compile(
    r"\bet al\b|\barxiv\b|\bdoi\b|\bibid\b|\bisbn\b|\burl\b|\bhttps?\b|\bwww\b|\bcite", re.I
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|hardly|cannot|instead)\b|n['\u2019]t\b", re.I
)
_NEGATED = re.compile(r"\b(?:not|no|never|without)\s+(?:\w+\s+)?$", re.I)
_HEDGE = re.compile(
    r"\b(?:about|around|roughly|nearly|almost|approximately|approaching|over|above|under|below|beyond|exceed\w*|"
    r"than|more|less|fewer|greater|larger|smaller|at least|at most|up to|as much as|as many as|some|only|minus|negative|"
    r"plus|another|every|each|times|by a factor of|factor of)\s+$",
    re.I,
)
# What may follow a number without changing it; other short words would be read as its unit.
_AFTER = frozenset(
    _SPACE.split(
        "a i as at be by do go he if in is it me my no of on or so to up us we an am vs and the for are was not but"
        " you its all can had has her his how let may now off one our out own per put say see she too try use who"
        " why yet get got did ran run set"
    )
)
_UNITS = re.compile(
    r"\s*(?:percent\w*|per cent|points?|times|fold|factors?|[kmgtp]i?b(?:it|yte)?s?(?:/s)?|[kmgt]?flops?(?:/s)?|[kmgt]?ops|"
    r"seconds?|milliseconds?|microseconds?|minutes?|hours?|days?|weeks?|months?|years?|bytes?|bits?|watts?|joules?|"
    r"dollars?|euros?|cents?|gpus?|tpus?|nodes?|devices?|cards?|tokens?|parameters?|sequences?|samples?|squared|cubed)\b",
    re.I,
)  # fmt: skip
# A sentence of these words alone points back at what was said before it.
_POINTING = frozenset(
    _SPACE.split(
        "that this it they there these those is are was were takes took take gives gave give leaves makes comes to a an"
        " the of and or so then now at in on for per each every you your we i with from by be been"
    )
)


@dataclass(frozen=True, slots=True)
class Grounded:
    """What became of an answer.

    Attributes
    ----------
    part : Part or None
        The part in the model's words; None where the engine's have to stay.
    dropped : tuple of str
        Why sentences were left out, and why the answer was refused.
    """

    part: Part | None
    dropped: tuple[str, ...]


def ground(given: Brief, reply: str) -> Grounded:
    """Take what may be shown from a reply.

    Parameters
    ----------
    given : Brief
        What was asked.
    reply : str
        All that the model wrote, whatever it is.
    """
    found = sentences(reply)
    if isinstance(found, str):
        return Grounded(None, (found,))
    kept: list[str] = []
    why: list[str] = []
    refused = 0
    questions = max(1, sum(s.text.rstrip().endswith("?") for s in given.sentences))
    for text in found:
        ready = _prepared(text, given)
        reasons = list(dict.fromkeys(objections(ready, given)))
        if "?" in ready and not reasons:
            questions -= 1
            if questions < 0:
                reasons = ["a question too many"]
        if reasons:
            refused += 1
            why += reasons
        else:
            kept.append(ready)
    told = {i for s in kept for i in _SLOT.findall(s)}
    missing = [i for i in given.must if i not in told]
    if missing:
        why.append("missing: " + ", ".join(f"{{{i}}}" for i in missing))
    empty = sum(not _SLOT.search(s) for s in kept)
    idle = sum(not s.slots for s in given.sentences)
    is_idle = empty > max(len(kept) - empty, idle + 1)
    if missing or not kept or 2 * refused >= len(found) or is_idle:
        if is_idle:
            why.append("too little of it is about the facts given")
        return Grounded(None, tuple(why) or ("nothing in it can be used",))
    part = replace(given.part, voice=tuple(_paragraphs(kept, given)))
    # The last line of defence, on what a reader would see.
    loose = printed_numbers(_shown(part)) - printed_numbers(_shown(given.part))
    if loose:
        return Grounded(None, (*why, "a number that is not the engine's"))
    return Grounded(part, tuple(why))


def _shown(part: Part) -> str:
    return "\n".join("".join(r.text for r in p) for p in part.voice)


# -- the reply --------------------------------------------------------------------------------


def sentences(reply: str) -> list[str] | str:
    """The sentences of a reply, or why there are none.

    A model may put words around its JSON, so the first whole object with the right keys counts.
    An answer that was cut has no whole object, or no "end".
    """
    if len(reply) > _LONGEST_REPLY:
        return "the answer is too long"
    decoder = json.JSONDecoder()
    why = "the answer is no JSON object"
    at = reply.find("{")
    tried = 0
    while at >= 0 and tried < 50:
        tried += 1
        try:
            found, end = decoder.raw_decode(reply, at)
        except (ValueError, RecursionError):
            end, found = at + 1, None
        if isinstance(found, dict) and isinstance(found.get("sentences"), list):
            items = found["sentences"]
            if found.get("end") is not True:
                return 'the answer has no "end": true, so it may be cut'
            if not items or not all(isinstance(i, str) for i in items):
                return '"sentences" is no list of strings'
            split = [s for i in items for s in _split(i)]
            return (
                split if 0 < len(split) <= _MOST_SENTENCES else "the answer has too many sentences"
            )
        if isinstance(found, dict):
            why = 'the answer has no "sentences"'
        at = reply.find("{", end)
    return why


def _split(item: str) -> list[str]:
    return [s for s in _SENTENCE.split(" ".join(item.split())) if s]


def _prepared(text: str, given: Brief) -> str:
    """A sentence in one normal form, with the names that it spells out as their slots."""
    plain = _LOOSE_SLOT.sub(r"{\1}", unicodedata.normalize("NFKC", text))
    # A place or a remark brings its own brackets.
    bracketed = re.compile(r"[\[(]\s*(\{[ec]\d+\})\s*[\])]")
    plain = bracketed.sub(
        lambda m: m[1] if _kind(m[1][1:-1], given) in (Atom.PLACE, Atom.MARK) else m[0], plain
    )
    for slot in given.slots.values():
        if slot.kind in (Atom.NAME, Atom.WORK) and slot.shown[:1].isalpha():
            exact = re.compile(rf"(?<![\w{{.-]){re.escape(slot.shown)}(?![\w}}-])")
            plain = exact.sub(f"{{{slot.id}}}", plain)
    return plain.strip()


def _kind(id: str, given: Brief) -> Atom | None:
    slot = given.slots.get(id)
    return None if slot is None else slot.kind


# -- one sentence -----------------------------------------------------------------------------


def objections(text: str, given: Brief) -> Iterator[str]:
    """Every reason why a sentence may not be shown; none for one that may."""
    ids = _SLOT.findall(text)
    unknown = [i for i in ids if i not in given.slots]
    if unknown:
        yield f"unknown slot {{{unknown[0]}}}"
        return
    rest = _SLOT.sub("\N{REPLACEMENT CHARACTER}", text)
    yield from _form(rest, given)
    plain = folded(rest.replace("\N{REPLACEMENT CHARACTER}", " "))
    yield from _numbers(plain, given)
    yield from _names(plain, given)
    yield from _judgements(plain, given)
    yield from _places(text, ids, given)


def _form(rest: str, given: Brief) -> Iterator[str]:
    """Signs: letters of Latin and marks of sentences, nothing that a viewer could take for markup."""
    if len(rest) > _LONGEST_SENTENCE:
        yield "a sentence is too long"
    if not rest.rstrip("\"')\u201d\u2019 ").endswith((".", "?", "\N{REPLACEMENT CHARACTER}", ":")):
        yield "a sentence does not end"
    for character in rest:
        if character == "\N{REPLACEMENT CHARACTER}":
            continue
        if is_numeric(character):
            yield "a digit outside of a slot"
        elif character == "!":
            yield "an exclamation mark"
        elif not is_plain(character):
            yield f"the sign U+{ord(character):04X}"
    if re.search(r"[.:][^\s\"')\u201d\u2019.]", rest):
        yield "a stop inside of a word"
    if re.search(r"[/-]{2}|\N{REPLACEMENT CHARACTER}-|-\N{REPLACEMENT CHARACTER}", rest):
        yield "a dash or a slash at a slot"


def _numbers(plain: str, given: Brief) -> Iterator[str]:
    flat = re.sub(r"[-\u2013\u2014']", " ", plain)
    for form in (
        plain,
        flat,
        flat.replace(" ", "") if re.search(r"(?:\b\w\b ?){3,}", flat) else "",
    ):
        for pattern in (NUMBER_WORDS, ONE, A_UNIT):
            match = pattern.search(form)
            if match:
                yield f'"{" ".join(match.group().split())}" counts outside of a slot'
    engine = given.plain.lower()
    for match in ORDINALS.finditer(plain):
        if not re.search(rf"\b{match.group().lower()}\b", engine):
            yield f'"{match.group()}" is not in the sentences given'


def _names(plain: str, given: Brief) -> Iterator[str]:
    """Names and abbreviations that the engine did not use, and references to anything."""
    if _CITED.search(plain):
        yield "a reference of its own"
    known = given.vocabulary
    found = words(plain)
    for i, word in enumerate(found):
        bare = re.sub(r"['\u2019][a-z]+$", "", word)
        if bare in known or bare in ("I", "A", "a", ""):
            continue
        if len(bare) == 1:
            yield f'the letter "{bare}"'
        elif any(c.isupper() for c in bare[1:]) or (
            bare[0].isupper() and i > 0 and not _starts_clause(plain, word)
        ):
            yield f'the name "{word}"'


def _starts_clause(plain: str, word: str) -> bool:
    """Whether a capital is that of a beginning: of the sentence, after a colon or inside of quotes."""
    return bool(re.search(rf"(?:^|[:.?\"\u201c(]\s*){re.escape(word)}\b", plain))


def _judgements(plain: str, given: Brief) -> Iterator[str]:
    engine = given.plain
    said = {m.group().lower() for m in _VERDICTS.finditer(engine)}
    for match in _VERDICTS.finditer(plain):
        if match.group().lower() not in said:
            yield f'the verdict "{match.group()}"'
    for phrase in given.never:
        pattern = rf"(?<![A-Za-z]){re.escape(phrase)}(?![A-Za-z])"
        if re.search(pattern, plain, re.I) and not re.search(pattern, engine, re.I):
            yield f'"{phrase}", which he never says'


def _places(text: str, ids: Sequence[str], given: Brief) -> Iterator[str]:
    """Whether each number stands where nothing changes it, with what the engine said of it."""
    home = _homes(given)
    numbers = [i for i in ids if given.slots[i].kind is Atom.NUMBER]
    paragraphs = {given.sentences[home[i]].paragraph for i in numbers}
    if len(paragraphs) > 1:
        yield "numbers of two paragraphs in one sentence"
    for match in _SLOT.finditer(text):
        slot = given.slots[match[1]]
        before, after = text[: match.start()], text[match.end() :]
        # A place or a work is no number, yet it may begin or end with one.
        if not re.match(r"$|[\s.,;:?)\]\"'\u201d\u2019/]", after) or not re.search(
            r"(?:^|[\s(\[\"'\u201c/])$", before
        ):
            yield f"{{{slot.id}}} is glued to a word"
        if re.match(r"[.,;:/'\u2019](?=\S)(?!s\b)", after):
            yield f"{{{slot.id}}} is glued to what follows"
    if not numbers:
        return
    origin = [given.sentences[home[i]] for i in numbers]
    yield from _pairs(text, given)
    for said in dict.fromkeys(origin):
        inside = [i for i in numbers if given.sentences[home[i]] is said]
        order = [said.slots.index(i) for i in inside]
        if order != sorted(order):
            yield "numbers in another order than given"
        if not _is_about(text, said, given):
            yield "a number without what it is said of"
        ours = _NEGATION.search(_SLOT.sub(" ", said.text))
        theirs = _NEGATION.search(_SLOT.sub(" ", text))
        if bool(ours) != bool(theirs):
            yield "a negation added or lost"
    for id in numbers:
        said = given.sentences[home[id]]
        yield from _beside(text, id, said)


def _homes(given: Brief) -> dict[str, int]:
    """The sentence that each slot is first said in."""
    out: dict[str, int] = {}
    for index, said in enumerate(given.sentences):
        for id in said.slots:
            out.setdefault(id, index)
    return out


def _pairs(text: str, given: Brief) -> Iterator[str]:
    """Two facts with no word between them would be read as one number."""
    ours = {(m[1], m[2], m[3]) for s in given.sentences for m in _neighbours(s.text)}
    for match in _neighbours(text):
        if not re.search(r"[A-Za-z]{2,}", match[2]) and (match[1], match[2], match[3]) not in ours:
            kinds = {_kind(match[1], given), _kind(match[3], given)}
            if not kinds & {Atom.PLACE, Atom.MARK, Atom.NAME}:
                yield "two numbers without a word between them"


def _neighbours(text: str) -> Iterator[tuple[str, str, str, str]]:
    found = list(_SLOT.finditer(text))
    for a, b in pairwise(found):
        yield text, a[1], text[a.end() : b.start()], b[1]


def _beside(text: str, id: str, said: Said) -> Iterator[str]:
    """What stands directly at a number: a unit, a bound or a "not" that the engine did not put there."""
    mark = f"{{{id}}}"
    for at in re.finditer(re.escape(mark), text):
        before, after = text[: at.start()], text[at.end() :]
        ours = said.text.partition(mark)
        unit = _UNITS.match(after)
        if unit and not ours[2].lower().startswith(unit.group().lower()):
            yield f"a unit after {mark}"
        short = re.match(r"\s([A-Za-z]{1,3})\b", after)
        if short and short[1].lower() not in _AFTER and not ours[2].startswith(short.group()):
            yield f'"{short[1]}" after {mark}'
        hedge = _HEDGE.search(before)
        if hedge and not re.search(rf"\b{re.escape(hedge.group().strip())}\b", said.text, re.I):
            yield f'"{hedge.group().strip()}" before {mark}'
        if bool(_NEGATED.search(before)) != bool(_NEGATED.search(ours[0])):
            yield f"a negation at {mark}"


def _is_about(text: str, said: Said, given: Brief) -> bool:
    """Whether a sentence shares its subject with the engine's: a word of it, or another slot."""
    theirs, ours = set(_SLOT.findall(text)), set(said.slots)
    if len(theirs & ours) > 1:
        return True
    content = _stems(_SLOT.sub(" ", said.text)) | {
        s for i in ours for s in _stems(given.slots[i].label)
    }
    own = _stems(_SLOT.sub(" ", text))
    if own & content or not content:
        return True
    return all(w.lower() in _POINTING for w in words(_SLOT.sub(" ", text)))


def _stems(text: str) -> set[str]:
    return {w.lower()[:5] for w in words(text) if len(w) > 3 and w.lower() not in _POINTING}


# -- what is shown ----------------------------------------------------------------------------


def _paragraphs(kept: Sequence[str], given: Brief) -> Iterator[Paragraph]:
    """The part's paragraphs, those that were said again in their new words."""
    own = {s.text: s.paragraph for s in given.sentences}
    where = [_paragraphs_of(text, own, given) for text in kept]
    # A sentence without a fact goes on with what was said before it: a repair ends a paragraph.
    current = next((min(w) for w in where if w), 0)
    spoken: dict[int, list[str]] = {}
    for text, here in zip(kept, where, strict=True):
        if here and current not in here:
            current = min((p for p in here if p > current), default=min(here))
        spoken.setdefault(current, []).append(text)
    sent = {s.paragraph for s in given.sentences}
    for index, paragraph in enumerate(given.part.voice):
        if index not in sent:
            yield paragraph
        elif index in spoken:
            yield _runs(spoken[index], given)


def _paragraphs_of(text: str, own: Mapping[str, int], given: Brief) -> set[int]:
    """Where a sentence may stand: with its numbers, else where its first slot occurs."""
    if text in own:
        return {own[text]}
    ids = _SLOT.findall(text)
    first = next((i for i in ids if given.slots[i].kind is Atom.NUMBER), ids[0] if ids else None)
    return {s.paragraph for s in given.sentences if first in s.slots}


def _runs(texts: Sequence[str], given: Brief) -> Paragraph:
    """Sentences with their slots filled, and with the remarks and places that go with a number."""
    home = _homes(given)
    shown: set[str] = set()
    out: list[Run] = []
    for text in texts:
        inside = _SLOT.findall(text)
        shown |= set(inside)
        for id in inside:
            if given.slots[id].kind is not Atom.NUMBER:
                continue
            for companion in given.sentences[home[id]].slots:
                if companion not in shown and given.slots[companion].kind in (
                    Atom.PLACE,
                    Atom.MARK,
                ):
                    text = _before_stop(text, f" {{{companion}}}")
                    shown.add(companion)
        if out:
            out.append(Run(" "))
        out += _filled(text, given.slots)
    return _joined(out)


def _before_stop(text: str, added: str) -> str:
    body = text.rstrip()
    stop = re.search(r"[.?:]*[\"')\u201d\u2019]*$", body)
    at = stop.start() if stop else len(body)
    return body[:at] + added + body[at:]


def _filled(text: str, slots: Mapping[str, Slot]) -> Iterator[Run]:
    at = 0
    for match in _SLOT.finditer(text):
        slot = slots[match[1]]
        lead = text[at : match.start()]
        if lead:
            yield Run(_with_article(lead, slot.shown))
        yield from slot.runs
        at = match.end()
    if text[at:]:
        yield Run(text[at:])


def _with_article(lead: str, shown: str) -> str:
    """The article before a slot, by the sound of what fills it."""
    match = re.search(r"\b([Aa])n?\s$", lead)
    if match is None:
        return lead
    vowel = re.match(r"(?:8|11(?!\d)|18(?!\d)|[aeioAEIO]|[FHLMNRSX](?=[A-Z\d]))", shown)
    return lead[: match.start()] + match[1] + ("n " if vowel else " ")


def _joined(runs: Sequence[Run]) -> Paragraph:
    """Runs with neighbours that are plain text made one."""
    out: list[Run] = []
    for run in runs:
        if out and run == Run(run.text) and out[-1] == Run(out[-1].text):
            out[-1] = Run(out[-1].text + run.text)
        else:
            out.append(run)
    return tuple(out)


def labelled(part: Part, words_of: str) -> Part:
    """The part with a last line that says whose words it is in."""
    return replace(part, voice=(*part.voice, (Run(words_of),)))
