"""The server's wiring: which message goes to which handler, and what the client is told.

Only async handlers answer requests, so that a client can cancel them; nothing runs in a thread.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
from collections.abc import Coroutine, Generator
from typing import TYPE_CHECKING, Any, BinaryIO

from lsprotocol import types
from pygls.exceptions import (
    FeatureRequestError,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcServerNotInitialized,
)
from pygls.io_ import StdoutWriter, run_async
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter, lsp_method

from tanaka import __version__
from tanaka.lsp import ext, handlers, to_proto
from tanaka.lsp.documents import Names
from tanaka.lsp.files import Files
from tanaka.lsp.positions import Encoding
from tanaka.lsp.stdio import PipeReader, waits_on_the_loop
from tanaka.lsp.voice import Voice

if TYPE_CHECKING:
    from tanaka.lsp.session import Session

log = logging.getLogger(__name__)

_WATCHED = ("**/*.{tex,ltx,bib,pdf}", "**/tanaka.toml", "**/.tanaka/knowledge/**/*.toml")
_SECTION = "tanaka"
_KEPT = 4000  # diagnostics as plain data
_TITLES = {
    ext.STRESS_TEST: "Stress-testing the paper",
    ext.FACTS: "Listing what was read",
    ext.DELTA: "Holding the draft against its baseline",
}


class Protocol(LanguageServerProtocol):
    """pygls' protocol without its mirror of the documents: ours is `tanaka.lsp.documents`.

    Theirs splits lines at form feeds and costs a pass over the whole document a change.  And a
    command is one task here, so that a request that is cancelled stops its work, not its answer
    alone.
    """

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        """Say too that commands tell of their progress, which pygls has no way to."""
        result = yield from super().lsp_initialize(params)
        if result.capabilities.execute_command_provider is not None:
            result.capabilities.execute_command_provider.work_done_progress = True
        return result

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]
        self, params: types.ExecuteCommandParams
    ) -> Any:
        """Run a command, with progress for a client that gave a token for it."""
        handler = self.fm.commands.get(params.command)
        if handler is None:
            raise JsonRpcInvalidParams(f"there is no command {params.command}")
        argument = next(iter(params.arguments or ()), None)
        token, task = params.work_done_token, asyncio.current_task()
        if token is None or task is None:
            return await handler(argument)
        # What pygls cancels when the client cancels the progress.
        self.progress.tokens[token] = task  # type: ignore[assignment]
        title = _TITLES.get(params.command, "Tanaka")
        self.progress.begin(token, types.WorkDoneProgressBegin(title, cancellable=True))
        try:
            return await handler(argument)
        finally:
            self.progress.end(token, types.WorkDoneProgressEnd())
            del self.progress.tokens[token]

    def send_plain(self, method: str, params: dict[str, Any]) -> None:
        """Send a notification that is plain data already, past the converter's walk over it."""
        self._send_data({"jsonrpc": self.VERSION, "method": method, "params": params})

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Any:
        """Hand the document to the session."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Any:
        """Hand the edits to the session."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Any:
        """Tell the session."""
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None


