// The settings, and the manifest that declares them to the editor.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, it } from "node:test";
import type { TextDocument } from "vscode";
import { DEFAULTS, expandPath, isPaper, LANGUAGES, readConfig, SCHEMES } from "../../src/config";
import { VIEW_TYPE } from "../../src/review";
import { root, textOf } from "./root";
import { Document, editor, reset, Uri } from "./vscode";

interface Manifest {
  main: string;
  icon: string;
  activationEvents: string[];
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  contributes: {
    configuration: {
      properties: Record<
        string,
        {
          default: unknown;
          type: string;
          scope: string;
          enum?: string[];
          description?: string;
          markdownDescription?: string;
        }
      >;
    };
    commands: { command: string; title: string; category: string }[];
    menus: { commandPalette: { command: string; when: string }[] };
    walkthroughs: {
      steps: { description: string; media: { markdown: string }; completionEvents: string[] }[];
    }[];
  };
}

const manifest = JSON.parse(textOf("package.json")) as Manifest;
const declared = manifest.contributes.configuration.properties;
const placeholder = ["$", "{workspaceFolder}"].join("");

beforeEach(reset);

describe("the settings", () => {
  it("have in the code the names and defaults that the manifest declares", () => {
    const inCode = Object.fromEntries(Object.entries(DEFAULTS).map(([name, value]) => [`tanaka.${name}`, value]));
    const inManifest = Object.fromEntries(Object.entries(declared).map(([name, { default: value }]) => [name, value]));
    assert.deepEqual(inCode, inManifest);
  });

  it("are described, each, and a choice lists its default", () => {
    for (const [name, setting] of Object.entries(declared)) {
      assert.ok(setting.description ?? setting.markdownDescription, name);
      assert.ok(setting.enum === undefined || setting.enum.includes(String(setting.default)), name);
    }
  });

  it("read as their defaults when nothing is set", () => {
    assert.deepEqual(readConfig(), {
      serverPath: "",
      importStrategy: "bundled",
      diagnosticsDelay: 400,
      codeLens: true,
      markChecked: false,
      showPeaks: false,
      trace: "off",
    });
  });

  it("read as they are set, false and zero included", () => {
    editor.folders = [{ uri: Uri.file("/work space") }];
    editor.settings = {
      "tanaka.server.path": ` ${placeholder}/bin/tanaka `,
      "tanaka.importStrategy": "fromEnvironment",
      "tanaka.diagnostics.delay": 0,
      "tanaka.codeLens": false,
      "tanaka.markChecked": true,
      "tanaka.showPeaks": true,
      "tanaka.trace.server": "verbose",
    };
    assert.deepEqual(readConfig(), {
      serverPath: "/work space/bin/tanaka",
      importStrategy: "fromEnvironment",
      diagnosticsDelay: 0,
      codeLens: false,
      markChecked: true,
      showPeaks: true,
      trace: "verbose",
    });
  });

  it("cannot choose what is run, or what is sent where, in a folder that is not trusted", () => {
    const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    const voice = Object.keys(declared).filter((name) => name.startsWith("tanaka.voice."));
    assert.equal(voice.length, 4);
    assert.deepEqual([...restricted].sort(), ["tanaka.importStrategy", "tanaka.server.path", ...voice].sort());
  });

  it("of the voice are those of a machine: no folder can set them, trusted or not", () => {
    for (const [name, { scope }] of Object.entries(declared)) {
      assert.equal(scope === "machine", name.startsWith("tanaka.voice."), name);
    }
  });
});

