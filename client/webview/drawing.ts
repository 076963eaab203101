// Takes a drawing into the page: parsed, checked against what a plot may hold, and refused whole where it holds more.

const ELEMENTS = new Set(
  (
    "svg g title desc defs text tspan line polyline polygon path rect circle ellipse clipPath marker pattern " +
    "linearGradient radialGradient stop use symbol"
  ).split(" "),
);

const SVG = "http://www.w3.org/2000/svg";

export type Drawing = { svg: Element } | { refused: string };

/** The drawing as an element of `document`, its ids made unique by `prefix`. */
export function takeDrawing(document: Document, parser: DOMParser, source: string, prefix: string): Drawing {
  const parsed = parser.parseFromString(source, "image/svg+xml");
  const root = parsed.documentElement;
  if (
    root === null ||
    root.localName !== "svg" ||
    root.namespaceURI !== SVG ||
    parsed.querySelector("parsererror") !== null
  ) {
    return { refused: "it is not an SVG image" };
  }
  const all = [root, ...root.querySelectorAll("*")];
  for (const part of all) {
    const why = refusal(part);
    if (why !== undefined) {
      return { refused: why };
    }
  }
  for (const part of all) {
    own(part, prefix);
  }
  root.setAttribute("role", "img");
  return { svg: document.importNode(root, true) };
}

function refusal(part: Element): string | undefined {
  if (part.namespaceURI !== SVG || !ELEMENTS.has(part.localName)) {
    return `it holds <${part.localName}>`;
  }
  for (const { name, value } of part.attributes) {
    const lower = name.toLowerCase();
    if (lower.startsWith("on")) {
      return `it holds the attribute ${lower}`;
    }
    if ((lower === "href" || lower.endsWith(":href")) && !value.trim().startsWith("#")) {
      return "it refers to something outside itself";
    }
    if (value.includes("\\") && value.includes("(")) {
      return "it holds an escaped value"; // which can spell url( so that it is not seen below
    }
    for (const [, target = ""] of value.matchAll(/url\(\s*(["']?[^)]*)/gi)) {
      if (!/^["']?#/.test(target)) {
        return "it refers to something outside itself";
      }
    }
  }
  return undefined;
}

/** Gives ids and the references to them a prefix, and drops what the page's policy would block. */
function own(part: Element, prefix: string): void {
  for (const { name, value } of [...part.attributes]) {
    if (name === "style") {
      part.removeAttribute(name);
    } else if (name === "id") {
      part.setAttribute(name, prefix + value);
    } else if (name === "aria-labelledby" || name === "aria-describedby") {
      const ids = value.split(/\s+/).filter((id) => id !== "");
      part.setAttribute(name, ids.map((id) => prefix + id).join(" "));
    } else if (name === "href" || name.endsWith(":href")) {
      part.setAttribute(name, `#${prefix}${value.trim().slice(1)}`);
    } else if (/url\(\s*["']?#/i.test(value)) {
      part.setAttribute(name, value.replaceAll(/url\(\s*(["']?)#/gi, `url($1#${prefix}`));
    }
  }
}
