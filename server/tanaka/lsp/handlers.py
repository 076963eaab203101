"""One short function a message, all of one shape: from the protocol, a query, to the protocol.

The analysis is imported when the first message needs it: `initialize` is answered before numpy
and the data of the hardware are loaded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified, JsonRpcInvalidParams

from tanaka.lsp import ext, to_proto

if TYPE_CHECKING:
    from tanaka.analysis import Report
    from tanaka.lsp.session import Asked, Session
    from tanaka.lsp.voice import Voice
    from tanaka.text import Edit, Span
    from tanaka.views.actions import ActionView
    from tanaka.views.review import Part, Review


async def _asked(
    session: Session, uri: str, at: types.Position | None = None, *, beside_baseline: bool = False
) -> Asked | None:
    from tanaka.lsp.session import Modified

    try:
        return await session.asked(uri, at, beside_baseline=beside_baseline)
    except Modified:
        raise JsonRpcContentModified from None


async def hover(session: Session, params: types.HoverParams) -> types.Hover | None:
    """The finding, the number or the suppression under the pointer."""
    from tanaka.views import hover as views
    from tanaka.views.svg import Theme

    found = await _asked(session, params.text_document.uri, params.position)
    if found is None:
        return None
    ground = theme(session.theme, Theme)
    view = views.hover(found.report, found.doc, found.offset, ground, session.lines)
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
    """What may be done about the findings that a range touches, and declared for its claims."""
    from tanaka.lsp.positions import offset
    from tanaka.views.actions import actions, twists
    from tanaka.views.declare import declarations

    only = params.context.only
    wanted = [
        kind
        for kind in (types.CodeActionKind.QuickFix, to_proto.TWIST)
        if not only or any(kind == o or kind.startswith(f"{o}.") or o == "" for o in only)
    ]
    if not wanted:
        return None
    found = await _asked(session, params.text_document.uri, params.range.start)
    if found is None:
        return None
    end = offset(session.lines(found.doc), params.range.end, session.encoding)
    at = found.doc, found.offset, end
    views: list[ActionView] = []
    if types.CodeActionKind.QuickFix in wanted:
        views += actions(found.report, *at)
        views += declarations(found.report, *at, session.settings_of(found.report))
    if to_proto.TWIST in wanted:
        views += twists(found.report, session.offers(found.report), *at)
    return [
        to_proto.action(view, found.doc, params.context.diagnostics, session, session.wants)
        for view in views
    ]


async def resolve_code_action(session: Session, action: types.CodeAction) -> types.CodeAction:
    """The edit of an action, against the text as it is now."""
    from tanaka.views.actions import of_finding, of_offer
    from tanaka.views.declare import of_number

    data = ext.plain(action.data)
    if not isinstance(data, dict) or not isinstance(data.get("uri"), str):
        raise JsonRpcInvalidParams("the action carries no data of this server")
    found = await _asked(session, data["uri"])
    if data.get("twist"):
        offered = session.offers(found.report) if found else ()
        views = [of_offer(o) for o in offered if o.edits and o.twist.id == data["twist"]]
    elif found and data.get("declares"):
        settings = session.settings_of(found.report)
        offers = of_number(found.report, data["declares"], settings)
        views = [view for view in offers if view.title == data.get("title")]
    else:
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


async def inlay_hints(
    session: Session, params: types.InlayHintParams
) -> list[types.InlayHint] | None:
    """Ticks behind numbers that agree, peaks behind devices: what the author wants to see."""
    from tanaka.lsp.positions import offset
    from tanaka.views.hints import hints
    from tanaka.views.peaks import peaks

    if not session.mark_checked and not session.show_peaks:
        return None
    found = await _asked(session, params.text_document.uri, params.range.start)
    if found is None:
        return None
    end = offset(session.lines(found.doc), params.range.end, session.encoding)
    place = found.report, found.doc, found.offset, end
    views = (
        *(hints(*place) if session.mark_checked else ()),
        *(peaks(*place) if session.show_peaks else ()),
    )
    return [to_proto.inlay_hint(view, session) for view in views]


async def document_links(
    session: Session, params: types.DocumentLinkParams
) -> list[types.DocumentLink] | None:
    """In ``tanaka.toml``, the way from the names of the root and of the baseline to both."""
    found = session.settings_links(params.text_document.uri)
    return [to_proto.link(span, target, words, session) for span, target, words in found] or None


async def stress_test(
    session: Session,
    argument: object,
    send: Callable[[str | int, ext.ReviewPiece], None],
    voice: Voice,
) -> dict[str, Any] | None:
    """The four-part review of a section or a paper, and before it its pieces as they are made."""
    from tanaka.views.places import Places
    from tanaka.views.review import record

    given = _argument(argument)
    token = given.get("partialResultToken")
    asked = await _review(session, given)
    if asked is None:
        return None
    report, opened, parts = asked
    points = _points(session, Places(report))
    works = _works(report)

    def said(made: Review) -> dict[str, Any]:
        out: dict[str, Any] = record(voice.reworded(made, works), *points)
        return {**out, "baseline": session.baseline_of(report)}

    def part_record(part: Part) -> Any:
        alone: dict[str, Any] = record(replace(opened, parts=(part,)), *points)
        return alone["parts"][0]

    if isinstance(token, str | int):
        send(token, {"head": said(opened)})
    made: list[Part] = []
    for part in parts:
        made.append(part)
        if isinstance(token, str | int):
            send(token, {"part": said(replace(opened, parts=(part,)))["parts"][0]})
        await asyncio.sleep(0)  # a request to cancel is heard here, and others are answered
    review = replace(opened, parts=tuple(made))
    whole = said(review)
    if given.get("voice") is True:
        # Last, so that the client has the review before the first part in other words.
        voicing = voice.speak(review, works, session.uri(report.root), part_record)
        if voicing is not None:
            whole["voicing"] = voicing
    return whole


async def what_would_be_sent(
    session: Session, argument: object, voice: Voice
) -> ext.WouldBeSent | None:
    """What a stress test would send if the voice spoke; nothing is sent."""
    asked = await _review(session, _argument(argument))
    if asked is None:
        return None
    report, opened, parts = asked
    return voice.would_be_sent(replace(opened, parts=tuple(parts)), _works(report))


async def _review(
    session: Session, given: dict[str, Any]
) -> tuple[Report, Review, Iterator[Part]] | None:
    """The review of a section or a paper without its parts, and these one by one."""
    from tanaka.views.sections import around
    from tanaka.views.svg import Theme
    from tanaka.voice.plain import opening, parts

    line = given.get("line")
    at = None if not isinstance(line, int) else types.Position(max(line, 0), 0)
    found = await _asked(session, given["uri"], at, beside_baseline=True)
    if found is None:
        return None
    report = found.report
    section = (
        around(report, found.doc, found.offset)
        if given.get("scope") != "paper" and at is not None
        else None
    )
    made = parts(
        report, section=section, venue=report.venue, theme=Theme.NEUTRAL,
        whole_delta=given.get("delta") is True,
    )  # fmt: skip
    return report, opening(report, section=section, theme=Theme.NEUTRAL), made


def _works(report: Report) -> tuple[str, ...]:
    """Works as the review cites them."""
    return tuple(w.cited for w in report.knowledge.works if w.cited)


def _points(session: Session, places: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """How a review points at places and carries edits: those of the texts as they are now."""
    moment = session.moment()

    def place(span: Span) -> Any:
        return to_proto.place(span, places.label(span), moment)

    def edit(edits: Sequence[Edit]) -> Any:
        return to_proto.edit(edits, moment, session.wants)

    return place, edit


async def delta(session: Session, argument: object) -> dict[str, Any] | None:
    """What the draft changes against its baseline; null where there is none."""
    from tanaka.views import delta as views
    from tanaka.views.places import Places

    found = await _asked(session, _argument(argument)["uri"], beside_baseline=True)
    if found is None:
        return None
    place, _ = _points(session, Places(found.report))
    return views.record(found.report, place)


async def choose_baseline(session: Session, params: object) -> None:
    """Take the author's choice of a baseline."""
    given = _argument(params)
    baseline = given.get("baseline")
    if baseline is not None and not isinstance(baseline, str):
        raise JsonRpcInvalidParams("the baseline is a URI or null")
    await session.choose_baseline(given["uri"], baseline)


async def facts(session: Session, argument: object) -> dict[str, Any] | None:
    """Every number that was read in a paper."""
    from tanaka.views import facts as views

    found = await _asked(session, _argument(argument)["uri"])
    return None if found is None else views.record(found.report)


def _argument(argument: object) -> dict[str, Any]:
    given = ext.plain(argument)
    if not isinstance(given, dict) or not isinstance(given.get("uri"), str):
        raise JsonRpcInvalidParams("one argument is needed: an object with a uri")
    return given
