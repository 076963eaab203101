"""The language server as an editor meets it: a real process, spoken to over standard input and output."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError

from lsp.client import PATIENCE, Editor, editor, place, vscode, words
from tanaka import __version__
from tanaka.lsp.server import make_server

EXAMPLE = Path(__file__).parents[2] / "examples" / "stale-pipeline"
OURS = {"theme": "dark", "diagnosticsDelay": 0, "codeLens": True}
WRONG = "The step time falls from 420\\,ms to 140\\,ms, a $3.5\\times$ speedup.\n"
RIGHT = WRONG.replace("3.5", "3.0")


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


def paper(body: str) -> str:
    return f"\\documentclass{{article}}\n\\begin{{document}}\n{body}\\end{{document}}\n"


def example(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "my paper"))


async def test_initialize_is_answered_before_numpy_and_the_data_are_loaded() -> None:
    code = (
        "import sys; from tanaka.lsp.server import make_server; make_server();"
        "print([m for m in ('numpy', 'hwmodels', 'pylatexenc', 'tanaka.analysis') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_what_the_server_offers(ed: Editor) -> None:
    offered = ed.offered
    assert offered.server_info is not None
    assert (offered.server_info.name, offered.server_info.version) == ("tanaka", __version__)
    can = offered.capabilities
    assert can.position_encoding == "utf-16"
    assert isinstance(can.text_document_sync, types.TextDocumentSyncOptions)
    assert can.text_document_sync.change == types.TextDocumentSyncKind.Incremental
    assert isinstance(can.code_action_provider, types.CodeActionOptions)
    assert can.code_action_provider.resolve_provider
    assert can.execute_command_provider is not None
    assert {"tanaka.stressTest", "tanaka.facts", "tanaka.delta"} <= set(
        can.execute_command_provider.commands
    )
    assert can.execute_command_provider.work_done_progress
    assert can.diagnostic_provider is None  # findings are pushed, and would be shown twice


async def test_every_finding_of_the_command_line_stands_at_the_same_words(
    ed: Editor, tmp_path: Path
) -> None:
    folder = example(tmp_path)
    command = [sys.executable, "-m", "tanaka", "check", "--output-format", "json", str(folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    wanted = sorted(
        (f["code"], f["file"], f["start"]["line"] - 1, f["start"]["column"] - 1, f["severity"])
        for f in json.loads(said.stdout)["findings"]
    )
    evaluation = folder / "sections" / "evaluation.tex"
    ed.open(evaluation.as_uri(), evaluation.read_text())
    # What follows from the baseline comes a moment later: it is a PDF.
    await ed.until("the baseline", lambda: ed.statuses and ed.statuses[-1].baseline)
    found = sorted(
        (
            str(d.code),
            str(Path(uri.removeprefix("file://").replace("%20", " ")).relative_to(folder)),
            d.range.start.line,
            d.range.start.character,
            d.severity.name.lower() if d.severity else "",
        )
        for uri in ed.published
        for d in ed.shown(uri)
    )
    assert found == wanted
    # The file that is open carries its version, the others none.
    assert ed.published[evaluation.as_uri()][-1].version == 1
    assert ed.published[(folder / "main.tex").as_uri()][-1].version is None
    status = ed.statuses[-1]
    assert status.root == "main.tex"
    severities = [row[-1] for row in wanted]
    assert status.tally.impossible == severities.count("error")
    assert status.tally.open == severities.count("information")
    assert status.coverage.quantities > status.coverage.checked > 0


async def test_related_places_are_named_to_a_client_that_shows_them(
    ed: Editor, tmp_path: Path
) -> None:
    text = paper(WRONG)
    uri = (tmp_path / "a.tex").as_uri()
    ed.open(uri, text)
    await ed.until("the finding", lambda: ed.codes(uri))
    (found,) = ed.shown(uri)
    related = [r.location.range for r in found.related_information or []]
    assert related == [words(text, "420\\,ms"), words(text, "140\\,ms")]
    assert found.source == "tanaka"


async def test_a_wrong_number_that_is_being_typed_waits_for_a_pause(tmp_path: Path) -> None:
    text = paper(f"{WRONG}\n{RIGHT}")
    uri = (tmp_path / "a.tex").as_uri()
    async with editor(vscode(), OURS | {"diagnosticsDelay": 60_000}) as ed:
        ed.open(uri, text)
        await ed.until("the first finding", lambda: ed.codes(uri) == ["TK101"])
        text = ed.replace(uri, text, "3.0", "3.9", version=2)
        await ed.until("the version", lambda: ed.published[uri][-1].version == 2)
        assert ed.codes(uri) == ["TK101"]  # the new one, in the block under edit, waits
        text = ed.replace(uri, text, "3.5", "3.0", version=3)
        # The block that was left is shown; the one under edit has nothing left to show.
        await ed.until("the version", lambda: ed.published[uri][-1].version == 3)
        assert [d.range for d in ed.shown(uri)] == [words(text, "$3.9\\times$")]


async def test_after_the_pause_it_is_shown_without_another_keystroke(tmp_path: Path) -> None:
    text = paper(RIGHT)
    uri = (tmp_path / "a.tex").as_uri()
    async with editor(vscode(), OURS | {"diagnosticsDelay": 50}) as ed:
        ed.open(uri, text)
        await ed.until("a publish", lambda: uri in ed.published)
        ed.replace(uri, text, "3.0", "3.5", version=2)
        await ed.until("the finding", lambda: ed.codes(uri) == ["TK101"])


async def test_an_undo_brings_back_the_very_same_findings(ed: Editor, tmp_path: Path) -> None:
    folder = example(tmp_path)
    file = folder / "sections" / "evaluation.tex"
    uri, text = file.as_uri(), file.read_text()
    ed.open(uri, text)
    await ed.until("the findings", lambda: len(ed.codes(uri)) == 3)
    before = ed.shown(uri)
    mended = ed.replace(uri, text, "$1.5\\times$", "$1.24\\times$", version=2)
    await ed.until("one less", lambda: len(ed.codes(uri)) == 2)
    ed.replace(uri, mended, "$1.24\\times$ speedup", "$1.5\\times$ speedup", version=3)
    await ed.until("all", lambda: len(ed.codes(uri)) == 3)
    assert ed.shown(uri) == before


async def test_positions_behind_characters_outside_the_first_plane(
    ed: Editor, tmp_path: Path
) -> None:
    text = paper("😀 é \f " + WRONG)
    uri = (tmp_path / "a.tex").as_uri()
    ed.open(uri, text)
    await ed.until("the finding", lambda: ed.codes(uri))
    assert ed.shown(uri)[0].range == words(text, "$3.5\\times$")
    edited = ed.replace(uri, text, "3.5", "3.9", version=2)
    await ed.until("the version", lambda: ed.published[uri][-1].version == 2)
    assert ed.shown(uri)[0].range == words(edited, "$3.9\\times$")


async def test_a_client_that_counts_bytes_is_answered_in_bytes(tmp_path: Path) -> None:
    text = paper("é→😀 " + WRONG)
    uri = (tmp_path / "a.tex").as_uri()
    capabilities = vscode()
    assert capabilities.general is not None
    capabilities.general.position_encodings = [types.PositionEncodingKind.Utf8]
    async with editor(capabilities, OURS) as ed:
        ed.open(uri, text)
        await ed.until("the finding", lambda: ed.codes(uri))
        line = text.split("\n")[2]
        column = len(line[: line.index("$3.5")].encode())
        assert ed.shown(uri)[0].range.start == types.Position(2, column)


async def test_a_hover_shows_the_work_with_a_picture_in_the_editors_colours(
    ed: Editor, tmp_path: Path
) -> None:
    folder = example(tmp_path)
    file = folder / "sections" / "implementation.tex"
    uri, text = file.as_uri(), file.read_text()
    at = place(text, text.index("389"))
    ed.open(uri, text)
    hover = await ed.hover_text(uri, at)
    assert hover.startswith("**impossible:**")
    assert "389 TFLOP/s / 312 TFLOP/s" in hover
    assert "command:tanaka.stressTest?" in hover
    assert len(hover) < 95_000

    def picture(of: str) -> str:
        (found,) = re.findall(r"data:image/svg\+xml;base64,([\w+/=]+)", of)
        return base64.b64decode(found).decode()

    dark = picture(hover)
    assert dark.startswith("<svg")
    ed.protocol.notify("tanaka/theme", {"kind": "light"})
    light = picture(await ed.hover_text(uri, at))
    assert light != dark


async def test_a_plain_client_gets_plain_text_and_no_link(tmp_path: Path) -> None:
    text = paper(WRONG)
    uri = (tmp_path / "a.tex").as_uri()
    async with editor() as ed:
        ed.open(uri, text)
        hover = await ed.hover_text(uri, place(text, text.index("3.5")))
        assert hover.startswith("impossible: ")
        assert "420 ms / 140 ms" in hover
        assert "command:" not in hover
        assert "data:" not in hover
        lenses = types.CodeLensParams(types.TextDocumentIdentifier(uri))
        assert not await ed.text_document_code_lens_async(lenses)


async def test_hovers_of_numbers_that_are_no_findings(ed: Editor, tmp_path: Path) -> None:
    text = paper(
        f"{RIGHT}\nEach GPU has a 25\\,GB/s link.\n\n"
        "The step time falls from 420\\,ms to 140\\,ms, a $9\\times$ speedup. "
        "% tanaka: ignore TK101 -- warm cache\n"
    )
    uri = (tmp_path / "a.tex").as_uri()
    ed.open(uri, text)
    consistent = await ed.hover_text(uri, place(text, text.index("3.0")))
    assert re.match(
        r"!\[\]\(data:image/svg\+xml;base64,\S+\) \*\*consistent:\*\* 420 ms / 140 ms = 3\.00\n",
        consistent,
    )
    assert "\n\n**read:** 3.0×, speedup, " in consistent
    read = await ed.hover_text(uri, place(text, text.index("25\\,GB")))
    assert read.startswith("**read:** 25 GB/s per GPU, link bandwidth")
    ignored = await ed.hover_text(uri, place(text, text.index("ignore TK101")))
    assert "warm cache" in ignored
    assert await ed.hover_text(uri, place(text, text.index("falls"))) == ""
    assert ed.codes(uri) == []


async def test_actions_mend_insert_and_ignore_in_this_order(ed: Editor, tmp_path: Path) -> None:
    folder = example(tmp_path)
    file = folder / "sections" / "evaluation.tex"
    uri, text = file.as_uri(), file.read_text()
    ed.open(uri, text)
    actions = await ed.actions(uri, words(text, "$1.5\\times$"))
    assert [a.title for a in actions] == [
        "Write $1.2\\times$", "Ignore TK101 here, with a reason",
    ]  # fmt: skip
    assert actions[0].is_preferred
    assert actions[0].edit is None  # it is asked for when it is chosen
    fix = await ed.code_action_resolve_async(actions[0])
    assert fix.edit is not None
    assert fix.edit.document_changes is not None
    (change,) = fix.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == 1
    (edit,) = change.edits
    assert isinstance(edit, types.TextEdit)
    assert edit.new_text == "1.2"
    assert edit.range == words(text, "1.5")
    # The finding goes when the edit is made.
    ed.replace(uri, text, "1.5", edit.new_text, version=2)
    await ed.until("one less", lambda: len(ed.codes(uri)) == 2)


async def test_an_experiment_is_inserted_into_another_file_and_says_what_for(
    ed: Editor, tmp_path: Path
) -> None:
    folder = example(tmp_path)
    file = folder / "sections" / "introduction.tex"
    uri, text = file.as_uri(), file.read_text()
    ed.open(uri, text)
    await ed.until("the question", lambda: ed.codes(uri) == ["TK501"])
    actions = await ed.actions(uri, ed.shown(uri)[0].range)
    assert [a.title for a in actions] == [
        "Add straggler experiment", "Ignore TK501 here, with a reason",
    ]  # fmt: skip
    chosen = await ed.code_action_resolve_async(actions[0])
    assert chosen.edit is not None
    assert chosen.edit.document_changes is not None
    (change,) = chosen.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.uri == (folder / "sections" / "evaluation.tex").as_uri()
    assert change.text_document.version is None  # it is not open
    (edit,) = change.edits
    assert isinstance(edit, types.AnnotatedTextEdit)
    assert "\\subsection{Stragglers}" in edit.new_text
    assert chosen.edit.change_annotations is not None
    note = chosen.edit.change_annotations[edit.annotation_id]
    assert note.description is not None
    assert "TK501" in note.description


async def test_a_client_without_lazy_edits_gets_them_with_the_action(tmp_path: Path) -> None:
    text = paper(WRONG)
    uri = (tmp_path / "a.tex").as_uri()
    async with editor() as ed:
        ed.open(uri, text)
        actions = await ed.actions(uri, words(text, "3.5"))
        assert actions[0].edit is not None
        assert actions[0].edit.changes is not None
        (edit,) = actions[0].edit.changes[uri]
        assert edit.new_text == "3.0"
        only = types.CodeActionContext([], only=[types.CodeActionKind.Refactor])
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), words(text, "3.5"), only)
        assert not await ed.text_document_code_action_async(params)


async def test_an_action_whose_finding_is_gone_is_refused(ed: Editor, tmp_path: Path) -> None:
    text = paper(WRONG)
    uri = (tmp_path / "a.tex").as_uri()
    ed.open(uri, text)
    action = (await ed.actions(uri, words(text, "3.5")))[0]
    ed.replace(uri, text, "3.5", "3.0", version=2)
    with pytest.raises(JsonRpcException) as refused:
        await ed.code_action_resolve_async(action)
    assert refused.value.code == types.LSPErrorCodes.ContentModified


async def test_each_section_offers_its_stress_test_and_the_command_answers(
    ed: Editor, tmp_path: Path
) -> None:
    folder = example(tmp_path)
    file = folder / "sections" / "evaluation.tex"
    uri, text = file.as_uri(), file.read_text()
    ed.open(uri, text)
    lenses = await ed.text_document_code_lens_async(
        types.CodeLensParams(types.TextDocumentIdentifier(uri))
    )
    assert lenses is not None
    (lens,) = lenses
    assert lens.command is not None
    assert lens.command.title.startswith("Stress-test this section: 4 impossible")
    assert lens.command.arguments is not None
    review = await ed.run(lens.command.command, lens.command.arguments[0])
    assert review["schema"] == "tanaka.review/1"
    assert review["scope"] == "section"
    assert [p["id"] for p in review["parts"]] == [
        "mirror", "novelty-gap", "mechanism-stress-test", "twist",
    ]  # fmt: skip
    whole = await ed.run("tanaka.stressTest", {"uri": uri, "scope": "paper"})
    assert whole["scope"] == "paper"
    assert len(whole["findings"]) > len(review["findings"]) > 0
    at = review["findings"][0]["at"]
    assert at["uri"] == uri
    assert text.split("\n")[at["line"]][at["column"] :].startswith("$1.5\\times$")
    facts = await ed.run("tanaka.facts", {"uri": uri})
    assert facts["schema"] == "tanaka.facts/1"
    await ed.until("the status", lambda: ed.statuses)
    told = [i for fact in facts["facts"] for i in fact.get("members", [fact["id"]])]
    assert len(told) == ed.statuses[-1].coverage.read


async def test_a_command_with_a_wrong_argument_is_refused_and_the_server_lives(
    ed: Editor, tmp_path: Path
) -> None:
    for argument in ({}, {"uri": 3}):
        with pytest.raises(JsonRpcException) as refused:
            await ed.run("tanaka.stressTest", argument)
        assert refused.value.code == types.ErrorCodes.InvalidParams
    nowhere = {"uri": (tmp_path / "nowhere.tex").as_uri(), "scope": "paper"}
    assert await ed.run("tanaka.stressTest", nowhere) is None


async def test_the_root_is_found_from_a_section_by_magic_comment_settings_or_input(
    tmp_path: Path,
) -> None:
    for folder, files in {
        "magic": {"tex/thesis.tex": paper("\\input{../sec/a}"), "sec/a.tex": "% !TeX root = ../tex/thesis.tex\n" + WRONG},
        "settings": {"tanaka.toml": '[paper]\nroot = "one.tex"\n', "one.tex": paper("\\input{sec/a}"),
                     "two.tex": paper("\\input{sec/a}"), "sec/a.tex": WRONG},
        "above": {"paper.tex": paper("\\input{sec/a}"), "sec/a.tex": WRONG},
        "aside": {"tex/paper.tex": paper("\\input{../sec/a}"), "sec/a.tex": WRONG},
    }.items():  # fmt: skip
        for name, text in files.items():
            (tmp_path / folder / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / name).write_text(text)
    async with editor(vscode(), OURS, (tmp_path / "aside",)) as ed:
        for folder, root in (
            ("magic", "thesis.tex"), ("settings", "one.tex"), ("above", "paper.tex"), ("aside", "paper.tex"),
        ):  # fmt: skip
            file = tmp_path / folder / "sec" / "a.tex"
            uri = file.as_uri()
            ed.open(uri, file.read_text())
            await ed.until(folder, lambda uri=uri: ed.codes(uri) == ["TK101"])
            await ed.until(root, lambda root=root: any(s.root == root for s in ed.statuses))
            ed.close(uri)
            ed.statuses.clear()


async def test_a_file_of_no_paper_is_checked_alone(ed: Editor, tmp_path: Path) -> None:
    uri = (tmp_path / "notes.tex").as_uri()
    ed.open(uri, WRONG)
    await ed.until("the finding", lambda: ed.codes(uri) == ["TK101"])
    ed.open("untitled:Untitled-1", WRONG)
    await ed.until("the finding", lambda: ed.codes("untitled:Untitled-1") == ["TK101"])


async def test_a_closed_paper_leaves_no_findings_behind(ed: Editor, tmp_path: Path) -> None:
    folder = example(tmp_path)
    file = folder / "sections" / "evaluation.tex"
    ed.open(file.as_uri(), file.read_text())
    await ed.until("the findings", lambda: len(ed.published) >= 7)
    ed.close(file.as_uri())
    await ed.until("none", lambda: not any(ed.codes(uri) for uri in ed.published))


async def test_unsaved_words_count_while_open_and_not_after(tmp_path: Path) -> None:
    (tmp_path / "main.tex").write_text(paper("\\input{a}\\input{b}"))
    (tmp_path / "a.tex").write_text(RIGHT)
    (tmp_path / "b.tex").write_text(RIGHT)
    a, b = (tmp_path / "a.tex").as_uri(), (tmp_path / "b.tex").as_uri()
    async with editor(vscode(), OURS, (tmp_path,)) as ed:
        ed.open(b, RIGHT)
        ed.open(a, RIGHT)
        ed.replace(a, RIGHT, "3.0", "3.5", version=2)
        await ed.until("the finding", lambda: ed.codes(a) == ["TK101"])
        ed.close(a)
        await ed.until("the disk's text", lambda: ed.codes(a) == [])


async def test_files_that_change_on_disk_are_read_again(tmp_path: Path) -> None:
    main = tmp_path / "main.tex"
    main.write_text(paper("\\input{a}\\input{later}"))
    (tmp_path / "a.tex").write_text(RIGHT)
    a, later = (tmp_path / "a.tex").as_uri(), (tmp_path / "later.tex").as_uri()
    async with editor(vscode(), OURS, (tmp_path,)) as ed:
        await ed.until("the watchers", lambda: ed.registered)
        ed.open(main.as_uri(), main.read_text())
        await ed.until("what is missing", lambda: any("later.tex" in said for said in ed.logged))
        (tmp_path / "a.tex").write_text(WRONG)
        (tmp_path / "later.tex").write_text(WRONG)
        changes = [
            types.FileEvent(a, types.FileChangeType.Changed),
            types.FileEvent(later, types.FileChangeType.Created),
        ]
        ed.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))
        await ed.until("both", lambda: ed.codes(a) == ["TK101"] and ed.codes(later) == ["TK101"])
        (tmp_path / "later.tex").unlink()
        gone = [types.FileEvent(later, types.FileChangeType.Deleted)]
        ed.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(gone))
        await ed.until("none", lambda: ed.codes(later) == [])


async def test_an_input_that_is_typed_brings_its_file(ed: Editor, tmp_path: Path) -> None:
    (tmp_path / "new.tex").write_text(WRONG)
    main, text = (tmp_path / "main.tex").as_uri(), paper("Text.\n")
    new = (tmp_path / "new.tex").as_uri()
    ed.open(main, text)
    await ed.until("a publish", lambda: main in ed.published)
    ed.replace(main, text, "Text.", "\\input{new}", version=2)
    await ed.until("the finding", lambda: ed.codes(new) == ["TK101"])


async def test_a_file_spelled_in_other_letters_is_found_by_its_name_on_disk(
    ed: Editor, tmp_path: Path
) -> None:
    (tmp_path / "Sec").mkdir()
    (tmp_path / "Sec" / "Intro.tex").write_text(WRONG)
    main = (tmp_path / "main.tex").as_uri()
    ed.open(main, paper("\\input{Sec/intro}"))
    found = (tmp_path / "Sec" / "Intro.tex").as_uri()
    await ed.until("the finding", lambda: ed.codes(found) == ["TK101"])


async def test_documents_on_no_disk_are_read_through_the_client(tmp_path: Path) -> None:
    base, query = "overleaf-workshop://host/Paper", "?user%3D1"
    async with editor(vscode(), OURS | {"files": True}) as ed:
        ed.files = {
            f"{base}/main.tex{query}": paper("\\input{sec/a}\n\\input{sec/b}"),
            f"{base}/sec/a.tex{query}": RIGHT,
            f"{base}/sec/b.tex{query}": WRONG,
        }
        ed.open(f"{base}/sec/a.tex{query}", RIGHT)
        await ed.until("the status", lambda: any(s.root == "main.tex" for s in ed.statuses))
        shown = {uri: ed.codes(uri) for uri in ed.published if ed.codes(uri)}
        assert shown == {f"{base}/sec/b.tex{query}": ["TK101"]}


async def test_a_client_that_reads_no_files_is_never_answered_from_a_disk(
    ed: Editor, tmp_path: Path
) -> None:
    (tmp_path / "main.tex").write_text(paper("\\input{a}"))
    uri = f"vsls://host{tmp_path}/main.tex"
    (tmp_path / "a.tex").write_text(WRONG)
    ed.open(uri, paper("\\input{a}"))
    await ed.until("what is missing", lambda: any("a.tex" in said for said in ed.logged))
    assert list(ed.published) == [uri]


async def test_settings_come_by_workspace_configuration(tmp_path: Path) -> None:
    text = paper("\\section{One}\n" + RIGHT)
    uri = (tmp_path / "a.tex").as_uri()
    settings = {"tanaka": {"diagnostics": {"delay": 60_000}, "codeLens": True}}
    async with editor(vscode(), None, configuration=settings) as ed:
        await ed.until("the watchers", lambda: ed.registered)
        ed.open(uri, text)
        await ed.until("a publish", lambda: uri in ed.published)
        lenses = types.CodeLensParams(types.TextDocumentIdentifier(uri))
        assert await ed.text_document_code_lens_async(lenses)
        ed.replace(uri, text, "3.0", "3.5", version=2)
        await ed.until("the version", lambda: ed.published[uri][-1].version == 2)
        assert ed.codes(uri) == []
        ed.configuration = {"tanaka": {"diagnostics": {"delay": 0}, "codeLens": False}}
        ed.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))
        edited = text.replace("3.0", "3.5")
        while await ed.text_document_code_lens_async(lenses):
            await asyncio.sleep(0)
        ed.replace(uri, edited, "speedup", "speed-up", version=3)
        await ed.until("the finding", lambda: ed.codes(uri) == ["TK101"])


async def test_ticks_are_shown_to_who_asks_and_follow_the_settings(tmp_path: Path) -> None:
    text = paper("\\section{One}\n" + RIGHT)
    uri = (tmp_path / "a.tex").as_uri()
    async with editor(vscode(), None, configuration={"tanaka": {"markChecked": False}}) as ed:
        await ed.until("the watchers", lambda: ed.registered)
        ed.open(uri, text)
        await ed.until("a publish", lambda: uri in ed.published)
        whole = types.Range(types.Position(0, 0), place(text, len(text)))
        asked = types.InlayHintParams(types.TextDocumentIdentifier(uri), whole)
        assert await ed.text_document_inlay_hint_async(asked) is None
        ed.configuration = {"tanaka": {"markChecked": True}}
        ed.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))
        await ed.until("the request to look again", lambda: ed.hints_refreshed)
        found = await ed.text_document_inlay_hint_async(asked)
        assert found is not None
        assert [hint.label for hint in found] == ["✓", "✓", "✓"]
        assert found[-1].position == place(text, text.index("3.0\\times$") + len("3.0\\times$"))
        assert found[-1].tooltip == "consistent: 420 ms / 140 ms = 3.00 (TK101)"


async def test_peaks_are_shown_to_who_asks_beside_the_ticks(tmp_path: Path) -> None:
    text = paper(f"\\section{{One}}\nWe train in BF16 on 64 A100-SXM4-80GB GPUs. {RIGHT}")
    uri = (tmp_path / "a.tex").as_uri()
    options = {"theme": "dark", "diagnosticsDelay": 0, "showPeaks": True}
    async with editor(vscode(), options, configuration={"tanaka": {"showPeaks": True}}) as ed:
        ed.open(uri, text)
        whole = types.Range(types.Position(0, 0), place(text, len(text)))
        asked = types.InlayHintParams(types.TextDocumentIdentifier(uri), whole)
        found = await ed.text_document_inlay_hint_async(asked)
        assert found is not None
        assert [hint.label for hint in found] == ["= 20.0 PFLOP/s bf16 dense"]
        assert found[0].position == place(text, text.index("80GB") + len("80GB"))
        assert found[0].tooltip == "64 × 312 TFLOP/s (NVIDIA A100 datasheet)"
        ed.configuration = {"tanaka": {"markChecked": True, "showPeaks": True}}
        ed.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))
        await ed.until("the request to look again", lambda: ed.hints_refreshed)
        both = await ed.text_document_inlay_hint_async(asked)
        assert both is not None
        assert sorted(str(hint.label) for hint in both)[:1] == ["= 20.0 PFLOP/s bf16 dense"]
        assert len(both) > 3
        ed.configuration = {"tanaka": {"markChecked": False, "showPeaks": False}}
        ed.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))
        while await ed.text_document_inlay_hint_async(asked) is not None:
            await asyncio.sleep(0)


async def test_a_name_shows_what_is_published_of_it(ed: Editor, tmp_path: Path) -> None:
    text = paper("\\section{One}\nWe train in BF16 on 64 A100-SXM4-80GB GPUs.")
    uri = (tmp_path / "a.tex").as_uri()
    ed.open(uri, text)
    found = await ed.text_document_hover_async(
        types.HoverParams(types.TextDocumentIdentifier(uri), place(text, text.index("A100") + 1))
    )
    assert found is not None
    assert found.range == words(text, "A100-SXM4-80GB")
    assert isinstance(found.contents, types.MarkupContent)
    assert found.contents.value.startswith("**published:** NVIDIA A100 SXM4 80GB")
    assert "data:image/svg+xml" in found.contents.value


async def test_a_device_is_declared_from_the_light_bulb_and_the_rate_is_checked(
    ed: Editor, tmp_path: Path
) -> None:
    rate = "Each GPU sustains 389\\,TFLOP/s on our largest product."
    text = paper(
        "\\section{One}\nThe A100-SXM4-80GB computes in BF16. Serving uses an H100-SXM5-80GB.\n"
        f"\\section{{Two}}\n{rate}"
    )
    (tmp_path / "a.tex").write_text(text)
    (tmp_path / "tanaka.toml").write_text('[paper]\nroot = "a.tex"\n')
    uri = (tmp_path / "a.tex").as_uri()
    ed.open(uri, text)
    await ed.until("a publish", lambda: uri in ed.published)
    found = {a.title: a for a in await ed.actions(uri, words(text, "389"))}
    comment = found["Declare the device: A100-SXM4-80GB, bf16"]
    assert comment.kind == types.CodeActionKind.QuickFix
    assert comment.edit is None  # it is asked for when it is chosen
    chosen = await ed.code_action_resolve_async(comment)
    assert chosen.edit is not None
    (change,) = chosen.edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    (edit,) = change.edits
    assert edit.new_text == "% tanaka: given device = A100-SXM4-80GB, precision = bf16\n"
    assert edit.range.start == place(text, text.index(rate))
    whole = await ed.code_action_resolve_async(
        found["Declare the device for the whole paper: A100-SXM4-80GB, bf16"]
    )
    assert whole.edit is not None
    (entry,) = whole.edit.document_changes or ()
    assert isinstance(entry, types.TextDocumentEdit)
    assert entry.text_document.uri.endswith("/tanaka.toml")
    assert '[given]\ndevice = "A100-SXM4-80GB"' in entry.edits[0].new_text
    ed.replace(uri, text, rate, edit.new_text + rate, version=2)
    await ed.until("the finding", lambda: "TK201" in ed.codes(uri))
    (item,) = [d for d in ed.shown(uri) if d.code == "TK201"]
    assert "(declared)" in item.message


async def test_half_typed_latex_costs_no_more_than_its_own_block(
    ed: Editor, tmp_path: Path
) -> None:
    text = paper(f"\\section{{One}}\n{WRONG}\n\\section{{Two}}\nText.\n")
    uri = (tmp_path / "a.tex").as_uri()
    ed.open(uri, text)
    await ed.until("the finding", lambda: ed.codes(uri) == ["TK101"])
    for version, broken in enumerate(
        ("\\begin{table}{", "$", "\\newcommand{\\x", "\\verb|", "{{{{", "\\input{"), start=2
    ):
        text = ed.replace(uri, text, "Text.", broken + "Text.", version=version)
        await ed.until("the version", lambda v=version: ed.published[uri][-1].version == v)
        assert ed.codes(uri) == ["TK101"], broken
    assert ed.logged == []


async def test_a_request_that_waits_for_a_file_can_be_cancelled() -> None:
    uri = "overleaf-workshop://host/Paper/a.tex"
    async with editor(vscode(), OURS | {"files": True}) as ed:
        ed.answers.clear()  # the client is slow to read files
        ed.open(uri, WRONG)
        asked = ed.protocol.send_request(
            types.WORKSPACE_EXECUTE_COMMAND,
            types.ExecuteCommandParams("tanaka.stressTest", [{"uri": uri}]),
        )
        (id,) = [i for i, f in ed.protocol._request_futures.items() if f is asked]
        ed.protocol.notify(types.CANCEL_REQUEST, types.CancelParams(id))
        with pytest.raises(JsonRpcException) as refused:
            await asyncio.wrap_future(asked)
        assert refused.value.code == types.LSPErrorCodes.RequestCancelled
        ed.answers.set()
        await ed.until("the findings", lambda: ed.codes(uri) == ["TK101"])


async def test_a_position_in_a_text_that_was_edited_meanwhile_is_refused() -> None:
    uri = "overleaf-workshop://host/Paper/a.tex"
    async with editor(vscode(), OURS | {"files": True}) as ed:
        ed.answers.clear()
        ed.open(uri, WRONG)
        hover = asyncio.ensure_future(ed.hover_text(uri, place(WRONG, 5)))
        await asyncio.sleep(0)
        ed.replace(uri, WRONG, "The", "A", version=2)
        ed.answers.set()
        with pytest.raises(JsonRpcException) as refused:
            await hover
        assert refused.value.code == types.LSPErrorCodes.ContentModified


async def test_a_channel_that_fails_is_not_told_of_its_own_failure() -> None:
    class Closed:
        writes = 0

        def write(self, _: bytes) -> None:
            self.writes += 1
            raise ValueError("write to closed file")

        def close(self) -> None: ...

    server, closed = make_server(), Closed()
    server.protocol.set_writer(closed)
    server.report_server_error(ValueError("a rule failed"), JsonRpcInternalError)
    assert closed.writes == 1


async def test_a_client_that_leaves_while_its_paper_is_read_is_told_nothing_more() -> None:
    """Reading is cut short, and what would be shown after it finds the channel closed."""
    uri = "overleaf-workshop://host/Paper/a.tex"
    for pause in (0.0, 0.05, 0.2):
        async with editor(vscode(), OURS | {"files": True}) as ed:
            ed.open(uri, WRONG * 400)
            await asyncio.sleep(pause)
            ed.replace(uri, WRONG, "The", "A", version=2)


async def test_over_tcp(tmp_path: Path) -> None:
    uri = (tmp_path / "a.tex").as_uri()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tanaka", "serve", "--tcp", f"127.0.0.1:{port}"
    )
    ed = Editor()
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await ed.start_tcp("127.0.0.1", port)
                break
            except OSError:
                await asyncio.sleep(0.02)  # it does not listen yet
        await ed.initialize_async(types.InitializeParams(capabilities=vscode()))
        ed.initialized(types.InitializedParams())
        ed.open(uri, paper(WRONG))
        await ed.until("the finding", lambda: ed.codes(uri) == ["TK101"])
        await ed.shutdown_async(None)
        ed.exit(None)
        await process.wait()
    await ed.stop()
