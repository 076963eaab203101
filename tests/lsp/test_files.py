"""Files that are not open: the disk's from the disk, all others through the client, bytes and texts."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from tanaka.lsp.documents import Names
from tanaka.lsp.files import Files, Unreadable
from tanaka.text import DocId

pytestmark = pytest.mark.asyncio

ROOT = "overleaf-workshop://www.overleaf.com/Paper/main.tex?user%3D1%26project%3D2"


class Client:
    """Answers what the server asks for, and keeps it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[tuple[str, Any]] = []

    async def __call__(self, method: str, params: Any) -> Any:
        self.asked.append((method, params))
        return self.answer


def virtual(answer: Any) -> tuple[Files, Client, DocId]:
    names, client = Names(), Client(answer)
    doc = DocId(names.doc(ROOT).replace("main.tex", "baseline.pdf"))
    return Files(names, client), client, doc


async def test_bytes_come_through_the_client_in_base64_with_server_and_ids_kept() -> None:
    files, client, doc = virtual({"text": base64.b64encode(b"%PDF\x00\xff").decode()})
    assert await files.read_bytes(doc) == b"%PDF\x00\xff"
    uri = ROOT.replace("main.tex", "baseline.pdf")
    assert client.asked == [("tanaka/readFile", {"uri": uri, "encoding": "base64"})]


async def test_a_file_that_is_not_there_is_none_and_no_problem(tmp_path: Path) -> None:
    files, _, doc = virtual({"text": None})
    assert await files.read_bytes(doc) is None
    assert await files.read_bytes(DocId(f"file://{tmp_path}/none.pdf")) is None
    assert await Files(Names(), None).read_bytes(doc) is None


async def test_what_the_client_would_not_read_is_said_in_its_words() -> None:
    files, _, doc = virtual(
        {"text": None, "problem": "baseline.pdf has 80 MB, and 50 MB is the most that is read."}
    )
    with pytest.raises(Unreadable, match="has 80 MB"):
        await files.read_bytes(doc)


@pytest.mark.parametrize("text", ["not base64!", "%PDF-1.7", "QUJ"])
async def test_bytes_that_did_not_arrive_are_said(text: str) -> None:
    files, _, doc = virtual({"text": text})
    with pytest.raises(Unreadable, match=r"^baseline\.pdf did not arrive as bytes\.$"):
        await files.read_bytes(doc)


@pytest.mark.parametrize("answer", [None, 3, [], {}, {"text": 3}])
async def test_an_answer_of_another_shape_is_as_good_as_none(answer: Any) -> None:
    files, _, doc = virtual(answer)
    assert await files.read_bytes(doc) is None
    assert await files.read(doc) is None
    assert await files.list(doc, recursive=True) == []


async def test_a_pdf_on_the_disk_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    large = tmp_path / "old.pdf"
    with large.open("wb") as file:
        file.truncate(80_000_000)  # holes: nothing of that size is written
    files = Files(Names(), None)
    with pytest.raises(
        Unreadable, match=r"^old\.pdf has 80 MB, and 50 MB is the most that is read\.$"
    ):
        await files.read_bytes(DocId(large.as_uri()))


async def test_files_of_other_kinds_are_listed_where_they_are_asked_for(tmp_path: Path) -> None:
    for name in ("works/mine.toml", "works/notes.md", "a.toml", "b.tex"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    files, top = Files(Names(), None), DocId(tmp_path.as_uri())

    async def names(**asked: Any) -> list[str]:
        return [d[len(top) + 1 :] for d in await files.list(top, **asked)]

    assert await names(recursive=True, suffixes=(".toml",)) == ["a.toml", "works/mine.toml"]
    assert await names(recursive=False, suffixes=(".toml",)) == ["a.toml"]
    assert await names(recursive=True) == ["b.tex"]
    files, client, doc = virtual({"uris": []})
    await files.list(doc, recursive=True, suffixes=(".toml",))
    assert client.asked[0][1]["suffixes"] == [".toml"]
