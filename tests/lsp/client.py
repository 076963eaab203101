"""An editor for the tests: a real server process, and what it has said so far."""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

PATIENCE = 20.0  # seconds; a test that waits so long has failed


class Editor(LanguageClient):
    """A language client that keeps what the server sends, and waits for it by condition."""

    def __init__(self) -> None:
        super().__init__("editor", "1")
        self.published: dict[str, list[types.PublishDiagnosticsParams]] = {}
        self.statuses: list[Any] = []
        self.logged: list[str] = []
        self.configuration: dict[str, Any] = {}
        self.registered: list[types.Registration] = []
        self.hints_refreshed = 0
        self.files: dict[str, str | bytes] = {}
        self.asked_for: list[tuple[str, str]] = []
        self.pieces: dict[str | int, list[Any]] = {}
        self.offered: types.InitializeResult
        self.answers = asyncio.Event()
        self.answers.set()
        self.slow = ""  # how the names of files end that wait for `answers`
        self._open: set[str] = set()
        self._heard = asyncio.Event()
        feature = self.feature

        @feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def publish(params: types.PublishDiagnosticsParams) -> None:
            self.published.setdefault(params.uri, []).append(params)
            self._heard.set()

        @feature("tanaka/status")
        def status(params: Any) -> None:
            self.statuses.append(params)
            self._heard.set()

        @feature(types.WINDOW_LOG_MESSAGE)
        def log(params: types.LogMessageParams) -> None:
            self.logged.append(params.message)
            self._heard.set()

        @feature(types.WORKSPACE_CONFIGURATION)
        def configuration(params: types.ConfigurationParams) -> list[Any]:
            return [self.configuration.get(item.section or "") for item in params.items]

        @feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(params: types.RegistrationParams) -> None:
            self.registered += params.registrations
            self._heard.set()

        @feature(types.WORKSPACE_INLAY_HINT_REFRESH)
        def refresh(_: Any) -> None:
            self.hints_refreshed += 1
            self._heard.set()

        @feature("tanaka/readFile")
        async def read_file(params: Any) -> dict[str, str | None]:
            if params.uri.partition("?")[0].endswith(self.slow):
                await self.answers.wait()
            self.asked_for.append(("read", params.uri))
            found = self.files.get(params.uri)
            if getattr(params, "encoding", "") == "base64":
                data = found.encode() if isinstance(found, str) else found
                return {"text": None if data is None else base64.b64encode(data).decode()}
            return {"text": found if isinstance(found, str) else None}

        @feature("tanaka/listFiles")
        def list_files(params: Any) -> dict[str, list[str]]:
            self.asked_for.append(("list", params.uri))
            folder, _, query = params.uri.partition("?")
            folder = folder.rstrip("/") + "/"
            wanted = tuple(getattr(params, "suffixes", (".tex", ".ltx")))
            below = [
                u
                for u in self.files
                if u.startswith(folder)
                and u.partition("?")[0].endswith(wanted)
                and u.endswith(query)
            ]
            return {"uris": [u for u in below if params.recursive or "/" not in u[len(folder) :]]}

        @feature(types.PROGRESS)
        def progress(params: types.ProgressParams) -> None:
            self.pieces.setdefault(params.token, []).append(params.value)
            self._heard.set()

    async def until(self, what: str, holds: Callable[[], object]) -> None:
        """Wait until something that the server says makes a condition true."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self._heard.clear()
                try:
                    await self._heard.wait()
                except asyncio.CancelledError:
                    raise AssertionError(f"waited {PATIENCE:g} s for {what}") from None

    def codes(self, uri: str) -> list[str]:
        """Codes of what is shown for a document now."""
        shown = self.published.get(uri)
        return [] if not shown else [str(d.code) for d in shown[-1].diagnostics]

    def shown(self, uri: str) -> list[types.Diagnostic]:
        """What is shown for a document now."""
        return list(self.published[uri][-1].diagnostics)

    def open(self, uri: str, text: str, version: int = 1) -> None:
        """Open a document."""
        self._open.add(uri)
        item = types.TextDocumentItem(uri, "latex", version, text)
        self.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def replace(self, uri: str, text: str, old: str, new: str, version: int) -> str:
        """Type over a stretch of a document of which the text is known; the text after."""
        at = text.index(old)
        change = types.TextDocumentContentChangePartial(
            range=types.Range(place(text, at), place(text, at + len(old))), text=new
        )
        self.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(version, uri), [change]
            )
        )
        return text[:at] + new + text[at + len(old) :]

    def close(self, uri: str) -> None:
        """Close a document."""
        self._open.discard(uri)
        self.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
        )

    async def gone(self, *, was_shut_down: bool) -> None:
        """Wait until the server has left, with status 0 where it was asked to shut down first."""
        process = self._server
        assert process is not None and process.stderr is not None
        try:
            async with asyncio.timeout(PATIENCE):
                said = (await process.stderr.read()).decode()
                await self.stop()
        except TimeoutError:
            process.kill()
            raise AssertionError(f"the server did not leave in {PATIENCE:g} s") from None
        assert "Error sending data" not in said, said[-2000:]
        assert process.returncode == (0 if was_shut_down else 1), said[-2000:]

    async def close_all(self) -> None:
        """Close what is open, and forget what was said."""
        for uri in tuple(self._open):
            self.close(uri)
        await self.until("no finding", lambda: not any(map(self.codes, self.published)))
        self.published.clear()
        self.statuses.clear()
        self.logged.clear()

    async def hover_text(self, uri: str, at: types.Position) -> str:
        """Words of the hover at a place; "" where there is none."""
        found = await self.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(uri), at)
        )
        return "" if found is None else found.contents.value  # type: ignore[union-attr]

    async def actions(self, uri: str, at: types.Range) -> list[types.CodeAction]:
        """Actions that are offered for a range."""
        found = await self.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri), at, types.CodeActionContext([])
            )
        )
        return [a for a in found or [] if isinstance(a, types.CodeAction)]

    async def run(self, command: str, argument: dict[str, Any]) -> Any:
        """Run a command of the server."""
        return await self.workspace_execute_command_async(
            types.ExecuteCommandParams(command, [argument])
        )


def place(text: str, at: int) -> types.Position:
    """Position of an offset in UTF-16 units, by the protocol's own words."""
    before = text[:at].replace("\r\n", "\n").replace("\r", "\n")
    line = before.rpartition("\n")[2]
    return types.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)


