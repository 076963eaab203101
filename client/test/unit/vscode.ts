// Stands in for the editor: the part of its API that the extension touches. What is shown or done is recorded in `editor`.
import { posix } from "node:path";

type Listener<T> = (value: T) => unknown;

export class Disposable {
  constructor(private readonly call: () => unknown) {}

  static from(...all: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const each of all) {
        each.dispose();
      }
    });
  }

  dispose(): void {
    this.call();
  }
}

export class EventEmitter<T> {
  private readonly listeners = new Set<Listener<T>>();

  readonly event = (listener: Listener<T>): Disposable => {
    this.listeners.add(listener);
    return new Disposable(() => this.listeners.delete(listener));
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) {
      listener(value);
    }
  }

  /** Fires, and waits for what the listeners started. */
  async settle(value: T): Promise<void> {
    await Promise.all([...this.listeners].map((listener) => listener(value)));
  }

  get listening(): number {
    return this.listeners.size;
  }

  dispose(): void {
    this.listeners.clear();
  }
}

/** Lets what was begun be called off. */
export class CancellationTokenSource {
  readonly token = { isCancellationRequested: false };

  cancel(): void {
    this.token.isCancellationRequested = true;
  }

  dispose(): void {}
}

/** What an extension may keep for a workspace. */
export class Memento {
  private readonly kept = new Map<string, unknown>();

  get<T>(key: string): T | undefined {
    return this.kept.get(key) as T | undefined;
  }

  async update(key: string, value: unknown): Promise<void> {
    this.kept.set(key, value);
  }
}

interface UriParts {
  scheme: string;
  authority?: string;
  path: string;
  query?: string;
  fragment?: string;
}

export class Uri {
  private constructor(
    readonly scheme: string,
    readonly authority: string,
    readonly path: string,
    readonly query: string,
    readonly fragment: string,
  ) {}

  static from({ scheme, authority = "", path, query = "", fragment = "" }: UriParts): Uri {
    return new Uri(scheme, authority, path, query, fragment);
  }

  static file(path: string): Uri {
    return Uri.from({ scheme: "file", path });
  }

  static parse(text: string): Uri {
    const match = /^([a-z][\w+.-]*):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/i.exec(text);
    const [, scheme = "file", authority = "", path = text, query = "", fragment = ""] = match ?? [];
    const plain = decodeURIComponent;
    return new Uri(scheme, plain(authority), plain(path), plain(query), plain(fragment));
  }

  static joinPath(base: Uri, ...parts: string[]): Uri {
    return base.with({ path: posix.join(base.path, ...parts) });
  }

  with(change: Partial<UriParts>): Uri {
    return Uri.from({ ...this, ...change });
  }

  get fsPath(): string {
    return this.path;
  }

  toString(): string {
    const escaped = (text: string) => text.split("/").map(encodeURIComponent).join("/");
    const tail = (sign: string, text: string) => (text === "" ? "" : sign + encodeURIComponent(text));
    return `${this.scheme}://${this.authority}${escaped(this.path)}${tail("?", this.query)}${tail("#", this.fragment)}`;
  }
}

export enum FileType {
  Unknown = 0,
  File = 1,
  Directory = 2,
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Range {
  readonly start: Position;
  readonly end: Position;

  constructor(...of: [Position, Position] | [number, number, number, number]) {
    if (of.length === 2) {
      [this.start, this.end] = of;
    } else {
      this.start = new Position(of[0], of[1]);
      this.end = new Position(of[2], of[3]);
    }
  }
}

export class DocumentLink {
  constructor(
    readonly range: Range,
    readonly target: Uri,
  ) {}
}

export class MarkdownString {
  value = "";
  isTrusted: unknown;

