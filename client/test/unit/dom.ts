// A page without a browser: linkedom's, with what it lacks and the panel needs.
import { DOMParser as Linkedom, parseHTML } from "linkedom";

const SVG = "http://www.w3.org/2000/svg";

/** An empty page of the panel. */
export function page(): { window: Window & typeof globalThis; document: Document } {
  const { window } = parseHTML("<!doctype html><html><body><main></main></body></html>");
  Object.assign(window, {
    DOMParser: class {
      parseFromString = parser.parseFromString;
    },
  });
  return { window: window as unknown as Window & typeof globalThis, document: window.document };
}

/** Parses as a browser does where linkedom does not: names have their namespace, and text that is no XML gives a parsererror. */
export const parser = {
  parseFromString(source: string): Document {
    const document = new Linkedom().parseFromString(source, "image/svg+xml") as unknown as Document;
    const root = document.documentElement as Element | null;
    if (root === null || !isBalanced(source)) {
      return new Linkedom().parseFromString("<parsererror/>", "image/svg+xml") as unknown as Document;
    }
    name(root, null);
    return document;
  },
} as unknown as DOMParser;

function name(element: Element, inherited: string | null): void {
  const namespace = element.getAttribute("xmlns") ?? inherited;
  Object.defineProperty(element, "namespaceURI", { value: namespace });
  for (const child of element.children) {
    name(child, namespace);
  }
}

/** Whether every tag is closed, in order. */
function isBalanced(source: string): boolean {
  const open: string[] = [];
  for (const [, end, tag, single] of source.matchAll(/<(\/?)([a-zA-Z][\w:.-]*)[^>]*?(\/?)>/g)) {
    if (end === "/") {
      if (open.pop() !== tag) {
        return false;
      }
    } else if (single !== "/") {
      open.push(tag ?? "");
    }
  }
  return open.length === 0;
}

/** The text of an element as one line. */
export function textOf(element: Element | null | undefined): string {
  return (element?.textContent ?? "").replaceAll(/\s+/g, " ").trim();
}

/** A tree in one line, with attributes in order of their names: two trees are alike when their lines are. */
export function lineOf(node: Node): string {
  if (node.nodeType !== 1) {
    return node.nodeValue ?? "";
  }
  const element = node as Element;
  const attributes = [...element.attributes].map(({ name, value }) => ` ${name}=${JSON.stringify(value)}`).sort();
  return `<${element.localName}${attributes.join("")}>${[...element.childNodes].map(lineOf).join("|")}</>`;
}

export { SVG };
