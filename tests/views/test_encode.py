"""The JSON of ``check``: its keys, its places, its numbers."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from fixture import analyse
from tanaka.analysis import Report
from tanaka.views import encode

from .papers import example, papers, words_of

FINDING = {"code", "name", "verdict", "severity", "file", "start", "end", "message", "question",
           "derivation", "related", "fixes", "fingerprint"}  # fmt: skip
STEP = {"symbol", "value", "low", "high", "unit", "text", "source"}
UNITS = {"byte", "byte/s", "FLOP", "FLOP/s", "op", "op/s", "FLOP/byte", "USD/J", "s", "W", "J", "J/byte", "op/J", "USD", "USD/s", "USD/token",
         "token/s", "sample/s", "request/s", "Hz", "V", "m", "bit", "1"}  # fmt: skip


def checked(report: Report) -> dict[str, Any]:
    return json.loads(json.dumps(encode.findings(report), allow_nan=False))


# -- check --------------------------------------------------------------------------------------


def test_the_document_of_a_check() -> None:
    document = checked(example())
    assert document["schema"] == "tanaka.findings/1"
    assert document["root"] == "main.tex"
    assert document["files"][0] == "main.tex"
    assert "sections/evaluation.tex" in document["files"]
    assert set(document) == {"schema", "root", "files", "findings", "suppressed", "coverage"}
    assert set(document["coverage"]) == {
        "quantities", "read", "bound", "checked", "consistent", "by_rule",
    }  # fmt: skip


def test_every_finding_has_its_keys_and_points_at_its_words() -> None:
    for _, report in papers():
        for record, item in zip(checked(report)["findings"], report.findings, strict=True):
            assert set(record) >= FINDING
            assert record["verdict"] in ("impossible", "implausible", "open")
            assert words_of(report, record) == report.texts[item.span.doc][item.span.start : item.span.end].replace("\r\n", "\n")  # fmt: skip
            for step in record["derivation"]:
                assert set(step) >= STEP
                assert step["unit"] in UNITS or step["unit"].endswith("/s"), step
                assert step["source"]["kind"] in (
                    "stated", "inferred", "declared", "datasheet", "formula", "assumption",
                )  # fmt: skip
                assert step["text"]
                if step["source"]["kind"] == "stated":
                    assert {"file", "line", "ref"} <= set(step["source"])
            for fix in record["fixes"]:
                assert fix["kind"] in ("quickfix", "insert", "ignore")
                assert all({"file", "start", "end", "new_text"} <= set(e) for e in fix["edits"])
            assert [f["kind"] for f in record["fixes"]][-1] == "ignore"


def test_a_step_is_in_base_units_with_its_bounds() -> None:
    record = next(f for f in checked(example())["findings"] if f["code"] == "TK101")
    before, _, ratio, stated = record["derivation"]
    assert (before["value"], before["low"], before["high"], before["unit"]) == (2.62, 2.615, 2.625, "s")  # fmt: skip
    assert before["source"] == {
        "kind": "stated", "file": "sections/evaluation.tex", "line": 14,
        "ref": "stated, sections/evaluation.tex:14",
    }  # fmt: skip
    assert ratio["text"] == "2.62 s / 2.12 s"
    assert ratio["value"] == pytest.approx(2.62 / 2.12)
    assert stated["text"] == "1.5×"


def test_a_side_without_a_bound_is_null() -> None:
    record = next(f for f in checked(example())["findings"] if f["code"] == "TK106")
    headline = next(s for s in record["derivation"] if s["label"] == "headline")
    assert headline["low"] is None
    assert headline["high"] == pytest.approx(1.85)


def test_the_edit_of_a_fix_replaces_digits_at_its_place() -> None:
    record = next(f for f in checked(example())["findings"] if f["code"] == "TK101")
    fix = record["fixes"][0]
    assert fix["title"] == "Write $1.2\\times$"
    (edit,) = fix["edits"]
    assert words_of(example(), edit) == "1.5"
    assert edit["new_text"] == "1.2"


def test_columns_count_code_points_and_ends_are_exclusive() -> None:
    text = (
        "\n\U0001d6d1\U0001f642 time falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup.\r\n"
    )
    report = analyse({"main.tex": text})
    (record,) = checked(report)["findings"]
    line = text.split("\n")[1]
    assert record["start"] == {"line": 2, "column": line.index("$3.5") + 1}
    assert record["end"] == {"line": 2, "column": line.index(" speedup") + 1}
    assert words_of(report, record) == "$3.5\\times$"


def test_a_silenced_finding_stands_apart() -> None:
    line = "The time falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup."
    text = f"\n{line} % tanaka: ignore TK101 -- rounded\n"
    document = checked(analyse({"main.tex": text}))
    assert document["findings"] == []
    assert document["suppressed"] == [
        {"code": "TK101", "file": "main.tex", "line": 2, "reason": "rounded"}
    ]


def test_coverage_is_a_chain() -> None:
    for name, report in papers():
        c = checked(report)["coverage"]
        assert c["quantities"] >= c["read"] >= c["checked"] >= c["consistent"] >= 0, name
        assert c["read"] >= c["bound"], name


def test_a_bound_that_is_no_number_is_null() -> None:
    assert encode.bound(math.inf) is None
    assert encode.bound(-math.inf) is None
    assert encode.bound(1.5) == 1.5
