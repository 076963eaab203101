// Turns one tree into another in place, so that focus, selection, scroll position and what a screen reader follows stay where they are.

/** Makes `old` like `next`; nodes of `next` may be moved into `old`. Elements with the same `data-key` are the same element. */
export function morph(old: Element, next: Element): void {
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name)) {
      old.removeAttribute(name);
    }
  }
  for (const { name, value } of [...next.attributes]) {
    if (old.getAttribute(name) !== value) {
      old.setAttribute(name, value);
    }
  }
  morphChildren(old, next);
}

function morphChildren(old: Element, next: Element): void {
  const wantedKeys = new Set([...next.childNodes].map(keyOf));
  const keyed = new Map<string, Element>();
  for (const child of [...old.children]) {
    const key = keyOf(child);
    if (key !== null && !wantedKeys.has(key)) {
      child.remove(); // first, so that those behind it need not move: an element that moves loses the focus
    } else if (key !== null && !keyed.has(key)) {
      keyed.set(key, child);
    }
  }
  let at: ChildNode | null = old.firstChild;
  for (const wanted of [...next.childNodes]) {
    const key = keyOf(wanted);
    const match = key === null ? at : (keyed.get(key) ?? null);
    if (match !== null && alike(match, wanted)) {
      if (key !== null) {
        keyed.delete(key); // a second one with this key is another element
      }
      if (match === at) {
        at = at.nextSibling;
      } else {
        old.insertBefore(match, at);
      }
      if (wanted.nodeType === 1) {
        morph(match as Element, wanted as Element);
      } else if (match.nodeValue !== wanted.nodeValue) {
        match.nodeValue = wanted.nodeValue;
      }
    } else {
      old.insertBefore(wanted, at);
    }
  }
  while (at !== null) {
    const following: ChildNode | null = at.nextSibling;
    at.remove();
    at = following;
  }
}

function keyOf(node: Node): string | null {
  return node.nodeType === 1 ? (node as Element).getAttribute("data-key") : null;
}

function alike(one: Node, other: Node): boolean {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName && keyOf(one) === keyOf(other);
}
