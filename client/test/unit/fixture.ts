// A whole review as the server sends one, about a small invented draft; tests change copies of it.
import type { Figure, Place, Review, Run } from "../../src/protocol";

export function place(file: string, line: number, column = 0): Place {
  return { label: `${file}:${line}`, uri: `file:///paper/${file}`, line: line - 1, column };
}

const said = (text: string): Run => ({ text });
const strong = (text: string): Run => ({ text, strong: true });
const at = (file: string, line: number): Run => ({ text: `${file}:${line}`, at: place(file, line) });

/** A plot in the manner of the server's: classes for colour, its equation printed below the axes. */
export function waitPlot(): Figure {
  const equation = "E[max of 64] = 2.344 σ; 0.05 × 2.344 × 800 ms = 93.8 ms of waiting at σ = 5%";
  const line = (sigma: number) =>
    [1, 2, 4, 8, 16, 32, 64, 128]
      .map((nodes, i) => `${48 + i * 100},${228 - sigma * 900 * Math.sqrt(Math.log(nodes))}`)
      .join(" ");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 320" width="900" height="320" color="#7e7e7e" fill="currentColor" font-family="sans-serif" font-size="13" role="img" aria-labelledby="w-t w-d">
<title id="w-t">Wait at the barrier</title><desc id="w-d">At 64 nodes a deviation of 5 per cent costs 93.8 ms.</desc>
<text x="0" y="15" font-weight="600">Wait for the slowest of n nodes</text>
<polyline class="l-ink" points="48,228 748,228" fill="none" stroke="#7e7e7e" stroke-width="1"/>
<polyline class="l-fault" points="${line(0.09)}" fill="none" stroke="#d9503f" stroke-width="2"/>
<polyline class="l-ours" points="${line(0.05)}" fill="none" stroke="#3584d0" stroke-width="2"/>
<text class="t-fault" x="758" y="${228 - 0.09 * 900 * Math.sqrt(Math.log(128)) + 4}" fill="#d9503f" font-weight="600">σ = 9%</text>
<text class="t-ours" x="758" y="${228 - 0.05 * 900 * Math.sqrt(Math.log(128)) + 4}" fill="#3584d0" font-weight="600">σ = 5%</text>
<text x="398" y="262" text-anchor="middle">nodes in lock-step</text>
<text x="0" y="293">${equation}</text></svg>`;
  return { title: "Wait for the slowest of n nodes", svg, equations: [equation] };
}

export function review(): Review {
  return {
    schema: "tanaka.review/1",
    title: "Evaluation",
    at: place("evaluation.tex", 3),
    scope: "section",
    coverage: { quantities: 41, read: 38, bound: 22, checked: 17, consistent: 12 },
    tally: { impossible: 2, implausible: 1, open: 2 },
    source: "engine only",
    findings: [
      {
        code: "TK101",
        name: "ratio-mismatch",
        verdict: "impossible",
        say: "0.96 s / 0.80 s is 1.20, not 1.6.",
        rest: "No reading of the two step times comes nearer than 1.21.",
        at: place("evaluation.tex", 24, 31),
        derivation: [
          {
            label: "baseline, step",
            value: "0.96",
            unit: "s",
            detail: "[0.955, 0.965]",
            source: "stated",
            at: place("evaluation.tex", 24, 11),
          },
          {
            label: "ours, step",
            value: "0.80",
            unit: "s",
            detail: "[0.795, 0.805]",
            source: "stated",
            at: place("evaluation.tex", 24, 20),
          },
          {
            label: "speedup",
            value: "1.200",
            unit: "×",
            detail: "0.96 s / 0.80 s",
            sum: true,
            source: "computed",
            symbol: "r",
          },
          {
            label: "speedup, as written",
            value: "1.6",
            unit: "×",
            detail: "[1.55, 1.65]",
            source: "stated",
            at: place("evaluation.tex", 24, 31),
          },
        ],
        figures: [],
        actions: [
          {
            title: "Write 1.2×",
            edit: {
              documentChanges: [
                {
                  textDocument: { uri: "file:///paper/evaluation.tex", version: 4 },
                  edits: [
                    { range: { start: { line: 23, character: 31 }, end: { line: 23, character: 34 } }, newText: "1.2" },
                  ],
                },
              ],
            },
          },
        ],
        fingerprint: "a1",
      },
      {
        code: "TK301",
        name: "training-state",
        verdict: "impossible",
        say: "13.0B × 16 B is 208 GB; two A100-80GB hold 172 GB.",
        rest: "The text puts all of it in HBM.",
        at: place("design.tex", 12, 4),
        derivation: [
          {
            label: "parameters",
            value: "13.0",
            unit: "10⁹",
            detail: "",
            source: "stated",
            at: place("design.tex", 9),
          },
          {
            label: "weights, gradients, moments",
            value: "16",
            unit: "B",
            detail: "mixed precision, Adam",
            source: "formula",
          },
          { label: "needed", value: "208", unit: "GB", detail: "13.0 × 16", sum: true, source: "computed" },
          { label: "two A100-80GB", value: "171.8", unit: "GB", detail: "2 × 80 GiB", source: "NVIDIA A100 datasheet" },
        ],
        figures: [],
        actions: [],
        fingerprint: "a2",
      },
      {
        code: "TK501",
        name: "barrier-wait",
        verdict: "implausible",
        say: "The baseline waits 240 ms at the barrier; its links need 40.",
        rest: "True only if nodes differ by more than 9%, which no experiment shows.",
        at: place("evaluation.tex", 31, 8),
        derivation: [],
        figures: [],
        actions: [],
        fingerprint: "a3",
      },
    ],
    parts: [
      {
        id: "mirror",
        title: "The Mirror",
        voice: [
          [
            said(
              "You replace the barrier of a synchronous pipeline by a step that runs ahead and is undone when it was wrong. Is that it?",
            ),
          ],
        ],
        table: {
          head: ["Read as", "Mechanism", "In your words", ""],
          rows: [
            [
              [said("kept")],
              [said("pipeline of 4 stages")],
              [said("four stages, as in the baseline")],
              [at("design.tex", 5)],
            ],
            [[said("removed")], [said("blocking all-reduce")], [said("no rank waits")], [at("design.tex", 7)]],
            [[said("added")], [said("undo log")], [said("a bounded log of updates")], [at("design.tex", 8)]],
          ],
        },
        findings: [],
        figures: [],
        actions: [],
      },
      {
        id: "novelty-gap",
        title: "The Novelty Gap",
        voice: [],
        findings: [],
        figures: [],
        actions: [],
      },
      {
        id: "mechanism-stress-test",
        title: "The Mechanism Stress Test",
        voice: [
          [said("Show me the slowest of your 64 nodes. You report one mean, and the barrier waits for the maximum.")],
          [
            said("Your step gains "),
            { text: "1.20×", step: "a1#r", mark: "[F]" },
            said(", in "),
            { text: "0.80 s", step: "a1#r", at: place("evaluation.tex", 24, 20), mark: "[l. 24]" },
            said(", with "),
            { text: "5%", mark: "[assumed]" },
            said(" between nodes."),
          ],
        ],
        findings: [
          {
            code: "TK501",
            name: "barrier-wait",
            verdict: "implausible",
            say: "The baseline waits 240 ms at the barrier; its links need 40.",
            rest: "True only if nodes differ by more than 9%, which no experiment shows.",
            at: place("evaluation.tex", 31, 8),
            derivation: [],
            figures: [{ ...waitPlot(), title: "Curves for 5% and 9%" }],
            actions: [],
            fingerprint: "a3",
          },
        ],
        figures: [waitPlot()],
        survive: [
          strong("To survive review:"),
          said(" slow one node by 5% and 9%, for both systems, and report the deviation beside "),
          at("evaluation.tex", 31),
          said("."),
        ],
        actions: [
          {
            title: "Add straggler experiment",
            edit: {
              documentChanges: [
                {
                  textDocument: { uri: "file:///paper/evaluation.tex", version: 4 },
                  edits: [
                    {
                      range: { start: { line: 40, character: 0 }, end: { line: 40, character: 0 } },
                      newText: "\\paragraph{One slow node}\n",
                    },
                  ],
                },
              ],
            },
          },
        ],
      },
      {
        id: "twist",
        title: "The Twist",
        voice: [
          [
            said(
              "Why not let the measured lag set how much you compress? Then the bound is no longer a number that someone chose.",
            ),
          ],
        ],
        law: "r(t + 1) = clip(r(t) · √(s* / s(t)), 4, 128)",
        table: {
          head: [],
          rows: [
            [[said("knob")], [said("rank of the compressor, 4 to 64")]],
            [[said("signal")], [said("unconfirmed steps of the slowest replica, mean of 32")]],
            [
              [said("experiment")],
              [said("fixed rank against coupled rank, one node slowed by 0, 5, 10%, three seeds")],
            ],
          ],
        },
        findings: [],
        figures: [],
        actions: [
          {
            title: "Insert into paper",
            primary: true,
            latex: "\\paragraph{Coupled rank.} We let the lag set the rank.\n",
            edit: {
              documentChanges: [
                {
                  textDocument: { uri: "file:///paper/design.tex", version: 2 },
                  edits: [
                    {
                      range: { start: { line: 20, character: 0 }, end: { line: 20, character: 0 } },
                      newText: "\\paragraph{Coupled rank.}\n",
                    },
                  ],
                },
              ],
            },
          },
        ],
      },
    ],
    questions: [
      { text: "What happens when one node is slow?", at: place("evaluation.tex", 31), answered: false, code: "TK601" },
      {
        text: "Which loss do both systems reach in equal time?",
        at: place("evaluation.tex", 44),
        answered: false,
        code: "TK602",
      },
      { text: "Is the staleness bounded?", at: place("design.tex", 8), answered: true, code: "TK603" },
    ],
    actions: [{ title: "Show the ledger as LaTeX", latex: "\\begin{table}\\end{table}\n" }],
    footer: "Every number comes from the draft, a datasheet, or the formula beside it.",
    baseline: { uri: "file:///paper/proposal_call.pdf", name: "proposal_call.pdf", chosen: "found beside the root" },
  };
}