def words(text: str, found: str) -> types.Range:
    """Range of a stretch of a text."""
    at = text.index(found)
    return types.Range(place(text, at), place(text, at + len(found)))


def vscode() -> types.ClientCapabilities:
    """What VS Code says of itself, as far as the server looks at it."""
    return types.ClientCapabilities(
        workspace=types.WorkspaceClientCapabilities(
            configuration=True,
            workspace_edit=types.WorkspaceEditClientCapabilities(
                document_changes=True,
                change_annotation_support=types.ChangeAnnotationsSupportOptions(),
            ),
            inlay_hint=types.InlayHintWorkspaceClientCapabilities(refresh_support=True),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
                dynamic_registration=True
            ),
        ),
        text_document=types.TextDocumentClientCapabilities(
            hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
            code_action=types.CodeActionClientCapabilities(
                resolve_support=types.ClientCodeActionResolveOptions(["edit"]), data_support=True
            ),
            publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
                related_information=True, version_support=True
            ),
        ),
        general=types.GeneralClientCapabilities(
            markdown=types.MarkdownClientCapabilities(parser="marked"),
            position_encodings=[types.PositionEncodingKind.Utf16],
        ),
    )


@asynccontextmanager
async def editor(
    capabilities: types.ClientCapabilities | None = None,
    options: dict[str, Any] | None = None,
    folders: tuple[Path, ...] = (),
    configuration: dict[str, Any] | None = None,
) -> AsyncIterator[Editor]:
    """An editor with a server of its own; the server must leave with status 0."""
    client = Editor()
    client.configuration = configuration or {}
    was_shut_down = False
    await client.start_io(sys.executable, "-m", "tanaka", "serve", "--stdio")
    try:
        client.offered = await client.initialize_async(
            types.InitializeParams(
                capabilities=capabilities or types.ClientCapabilities(),
                initialization_options=options,
                workspace_folders=[types.WorkspaceFolder(f.as_uri(), f.name) for f in folders],
            )
        )
        client.initialized(types.InitializedParams())
        yield client
        async with asyncio.timeout(PATIENCE):
            await client.shutdown_async(None)
        was_shut_down = True
    finally:
        client.exit(None)
        await client.gone(was_shut_down=was_shut_down)