describe("a path in a setting", () => {
  it("may begin with ~, which is the user's folder", () => {
    assert.equal(expandPath("~/bin/tanaka", undefined, "/home/u"), "/home/u/bin/tanaka");
    assert.equal(expandPath("~", undefined, "/home/u"), "/home/u");
    assert.equal(expandPath("~\\bin\\tanaka.exe", undefined, "C:\\u"), "C:\\u\\bin\\tanaka.exe");
  });

  it("keeps a ~ that is part of a name", () => {
    assert.equal(expandPath("~other/tanaka", undefined, "/home/u"), "~other/tanaka");
    assert.equal(expandPath("/a/~/b", undefined, "/home/u"), "/a/~/b");
  });

  it("may name the open folder, more than once, and keeps the word when there is none", () => {
    assert.equal(expandPath(`${placeholder}/a${placeholder}`, "/f"), "/f/a/f");
    assert.equal(expandPath(`${placeholder}/a`, undefined), `${placeholder}/a`);
  });
});

describe("a paper", () => {
  const document = (uri: string, language: string) =>
    new Document(Uri.parse(uri), "", language) as unknown as TextDocument;

  it("is LaTeX in a file, a new document, a shared session or an Overleaf project", () => {
    for (const scheme of ["file", "untitled", "vsls", "overleaf-workshop"]) {
      for (const language of ["latex", "tex"]) {
        assert.ok(isPaper(document(`${scheme}:///main.tex`, language)), `${scheme} ${language}`);
      }
    }
  });

  it("is no other language, no old revision, and nothing", () => {
    assert.ok(!isPaper(document("file:///main.md", "markdown")));
    assert.ok(!isPaper(document("git:///main.tex", "latex")));
    assert.ok(!isPaper(undefined));
  });

  it("is what the extension wakes up for", () => {
    const wakes = [...LANGUAGES.map((language) => `onLanguage:${language}`), `onWebviewPanel:${VIEW_TYPE}`];
    assert.deepEqual([...manifest.activationEvents].sort(), [...wakes].sort());
    assert.ok(SCHEMES.includes("file"));
  });
});

describe("the manifest", () => {
  const { commands, menus, walkthroughs } = manifest.contributes;
  const names = new Set(commands.map(({ command }) => command));

  it("puts every command under Tanaka", () => {
    for (const { command, category, title } of commands) {
      assert.match(command, /^tanaka\.\w+$/);
      assert.equal(category, "Tanaka", title);
    }
  });

  it("names in menus and walkthroughs only commands and settings that there are", () => {
    const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    assert.ok(steps.length > 0 && steps.length <= 5);
    const linked = steps.flatMap(({ description }) =>
      [...description.matchAll(/command:([\w.]+)/g)].map(([, name = ""]) => name),
    );
    const completing = steps.flatMap(({ completionEvents }) =>
      completionEvents.filter((event) => event.startsWith("onCommand:")).map((event) => event.slice(10)),
    );
    const used = [...menus.commandPalette.map(({ command }) => command), ...linked, ...completing];
    assert.deepEqual(
      used.filter((name) => name.startsWith("tanaka.") && !names.has(name)),
      [],
    );
    const notes = steps.map(({ media }) => textOf(media.markdown)).join("\n");
    const quoted = [...notes.matchAll(/`(tanaka\.[\w.]+)`/g)].map(([, name = ""]) => name);
    assert.deepEqual(
      quoted.filter((name) => !(name in declared)),
      [],
    );
    for (const [, title] of notes.matchAll(/`Tanaka: ([^`]+)`/g)) {
      assert.ok(
        commands.some((command) => command.title === title),
        title,
      );
    }
  });

  it("points at files that there are", () => {
    const media = walkthroughs.flatMap(({ steps }) => steps.map((step) => step.media.markdown));
    for (const file of [manifest.icon, ...media]) {
      assert.ok(existsSync(join(root, file)), file);
    }
  });

  it("waits in the walkthrough for contexts that the extension sets", () => {
    const steps = walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    const contexts = steps.flatMap(({ completionEvents }) =>
      completionEvents.filter((event) => event.startsWith("onContext:")).map((event) => event.slice(10)),
    );
    assert.deepEqual([...contexts].sort(), ["tanaka.paperRead", "tanaka.serverReady"]);
  });
});
