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
  readonly told: [method: string, params: unknown][] = [];
  disposed = false;
  /** What the client answers when the server asks, by method. */
  readonly answers = new Map<string, (params: unknown) => Promise<unknown>>();
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

  async sendRequest(type: string, params: { command: string; arguments: unknown[] }): Promise<unknown> {
    this.requests.push({ ...params });
    return type === ExecuteCommandRequest.type ? server.answer(params.command, params.arguments[0]) : null;
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
