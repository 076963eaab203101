"""What the light bulb adds to a paper: a twist with its experiment, a citation with its entry; across files, with words beside it."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types

from lsp.client import Editor, editor, place, vscode, words

EXAMPLE = Path(__file__).parents[2] / "examples" / "stale-pipeline"
OURS = {"theme": "dark", "diagnosticsDelay": 0}
TWIST = "Suggest a twist: adaptive compression coupled to staleness"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Editor, Path]]:
    folder = Path(shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("paper") / "my paper"))
    async with editor(vscode(), OURS) as ed:
        yield ed, folder


@pytest.fixture
def ed(shared: tuple[Editor, Path]) -> Editor:
    return shared[0]


@pytest_asyncio.fixture(loop_scope="module")
async def design(shared: tuple[Editor, Path]) -> AsyncIterator[tuple[str, str]]:
    """The design of the example, open: its URI and its text."""
    ed, folder = shared
    file = folder / "sections" / "design.tex"
    uri, text = file.as_uri(), file.read_text()
    ed.open(uri, text)
    yield uri, text
    await ed.close_all()


async def offered(
    ed: Editor, uri: str, at: types.Range, only: list[str] | None = None
) -> list[types.CodeAction]:
    found = await ed.text_document_code_action_async(
        types.CodeActionParams(
            types.TextDocumentIdentifier(uri), at, types.CodeActionContext([], only)
        )
    )
    return [a for a in found or [] if isinstance(a, types.CodeAction)]


def twists(actions: list[types.CodeAction]) -> list[str]:
    return [a.title for a in actions if a.kind == "refactor.tanaka.twist"]


async def test_a_twist_is_offered_at_the_mechanism_and_at_its_heading_and_nowhere_else(
    ed: Editor, design: tuple[str, str]
) -> None:
    uri, text = design
    mechanism = text.index("steps ahead of the smallest")
    at = types.Range(place(text, mechanism), place(text, mechanism))
    assert TWIST in twists(await offered(ed, uri, at))
    for heading in ("\\subsection{Bounded staleness}", "\\section{Design}"):
        assert TWIST in twists(await offered(ed, uri, words(text, heading))), heading
    elsewhere = words(text, "\\subsection{What happens to the bubble}")
    assert TWIST not in twists(await offered(ed, uri, elsewhere))


async def test_a_twist_is_a_refactoring_and_no_quick_fix(
    ed: Editor, design: tuple[str, str]
) -> None:
    uri, text = design
    heading = words(text, "\\section{Design}")
    for only, wanted in (
        (["refactor"], True), (["refactor.tanaka"], True), (["refactor.tanaka.twist"], True), ([""], True),
        (["quickfix"], False), (["refactor.tan"], False), (["source"], False),
    ):  # fmt: skip
        assert (TWIST in twists(await offered(ed, uri, heading, only))) is wanted, only
    can = ed.offered.capabilities.code_action_provider
    assert isinstance(can, types.CodeActionOptions)
    assert set(can.code_action_kinds or ()) == {"quickfix", "refactor.tanaka.twist"}


async def test_a_twist_adds_a_subsection_and_the_entries_that_it_cites_with_words_beside_them(
    ed: Editor, design: tuple[str, str], shared: tuple[Editor, Path]
) -> None:
    uri, text = design
    actions = await offered(ed, uri, words(text, "\\section{Design}"), ["refactor"])
    (action,) = [a for a in actions if a.title == TWIST]
    assert action.edit is None  # it is asked for when it is chosen
    chosen = await ed.code_action_resolve_async(action)
    assert chosen.edit is not None
    changes = [
        c for c in chosen.edit.document_changes or () if isinstance(c, types.TextDocumentEdit)
    ]
    by_name = {c.text_document.uri.rpartition("/")[2]: c for c in changes}
    assert set(by_name) == {"design.tex", "refs.bib"}
    # The one is open, the other is not.
    assert by_name["design.tex"].text_document.version == 1
    assert by_name["refs.bib"].text_document.version is None
    (subsection,) = by_name["design.tex"].edits
    assert "\\subsection{Adaptive compression" in subsection.new_text
    (entries,) = by_name["refs.bib"].edits
    assert entries.new_text.count("@") >= 1
    lines = (shared[1] / "refs.bib").read_text().split("\n")
    assert entries.range.start.line >= len([line for line in lines if line.strip()]) - 1
    assert isinstance(subsection, types.AnnotatedTextEdit)
    note = (chosen.edit.change_annotations or {})[subsection.annotation_id]
    assert note.description is not None
    assert note.description.startswith("measure it against ")


async def test_a_twist_that_the_draft_has_meanwhile_is_refused(
    ed: Editor, design: tuple[str, str]
) -> None:
    uri, text = design
    actions = await offered(ed, uri, words(text, "\\section{Design}"), ["refactor"])
    (action,) = [a for a in actions if a.title == TWIST]
    assert isinstance(action.data, dict) or hasattr(action.data, "_asdict")
    action.data = {"uri": uri, "twist": "no-such-twist", "fingerprint": "", "title": action.title}
    with pytest.raises(Exception, match=r"(?i)modified"):
        await ed.code_action_resolve_async(action)


async def test_a_citation_goes_behind_the_words_and_its_entry_into_the_bibliography(
    ed: Editor, design: tuple[str, str], shared: tuple[Editor, Path]
) -> None:
    uri, text = design
    await ed.until(
        "a work that is not cited", lambda: any(code.startswith("TK80") for code in ed.codes(uri))
    )

    async def citing() -> list[tuple[types.Diagnostic, types.CodeAction]]:
        return [
            (found, action)
            for found in ed.shown(uri)
            for action in await ed.actions(uri, found.range)
            if action.title.startswith("Cite ")
        ]

    ((found, action),) = await citing()
    assert action.kind == types.CodeActionKind.QuickFix
    chosen = await ed.code_action_resolve_async(action)
    assert chosen.edit is not None
    changes = [
        c for c in chosen.edit.document_changes or () if isinstance(c, types.TextDocumentEdit)
    ]
    by_name = {c.text_document.uri.rpartition("/")[2]: c for c in changes}
    assert set(by_name) == {"design.tex", "refs.bib"}
    (cite,) = by_name["design.tex"].edits
    (entry,) = by_name["refs.bib"].edits
    (key,) = re.findall(r"\\cite\{([^}]+)\}", cite.new_text)
    assert cite.range.start == cite.range.end == found.range.end
    assert re.search(rf"^@\w+\{{{key},$", entry.new_text, re.M)
    assert isinstance(entry, types.AnnotatedTextEdit)
    note = (chosen.edit.change_annotations or {})[entry.annotation_id]
    assert str(found.code) in (note.description or "")
    # It is offered no more when both edits are made, though the bibliography is not saved.
    bib = shared[1] / "refs.bib"
    ed.open(bib.as_uri(), bib.read_text().rstrip() + entry.new_text)
    at = text.split("\n")[cite.range.start.line]
    ed.replace(
        uri,
        text,
        at,
        at[: cite.range.start.character] + cite.new_text + at[cite.range.start.character :],
        version=2,
    )
    await ed.until("the version", lambda: ed.published[uri][-1].version == 2)
    assert await citing() == []


async def test_a_unit_is_a_quick_fix_and_words_are_an_insertion_that_the_fix_key_leaves(
    ed: Editor, tmp_path: Path
) -> None:
    text = (
        "\\documentclass{article}\n\\begin{document}\n"
        "In BF16 each A100 sustains 250\\,PFLOP/s on one product.\n\n"
        "In FP16 each A100 sustains 450\\,TFLOP/s on another.\n\\end{document}\n"
    )
    file = tmp_path / "main.tex"
    file.write_text(text)
    uri = file.as_uri()
    ed.open(uri, text)
    await ed.until("both rates", lambda: ed.codes(uri).count("TK201") == 2)

    async def written(at: str, title: str) -> tuple[bool, str]:
        place_ = words(text, at)
        (action,) = [a for a in await offered(ed, uri, place_) if a.title == title]
        chosen = await ed.code_action_resolve_async(action) if action.edit is None else action
        assert chosen.edit is not None
        (change,) = chosen.edit.document_changes or ()
        assert isinstance(change, types.TextDocumentEdit)
        (edit,) = change.edits
        return bool(action.is_preferred), edit.new_text

    assert await written("250\\,PFLOP/s", "Write TFLOP/s") == (True, "TFLOP/s")
    said = await written("450\\,TFLOP/s", "Say that 2:4 sparsity is counted")
    assert said == (False, " (with 2:4 sparsity)")
    await ed.close_all()
