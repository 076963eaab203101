// The panel's script: shows each review that arrives, keeps folds and scroll position, and tells the extension what was pressed.
import type { FromPage, PageState, Review, StressTestArgument, ToPage } from "../src/protocol";
import { morph } from "./morph";
import { render } from "./render";

interface EditorApi {
  postMessage(message: FromPage): void;
  getState(): PageState | undefined;
  setState(state: PageState): void;
}
declare function acquireVsCodeApi(): EditorApi;

const editor = acquireVsCodeApi();
const kept = editor.getState();
const open = new Set<string>(kept?.open ?? []);
let shown: { review: Review; request: StressTestArgument; revision: number } | undefined;

function keep(): void {
  if (shown !== undefined) {
    editor.setState({ request: shown.request, review: shown.review, open: [...open], scroll: window.scrollY });
  }
}

function show(review: Review, request: StressTestArgument, revision: number): void {
  const other = shown !== undefined && (shown.review.title !== review.title || shown.review.at.uri !== review.at.uri);
  shown = { review, request, revision };
  const main = document.querySelector("main");
  if (main !== null) {
    morph(main, render({ document, parser: new DOMParser(), open, revision }, review));
  }
  if (other) {
    window.scrollTo(0, 0);
  }
  keep();
}

function notice(text: string): void {
  const place = document.querySelector(".notice");
  if (place !== null) {
    place.textContent = text;
  }
}

function goTo(id: string): void {
  const section = document.getElementById(id);
  section?.scrollIntoView();
  section?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
}

document.addEventListener(
  "click",
  (event) => {
    const pressed = event.target instanceof Element ? event.target.closest<HTMLElement>("a, button") : null;
    if (pressed === null) {
      return;
    }
    const { uri, line, column, act, revision, toggle, copy } = pressed.dataset;
    if (pressed instanceof HTMLAnchorElement) {
      // The editor's own handling of links in a page is kept out: it would open a place as an address.
      event.preventDefault();
      event.stopPropagation();
      if (uri !== undefined) {
        editor.postMessage({ type: "jump", uri, line: Number(line), column: Number(column) });
      } else {
        goTo((pressed.getAttribute("href") ?? "").slice(1));
      }
    } else if (act !== undefined) {
      editor.postMessage({ type: "act", revision: Number(revision), index: Number(act) });
    } else if (toggle !== undefined && shown !== undefined) {
      if (!open.delete(toggle)) {
        open.add(toggle);
      }
      show(shown.review, shown.request, shown.revision);
    } else if (copy !== undefined) {
      const text = document.getElementById(copy)?.querySelector("pre")?.textContent ?? "";
      editor.postMessage({ type: "copy", text });
    }
  },
  true,
);

// A fold tells only itself that it was opened, hence the capture.
document.addEventListener(
  "toggle",
  (event) => {
    const fold = event.target;
    if (fold instanceof HTMLDetailsElement && fold.dataset.fold !== undefined) {
      if (fold.open) {
        open.add(fold.dataset.fold);
      } else {
        open.delete(fold.dataset.fold);
      }
      keep();
    }
  },
  true,
);

let resting: ReturnType<typeof setTimeout> | undefined;
window.addEventListener("scroll", () => {
  clearTimeout(resting);
  resting = setTimeout(keep, 150);
});

window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  if (data.type === "review") {
    show(data.review, data.request, data.revision);
  } else if (data.type === "notice") {
    notice(data.text);
  }
});

if (kept !== undefined) {
  // Shown at once after a reload of the window; revision 0 is never current, so its buttons ask for the review again.
  show(kept.review, kept.request, 0);
  window.scrollTo(0, kept.scroll);
}
editor.postMessage({ type: "ready" });
