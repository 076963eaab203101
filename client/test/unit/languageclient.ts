// Stands in for vscode-languageclient/node: keeps each client that was made, and lets a test play the server.

export enum CloseAction {
  DoNotRestart = 1,
  Restart = 2,
}
export enum ErrorAction {
  Continue = 1,
  Shutdown = 2,
}
export enum RevealOutputChannelOn {
  Never = 4,
}

export class ProgressType<_Piece> {}

export const ExecuteCommandRequest = { type: "workspace/executeCommand" };

interface Options {
  errorHandler: { closed(): { action: CloseAction; handled?: boolean } };
  initializationOptions: unknown;
  documentSelector: unknown[];
  synchronize: { fileEvents: unknown[] };
  markdown: unknown;
  traceOutputChannel: unknown;
  middleware: {
    executeCommand(
      command: string,
      args: unknown[],
      next: (command: string, args: unknown[]) => unknown,
    ): Promise<unknown>;
  };
}

interface Program {
  command: string;
  args: string[];
  options: { env: NodeJS.ProcessEnv; cwd?: string };
}

/** What the next servers do: how they start, and what they answer. */
export const server = {
  start: async (): Promise<void> => undefined,
  answer: async (_command: string, _argument: unknown): Promise<unknown> => null,
  notify: async (): Promise<void> => undefined,
};

/** Every client that was made, oldest first. */
export const clients: LanguageClient[] = [];

export class LanguageClient {
  readonly requests: { command: string; arguments: unknown[] }[] = [];
  /** Requests that are no commands. */
  readonly others: [method: string, params: unknown][] = [];
  readonly tokens: unknown[] = [];
  readonly told: [method: string, params: unknown][] = [];
  disposed = false;
  /** What the client answers when the server asks, by method. */
  readonly answers = new Map<string, (params: unknown) => Promise<unknown>>();
  private readonly listeners = new Map<string, (piece: unknown) => void>();
  private readonly handlers = new Map<string, (params: unknown) => void>();
  readonly protocol2CodeConverter = { asWorkspaceEdit: async (edit: unknown) => edit };

  constructor(
    readonly id: string,
    readonly name: string,
    readonly program: Program,
    readonly options: Options,
  ) {
    clients.push(this);
  }

  start(): Promise<void> {
    return server.start();
  }

  onNotification(method: string, handler: (params: unknown) => void): void {
    this.handlers.set(method, handler);
  }

  onRequest(method: string, handler: (params: unknown) => Promise<unknown>): void {
    this.answers.set(method, handler);
  }

  async sendRequest(type: string, params: unknown, token?: unknown): Promise<unknown> {
    if (type !== ExecuteCommandRequest.type) {
      this.others.push([type, params]);
      return null;
    }
    const { command, arguments: given } = params as { command: string; arguments: unknown[] };
    this.requests.push({ command, arguments: given });
    this.tokens.push(token);
    return server.answer(command, given[0]);
  }

  onProgress(_type: unknown, token: string, listener: (piece: never) => void): { dispose(): void } {
    this.listeners.set(token, listener as (piece: unknown) => void);
    return { dispose: () => this.listeners.delete(token) };
  }

  /** Token of the pieces that were asked for last. */
  get tokenOfPieces(): string {
    const given = this.requests.at(-1)?.arguments[0] as { partialResultToken?: string } | undefined;
    return given?.partialResultToken ?? "";
  }

  /** The server sends a piece of an answer. */
  progress(token: string, piece: unknown): void {
    this.listeners.get(token)?.(piece);
  }

  async sendNotification(method: string, params: unknown): Promise<void> {
    await server.notify();
    this.told.push([method, params]);
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }

  /** The server tells something. */
  receive(method: string, params: unknown): void {
    this.handlers.get(method)?.(params);
  }

  /** The server ends without having been asked to. */
  die(): CloseAction {
    return this.options.errorHandler.closed().action;
  }
}
