// The panel's page: shows each review that arrives, keeps folds and scroll position, and tells the extension what was pressed.
import type { FromPage, PageState, Review, StressTestArgument, ToPage } from "../src/protocol";
import { morph } from "./morph";
import { render } from "./render";

/** What the editor gives a page. */
export interface EditorApi {
  postMessage(message: FromPage): void;
  getState(): PageState | undefined;
  setState(state: PageState): void;
}

interface Shown {
  review: Review;
  request: StressTestArgument;
  revision: number;
  /** More parts are on their way. */
  partial?: boolean;
}

/** Milliseconds without scrolling after which the position is kept. */
const REST = 150;

/** Fills `window` with what the editor sends from now on. */
export function startPage(window: Window & typeof globalThis, editor: EditorApi): void {
  const { document } = window;
  const parser = new window.DOMParser();
  const kept = editor.getState();
  const open = new Set<string>(kept?.open ?? []);
  let shown: Shown | undefined;
  let notice = "";

  const keep = () => {
    if (shown !== undefined) {
      editor.setState({ request: shown.request, review: shown.review, open: [...open], scroll: window.scrollY });
    }
  };

  const draw = () => {
    const main = document.querySelector("main");
    if (main !== null && shown !== undefined) {
      const partial = shown.partial === true;
      morph(main, render({ document, parser, open, notice, revision: shown.revision, partial }, shown.review));
    }
  };

  const show = (next: Shown) => {
    const before = shown?.review;
    const other = before !== undefined && (before.title !== next.review.title || before.at.uri !== next.review.at.uri);
    shown = next;
    notice = "";
    draw();
    if (other) {
      window.scrollTo(0, 0);
    }
    keep();
  };

  const goTo = (id: string) => {
    const target = document.getElementById(id);
    const fold = target?.closest("details");
    if (fold !== null && fold !== undefined) {
      fold.setAttribute("open", ""); // which tells its own toggle, so that it stays open in the next review
      target?.scrollIntoView({ block: "center" });
      target?.focus({ preventScroll: true });
    } else {
      target?.scrollIntoView();
      target?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
    }
  };

  const follow = (link: HTMLElement) => {
    const { uri, line, column } = link.dataset;
    if (uri !== undefined) {
      editor.postMessage({ type: "jump", uri, line: Number(line), column: Number(column) });
    } else {
      goTo((link.getAttribute("href") ?? "").slice(1));
    }
  };

  const press = (button: HTMLElement) => {
    const { act, revision, toggle, copy, choose } = button.dataset;
    if (choose !== undefined) {
      editor.postMessage({ type: "choose-baseline" });
    } else if (act !== undefined) {
      editor.postMessage({ type: "act", revision: Number(revision), index: Number(act) });
    } else if (toggle !== undefined) {
      if (!open.delete(toggle)) {
        open.add(toggle);
      }
      draw();
      keep();
    } else if (copy !== undefined) {
      editor.postMessage({
        type: "copy",
        text: document.getElementById(copy)?.querySelector("pre")?.textContent ?? "",
      });
    }
  };

  document.addEventListener(
    "click",
    (event) => {
      const pressed = (event.target as Element | null)?.closest<HTMLElement>("a, button") ?? null;
      if (pressed?.localName === "a") {
        // The editor's own handling of links in a page is kept out: it would open a place as an address.
        event.preventDefault();
        event.stopPropagation();
        follow(pressed);
      } else if (pressed !== null) {
        press(pressed);
      }
    },
    true,
  );

  // A fold tells only itself that it was opened, hence the capture.
  document.addEventListener(
    "toggle",
    (event) => {
      const fold = event.target as HTMLElement;
      const name = fold.dataset.fold;
      if (name !== undefined) {
        if (fold.hasAttribute("open")) {
          open.add(name);
        } else {
          open.delete(name);
        }
        keep();
      }
    },
    true,
  );

  let resting: ReturnType<typeof setTimeout> | undefined;
  window.addEventListener("scroll", () => {
    clearTimeout(resting);
    resting = setTimeout(keep, REST);
  });

  window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
    if (data.type === "review") {
      show(data);
      if (data.focus !== undefined) {
        goTo(data.focus);
      }
    } else if (data.type === "notice") {
      notice = data.text;
      draw();
    }
  });

  if (kept !== undefined) {
    // Shown at once after a reload of the window; revision 0 is never current, so its buttons ask for the review again.
    show({ review: kept.review, request: kept.request, revision: 0 });
    window.scrollTo(0, kept.scroll);
  }
  editor.postMessage({ type: "ready" });
}
