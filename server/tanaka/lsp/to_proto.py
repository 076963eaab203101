"""Views to the protocol's types.  Spans become ranges here and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from lsprotocol import types

from tanaka.lsp import ext
from tanaka.lsp.positions import Encoding, position, span_range
from tanaka.records import dataclass

if TYPE_CHECKING:
    from tanaka.text import DocId, Edit, LineIndex, Span
    from tanaka.views.actions import ActionView
    from tanaka.views.diagnostics import DiagnosticView
    from tanaka.views.hints import HintView
    from tanaka.views.lenses import LensView


SOURCE = "tanaka"
TWIST = "refactor.tanaka.twist"
"""Kind of the action that adds a twist: below ``refactor``, where an editor shows it."""
_SEVERITY = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "information": types.DiagnosticSeverity.Information,
}


class Ground(Protocol):
    """What positions are counted on: names, texts and versions of documents."""

    @property
    def encoding(self) -> Encoding:
        """Units of a column."""

    def uri(self, doc: DocId) -> str:
        """URI of a document, as the client spells it."""

    def lines(self, doc: DocId) -> LineIndex:
        """Lines of its text."""

    def version(self, doc: DocId) -> int | None:
        """Version that the editor has open; None where it has none."""


@dataclass(frozen=True, slots=True)
class Wants:
    """What a client can take.

    Attributes
    ----------
    document_changes, annotations : bool
        Versioned edits, and words beside them.
    lazy_edits : bool
        Whether it asks for an action's edit when the action is chosen.
    markdown, images : bool
        Whether a hover may be Markdown, and whether images in it are drawn.
    related : bool
        Related places of diagnostics.
    """

    document_changes: bool = False
    annotations: bool = False
    lazy_edits: bool = False
    markdown: bool = False
    images: bool = False
    related: bool = False

    @staticmethod
    def of(capabilities: types.ClientCapabilities) -> Wants:
        """From what the client said of itself."""
        edits = capabilities.workspace.workspace_edit if capabilities.workspace else None
        text = capabilities.text_document
        action = text.code_action if text else None
        resolves = action.resolve_support.properties if action and action.resolve_support else ()
        hover = text.hover if text else None
        formats = (hover.content_format if hover else None) or ()
        general = capabilities.general
        parser = general.markdown.parser if general and general.markdown else ""
        return Wants(
            document_changes=bool(edits and edits.document_changes),
            annotations=bool(edits and edits.change_annotation_support),
            lazy_edits="edit" in resolves,
            markdown=types.MarkupKind.Markdown in formats,
            # VS Code names the library that it renders with; it is the one client known to
            # draw images given as data.
            images=parser == "marked",
            related=bool(
                text and text.publish_diagnostics and text.publish_diagnostics.related_information
            ),
        )


def range_of(span: Span, ground: Ground) -> types.Range:
    """Range of a span."""
    return span_range(ground.lines(span.doc), span, ground.encoding)


def location(span: Span, ground: Ground) -> types.Location:
    """Location of a span; of one in a PDF, the file, since an editor counts no lines in it."""
    from tanaka.analysis.baseline import is_pdf

    start = types.Position(0, 0)
    at = types.Range(start, start) if is_pdf(span.doc) else range_of(span, ground)
    return types.Location(ground.uri(span.doc), at)


def link(span: Span, target: DocId, words: str, ground: Ground) -> types.DocumentLink:
    """A stretch of a document that leads to another one."""
    return types.DocumentLink(range_of(span, ground), ground.uri(target), tooltip=words)


def diagnostic(view: DiagnosticView, ground: Ground, wants: Wants) -> types.Diagnostic:
    """One entry of the problems list."""
    related = [
        types.DiagnosticRelatedInformation(location(span, ground), words)
        for span, words in view.related
    ]
    return types.Diagnostic(
        range=range_of(view.span, ground),
        severity=_SEVERITY[view.severity],
        code=view.code,
        source=SOURCE,
        message=view.message,
        related_information=related if wants.related and related else None,
        data={"fingerprint": view.fingerprint, "name": view.name},
    )


def hover(text: str, span: Span, ground: Ground, wants: Wants) -> types.Hover:
    """A hover with its text, Markdown where the client takes it."""
    kind = types.MarkupKind.Markdown if wants.markdown else types.MarkupKind.PlainText
    return types.Hover(types.MarkupContent(kind, text), range_of(span, ground))


def stress_test_link(doc: DocId, offset: int, ground: Ground) -> str:
    """Target of "Stress-test this section" in a hover."""
    argument = stress_test_argument(doc, offset, ground)
    return f"command:{ext.STRESS_TEST}?{quote(json.dumps([argument]))}"


def stress_test_argument(doc: DocId, offset: int, ground: Ground) -> ext.StressTestArgument:
    """The argument that asks for the section around a place."""
    line, _ = ground.lines(doc).line_col(offset)
    return {"uri": ground.uri(doc), "line": line, "scope": "section"}


def lens(view: LensView, ground: Ground) -> types.CodeLens:
    """The line above a heading."""
    argument = stress_test_argument(view.heading.doc, view.heading.start, ground)
    command = types.Command(view.title, ext.STRESS_TEST, arguments=[argument])
    return types.CodeLens(range_of(view.heading, ground), command)


def inlay_hint(view: HintView, ground: Ground) -> types.InlayHint:
    """A mark behind a number."""
    at = range_of(view.at, ground).end
    return types.InlayHint(at, view.label, tooltip=view.tooltip, padding_left=True)


def edit(
    edits: Sequence[Edit], ground: Ground, wants: Wants, *, label: str = "", reason: str = ""
) -> types.WorkspaceEdit:
    """Edits of one change, by file; with words beside them where they insert text."""
    by_doc: dict[DocId, list[Edit]] = {}
    for each in edits:
        by_doc.setdefault(each.span.doc, []).append(each)
    if not wants.document_changes:
        return types.WorkspaceEdit(
            changes={
                ground.uri(doc): [types.TextEdit(range_of(e.span, ground), e.new) for e in group]
                for doc, group in by_doc.items()
            }
        )
    noted = bool(reason) and wants.annotations
    changes = [
        types.TextDocumentEdit(
            types.OptionalVersionedTextDocumentIdentifier(ground.uri(doc), ground.version(doc)),
            [
                types.AnnotatedTextEdit(label, range_of(e.span, ground), e.new)
                if noted
                else types.TextEdit(range_of(e.span, ground), e.new)
                for e in group
            ],
        )
        for doc, group in by_doc.items()
    ]
    notes = {label: types.ChangeAnnotation(label, False, reason)} if noted else None
    return types.WorkspaceEdit(document_changes=changes, change_annotations=notes)


def action(
    view: ActionView, doc: DocId, asked: Sequence[types.Diagnostic], ground: Ground, wants: Wants
) -> types.CodeAction:
    """One entry of the light bulb; its edit comes when it is chosen, where the client asks then."""
    mends = [
        d for d in asked if d.source == SOURCE and _fingerprint(d) in ("", view.fingerprint)
        and d.code == view.code
    ]  # fmt: skip
    data: dict[str, Any] = {
        "uri": ground.uri(doc), "fingerprint": view.fingerprint, "title": view.title,
        "twist": view.twist, "declares": view.declares,
    }  # fmt: skip
    return types.CodeAction(
        title=view.title,
        kind=TWIST if view.twist else types.CodeActionKind.QuickFix,
        diagnostics=mends or None,
        is_preferred=view.preferred or None,
        edit=None if wants.lazy_edits else action_edit(view, ground, wants),
        data=data,
    )


def action_edit(view: ActionView, ground: Ground, wants: Wants) -> types.WorkspaceEdit:
    """What an action changes."""
    return edit(view.edits, ground, wants, label=view.title, reason=view.reason)


def _fingerprint(diagnostic: types.Diagnostic) -> str:
    data = ext.plain(diagnostic.data)
    found = data.get("fingerprint", "") if isinstance(data, dict) else ""
    return found if isinstance(found, str) else ""


def place(span: Span, label: str, ground: Ground) -> dict[str, Any]:
    """A place in a review: always in UTF-16 units, as `tanaka.lsp.ext` says.

    An editor counts no lines in a PDF; the label has the page.
    """
    from tanaka.analysis.baseline import is_pdf

    at = (
        types.Position(0, 0)
        if is_pdf(span.doc)
        else position(ground.lines(span.doc), span.start, Encoding.UTF16)
    )
    return {
        "label": label, "uri": ground.uri(span.doc), "line": at.line, "column": at.character
    }  # fmt: skip
