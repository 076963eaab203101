// The connection to the language server: how it is launched, what is asked of it and what it tells.
import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  ProgressType,
  RevealOutputChannelOn,
  type ServerOptions,
  type WorkspaceEdit,
} from "vscode-languageclient/node";
import type { Choices } from "./baseline";
import { BESIDE_PAPERS, LANGUAGES, readConfig, SCHEMES } from "./config";
import { listFiles, readFile } from "./files";
import { Lifecycle, type Running, type State } from "./lifecycle";
import {
  BASELINE_REQUEST,
  DELTA,
  FACTS,
  type Facts,
  LIST_FILES,
  READ_FILE,
  type Review,
  type ReviewPiece,
  STATUS_NOTIFICATION,
  STRESS_TEST,
  type Status,
  type StressTestArgument,
  THEME_NOTIFICATION,
  type ThemeKind,
} from "./protocol";
import {
  cleanEnv,
  existingEnvironment,
  findBundle,
  findInstalled,
  findPython,
  makeEnvironment,
  namedServer,
} from "./python";
import { themeKind } from "./theme";
import { VOICE_STOP, WHAT_WOULD_BE_SENT, type Wire, type WouldBeSent } from "./voice";

/** The server does not run, so nothing can be asked of it. */
export class NotRunning extends Error {
  constructor() {
    super("Tanaka's server is not running.");
  }
}

interface Connection extends Running {
  client: LanguageClient;
}

