// The four verdict marks: each is told from the others by its shape; colour only repeats it.
import type { Verdict } from "../src/protocol";
import { svgElement } from "./element";

/** A mark of 14 by 14; with `spoken` it carries its word for a screen reader, otherwise the word stands beside it. */
export function mark(document: Document, verdict: Verdict, spoken: boolean): SVGElement {
  const shape = (tag: string, attributes: Record<string, string | number>) => svgElement(document, tag, attributes);
  const line = { fill: "none", stroke: "currentColor", "stroke-width": 1.4 };
  const ring = { cx: 7, cy: 7, r: 6, ...line };
  const shapes: Record<Verdict, SVGElement[]> = {
    impossible: [
      shape("circle", { cx: 7, cy: 7, r: 6.5, fill: "currentColor" }),
      shape("path", {
        class: "cut",
        d: "M4.6 4.6 9.4 9.4M9.4 4.6 4.6 9.4",
        "stroke-width": 1.6,
        "stroke-linecap": "round",
      }),
    ],
    implausible: [
      shape("path", { d: "M7 1.5 12.9 12.3H1.1Z", "stroke-linejoin": "round", ...line }),
      shape("path", { d: "M7 5.3V8.6M7 9.9V11", ...line }),
    ],
    open: [shape("circle", { ...ring, "stroke-dasharray": "2.4 1.37" })],
    answered: [
      shape("circle", ring),
      shape("path", { d: "M4.3 7.2 6.2 9.2 9.8 5", "stroke-linecap": "round", "stroke-linejoin": "round", ...line }),
    ],
  };
  const voice: Record<string, string> = spoken ? { role: "img", "aria-label": verdict } : { "aria-hidden": "true" };
  return svgElement(document, "svg", { class: `mark ${verdict}`, viewBox: "0 0 14 14", ...voice }, ...shapes[verdict]);
}
