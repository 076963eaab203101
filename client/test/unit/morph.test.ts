// An update changes what differs and leaves the rest where it is.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { morph } from "../../webview/morph";
import { lineOf, page } from "./dom";
import { Random } from "./random";

function list(...keys: string[]): Element {
  const { document } = page();
  const made = document.createElement("ul");
  for (const key of keys) {
    const item = document.createElement("li");
    item.setAttribute("data-key", key);
    item.append(`item ${key}`);
    made.append(item);
  }
  return made;
}

const keysOf = (made: Element) => [...made.children].map((item) => item.getAttribute("data-key"));

/** Counts the elements that are put somewhere: one that moves loses the focus. */
function moves(made: Element): () => number {
  let count = 0;
  const insert = made.insertBefore.bind(made);
  Object.assign(made, {
    insertBefore: (node: Node, before: Node | null) => {
      count += 1;
      return insert(node, before);
    },
  });
  return () => count;
}

describe("an update", () => {
  it("makes the old tree like the new one, for any two trees", () => {
    const { document } = page();
    for (let seed = 0; seed < 200; seed++) {
      const random = new Random(seed);
      const old = document.createElement("div");
      const next = document.createElement("div");
      old.append(random.tree(document, 3), random.tree(document, 3));
      next.append(random.tree(document, 3), random.tree(document, 3));
      const wanted = lineOf(next);
      morph(old, next);
      assert.equal(lineOf(old), wanted, `seed ${seed}`);
    }
  });

  it("that changes nothing touches nothing", () => {
    const old = list("a", "b", "c");
    const before = [...old.children];
    const texts = before.map((item) => item.firstChild);
    const moved = moves(old);
    morph(old, list("a", "b", "c"));
    assert.deepEqual([...old.children], before);
    assert.ok(before.every((item, i) => item.firstChild === texts[i]));
    assert.equal(moved(), 0);
  });

  it("changes a text in its own node", () => {
    const old = list("a");
    const item = old.firstElementChild;
    const text = item?.firstChild;
    const next = list("a");
    (next.firstElementChild as Element).textContent = "mended";
    morph(old, next);
    assert.equal(old.firstElementChild, item);
    assert.equal(item?.firstChild, text);
    assert.equal(text?.nodeValue, "mended");
  });

  it("keeps each keyed element when others come and go, and moves none of them", () => {
    const cases: [string[], string[]][] = [
      [
        ["a", "b", "c"],
        ["b", "c"],
      ],
      [
        ["a", "b", "c"],
        ["a", "c"],
      ],
      [["a", "b", "c"], ["c"]],
      [
        ["a", "c"],
        ["a", "b", "c"],
      ],
      [["b"], ["a", "b", "c"]],
      [
        ["a", "b", "c"],
        ["x", "b", "y"],
      ],
    ];
    for (const [from, to] of cases) {
      const old = list(...from);
      const before = new Map([...old.children].map((item) => [item.getAttribute("data-key"), item]));
      const moved = moves(old);
      morph(old, list(...to));
      assert.deepEqual(keysOf(old), to);
      const kept = to.filter((key) => from.includes(key));
      for (const item of old.children) {
        const key = item.getAttribute("data-key") ?? "";
        assert.ok(!kept.includes(key) || item === before.get(key), `${from} to ${to}: ${key} is another element`);
      }
      assert.equal(moved(), to.length - kept.length, `${from} to ${to}: only the new ones are put in`);
    }
  });

  it("keeps each keyed element also when they change places", () => {
    const old = list("a", "b", "c");
    const [a, b, c] = [...old.children];
    morph(old, list("c", "a", "b"));
    assert.deepEqual([...old.children], [c, a, b]);
  });

  it("keeps both of two elements with one key", () => {
    const old = list("a", "a", "b");
    const [first] = old.children;
    morph(old, list("a", "a", "a"));
    assert.deepEqual(keysOf(old), ["a", "a", "a"]);
    assert.equal(old.firstElementChild, first);
  });

  it("makes no element of another kind out of one with the same key", () => {
    const { document } = page();
    const old = list("a");
    const next = document.createElement("ul");
    const other = document.createElement("p");
    other.setAttribute("data-key", "a");
    next.append(other);
    morph(old, next);
    assert.equal(old.outerHTML, '<ul><p data-key="a"></p></ul>');
  });

  it("adds, changes and takes away attributes", () => {
    const { document } = page();
    const old = document.createElement("details");
    old.setAttribute("open", "");
    old.setAttribute("class", "one");
    const next = document.createElement("details");
    next.setAttribute("class", "two");
    next.setAttribute("title", "new");
    morph(old, next);
    assert.deepEqual([...old.attributes].map(({ name, value }) => `${name}=${value}`).sort(), [
      "class=two",
      "title=new",
    ]);
  });
});
