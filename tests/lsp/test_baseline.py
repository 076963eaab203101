"""A draft beside its baseline in the editor: where the baseline comes from, what follows, what goes wrong."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from children import make_pdf
from lsp.client import Editor, editor, vscode, words

EXAMPLE = Path(__file__).parents[2] / "examples" / "stale-pipeline"
PDF = EXAMPLE / "proposal_call.pdf"
OURS = {"theme": "dark", "diagnosticsDelay": 0, "codeLens": True}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Editor]:
    async with editor(vscode(), OURS) as ed:
        yield ed


@pytest_asyncio.fixture(loop_scope="module")
async def ed(shared: Editor) -> AsyncIterator[Editor]:
    """VS Code with the extension, with nothing open; the server is the same for many tests."""
    yield shared
    await shared.close_all()


def paper(title: str, body: str) -> str:
    return (
        f"\\documentclass{{article}}\n\\title{{{title}}}\n\\begin{{document}}\n"
        f"\\section{{Design}}\n{body}\n\\end{{document}}\n"
    )


SYNCHRONOUS = (
    "We train with a synchronous 1F1B pipeline. Our 1F1B pipeline is flushed after each step.\n"
    "The all-reduce of our gradients waits for all, and our all-reduce blocks."
)
DRAFT = paper(
    "Draft",
    "We propose speculative updates: a step runs ahead of the others and is rolled back when\n"
    "it was wrong. Our speculative updates keep the staleness bounded by $S=4$.\n\n"
    "We keep a 1F1B pipeline. Our 1F1B pipeline has 4 stages.",
)
OLD = paper("Old", SYNCHRONOUS)
OTHER = paper(
    "Other", "We train with asynchronous updates on a parameter server, without a barrier."
)


def lay(folder: Path, **files: str) -> str:
    """Write files ("a__b" is a/b, with .tex), and give the URI of main.tex."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.tex"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return (folder / "main.tex").as_uri()


async def delta(ed: Editor, uri: str) -> Any:
    return await ed.run("tanaka.delta", {"uri": uri})


async def baseline(ed: Editor, wanted: str | None) -> None:
    """Wait until the status names a baseline."""
    await ed.until(
        f"the baseline {wanted}",
        lambda: (
            ed.statuses and (None if (b := ed.statuses[-1].baseline) is None else b.name) == wanted
        ),
    )


async def test_a_folder_beside_the_root_is_the_baseline_and_its_places_are_its_own(
    ed: Editor, tmp_path: Path
) -> None:
    uri = lay(
        tmp_path,
        main=DRAFT,
        baseline__main=paper("Old", "\\input{sec/a}"),
        baseline__sec__a=SYNCHRONOUS,
    )
    ed.open(uri, DRAFT)
    await baseline(ed, "baseline/main.tex")
    assert ed.statuses[-1].baseline.chosen == "found beside the root"
    found = await delta(ed, uri)
    assert found["schema"] == "tanaka.delta/1"
    assert found["baseline"]["title"] == "Old"
    kinds = {row["kind"] for row in found["rows"]}
    assert "added" in kinds
    places = [p["at"] for row in found["rows"] for p in row["baseline"]]
    assert places
    assert {p["uri"] for p in places} == {(tmp_path / "baseline/sec/a.tex").as_uri()}
    line = SYNCHRONOUS.split("\n")[places[0]["line"]]
    shown = next(p for row in found["rows"] for p in row["baseline"])
    assert line[shown["at"]["column"] :].startswith(shown["words"].split()[0])


async def test_without_a_baseline_there_is_no_delta_and_no_complaint(
    ed: Editor, tmp_path: Path
) -> None:
    uri = lay(tmp_path, main=DRAFT)
    ed.open(uri, DRAFT)
    assert await delta(ed, uri) is None
    await ed.until("the status", lambda: ed.statuses)
    assert ed.statuses[-1].baseline is None
    assert ed.statuses[-1].note is None


async def test_the_settings_may_name_another_baseline_while_they_are_edited(
    ed: Editor, tmp_path: Path
) -> None:
    uri = lay(tmp_path, main=DRAFT, baseline__main=OLD, other=OTHER)
    settings = (tmp_path / "tanaka.toml").as_uri()
    ed.open(uri, DRAFT)
    await baseline(ed, "baseline/main.tex")
    text = '[paper]\nroot = "main.tex"\nbaseline = "other.tex"\n'
    ed.open(settings, text)
    await baseline(ed, "other.tex")
    assert ed.statuses[-1].baseline.chosen == "tanaka.toml"
    found = await ed.text_document_document_link_async(
        types.DocumentLinkParams(types.TextDocumentIdentifier(settings))
    )
    assert [(link.range, link.target) for link in found or []] == [
        (words(text, "main.tex"), uri), (words(text, "other.tex"), (tmp_path / "other.tex").as_uri()),
    ]  # fmt: skip
    ed.replace(settings, text, "other.tex", "nowhere.pdf", version=2)
    await ed.until(
        "the problem", lambda: ed.statuses[-1].note == "The baseline nowhere.pdf is not there."
    )
    assert await delta(ed, uri) is None


