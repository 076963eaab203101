// A drawing is taken into the page only when it is nothing but a drawing.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { takeDrawing } from "../../webview/drawing";
import { mark } from "../../webview/marks";
import { page, parser, SVG, textOf } from "./dom";
import { waitPlot } from "./fixture";

const svg = (content: string, attributes = "") => `<svg xmlns="${SVG}" viewBox="0 0 9 9"${attributes}>${content}</svg>`;
const take = (source: string, prefix = "d1-") => takeDrawing(page().document, parser, source, prefix);

function taken(source: string, prefix?: string): Element {
  const drawing = take(source, prefix);
  assert.ok("svg" in drawing, `refused: ${"refused" in drawing ? drawing.refused : ""}`);
  return drawing.svg;
}

describe("a drawing", () => {
  it("is taken whole, as an image with its own words", () => {
    const drawn = taken(waitPlot().svg);
    assert.equal(drawn.getAttribute("role"), "img");
    assert.equal(drawn.querySelectorAll("polyline").length, 3);
    assert.match(textOf(drawn), /σ = 9%.*93\.8 ms of waiting/);
    assert.equal(drawn.querySelector("polyline")?.getAttribute("class"), "l-ink", "colours follow the theme by class");
  });

  it("keeps what it refers to inside itself, under names of its own", () => {
    const drawn = taken(
      svg(
        `<title id="t">T</title><defs><clipPath id="c"><rect width="9" height="9"/></clipPath><path id="p" d="M0 0"/></defs>` +
          `<g clip-path="url(#c)" fill="url('#g')"><use href="#p"/><use xlink:href=" #p"/></g>`,
        ` aria-labelledby="t  d" xmlns:xlink="http://www.w3.org/1999/xlink"`,
      ),
      "d7-",
    );
    assert.equal(drawn.getAttribute("aria-labelledby"), "d7-t d7-d");
    assert.deepEqual(
      [...drawn.querySelectorAll("[id]")].map((part) => part.id),
      ["d7-t", "d7-c", "d7-p"],
    );
    const group = drawn.querySelector("g");
    assert.equal(group?.getAttribute("clip-path"), "url(#d7-c)");
    assert.equal(group?.getAttribute("fill"), "url('#d7-g')");
    const uses = [...drawn.querySelectorAll("use")];
    assert.deepEqual(
      uses.map((use) => use.getAttribute("href") ?? use.getAttribute("xlink:href")),
      ["#d7-p", "#d7-p"],
    );
  });

  it("shares no name with another in the same page", () => {
    const ids = ["d1-", "d2-"].flatMap((prefix) =>
      [...taken(waitPlot().svg, prefix).querySelectorAll("[id]")].map((part) => part.id),
    );
    assert.equal(new Set(ids).size, ids.length);
  });

  it("loses its inline styles, which the page's policy would block and report", () => {
    const drawn = taken(svg(`<g style="font-size:9px"><text style="fill:red">x</text></g>`, ` style="color:red"`));
    assert.equal(drawn.outerHTML.includes("style"), false);
  });
});

describe("a drawing is refused, with a reason, when", () => {
  const refused: [what: string, source: string, why: RegExp][] = [
    ["it holds a script", svg("<script>alert(1)</script>"), /<script>/],
    ["it holds HTML", svg("<foreignObject><p>x</p></foreignObject>"), /<foreignObject>/],
    [
      "it holds an element that is HTML by name space",
      svg(`<text xmlns="http://www.w3.org/1999/xhtml">x</text>`),
      /<text>/,
    ],
    ["it holds a link", svg(`<a href="#x"><text>x</text></a>`), /<a>/],
    ["it holds an image", svg(`<image href="#x"/>`), /<image>/],
    ["it holds a sheet", svg("<style>*{fill:red}</style>"), /<style>/],
    ["it moves", svg(`<rect width="1"><animate attributeName="width"/></rect>`), /<animate>/],
    ["it changes itself", svg(`<use href="#p"><set attributeName="href" to="x"/></use>`), /<set>/],
    ["it acts when it loads", svg("", ` onload="alert(1)"`), /attribute onload/],
    ["a part acts when it is clicked", svg(`<g><rect ONCLICK="alert(1)"/></g>`), /attribute onclick/],
    ["it uses another document", svg(`<use href="https://x.test/y.svg#z"/>`), /outside itself/],
    ["it uses a script as an address", svg(`<use href="javascript:alert(1)"/>`), /outside itself/],
    ["it uses data as an address", svg(`<use xlink:href="data:image/svg+xml,x"/>`), /outside itself/],
    ["it paints with another document", svg(`<rect fill="url(https://x.test/#g)"/>`), /outside itself/],
    ["it paints so in quotes", svg(`<rect fill="red" stroke="url( 'https://x.test/#g')"/>`), /outside itself/],
    ["it paints so in a style", svg(`<rect style="fill:URL(//x.test/#g)"/>`), /outside itself/],
    ["it spells an address with escapes", svg(String.raw`<rect fill="u\72l(https://x.test/#g)"/>`), /escaped value/],
    ["it is another kind of document", "<html><body/></html>", /not an SVG image/],
    ["it is SVG by name only", "<svg><rect/></svg>", /not an SVG image/],
    ["it is empty", "", /not an SVG image/],
    ["it is no markup", "a roofline", /not an SVG image/],
    ["it is cut off", svg("<g><text>peak").slice(0, -6), /not an SVG image/],
  ];
  for (const [what, source, why] of refused) {
    it(what, () => {
      const drawing = take(source);
      assert.ok("refused" in drawing, "it was taken");
      assert.match(drawing.refused, why);
    });
  }
});

describe("a verdict's mark", () => {
  const { document } = page();
  const verdicts = ["impossible", "implausible", "open", "answered"] as const;
  const shape = (drawn: Element) => {
    const bare = drawn.cloneNode(true) as Element;
    for (const attribute of ["class", "aria-label"]) {
      bare.removeAttribute(attribute);
    }
    return bare.outerHTML;
  };

  it("is told from the others by its shape alone", () => {
    const shapes = verdicts.map((verdict) => shape(mark(document, verdict, false)));
    assert.equal(new Set(shapes).size, verdicts.length);
    for (const text of shapes) {
      assert.doesNotMatch(text, /(fill|stroke)="(?!none|currentColor)/, "no colour of its own");
    }
  });

  it("carries its word where no word stands beside it, and is silent where one does", () => {
    for (const verdict of verdicts) {
      const spoken = mark(document, verdict, true);
      assert.equal(spoken.getAttribute("role"), "img");
      assert.equal(spoken.getAttribute("aria-label"), verdict);
      const silent = mark(document, verdict, false);
      assert.equal(silent.getAttribute("aria-hidden"), "true");
      assert.equal(silent.getAttribute("aria-label"), null);
    }
  });
});
