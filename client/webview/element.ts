// Makes elements. Text becomes text nodes and never markup, so nothing the server says can become a tag.

export type Child = Node | string | undefined;
export type Attributes = Record<string, string | number | boolean | undefined>;

const SVG = "http://www.w3.org/2000/svg";

export function element(
  document: Document,
  tag: string,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElement {
  return fill(document.createElement(tag), attributes, children);
}

export function svgElement(
  document: Document,
  tag: string,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElement {
  return fill(document.createElementNS(SVG, tag) as SVGElement, attributes, children);
}

function fill<E extends Element>(made: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) {
      made.setAttribute(name, "");
    } else if (value !== undefined && value !== false) {
      made.setAttribute(name, String(value));
    }
  }
  for (const child of children) {
    if (child !== undefined) {
      made.append(child);
    }
  }
  return made;
}