async def test_the_authors_choice_goes_before_the_settings_and_can_be_taken_back(
    ed: Editor, tmp_path: Path
) -> None:
    uri = lay(tmp_path, main=DRAFT, baseline__main=OLD, elsewhere__main=OTHER)
    ed.open(uri, DRAFT)
    await baseline(ed, "baseline/main.tex")

    async def choose(to: str | None) -> None:
        await ed.protocol.send_request_async("tanaka/baseline", {"uri": uri, "baseline": to})

    await choose((tmp_path / "elsewhere").as_uri())
    await baseline(ed, "elsewhere/main.tex")
    assert ed.statuses[-1].baseline.chosen == "given"
    await choose(None)
    await baseline(ed, "baseline/main.tex")
    with pytest.raises(JsonRpcException) as refused:
        await ed.protocol.send_request_async("tanaka/baseline", {"uri": uri, "baseline": 3})
    assert refused.value.code == types.ErrorCodes.InvalidParams


async def test_a_choice_that_was_made_before_comes_with_the_options(tmp_path: Path) -> None:
    uri = lay(tmp_path, main=DRAFT, elsewhere__main=OTHER)
    chosen = {uri: (tmp_path / "elsewhere" / "main.tex").as_uri()}
    async with editor(vscode(), OURS | {"baselines": chosen}) as ed:
        ed.open(uri, DRAFT)
        await baseline(ed, "elsewhere/main.tex")


async def test_a_baseline_that_changes_or_goes_on_disk_is_read_again(
    ed: Editor, tmp_path: Path
) -> None:
    uri = lay(tmp_path, main=DRAFT, baseline__main=OLD)
    ed.open(uri, DRAFT)
    await baseline(ed, "baseline/main.tex")
    file = tmp_path / "baseline" / "main.tex"

    def tell(kind: types.FileChangeType) -> None:
        changes = [types.FileEvent(file.as_uri(), kind)]
        ed.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))

    file.write_text(OLD.replace("{Old}", "{Older}"))
    tell(types.FileChangeType.Changed)
    while (await delta(ed, uri))["baseline"]["title"] != "Older":
        pass
    file.unlink()
    tell(types.FileChangeType.Deleted)
    await baseline(ed, None)


async def test_a_pdf_is_read_and_its_places_are_pages(ed: Editor, tmp_path: Path) -> None:
    uri = lay(tmp_path, main=DRAFT)
    (tmp_path / "proposal_call.pdf").write_bytes(PDF.read_bytes())
    ed.open(uri, DRAFT)
    await baseline(ed, "proposal_call.pdf")
    found = await delta(ed, uri)
    places = [p["at"] for row in found["rows"] for p in row["baseline"]]
    assert places
    for place in places:
        assert place["uri"] == (tmp_path / "proposal_call.pdf").as_uri()
        assert re.search(r"proposal_call\.pdf\D+\d+$", place["label"]), place["label"]
        assert (place["line"], place["column"]) == (0, 0)  # an editor counts no lines in it


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"This is no PDF.", "not a PDF"),
        (make_pdf.encrypted(b"tulip"), "encrypted"),
        (make_pdf.flate_bomb(900), "memory|took longer|characters"),
    ],
    ids=["junk", "encrypted", "exploding"],
)
async def test_a_file_that_is_no_pdf_is_one_sentence_and_a_good_one_mends_it(
    ed: Editor, tmp_path: Path, data: bytes, said: str
) -> None:
    uri = lay(tmp_path, main=DRAFT, baseline__main=OLD)
    file = tmp_path / "proposal_call.pdf"
    file.write_bytes(data)
    ed.open(uri, DRAFT)
    assert await delta(ed, uri) is None or ed.statuses[-1].baseline is None
    await ed.until("the problem", lambda: ed.statuses and ed.statuses[-1].note)
    note = ed.statuses[-1].note
    assert note.startswith("proposal_call.pdf: ")
    assert re.search(said, note), note
    assert note.endswith(".")
    assert "\n" not in note
    assert ed.logged.count(note) == 1
    file.write_bytes(PDF.read_bytes())
    changes = [types.FileEvent(file.as_uri(), types.FileChangeType.Changed)]
    ed.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))
    await baseline(ed, "proposal_call.pdf")
    assert ed.statuses[-1].note is None


