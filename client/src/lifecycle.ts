// When the server is started, stopped and started again. Knows nothing of the editor or of the protocol.

/** At most `limit` restarts within `windowMs`; the next crash in that time is the last. */
export class RestartPolicy {
  private restarts: number[] = [];

  constructor(
    readonly limit = 3,
    readonly windowMs = 3 * 60_000,
    private readonly now: () => number = Date.now,
  ) {}

  /** Whether a crash now may be answered by a restart; counts that restart. */
  allow(): boolean {
    const time = this.now();
    this.restarts = this.restarts.filter((then) => time - then < this.windowMs);
    if (this.restarts.length >= this.limit) {
      return false;
    }
    this.restarts.push(time);
    return true;
  }

  /** A start that the user asked for begins a new count. */
  forgive(): void {
    this.restarts = [];
  }
}

export type State = "stopped" | "starting" | "running" | "failed";

/** A server that runs; `crashed` of the launch is called when it ends without having been asked to. */
export interface Running {
  stop(): Promise<void>;
}

export interface LifecycleEvents {
  state(state: State): void;
  /** The server crashed and is started again. */
  restarting(): void;
  /** The server crashed too often and stays down. */
  gaveUp(): void;
  /** The server cannot be started at all, for instance because there is no Python. */
  cannotStart(error: unknown): void;
}

/** An error after which another try would end the same way. */
export class CannotStart extends Error {}

/** One server, one queue: start, stop, restart and the answer to a crash never overlap. */
export class Lifecycle<Server extends Running> {
  private queue: Promise<void> = Promise.resolve();
  private current: Server | undefined;
  private generation = 0;
  private disposed = false;

  constructor(
    private readonly launch: (crashed: () => void) => Promise<Server>,
    private readonly events: LifecycleEvents,
    private readonly policy = new RestartPolicy(),
  ) {}

  /** The running server, or undefined; pending actions are waited for. */
  async ready(): Promise<Server | undefined> {
    let seen: Promise<void>;
    do {
      seen = this.queue;
      await seen;
    } while (seen !== this.queue);
    return this.current;
  }

  start(): Promise<void> {
    return this.enqueue(async () => {
      if (this.current === undefined) {
        this.policy.forgive();
        await this.bringUp();
      }
    });
  }

  restart(): Promise<void> {
    return this.enqueue(async () => {
      await this.takeDown();
      this.policy.forgive();
      await this.bringUp();
    });
  }

  stop(): Promise<void> {
    return this.enqueue(() => this.takeDown());
  }

  /** Stops and refuses every later start. */
  dispose(): Promise<void> {
    this.disposed = true;
    return this.stop();
  }

  private enqueue(action: () => Promise<void>): Promise<void> {
    const done = this.queue.then(action);
    // An action that fails tells its own caller; those behind it run all the same.
    this.queue = done.catch(() => undefined);
    return done;
  }

  private async bringUp(): Promise<void> {
    while (!this.disposed) {
      this.generation += 1;
      const generation = this.generation;
      this.events.state("starting");
      try {
        this.current = await this.launch(() => this.crashed(generation));
        this.events.state("running");
        return;
      } catch (error) {
        this.current = undefined;
        if (error instanceof CannotStart) {
          this.events.state("failed");
          this.events.cannotStart(error);
          return;
        }
        if (!this.mayRestart()) {
          return;
        }
      }
    }
  }

  private async takeDown(): Promise<void> {
    const server = this.current;
    this.current = undefined; // so that a crash while it stops is no crash
    if (server !== undefined) {
      // A server that does not answer the request to stop is killed by the client; nothing is left to do about it here.
      await server.stop().catch(() => undefined);
      this.events.state("stopped");
    }
  }

  private crashed(generation: number): void {
    void this.enqueue(async () => {
      if (generation !== this.generation || this.current === undefined) {
        return; // of a server that was replaced since, or that failed to start and was counted then
      }
      this.current = undefined;
      if (this.mayRestart()) {
        await this.bringUp();
      }
    });
  }

  private mayRestart(): boolean {
    if (this.disposed) {
      return false;
    }
    if (this.policy.allow()) {
      this.events.restarting();
      return true;
    }
    this.events.state("failed");
    this.events.gaveUp();
    return false;
  }
}
