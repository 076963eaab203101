// The voice of a language model, as far as the editor has to do with it: keys, consent, and what would be sent.
import * as vscode from "vscode";
import type { Part, StressTestArgument } from "./protocol";

/** Requests of the server: the key for an address, and whether something may be sent there. */
export const VOICE_KEY = "tanaka/voiceKey";
export const VOICE_CONSENT = "tanaka/voiceConsent";
/** What the server tells: a part in other words, and how the voice is. */
export const VOICE_PART = "tanaka/voicePart";
export const VOICE_STATE = "tanaka/voiceState";
/** What it is told: to stop speaking. */
export const VOICE_STOP = "tanaka/voiceStop";
/** The server's command that says what would be sent. */
export const WHAT_WOULD_BE_SENT = "tanaka.whatWouldBeSent";

/** `base` is where the model is served: scheme, host and port. */
export interface VoiceKeyParams {
  base: string;
}

export interface VoiceKeyResult {
  key: string | null;
}

/** `root` is the paper's root file; never asked for a server on this machine. */
export interface VoiceConsentParams {
  root: string;
  host: string;
  model: string;
}

export interface VoiceConsentResult {
  allowed: boolean;
}

/** `part` takes the place of the shown review's part of that id, where the review's `voicing` is `id`. */
export interface VoicePart {
  id: number;
  uri: string;
  part: Part;
  label: string;
  refused: string | null;
}

/** `label` is "engine only" or "voice: MODEL @ HOST"; `note` says in a sentence why it failed. */
export interface VoiceState {
  state: "off" | "ready" | "speaking" | "done" | "failed" | "stopped";
  label: string;
  note: string | null;
}

/** `text` is word for word what would be sent; `base` is where a key would belong, null without a usable model. */
export interface WouldBeSent {
  text: string;
  label: string;
  base: string | null;
}

/** What the voice needs of the server. */
export interface Speaker {
  whatWouldBeSent(argument: StressTestArgument): Promise<WouldBeSent | null>;
  stopVoice(): Promise<void>;
}

/** What the voice needs of the language client. */
export interface Wire {
  onRequest(method: string, handler: (params: never) => unknown): unknown;
  onNotification(method: string, handler: (params: never) => void): unknown;
}

/** What the voice needs of the extension's context. */
export interface Storage {
  readonly secrets: Pick<vscode.SecretStorage, "get" | "store" | "delete">;
  readonly workspaceState: Pick<vscode.Memento, "get" | "update">;
}

/** Where keys and consent are kept: neither is ever in a setting. */
const keyName = (base: string) => `tanaka.voice.key:${base}`;
const consentName = (root: string, host: string) => `tanaka.voice.consent:${host}:${root}`;

const SCHEME = "tanaka-voice";
const SEND = "Send";
const SHOW = "Show What Would Be Sent";

export class Voice implements vscode.Disposable {
  private readonly partSpoken = new vscode.EventEmitter<VoicePart>();
  private readonly stateChanged = new vscode.EventEmitter<VoiceState>();
  private readonly page = new vscode.EventEmitter<vscode.Uri>();
  private readonly disposables: vscode.Disposable[];
  /** Questions that stand open, so that nobody is asked the same thing twice at once. */
  private readonly asking = new Map<string, Promise<boolean>>();
  private text = "";
  readonly onPart = this.partSpoken.event;
  readonly onState = this.stateChanged.event;

  constructor(
    private readonly storage: Storage,
    private readonly speaker: Speaker,
  ) {
    this.disposables = [
      this.partSpoken,
      this.stateChanged,
      this.page,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
        onDidChange: this.page.event,
        provideTextDocumentContent: () => this.text,
      }),
    ];
  }

  /** Answers the server's questions on a connection, and hears what it tells. */
  attach(wire: Wire): void {
    wire.onRequest(VOICE_KEY, (params: VoiceKeyParams) => this.key(params));
    wire.onRequest(VOICE_CONSENT, (params: VoiceConsentParams) => this.consent(params));
    wire.onNotification(VOICE_PART, (told: VoicePart) => this.partSpoken.fire(told));
    wire.onNotification(VOICE_STATE, (told: VoiceState) => this.stateChanged.fire(told));
  }

  /** The key that was set for an address; a key for another one is none. */
  async key({ base }: VoiceKeyParams): Promise<VoiceKeyResult> {
    return { key: (await this.storage.secrets.get(keyName(base))) ?? null };
  }

  /** Whether facts of a paper may go to a server: asked once for each paper and server. */
  async consent({ root, host, model }: VoiceConsentParams): Promise<VoiceConsentResult> {
    if (!vscode.workspace.isTrusted) {
      return { allowed: false };
    }
    const name = consentName(root, host);
    if (this.storage.workspaceState.get<boolean>(name) === true) {
      return { allowed: true };
    }
    const asked = this.asking.get(name) ?? this.ask(name, { root, host, model });
    this.asking.set(name, asked);
    try {
      return { allowed: await asked };
    } finally {
      this.asking.delete(name);
    }
  }

  private async ask(name: string, { root, host, model }: VoiceConsentParams): Promise<boolean> {
    const detail =
      `Facts of this paper and short quotes from it would go to ${host}, for ${model} to word the stress test. ` +
      "The paper itself is not sent. You are asked once for each paper and server.";
    const options = { modal: true, detail };
    const chosen = await vscode.window.showWarningMessage(`Send to ${host}?`, options, SEND, SHOW);
    if (chosen === SHOW) {
      await this.show({ uri: root, scope: "paper" });
      return false;
    }
    if (chosen !== SEND) {
      return false;
    }
    await this.storage.workspaceState.update(name, true);
    return true;
  }

  /** Shows, word for word, what a stress test would send; nothing is sent by it. */
  async show(argument: StressTestArgument): Promise<void> {
    let found: WouldBeSent | null;
    try {
      found = await this.speaker.whatWouldBeSent(argument);
    } catch (error) {
      void vscode.window.showErrorMessage(`What would be sent cannot be shown: ${message(error)}`);
      return;
    }
    if (found === null) {
      void vscode.window.showInformationMessage("There is nothing to send: this file belongs to no paper.");
      return;
    }
    this.text = found.text;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: "/What would be sent.txt" });
    this.page.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  /** Asks for the key of the server that the settings name; an empty one is taken out. */
  async setKey(uri: vscode.Uri | undefined): Promise<void> {
    const base = uri && (await this.speaker.whatWouldBeSent({ uri: uri.toString(), scope: "paper" }))?.base;
    if (!base) {
      const text = "Name a model in tanaka.voice.model first, and open a paper: a key belongs to one server.";
      void vscode.window.showInformationMessage(text);
      return;
    }
    const key = await vscode.window.showInputBox({
      title: "Tanaka: Set Voice Key",
      prompt: `The key for ${base}. It is kept by the editor's secret storage and sent nowhere else. Empty: forget it.`,
      password: true,
      ignoreFocusOut: true,
    });
    if (key === undefined) {
      return;
    }
    const trimmed = key.trim();
    if (trimmed === "") {
      await this.storage.secrets.delete(keyName(base));
      vscode.window.setStatusBarMessage(`Tanaka: the key for ${base} is forgotten.`, 5000);
    } else {
      await this.storage.secrets.store(keyName(base), trimmed);
      vscode.window.setStatusBarMessage(`Tanaka: the key for ${base} is kept.`, 5000);
    }
  }

  stop(): Promise<void> {
    return this.speaker.stopVoice();
  }

  dispose(): void {
    for (const each of this.disposables) {
      each.dispose();
    }
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