async def test_the_baseline_of_a_project_on_no_disk_is_read_through_the_client(
    tmp_path: Path,
) -> None:
    # A decoy lies on this disk under the path that the URIs have.
    lay(tmp_path, main=OTHER, baseline__main=OTHER)
    (tmp_path / "baseline.pdf").write_bytes(b"no PDF")
    (tmp_path / "tanaka.toml").write_text('[paper]\nbaseline = "other.tex"\n')
    base, query = f"overleaf-workshop://www.overleaf.com{tmp_path}", "?user%3D1%26project%3D2"
    async with editor(vscode(), OURS | {"files": True}) as ed:
        ed.files = {
            f"{base}/main.tex{query}": DRAFT,
            f"{base}/baseline.pdf{query}": PDF.read_bytes(),
        }
        uri = f"{base}/main.tex{query}"
        ed.open(uri, DRAFT)
        await baseline(ed, "baseline.pdf")
        assert ed.statuses[-1].baseline.uri == f"{base}/baseline.pdf{query}"
        assert ("read", f"{base}/baseline.pdf{query}") in ed.asked_for
        assert all(asked.endswith(query) for _, asked in ed.asked_for)
        found = await delta(ed, uri)
        assert {p["at"]["uri"] for row in found["rows"] for p in row["baseline"]} == {
            f"{base}/baseline.pdf{query}"
        }
        assert ed.statuses[-1].note is None


async def test_findings_and_hovers_do_not_wait_for_the_baseline() -> None:
    wrong = DRAFT.replace(
        "\\end{document}",
        "The step falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup.\n\\end{document}",
    )
    base = "overleaf-workshop://host/Paper"
    uri = f"{base}/main.tex"
    async with editor(vscode(), OURS | {"files": True}) as ed:
        ed.slow = ".pdf"
        ed.answers.clear()
        ed.files = {uri: wrong, f"{base}/baseline.pdf": PDF.read_bytes()}
        ed.open(uri, wrong)
        await ed.until("the finding", lambda: "TK101" in ed.codes(uri))
        at = words(wrong, "3.5").start
        assert "420 ms / 140 ms" in await ed.hover_text(uri, at)
        await ed.until("a status", lambda: ed.statuses)
        assert ed.statuses[-1].baseline is None
        ed.answers.set()
        await baseline(ed, "baseline.pdf")


async def test_the_projects_own_knowledge_is_read_and_what_is_wrong_in_it_is_said(
    ed: Editor, tmp_path: Path
) -> None:
    uri = lay(tmp_path, main=DRAFT)
    own = tmp_path / ".tanaka" / "knowledge" / "works" / "mine.toml"
    own.parent.mkdir(parents=True)
    own.write_text("[[work]\n")
    ed.open(uri, DRAFT)
    await ed.until("the problem", lambda: ed.statuses and ed.statuses[-1].note)
    assert ".tanaka/knowledge/works/mine.toml" in ed.statuses[-1].note
    own.write_text("")
    changes = [types.FileEvent(own.as_uri(), types.FileChangeType.Changed)]
    ed.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))
    await ed.until("no problem", lambda: ed.statuses[-1].note is None)


async def test_an_entry_that_is_typed_into_an_open_bibliography_counts(
    ed: Editor, tmp_path: Path
) -> None:
    text = DRAFT.replace("\\end{document}", "\\bibliography{refs}\n\\end{document}")
    uri = lay(tmp_path, main=text)
    bib = tmp_path / "refs.bib"
    bib.write_text("@article{a, title={Adam}}\n")
    ed.open(uri, text)
    ed.open(bib.as_uri(), bib.read_text())
    await ed.until("the status", lambda: ed.statuses)
    # Nothing is published for it: it is no paper.
    assert ed.codes(bib.as_uri()) == []


async def test_the_review_comes_in_pieces_with_the_baseline_in_its_head(
    ed: Editor, tmp_path: Path
) -> None:
    uri = lay(tmp_path, main=DRAFT, baseline__main=OLD)
    ed.open(uri, DRAFT)
    argument = {"uri": uri, "scope": "paper", "partialResultToken": "t"}
    whole = await ed.run("tanaka.stressTest", argument)
    head, *parts = (_plain(piece) for piece in ed.pieces["t"])
    assert head["head"]["parts"] == []
    assert head["head"]["baseline"]["name"] == "baseline/main.tex"
    assert head["head"]["title"] == _plain(whole)["title"]
    assert [piece["part"] for piece in parts] == _plain(whole)["parts"]
    assert len(parts) == 4


