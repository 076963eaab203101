"""The packaged records hold together, and what they print keeps the rules of the house."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from importlib.resources import files

import pytest

from tanaka.knowledge.catalog import ROOTS, knowledge, problems
from tanaka.knowledge.match import matcher, needles
from tanaka.knowledge.model import (
    Form,
    Mechanism,
    Setting,
    Twist,
    Verified,
)

KNOWN = knowledge()
FIND = matcher(KNOWN)

# What nobody may find in our own words.  A title may say what it likes.
BANNED = re.compile(
    r"\b(?:novel\w*|new|newly|first to|state of the art|significant\w*|clearly|obviously|simply|leverag\w+|"
    r"exciting|interesting|impressive|unfortunately|cutting-edge|powerful)\b",
    re.I,
)
UNPRINTED = {"id", "title", "authors", "venue", "arxiv", "forms", "settings", "cues", "misses", "hits"}  # fmt: skip
IDS = {
    "data-parallelism", "synchronous-training", "all-reduce", "overlap", "large-batch", "local-updates",
    "asynchronous-update", "lock-free-updates", "bounded-staleness", "adaptive-staleness", "staleness-aware-step",
    "backup-workers", "pipeline-parallelism", "flush", "one-forward-one-backward", "fill-drain-schedule",
    "weight-stashing", "interleaved-schedule", "zero-bubble-schedule", "tensor-parallelism", "sequence-parallelism",
    "context-parallelism", "expert-parallelism", "zero", "offload", "recomputation", "gossip", "gradient-compression",
    "top-k", "quantized-gradients", "low-rank-compression", "error-feedback", "adaptive-compression", "mixed-precision",
    "loss-scaling", "bf16", "fp8", "low-bit-optimizer", "speculation", "rollback", "gradient-clipping",
    "fault-checkpointing", "elastic-training", "in-network-aggregation", "kv-cache-quantization", "shared-kv-heads",
    "paged-kv-cache", "prefix-caching", "kv-eviction", "speculative-decoding", "continuous-batching", "chunked-prefill",
    "disaggregation", "offloaded-inference", "weight-quantization", "quantization-aware-training", "pruning",
    "n-m-sparsity", "io-aware-attention", "tensor-compiler", "systolic-array", "dataflow-accelerator",
    "sparse-accelerator", "processing-in-memory", "chiplets",
}  # fmt: skip


def test_ids_that_rules_and_views_rely_on_are_there() -> None:
    assert KNOWN.by_mechanism.keys() >= IDS


def test_every_id_that_is_referred_to_exists() -> None:
    assert list(problems(KNOWN, KNOWN)) == []


@pytest.mark.parametrize("kind", ["mechanisms", "works", "combinations", "twists", "corner_cases", "smells", "facts"])  # fmt: skip
def test_ids_are_unique_and_readable(kind: str) -> None:
    ids = [r.id for r in getattr(KNOWN, kind)]
    assert ids and len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", id) for id in ids)


def test_every_mechanism_hangs_on_a_root() -> None:
    for m in KNOWN.mechanisms:
        top = (m.id, *KNOWN.ancestors(m.id))[-1]
        assert KNOWN.by_mechanism[top].parent in ROOTS


@pytest.mark.parametrize("mechanism", KNOWN.mechanisms, ids=lambda m: m.id)
def test_hits_hit_and_misses_miss(mechanism: Mechanism) -> None:
    assert len(mechanism.hits) >= 2 and mechanism.misses
    for sentence in mechanism.hits:
        assert mechanism.id in {h.mechanism for h in FIND.hits(sentence)}, sentence
    for sentence in mechanism.misses:
        assert mechanism.id not in {h.mechanism for h in FIND.hits(sentence)}, sentence


def test_every_form_is_of_use() -> None:
    """A form has letters to look for, so that a sentence without them costs nothing."""
    for mechanism in KNOWN.mechanisms:
        for form in mechanism.forms:
            assert needles(form.pattern), (mechanism.id, form.pattern)


def test_what_a_student_may_propose_has_its_ways_out() -> None:
    for m in KNOWN.mechanisms:
        for clause in () if m.common else (m.theory, m.design, m.experiment):
            assert clause and not clause.endswith((".", "?")), m.id
            assert re.match(r"[a-z0-9A-Z]", clause), m.id


def strings(record: object) -> Iterator[tuple[str, str]]:
    """Every text of a record that may be printed, with the name of its field."""
    for f in fields(record):  # type: ignore[arg-type]
        value = getattr(record, f.name)
        if f.name in UNPRINTED and not (f.name == "title" and isinstance(record, Twist)):
            continue
        stack = [value]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                yield f.name, item
            elif isinstance(item, (tuple, frozenset)):
                stack.extend(item)
            elif is_dataclass(item) and not isinstance(item, (Form, Setting)):
                stack.extend(getattr(item, g.name) for g in fields(item))


@cache
def printed() -> tuple[tuple[str, str, str], ...]:
    records = (
        *KNOWN.mechanisms, *KNOWN.works, *KNOWN.combinations, *KNOWN.twists, *KNOWN.corner_cases,
        *KNOWN.smells, *KNOWN.facts,
    )  # fmt: skip
    return tuple((r.id, name, text) for r in records for name, text in strings(r))


def test_no_banned_word_is_printed() -> None:
    assert len(printed()) > 2000
    found = [
        (id, name, text)
        for id, name, text in printed()
        if name not in ("names", "name", "law", "law_text", "symbols", "source")
        and (BANNED.search(text) or "!" in text or "—" in text)
    ]
    assert found == []


def test_sentences_end_and_clauses_do_not() -> None:
    for m in KNOWN.mechanisms:
        assert m.definition.endswith(".") and m.definition[0].isupper(), m.id
        for clause in (*m.gives, *m.takes):
            assert clause[0].islower() and not clause.endswith("."), m.id
    for w in KNOWN.works:
        assert w.does and not w.does.endswith("."), w.id
    for t in KNOWN.twists:
        assert t.prior.endswith("."), t.id
        assert not t.why.endswith(".") and not t.gap.endswith("."), t.id


# -- works --------------------------------------------------------------------------------------


def test_a_work_prints_what_was_found_and_nothing_else() -> None:
    for work in KNOWN.works:
        assert work.venue or work.arxiv, f"{work.id} has no place"
        assert 1970 <= work.year <= 2026
        assert re.fullmatch(r"(?:\d{4}\.\d{4,5})?", work.arxiv), work.id
        if work.verified is Verified.NONE:
            assert work.cited == ""
        elif work.verified is Verified.TITLE:
            assert "reported as" in work.cited and not work.citable
        else:
            assert str(work.year) in work.cited and work.citable


def test_a_work_from_memory_prints_nothing() -> None:
    memory = replace(KNOWN.by_work["ssp"], verified=Verified.NONE)
    assert memory.cited == "" and not memory.citable


def test_authors_are_what_bibtex_takes() -> None:
    """Each "Surname, Given", or a body of one word or in braces; "others" last."""
    for work in KNOWN.works:
        assert len(work.authors) <= 4
        for i, author in enumerate(work.authors):
            if author == "others":
                assert 0 < i == len(work.authors) - 1
            elif author.startswith("{"):
                assert author.endswith("}")
            else:
                assert author.count(",") == 1 or re.fullmatch(r"[\w-]+", author), author
                assert " and " not in author and not re.search(r"\d", author)


def test_titles_balance_their_braces() -> None:
    for work in KNOWN.works:
        assert work.title.count("{") == work.title.count("}")


# -- twists -------------------------------------------------------------------------------------

SLOT = re.compile(
    r"\{(?:bound|workers|nodes|devices|batch|rank|context|stages|micro_batches)(?:[*/][24])?\}"
)


@pytest.mark.parametrize("twist", KNOWN.twists, ids=lambda t: t.id)
def test_a_law_is_latex_that_balances(twist: Twist) -> None:
    depth = 0
    for mark in re.findall(r"\\.|[{}]", twist.law):
        depth += (mark == "{") - (mark == "}")
        assert depth >= 0
    assert depth == 0
    assert len(re.findall(r"\\left\b", twist.law)) == len(re.findall(r"\\right\b", twist.law))
    assert len(re.findall(r"\\begin\{", twist.law)) == len(re.findall(r"\\end\{", twist.law))
    assert "$" not in twist.law and twist.law_text.isprintable() and "\\" not in twist.law_text


@pytest.mark.parametrize("twist", KNOWN.twists, ids=lambda t: t.id)
def test_every_symbol_of_a_law_stands_in_it(twist: Twist) -> None:
    assert twist.symbols
    for symbol, what in twist.symbols:
        name = re.sub(r"\((?:t|L|c_i)\)$", "", symbol)
        assert name in twist.law, symbol
        assert what and not what.endswith(".")


@pytest.mark.parametrize("twist", KNOWN.twists, ids=lambda t: t.id)
def test_levels_are_values_or_slots_with_a_default(twist: Twist) -> None:
    assert twist.has_any and twist.nearest and len(twist.factors) >= 3
    for factor in twist.factors:
        assert len(factor.levels) >= 2
        for level in (*factor.levels, *factor.default):
            if "{" in level:
                assert SLOT.fullmatch(level), level
                assert factor.default
            assert not re.search(r"(?<!\\)[%&#_$^~]", SLOT.sub("", level)), level
        assert not any("{" in level for level in factor.default)


def test_a_twist_is_never_called_by_itself() -> None:
    """What it adds is not what it needs, and its nearest works can be printed."""
    for twist in KNOWN.twists:
        assert not set(twist.has_any) & set(twist.lacks)
        assert KNOWN.by_work[twist.nearest[0]].cited
        assert twist.gap or twist.status == "crowded"


# -- the rest -----------------------------------------------------------------------------------


def test_traps_and_habits_name_a_rule() -> None:
    for record in (*KNOWN.corner_cases, *KNOWN.smells):
        assert re.fullmatch(r"TK[24567]\d\d", record.rule), record.id
        assert any(KNOWN.by_work[w].cited for w in record.works), record.id


def test_a_fact_lies_in_its_range_and_says_whence() -> None:
    for fact in KNOWN.facts:
        assert fact.low <= fact.value <= fact.high, fact.id
        assert fact.unit and fact.source and fact.at, fact.id


def test_published_combinations_join_at_least_two() -> None:
    for c in KNOWN.combinations:
        assert len(c.mechanisms) >= 2 and c.works and c.what


def test_the_folder_holds_its_manual() -> None:
    text = (files("tanaka.knowledge") / "README.md").read_text("utf-8")
    assert all(kind in text for kind in ("mechanisms/", "works/", "twists/"))