class Server(LanguageServer):
    """A language server and its one session."""

    def __init__(self) -> None:
        super().__init__(
            "tanaka", __version__, protocol_cls=Protocol, converter_factory=default_converter
        )
        self.options = ext.Options()
        self.voice = Voice(self)
        self._session: Session | None = None
        self._plain: dict[int, tuple[types.Diagnostic, Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._telling = False

    @property
    def session(self) -> Session:
        """The session; made once the client has said `initialized`."""
        if self._session is None:
            raise JsonRpcServerNotInitialized
        return self._session

    def begin(self) -> None:
        """Load the analysis and make the session."""
        from tanaka.lsp.session import Session

        names = Names()
        files = Files(names, self.protocol.send_request_async if self.options.files else None)
        self._session = Session(
            self, files, names,
            encoding=Encoding(self.server_capabilities.position_encoding or Encoding.UTF16),
            wants=to_proto.Wants.of(self.client_capabilities),
            options=self.options,
        )  # fmt: skip
        self._session.set_folders(list(self.workspace.folders))
        gc.freeze()  # what was imported stays
        # A full collection walks over a whole paper, which takes longer than a keystroke may.
        gc.set_threshold(20_000, 20, 50)
        gc.enable()  # off since `tanaka serve` began

    def start_io(self, stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> None:
        """Serve one client over standard input and output, until it leaves."""
        stdin, stdout = stdin or sys.stdin.buffer, stdout or sys.stdout.buffer
        if not waits_on_the_loop(stdin, stdout):
            super().start_io(stdin, stdout)
            return
        self._stop_event = threading.Event()
        self.protocol.set_writer(StdoutWriter(stdout))
        try:
            asyncio.run(self._serve(self._stop_event, stdin))
        except BrokenPipeError:
            log.error("the client is gone")
        except (KeyboardInterrupt, SystemExit):
            pass
        finally:
            self.shutdown()  # type: ignore[no-untyped-call]

    async def _serve(self, stop: threading.Event, stdin: BinaryIO) -> None:
        reader = await PipeReader.of(stdin)
        await run_async(stop, reader, self.protocol, log, self.report_server_error)

    def leave(self) -> None:
        """The client goes: nothing more is read for it or said to it."""
        if self._session is not None:
            self._session.leave()

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something on the loop; what it raises is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)

        def done(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                self.report_server_error(JsonRpcInternalError(str(error)), JsonRpcInternalError)

        task.add_done_callback(done)

    # -- what the session says (`tanaka.lsp.session.Client`) -----------------------------------
    def publish(self, params: types.PublishDiagnosticsParams) -> None:
        """Show the findings of one document; those that were shown before are plain data already."""
        if len(self._plain) > _KEPT:
            self._plain.clear()
        found = []
        for each in params.diagnostics:
            kept = self._plain.get(id(each))
            if kept is None or kept[0] is not each:
                converted = self.protocol._converter.unstructure(each)
                kept = self._plain[id(each)] = (each, converted)
            found.append(kept[1])
        plain: dict[str, Any] = {"uri": params.uri, "diagnostics": found}
        if params.version is not None:
            plain["version"] = params.version
        assert isinstance(self.protocol, Protocol)
        self.protocol.send_plain(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, plain)

    def status(self, status: ext.Status) -> None:
        """Show the state of a paper."""
        self.protocol.notify(ext.STATUS, status)

    def partial(self, token: str | int, piece: ext.ReviewPiece) -> None:
        """Send a piece of an answer that is being made."""
        self.protocol.notify(types.PROGRESS, types.ProgressParams(token, piece))

    def tell(self, method: str, params: Any) -> None:
        """Send a notification of our own."""
        self.protocol.notify(method, params)

    async def ask(self, method: str, params: Any) -> Any:
        """Send a request of our own."""
        return await self.protocol.send_request_async(method, params)

    def log(self, message: str) -> None:
        """One line for the output channel."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Warning, message))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log what went wrong; a message box in the middle of a sentence helps nobody."""
        if source is FeatureRequestError:
            return
        log.error("%s", error)
        if self._telling:
            return  # it is the telling that failed: one more line would fail in the same way
        self._telling = True
        try:
            self.log(f"Error in the server: {error}")
        finally:
            self._telling = False


def make_server() -> Server:
    """A server with all its handlers."""
    server = Server()
    feature = server.feature

    @feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.options = ext.Options.of(params.initialization_options)
        server.voice.client_answers = server.options.voice

    @feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        server.begin()
        # Requests to the client are never awaited in a task that may be cancelled.
        server.later(_watch(server))
        server.later(_configure(server))

    @feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        item = params.text_document
        server.session.opened(item.uri, item.text, item.version)

    @feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        item = params.text_document
        server.session.changed(item.uri, params.content_changes, item.version)

    @feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        server.session.closed(params.text_document.uri)

    @feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        server.session.files_changed([change.uri for change in params.changes])

    @feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_workspace_folders(_: types.DidChangeWorkspaceFoldersParams) -> None:
        server.session.set_folders(list(server.workspace.folders))

    @feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def did_change_configuration(_: types.DidChangeConfigurationParams) -> None:
        server.later(_configure(server))

    @feature(ext.THEME)
    def theme(params: Any) -> None:
        kind = (ext.plain(params) or {}).get("kind")
        server.session.theme = kind if isinstance(kind, str) else ""

    @feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        return await handlers.hover(server.session, params)

    @feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            [types.CodeActionKind.QuickFix, to_proto.TWIST], resolve_provider=True
        ),
    )
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction] | None:
        return await handlers.code_actions(server.session, params)

    @feature(types.CODE_ACTION_RESOLVE)
    async def code_action_resolve(params: types.CodeAction) -> types.CodeAction:
        return await handlers.resolve_code_action(server.session, params)

    @feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def code_lens(params: types.CodeLensParams) -> list[types.CodeLens] | None:
        return await handlers.code_lenses(server.session, params)

    @feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def inlay_hint(params: types.InlayHintParams) -> list[types.InlayHint] | None:
        return await handlers.inlay_hints(server.session, params)

    @feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    async def document_link(params: types.DocumentLinkParams) -> list[types.DocumentLink] | None:
        return await handlers.document_links(server.session, params)

    @feature(ext.BASELINE)
    async def baseline(params: Any) -> None:
        await handlers.choose_baseline(server.session, params)

    @server.command(ext.STRESS_TEST)
    async def stress_test(argument: Any) -> Any:
        return await handlers.stress_test(server.session, argument, server.partial, server.voice)

    @server.command(ext.WHAT_WOULD_BE_SENT)
    async def what_would_be_sent(argument: Any) -> Any:
        return await handlers.what_would_be_sent(server.session, argument, server.voice)

    @feature(ext.VOICE_STOP)
    def voice_stop(_: Any) -> None:
        server.voice.stop()

    @feature(types.SHUTDOWN)
    async def shutdown(_: Any) -> None:
        server.leave()
        await server.voice.close()

    @feature(types.EXIT)
    def leave(_: Any) -> None:
        server.leave()

    @server.command(ext.DELTA)
    async def delta(argument: Any) -> Any:
        return await handlers.delta(server.session, argument)

    @server.command(ext.FACTS)
    async def facts(argument: Any) -> Any:
        return await handlers.facts(server.session, argument)

    return server


