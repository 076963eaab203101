"""One short function a message, all of one shape: from the protocol, a query, to the protocol.

The analysis is imported when the first message needs it: `initialize` is answered before numpy
and the data of the hardware are loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified, JsonRpcInvalidParams

from tanaka.lsp import ext, to_proto

if TYPE_CHECKING:
    from tanaka.lsp.session import Asked, Session
    from tanaka.text import Edit, Span


async def _asked(session: Session, uri: str, at: types.Position | None = None) -> Asked | None:
    from tanaka.lsp.session import Modified

    try:
        return await session.asked(uri, at)
    except Modified:
        raise JsonRpcContentModified from None


async def hover(session: Session, params: types.HoverParams) -> types.Hover | None:
    """The finding, the number or the suppression under the pointer."""
    from tanaka.views import hover as views
    from tanaka.views.svg import Theme

    found = await _asked(session, params.text_document.uri, params.position)
    if found is None:
        return None
    view = views.hover(found.report, found.doc, found.offset, theme(session.theme, Theme))
    if view is None:
        return None
    if not session.wants.markdown:
        return to_proto.hover(views.plain_text(view), view.span, session, session.wants)
    link = (
        to_proto.stress_test_link(found.doc, found.offset, session) if session.command_links else ""
    )
    text = views.markdown(view, images=session.wants.images, stress_test=link)
    return to_proto.hover(text, view.span, session, session.wants)


def theme(kind: str, themes: Any) -> Any:
    """Ground of a drawing for an editor's theme; one that serves both where it said none."""
    names = {
        "dark": "dark",
        "high-contrast": "dark",
        "light": "light",
        "high-contrast-light": "light",
    }
    return themes(names.get(kind, "neutral"))


async def code_actions(
    session: Session, params: types.CodeActionParams
) -> list[types.CodeAction] | None:
    """What may be done about the findings that a range touches."""
    from tanaka.lsp.positions import offset
    from tanaka.views.actions import actions

    only = params.context.only
    if only and not any(types.CodeActionKind.QuickFix.startswith(kind) for kind in only):
        return None
    found = await _asked(session, params.text_document.uri, params.range.start)
    if found is None:
        return None
    end = offset(session.lines(found.doc), params.range.end, session.encoding)
    return [
        to_proto.action(view, found.doc, params.context.diagnostics, session, session.wants)
        for view in actions(found.report, found.doc, found.offset, end)
    ]


async def resolve_code_action(session: Session, action: types.CodeAction) -> types.CodeAction:
    """The edit of an action, against the text as it is now."""
    from tanaka.views.actions import of_finding

    data = ext.plain(action.data)
    if not isinstance(data, dict) or not isinstance(data.get("uri"), str):
        raise JsonRpcInvalidParams("the action carries no data of this server")
    found = await _asked(session, data["uri"])
    views = [
        view
        for item in (found.report.findings if found else ())
        if item.finding.fingerprint == data.get("fingerprint")
        for view in of_finding(item)
        if view.title == data.get("title")
    ]
    if not views:
        raise JsonRpcContentModified
    action.edit = to_proto.action_edit(views[0], session, session.wants)
    return action


async def code_lenses(
    session: Session, params: types.CodeLensParams
) -> list[types.CodeLens] | None:
    """The line above each section that offers its stress test."""
    from tanaka.views.lenses import lenses

    if not session.code_lens:
        return None
    found = await _asked(session, params.text_document.uri)
    return None if found is None else [
        to_proto.lens(view, session) for view in lenses(found.report, found.doc)
    ]  # fmt: skip


async def stress_test(session: Session, argument: object) -> dict[str, Any] | None:
    """The four-part review of a section or a paper."""
    from tanaka.views.places import Places
    from tanaka.views.review import record
    from tanaka.views.sections import around
    from tanaka.views.svg import Theme
    from tanaka.voice.plain import review

    given = _argument(argument)
    line = given.get("line")
    at = None if not isinstance(line, int) else types.Position(max(line, 0), 0)
    found = await _asked(session, given["uri"], at)
    if found is None:
        return None
    section = (
        around(found.report, found.doc, found.offset)
        if given.get("scope") != "paper" and at is not None
        else None
    )
    config = session.host.snapshot().config_of(found.report.root)
    made = review(found.report, section=section, venue=config.venue, theme=Theme.NEUTRAL)
    places = Places(found.report)

    def place(span: Span) -> Any:
        return to_proto.place(span, places.label(span), session)

    def edit(edits: Sequence[Edit]) -> Any:
        return to_proto.edit(edits, session, session.wants)

    return record(made, place, edit)


async def facts(session: Session, argument: object) -> dict[str, Any] | None:
    """Every number that was read in a paper."""
    from tanaka.views import encode

    found = await _asked(session, _argument(argument)["uri"])
    return None if found is None else encode.facts(found.report)


def _argument(argument: object) -> dict[str, Any]:
    given = ext.plain(argument)
    if not isinstance(given, dict) or not isinstance(given.get("uri"), str):
        raise JsonRpcInvalidParams("one argument is needed: an object with a uri")
    return given