async def test_the_mirror_shows_every_row_of_the_delta_where_that_is_asked_for(
    ed: Editor, tmp_path: Path
) -> None:
    uri = lay(tmp_path, main=DRAFT, baseline__main=OLD)
    ed.open(uri, DRAFT)
    whole = await ed.run("tanaka.stressTest", {"uri": uri, "scope": "paper", "delta": True})
    table = _plain(whole)["parts"][0]["table"]
    rows = (await delta(ed, uri))["rows"]
    assert len(table["rows"]) == len(rows) > 0


async def test_an_edit_while_a_review_is_made_leaves_its_places_and_versions_those_of_before(
    ed: Editor, tmp_path: Path
) -> None:
    """An edit that the review carries must not land where the text has moved since."""
    wrong = DRAFT.replace(
        "\\end{document}",
        "The step falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup.\n\\end{document}",
    )
    uri = lay(tmp_path, main=wrong)
    ed.open(uri, wrong)
    await ed.until("the finding", lambda: "TK101" in ed.codes(uri))
    asked = asyncio.ensure_future(ed.run("tanaka.stressTest", {"uri": uri, "scope": "paper"}))
    await asyncio.sleep(0)
    ed.replace(uri, wrong, "\\section{Design}", "% a line more\n\\section{Design}", version=2)
    whole = _plain(await asked)
    (row,) = [f for f in whole["findings"] if f["code"] == "TK101"]
    (change,) = row["actions"][0]["edit"]["documentChanges"]
    version = change["textDocument"]["version"]
    text = wrong if version == 1 else wrong.replace("\\section{D", "% a line more\n\\section{D")
    at = change["edits"][0]["range"]["start"]
    assert text.split("\n")[at["line"]][at["character"] :].startswith("3.5")


def _plain(value: Any) -> Any:
    """Objects as pygls gives them, as dictionaries."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, list | tuple) else value


async def test_a_client_that_gives_a_token_sees_that_something_is_done(
    ed: Editor, tmp_path: Path
) -> None:
    uri = lay(tmp_path, main=DRAFT)
    ed.open(uri, DRAFT)
    argument = {"uri": uri, "scope": "paper"}
    await ed.workspace_execute_command_async(
        types.ExecuteCommandParams("tanaka.stressTest", [argument], work_done_token="w")
    )
    kinds = [_plain(piece)["kind"] for piece in ed.pieces["w"]]
    assert kinds == ["begin", "end"]


async def test_a_command_that_is_called_off_stops_working_and_ends_its_progress() -> None:
    uri = "overleaf-workshop://host/Paper/main.tex"
    async with editor(vscode(), OURS | {"files": True}) as ed:
        ed.answers.clear()  # the client is slow to read files
        ed.open(uri, DRAFT)
        asked = ed.protocol.send_request_async(
            types.WORKSPACE_EXECUTE_COMMAND,
            types.ExecuteCommandParams(
                "tanaka.stressTest",
                [{"uri": uri, "partialResultToken": "p"}],
                work_done_token="w",
            ),
        )
        task = asyncio.ensure_future(asked)
        await ed.until("the beginning", lambda: "w" in ed.pieces)
        ed.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams("w"))
        with pytest.raises(JsonRpcException) as refused:
            await task
        assert refused.value.code == types.LSPErrorCodes.RequestCancelled
        assert [_plain(piece)["kind"] for piece in ed.pieces["w"]] == ["begin", "end"]
        ed.answers.set()
        assert await ed.run("tanaka.stressTest", {"uri": uri, "scope": "paper"})
        assert "p" not in ed.pieces  # what was called off was never made


async def test_there_is_no_command_that_is_not_there(ed: Editor) -> None:
    with pytest.raises(JsonRpcException) as refused:
        await ed.run("tanaka.nothing", {})
    assert refused.value.code == types.ErrorCodes.InvalidParams


async def test_the_watchers_cover_what_a_paper_is_made_of(tmp_path: Path) -> None:
    async with editor(vscode(), OURS, (tmp_path,)) as ed:
        await ed.until("the watchers", lambda: ed.registered)
        (registered,) = [r for r in ed.registered if r.id == "tanaka-files"]
        options = _plain(registered.register_options)
        globs = " ".join(str(w["globPattern"]) for w in options["watchers"])
        for suffix in ("tex", "ltx", "bib", "pdf", "tanaka.toml", ".tanaka/knowledge/"):
            assert suffix in globs