export class Server implements vscode.Disposable {
  /** Called with the argument of a code lens or of a link in a hover; set by the panel. */
  onStressTest: (argument: StressTestArgument) => Promise<void> = async () => undefined;
  /** Answers what the server asks for its voice. */
  voice: { attach(wire: Wire): void } | undefined;
  /** The baselines that the author has chosen so far. */
  baselines: () => Choices = () => ({});
  private readonly stateChanged = new vscode.EventEmitter<State>();
  private readonly statusReceived = new vscode.EventEmitter<Status>();
  private readonly statuses = new Map<string, Status>();
  private readonly lifecycle: Lifecycle<Connection>;
  readonly onState = this.stateChanged.event;
  readonly onStatus = this.statusReceived.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
  ) {
    this.lifecycle = new Lifecycle((crashed) => this.launch(crashed), {
      state: (state) => {
        void vscode.commands.executeCommand("setContext", "tanaka.serverReady", state === "running");
        this.stateChanged.fire(state);
      },
      restarting: () => this.output.warn("The server ended without being asked to; it is started again."),
      gaveUp: () => {
        const text = "Tanaka's server crashed four times within three minutes and was not started again.";
        void this.complain(text, "Restart Server");
      },
      cannotStart: (error) =>
        void this.complain(error instanceof Error ? error.message : String(error), "Open Settings"),
    });
  }

  start(): Promise<void> {
    return this.lifecycle.start();
  }

  restart(): Promise<void> {
    return this.lifecycle.restart();
  }

  /** Has the running server read the settings anew; one that does not run reads them when it starts. */
  async configure(): Promise<void> {
    try {
      const { client } = await this.connected();
      await client.sendNotification("workspace/didChangeConfiguration", { settings: null });
    } catch (error) {
      if (!(error instanceof NotRunning)) {
        throw error;
      }
    }
  }

  stop(): Promise<void> {
    return this.lifecycle.dispose();
  }

  dispose(): void {
    void this.stop();
    this.stateChanged.dispose();
    this.statusReceived.dispose();
  }

  /** The review of a section or paper; null where there is nothing to review. `onPiece` gets its pieces before that. */
  async stressTest(
    argument: StressTestArgument,
    onPiece?: (piece: ReviewPiece) => void,
    cancel?: vscode.CancellationToken,
  ): Promise<Review | null> {
    const { client } = await this.connected();
    const partialResultToken = randomUUID();
    const pieces =
      onPiece && client.onProgress(new ProgressType<ReviewPiece>(), partialResultToken, (piece) => onPiece(piece));
    const given = onPiece === undefined ? argument : { ...argument, partialResultToken };
    try {
      return (await this.ask(STRESS_TEST, given, cancel)) as Review | null;
    } finally {
      pieces?.dispose();
    }
  }

  /** Has the paper of a file read against another baseline; null leaves that to the settings. */
  async chooseBaseline(uri: vscode.Uri, baseline: vscode.Uri | null): Promise<void> {
    const { client } = await this.connected();
    await client.sendRequest(BASELINE_REQUEST, { uri: uri.toString(), baseline: baseline?.toString() ?? null });
  }

  /** Whether a paper can be held against a baseline, once that has been looked for and read. */
  async hasDelta(uri: vscode.Uri): Promise<boolean> {
    return (await this.ask(DELTA, { uri: uri.toString() })) !== null;
  }

  /** Word for word what a language model would be sent for a stress test; null outside a paper. */
  async whatWouldBeSent(argument: StressTestArgument): Promise<WouldBeSent | null> {
    return (await this.ask(WHAT_WOULD_BE_SENT, argument)) as WouldBeSent | null;
  }

  /** Ends what a language model is saying. */
  async stopVoice(): Promise<void> {
    const connection = await this.lifecycle.ready();
    try {
      await connection?.client.sendNotification(VOICE_STOP);
    } catch {
      // The server ended just now, and the voice with it.
    }
  }

  /** What the server has said last of the paper of a file. */
  statusOf(uri: vscode.Uri): Status | undefined {
    const root = this.knownRoot(uri)?.toString();
    return [...this.statuses.values()].find((each) => vscode.Uri.parse(each.uri, true).toString() === root);
  }

  async facts(uri: vscode.Uri): Promise<Facts | null> {
    return (await this.ask(FACTS, { uri: uri.toString() })) as Facts | null;
  }

  /** The root file of the paper that a file belongs to, as far as the server has said. */
  rootOf(uri: vscode.Uri, root: string): vscode.Uri {
    return this.knownRoot(uri, (status) => status.root === root) ?? vscode.Uri.joinPath(uri, "..", root);
  }

  /** The nearest root file whose folder holds a file, or nothing while the server has named none. */
  knownRoot(uri: vscode.Uri, wanted: (status: Status) => boolean = () => true): vscode.Uri | undefined {
    const folder = (path: string) => path.slice(0, path.lastIndexOf("/") + 1);
    const roots = [...this.statuses.values()].filter(wanted).map((status) => vscode.Uri.parse(status.uri, true));
    const holding = roots.filter(
      ({ scheme, authority, path }) =>
        scheme === uri.scheme && authority === uri.authority && uri.path.startsWith(folder(path)),
    );
    return holding.sort((a, b) => b.path.length - a.path.length)[0];
  }

  async tellTheme(kind: ThemeKind): Promise<void> {
    const connection = await this.lifecycle.ready();
    try {
      await connection?.client.sendNotification(THEME_NOTIFICATION, { kind });
    } catch {
      // The server ended just now; the one that follows is told the theme when it starts.
    }
  }

  async toEdit(edit: WorkspaceEdit): Promise<vscode.WorkspaceEdit> {
    return (await this.connected()).client.protocol2CodeConverter.asWorkspaceEdit(edit);
  }

  private async connected(): Promise<Connection> {
    const connection = await this.lifecycle.ready();
    if (connection === undefined) {
      throw new NotRunning();
    }
    return connection;
  }

  private async ask(command: string, argument: unknown, cancel?: vscode.CancellationToken): Promise<unknown> {
    const { client } = await this.connected();
    return client.sendRequest(ExecuteCommandRequest.type, { command, arguments: [argument] }, cancel);
  }

  private async launch(crashed: () => void): Promise<Connection> {
    const config = readConfig();
    const program = await this.findProgram(config.serverPath, config.importStrategy === "fromEnvironment");
    this.output.info(`Starting ${program}`);
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file");
    const serverOptions: ServerOptions = {
      command: program,
      args: ["serve", "--stdio"],
      options: { env: cleanEnv(process.env), ...(folder === undefined ? {} : { cwd: folder.uri.fsPath }) },
    };
    const watch = (glob: string) => vscode.workspace.createFileSystemWatcher(glob);
    const watchers = ["**/*.{tex,ltx,bib,pdf}", "**/tanaka.toml", "**/.tanaka/knowledge/**/*.toml"].map(watch);
    const release = () => {
      for (const watcher of watchers.splice(0)) {
        watcher.dispose();
      }
    };
    let ended: (why: Error) => void = () => undefined;
    // A server that dies before it has answered `initialize` leaves the client's own start waiting for ever.
    const early = new Promise<never>((_, reject) => {
      ended = reject;
    });
    early.catch(() => undefined);
    const options: LanguageClientOptions = {
      documentSelector: SCHEMES.flatMap((scheme) =>
        [...LANGUAGES.map((language) => ({ language })), ...BESIDE_PAPERS].map((each) => ({ ...each, scheme })),
      ),
      synchronize: { fileEvents: [...watchers] },
      outputChannel: this.output,
      traceOutputChannel: traceChannel(this.output, config.trace !== "off"),
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: {
        theme: themeKind(vscode.window.activeColorTheme.kind),
        diagnosticsDelay: config.diagnosticsDelay,
        codeLens: config.codeLens,
        markChecked: config.markChecked,
        showPeaks: config.showPeaks,
        files: true,
        baselines: this.baselines(),
        voice: this.voice !== undefined,
      },
      markdown: { isTrusted: { enabledCommands: [STRESS_TEST] }, supportHtml: false },
      middleware: {
        executeCommand: (command, args, next) =>
          command === STRESS_TEST ? this.onStressTest(args[0] as StressTestArgument) : next(command, args),
      },
      // A failed start is answered by the life cycle, with one message.
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          release();
          ended(new Error("it ended before it had answered"));
          crashed();
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    };
    const client = new LanguageClient("tanaka", "Tanaka", serverOptions, options);
    client.onNotification(STATUS_NOTIFICATION, (status: Status) => {
      this.statuses.set(status.uri, status);
      void vscode.commands.executeCommand("setContext", "tanaka.paperRead", true);
      this.statusReceived.fire(status);
    });
    this.voice?.attach({
      onRequest: (method, handler) => client.onRequest(method, handler as (params: unknown) => unknown),
      onNotification: (method, handler) => client.onNotification(method, handler as (params: unknown) => void),
    });
    client.onRequest(READ_FILE, readFile);
    client.onRequest(LIST_FILES, listFiles);
    try {
      await Promise.race([client.start(), early]);
    } catch (error) {
      release();
      this.output.error(`The server did not start: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
    return {
      client,
      stop: async () => {
        release();
        await client.dispose();
      },
    };
  }

  private async findProgram(path: string, fromEnvironment: boolean): Promise<string> {
    if (path !== "") {
      return namedServer(path);
    }
    if (fromEnvironment) {
      return findInstalled(await selectedPython());
    }
    const bundle = await findBundle(vscode.Uri.joinPath(this.context.extensionUri, "bundled").fsPath);
    const storage = this.context.globalStorageUri.fsPath;
    const existing = await existingEnvironment(storage, bundle);
    if (existing !== undefined) {
      return existing;
    }
    const options = { location: vscode.ProgressLocation.Notification, title: "Tanaka" };
    return vscode.window.withProgress(options, async (progress) => {
      const report = (message: string) => {
        this.output.info(message);
        progress.report({ message });
      };
      report("looking for Python");
      const python = await findPython(await selectedPython());
      return makeEnvironment(storage, bundle, python, report);
    });
  }

  private async complain(text: string, button: "Restart Server" | "Open Settings"): Promise<void> {
    this.output.error(text);
    const chosen = await vscode.window.showErrorMessage(text, "Show Output", button);
    if (chosen === "Show Output") {
      this.output.show();
    } else if (chosen === "Restart Server") {
      await this.restart();
    } else if (chosen === "Open Settings") {
      await vscode.commands.executeCommand("workbench.action.openSettings", "tanaka.server");
    }
  }
}

/** What the client traces to: the output channel as it is, or one that lets the trace through at its own level. */
function traceChannel(output: vscode.LogOutputChannel, on: boolean): vscode.LogOutputChannel {
  if (!on) {
    return output;
  }
  return Object.create(output, {
    logLevel: { value: vscode.LogLevel.Trace },
    trace: { value: (message: string) => output.info(message) },
  }) as vscode.LogOutputChannel;
}

interface PythonExtension {
  environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(path: { path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
  };
}

/** The interpreter chosen in the Python extension, where that is installed. */
async function selectedPython(): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonExtension>("ms-python.python");
  if (extension === undefined) {
    return undefined;
  }
  try {
    const { environments } = await extension.activate();
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const resolved = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
    return resolved?.executable.uri?.fsPath;
  } catch {
    return undefined; // the Python extension is there but broken: PATH decides
  }
}