  appendText(text: string): this {
    this.value += text.replaceAll(/[\\`*_{}[\]()#+\-!~]/g, "\\$&");
    return this;
  }

  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

export class TabInputText {
  constructor(readonly uri: Uri) {}
}

export enum StatusBarAlignment {
  Left = 1,
  Right = 2,
}
export enum ConfigurationTarget {
  Global = 1,
}

export enum ViewColumn {
  Beside = -2,
  One = 1,
  Two = 2,
}
export enum ProgressLocation {
  Window = 10,
  Notification = 15,
}
export enum TextEditorRevealType {
  InCenterIfOutsideViewport = 2,
}
export enum ColorThemeKind {
  Light = 1,
  Dark = 2,
  HighContrast = 3,
  HighContrastLight = 4,
}
export enum LogLevel {
  Off = 0,
  Trace = 1,
  Info = 3,
}

/** A text that is open in the editor. */
export class Document {
  version = 1;

  constructor(
    readonly uri: Uri,
    private readonly text = "",
    readonly languageId = "latex",
  ) {}

  get lineCount(): number {
    return this.text.split("\n").length;
  }

  lineAt(line: number): { text: string } {
    return { text: this.text.split("\n")[line] ?? "" };
  }

  validatePosition(position: Position): Position {
    return new Position(Math.min(position.line, this.lineCount - 1), position.character);
  }
}

export interface TextEditor {
  document: Document;
  selection: { active: Position };
}

export interface Change {
  document: Document;
  contentChanges: { range: Range; text: string }[];
}

/** A panel and the page in it: `sent` is what the page was told. */
export class Panel {
  readonly sent: unknown[] = [];
  readonly disposed = new EventEmitter<void>();
  readonly heard = new EventEmitter<unknown>();
  readonly onDidDispose = this.disposed.event;
  viewColumn: number | undefined = ViewColumn.Two;
  iconPath: unknown;
  revealed = 0;
  readonly webview = {
    html: "",
    options: {} as unknown,
    cspSource: "https://page.test",
    asWebviewUri: (uri: Uri) => uri.with({ scheme: "https", authority: "page.test" }),
    postMessage: async (message: unknown) => this.sent.push(message) > 0,
    onDidReceiveMessage: this.heard.event,
  };

  constructor(
    readonly viewType: string,
    public title: string,
  ) {}

  /** The page says something; returns when it was answered. */
  say(message: unknown): Promise<void> {
    return this.heard.settle(message);
  }

  reveal(): void {
    this.revealed += 1;
  }

  dispose(): void {
    this.disposed.fire();
  }
}

export interface StatusBarItem {
  id: string;
  name: string;
  text: string;
  command: string;
  tooltip: MarkdownString;
  backgroundColor: ThemeColor | undefined;
  accessibilityInformation: { label: string };
  visible: boolean;
  show(): void;
  hide(): void;
  dispose(): void;
}

export interface OutputChannel {
  name: string;
  lines: string[];
  shown: number;
  logLevel: LogLevel;
}

export interface Watcher {
  glob: string;
  disposed: boolean;
}

interface Tab {
  input: unknown;
}

function fresh() {
  return {
    activeTextEditor: undefined as TextEditor | undefined,
    visibleTextEditors: [] as TextEditor[],
    themeKind: ColorThemeKind.Dark,
    settings: {} as Record<string, unknown>,
    folders: undefined as { uri: Uri }[] | undefined,
    documents: [] as Document[],
    /** Paths that exist for the editor's own file system. */
    files: new Set<string>(),
    texts: new Map<string, Uint8Array>(),
    /** Sizes that files are said to have, where it is not that of their text. */
    sizes: new Map<string, number>(),
    tabGroups: [] as { viewColumn: number; tabs: Tab[] }[],
    extensions: new Map<string, unknown>(),
    /** The button that is pressed on every message. */
    pressed: undefined as string | undefined,
    /** What is picked from a list, by its label, and what a dialogue for files gives. */
    picked: undefined as string | undefined,
    browsed: undefined as Uri[] | undefined,
    applies: true,
    /** What is typed into an input box; undefined where it is left. */
    typed: undefined as string | undefined,
    trusted: true,

    messages: [] as { kind: "error" | "information" | "status" | "modal"; text: string; buttons: string[] }[],
    inputs: [] as Record<string, unknown>[],
    executed: [] as unknown[][],
    commands: new Map<string, (...args: unknown[]) => unknown>(),
    shown: [] as { uri: Uri; options: Record<string, unknown> }[],
    applied: [] as unknown[],
    progress: [] as string[],
    panels: [] as Panel[],
    serializers: new Map<string, unknown>(),
    contentProviders: new Map<string, unknown>(),
    statusItems: [] as StatusBarItem[],
    outputs: [] as OutputChannel[],
    watchers: [] as Watcher[],
    copied: undefined as string | undefined,
    lists: [] as { label: string; description?: string }[][],
    dialogues: [] as Record<string, unknown>[],
  };
}

/** What the test sets and what the extension did. */
export const editor = fresh();

export const events = {
  activeEditor: new EventEmitter<TextEditor | undefined>(),
  theme: new EventEmitter<{ kind: ColorThemeKind }>(),
  changed: new EventEmitter<Change>(),
  settings: new EventEmitter<{ affectsConfiguration(section: string): boolean }>(),
};

/** Begins anew, with nobody listening. */
export function reset(): void {
  Object.assign(editor, fresh());
  for (const event of Object.values(events)) {
    event.dispose();
  }
}

/** The cursor goes to a line of a document that is open. */
export function edit(document: Document | undefined, line = 0): void {
  editor.activeTextEditor = document && { document, selection: { active: new Position(line, 0) } };
  editor.visibleTextEditors = editor.activeTextEditor === undefined ? [] : [editor.activeTextEditor];
  events.activeEditor.fire(editor.activeTextEditor);
}

function say(kind: "error" | "information" | "modal") {
  return async (text: string, ...buttons: string[]) => {
    editor.messages.push({ kind, text, buttons });
    return buttons.find((button) => button === editor.pressed);
  };
}

export const window = {
  get activeTextEditor() {
    return editor.activeTextEditor;
  },
  get visibleTextEditors() {
    return editor.visibleTextEditors;
  },
  get activeColorTheme() {
    return { kind: editor.themeKind };
  },
  get tabGroups() {
    return { all: editor.tabGroups };
  },
  onDidChangeActiveTextEditor: events.activeEditor.event,
  onDidChangeActiveColorTheme: events.theme.event,
  showErrorMessage: say("error"),
  showInformationMessage: say("information"),
  showWarningMessage: (text: string, options: { detail: string }, ...buttons: string[]) => {
    return say("modal")(`${text}\n${options.detail}`, ...buttons);
  },
  showInputBox: async (options: Record<string, unknown>) => {
    editor.inputs.push(options);
    return editor.typed;
  },
  showQuickPick: async (items: { label: string }[]) => {
    editor.lists.push(items);
    return items.find(({ label }) => label === editor.picked);
  },
  showOpenDialog: async (options: Record<string, unknown>) => {
    editor.dialogues.push(options);
    return editor.browsed;
  },
  setStatusBarMessage: (text: string) => editor.messages.push({ kind: "status", text, buttons: [] }),
  showTextDocument: async (what: Document | Uri, options: Record<string, unknown> = {}) => {
    editor.shown.push({ uri: what instanceof Uri ? what : what.uri, options });
    return { revealRange: () => undefined };
  },
  withProgress: (_options: unknown, task: (progress: { report(step: { message: string }): void }) => unknown) =>
    task({ report: ({ message }) => editor.progress.push(message) }),
  createStatusBarItem: (id: string) => {
    const item = {
      id,
      visible: false,
      show: () => {
        item.visible = true;
      },
      hide: () => {
        item.visible = false;
      },
      dispose: () => undefined,
    } as StatusBarItem;
    editor.statusItems.push(item);
    return item;
  },
  createOutputChannel: (name: string) => {
    const lines: string[] = [];
    const write = (line: string) => lines.push(line);
    const channel = {
      name,
      lines,
      shown: 0,
      logLevel: LogLevel.Info,
      info: write,
      warn: write,
      error: write,
      show: () => {
        channel.shown += 1;
      },
      dispose: () => undefined,
    };
    editor.outputs.push(channel);
    return channel;
  },
  createWebviewPanel: (viewType: string, title: string, _column: unknown, options: unknown) => {
    const panel = new Panel(viewType, title);
    panel.webview.options = options;
    editor.panels.push(panel);
    return panel;
  },
  registerWebviewPanelSerializer: (viewType: string, serializer: unknown) => {
    editor.serializers.set(viewType, serializer);
    return new Disposable(() => editor.serializers.delete(viewType));
  },
};

export const workspace = {
  get isTrusted() {
    return editor.trusted;
  },
  get workspaceFolders() {
    return editor.folders;
  },
  get textDocuments() {
    return editor.documents;
  },
  onDidChangeTextDocument: events.changed.event,
  onDidChangeConfiguration: events.settings.event,
  getConfiguration: (section: string) => ({
    get: (key: string, otherwise: unknown) => editor.settings[`${section}.${key}`] ?? otherwise,
    update: async (key: string, value: unknown) => {
      editor.settings[`${section}.${key}`] = value;
    },
  }),
  registerTextDocumentContentProvider: (scheme: string, provider: unknown) => {
    editor.contentProviders.set(scheme, provider);
    return new Disposable(() => editor.contentProviders.delete(scheme));
  },
  openTextDocument: async (uri: Uri) => {
    const found = editor.documents.find((document) => document.uri.toString() === uri.toString());
    if (found === undefined) {
      throw new Error("no such file");
    }
    return found;
  },
  applyEdit: async (change: unknown) => {
    editor.applied.push(change);
    return editor.applies;
  },
  createFileSystemWatcher: (glob: string) => {
    const watcher = {
      glob,
      disposed: false,
      dispose: () => {
        watcher.disposed = true;
      },
    };
    editor.watchers.push(watcher);
    return watcher;
  },
  fs: {
    stat: async (uri: Uri) => {
      const { path } = uri;
      const bytes = editor.texts.get(uri.toString());
      if (bytes !== undefined) {
        return { size: editor.sizes.get(uri.toString()) ?? bytes.length };
      }
      if (![...editor.files].some((file) => file === path || file.startsWith(`${path}/`))) {
        throw new Error("not found");
      }
      return {};
    },
    readFile: async (uri: Uri) => {
      const bytes = editor.texts.get(uri.toString());
      if (bytes === undefined) {
        throw new Error("not found");
      }
      return bytes;
    },
    readDirectory: async (folder: Uri) => {
      const under = `${folder.path.replace(/\/$/, "")}/`;
      const names = new Map<string, FileType>();
      for (const file of [...editor.texts.keys()].map((text) => Uri.parse(text))) {
        if (file.scheme === folder.scheme && file.path.startsWith(under)) {
          const [name = "", ...below] = file.path.slice(under.length).split("/");
          names.set(name, below.length > 0 ? FileType.Directory : FileType.File);
        }
      }
      if (names.size === 0) {
        throw new Error("not found");
      }
      return [...names];
    },
    createDirectory: async () => undefined,
    copy: async (from: Uri, to: Uri) => {
      for (const file of [...editor.files].filter((name) => name.startsWith(`${from.path}/`))) {
        editor.files.add(to.path + file.slice(from.path.length));
      }
    },
  },
};

export const languages = {
  registerDocumentLinkProvider: () => new Disposable(() => undefined),
};

export const commands = {
  registerCommand: (name: string, run: (...args: unknown[]) => unknown) => {
    editor.commands.set(name, run);
    return new Disposable(() => editor.commands.delete(name));
  },
  executeCommand: async (name: string, ...args: unknown[]) => {
    editor.executed.push([name, ...args]);
    return editor.commands.get(name)?.(...args);
  },
};

export const env = {
  clipboard: {
    writeText: async (text: string) => {
      editor.copied = text;
    },
  },
};

export const extensions = { getExtension: (id: string) => editor.extensions.get(id) };