async def _watch(server: Server) -> None:
    """Ask to be told of files that change on disk, where the client does not tell by itself."""
    workspace = server.client_capabilities.workspace
    watched = workspace.did_change_watched_files if workspace else None
    if watched is None or not watched.dynamic_registration:
        return
    watchers = [types.FileSystemWatcher(glob) for glob in _WATCHED]
    await server.client_register_capability_async(
        types.RegistrationParams(
            [
                types.Registration(
                    "tanaka-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                    types.DidChangeWatchedFilesRegistrationOptions(watchers),
                )
            ]
        )
    )  # fmt: skip


async def _configure(server: Server) -> None:
    """Read the settings, where the client has any."""
    workspace = server.client_capabilities.workspace
    if workspace is None or not workspace.configuration:
        return
    items = [types.ConfigurationItem(section=_SECTION)]
    found = ext.plain(await server.workspace_configuration_async(types.ConfigurationParams(items)))
    settings = found[0] if found and isinstance(found[0], dict) else {}
    diagnostics = settings.get("diagnostics")
    delay = diagnostics.get("delay") if isinstance(diagnostics, dict) else None
    if isinstance(delay, int) and not isinstance(delay, bool) and delay >= 0:
        server.session.set_delay(delay)
    if isinstance(settings.get("codeLens"), bool):
        server.session.code_lens = settings["codeLens"]
    session = server.session
    before = session.mark_checked, session.show_peaks
    marks, peaks = settings.get("markChecked"), settings.get("showPeaks")
    session.mark_checked = marks if isinstance(marks, bool) else before[0]
    session.show_peaks = peaks if isinstance(peaks, bool) else before[1]
    hints = workspace.inlay_hint
    if (session.mark_checked, session.show_peaks) != before and hints and hints.refresh_support:
        await server.workspace_inlay_hint_refresh_async(None)
    server.voice.configure(settings.get("voice"))


def serve_stdio() -> None:
    """Serve one client over standard input and output, until it leaves."""
    make_server().start_io()


def serve_tcp(host: str, port: int) -> None:
    """Serve one client over a socket.

    Parameters
    ----------
    host : str
        Address to listen on; nothing but this machine should be able to reach it.
    port : int
    """
    make_server().start_tcp(host, port)
