// One server at a time: started once, started again after a crash, and left alone after too many.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CannotStart, Lifecycle, RestartPolicy, type Running } from "../../src/lifecycle";

/** A launcher under the test's control, and everything that happened. */
class Bench {
  readonly log: string[] = [];
  readonly servers: { crash(): void; stopped: boolean }[] = [];
  /** What the next launches do, in order; when there is none left, they succeed. */
  readonly plans: (() => Promise<void>)[] = [];
  time = 0;
  alive = 0;
  mostAlive = 0;
  readonly lifecycle: Lifecycle<Running>;

  constructor() {
    const launch = async (crashed: () => void): Promise<Running> => {
      await this.plans.shift()?.();
      const server = {
        stopped: false,
        crash: () => {
          this.alive -= 1;
          crashed();
        },
      };
      this.servers.push(server);
      this.alive += 1;
      this.mostAlive = Math.max(this.mostAlive, this.alive);
      return {
        stop: async () => {
          this.alive -= 1;
          server.stopped = true;
        },
      };
    };
    const say = (what: string) => () => {
      this.log.push(what);
    };
    this.lifecycle = new Lifecycle(
      launch,
      {
        state: (state) => this.log.push(state),
        restarting: say("restarting"),
        gaveUp: say("gave up"),
        cannotStart: (error) => this.log.push(`cannot start: ${(error as Error).message}`),
      },
      new RestartPolicy(3, 3 * 60_000, () => this.time),
    );
  }

  async crash(): Promise<void> {
    this.servers.at(-1)?.crash();
    await this.lifecycle.ready();
  }
}

const fails = async () => {
  throw new Error("exited with 1");
};

describe("starting", () => {
  it("goes from starting to running", async () => {
    const bench = new Bench();
    await bench.lifecycle.start();
    assert.deepEqual(bench.log, ["starting", "running"]);
    assert.ok(await bench.lifecycle.ready());
  });

  it("happens once, however often and however fast it is asked for", async () => {
    const bench = new Bench();
    await Promise.all([bench.lifecycle.start(), bench.lifecycle.start(), bench.lifecycle.start()]);
    await bench.lifecycle.start();
    assert.equal(bench.servers.length, 1);
  });

  it("is not tried again when it cannot succeed, and says why", async () => {
    const bench = new Bench();
    bench.plans.push(async () => {
      throw new CannotStart("no Python");
    });
    await bench.lifecycle.start();
    assert.deepEqual(bench.log, ["starting", "failed", "cannot start: no Python"]);
    assert.equal(await bench.lifecycle.ready(), undefined);
  });

  it("is tried again when the server ends at once, and given up after three more tries", async () => {
    const bench = new Bench();
    bench.plans.push(fails, fails, fails, fails, fails);
    await bench.lifecycle.start();
    assert.equal(bench.log.filter((event) => event === "restarting").length, 3);
    assert.deepEqual(bench.log.slice(-2), ["failed", "gave up"]);
    assert.equal(bench.plans.length, 1, "four launches in all");
  });

  it("that works at the second try leaves one server", async () => {
    const bench = new Bench();
    bench.plans.push(fails);
    await bench.lifecycle.start();
    assert.deepEqual(bench.log, ["starting", "restarting", "starting", "running"]);
    assert.equal(bench.alive, 1);
  });
});

describe("a crash", () => {
  it("is answered by a new server", async () => {
    const bench = new Bench();
    await bench.lifecycle.start();
    await bench.crash();
    assert.deepEqual(bench.log, ["starting", "running", "restarting", "starting", "running"]);
    assert.equal(bench.servers.length, 2);
  });

  it("is the last when it is the fourth within three minutes", async () => {
    const bench = new Bench();
    await bench.lifecycle.start();
    for (let i = 0; i < 3; i++) {
      bench.time += 50_000;
      await bench.crash();
    }
    assert.equal(bench.alive, 1);
    bench.time += 50_000;
    await bench.crash();
    assert.deepEqual(bench.log.slice(-2), ["failed", "gave up"]);
    assert.equal(bench.alive, 0);
    assert.equal(bench.servers.length, 4);
  });

  it("is forgotten after three minutes", async () => {
    const bench = new Bench();
    await bench.lifecycle.start();
    for (let i = 0; i < 20; i++) {
      bench.time += 61_000;
      await bench.crash();
    }
    assert.equal(bench.alive, 1);
    assert.ok(!bench.log.includes("gave up"));
  });

  it("of a server that was replaced starts nothing", async () => {
    const bench = new Bench();
    await bench.lifecycle.start();
    const [first] = bench.servers;
    await bench.lifecycle.restart();
    bench.alive += 1; // undone by the late report below
    first?.crash();
    await bench.lifecycle.ready();
    assert.equal(bench.servers.length, 2);
    assert.ok(!bench.log.includes("restarting"));
  });

  it("that is told twice counts once", async () => {
    const bench = new Bench();
    await bench.lifecycle.start();
    const [first] = bench.servers;
    bench.alive += 1; // for the second report
    first?.crash();
    first?.crash();
    await bench.lifecycle.ready();
    assert.equal(bench.servers.length, 2);
    assert.equal(bench.log.filter((event) => event === "restarting").length, 1);
  });

  it("during a launch that then succeeds is not overlooked", async () => {
    const bench = new Bench();
    const log: string[] = [];
    let launches = 0;
    const lifecycle = new Lifecycle(
      async (crashed: () => void) => {
        launches += 1;
        if (launches === 1) {
          crashed();
        }
        return { stop: async () => undefined };
      },
      { state: (state) => log.push(state), restarting: () => log.push("restarting"), gaveUp() {}, cannotStart() {} },
      new RestartPolicy(3, 1000, () => bench.time),
    );
    await lifecycle.start();
    await lifecycle.ready();
    assert.equal(launches, 2);
    assert.deepEqual(log, ["starting", "running", "restarting", "starting", "running"]);
  });
});

describe("restarting by hand", () => {
  it("stops the old server before it starts the new one", async () => {
    const bench = new Bench();
    await bench.lifecycle.start();
    await bench.lifecycle.restart();
    assert.deepEqual(bench.log, ["starting", "running", "stopped", "starting", "running"]);
    assert.equal(bench.mostAlive, 1);
  });

  it("works after the crashes were too many, and begins a new count", async () => {
    const bench = new Bench();
    await bench.lifecycle.start();
    for (let i = 0; i < 4; i++) {
      await bench.crash();
    }
    assert.equal(bench.log.at(-1), "gave up");
    await bench.lifecycle.restart();
    assert.equal(bench.log.at(-1), "running");
    for (let i = 0; i < 3; i++) {
      await bench.crash();
    }
    assert.equal(bench.log.at(-1), "running");
  });

  it("many times at once leaves one server, and never had two", async () => {
    const bench = new Bench();
    await Promise.all([1, 2, 3, 4].map(() => bench.lifecycle.restart()));
    assert.equal(bench.alive, 1);
    assert.equal(bench.mostAlive, 1);
  });
});

describe("stopping", () => {
  it("while the server starts waits for it, and leaves none", async () => {
    const bench = new Bench();
    let begun: () => void = () => undefined;
    bench.plans.push(() => new Promise((resolve) => (begun = resolve)));
    const started = bench.lifecycle.start();
    const stopped = bench.lifecycle.stop();
    await Promise.resolve(); // the launch is under way
    begun();
    await Promise.all([started, stopped]);
    assert.deepEqual(bench.log, ["starting", "running", "stopped"]);
    assert.equal(bench.alive, 0);
  });

  it("makes no crash of it when the connection then closes", async () => {
    const bench = new Bench();
    await bench.lifecycle.start();
    const [server] = bench.servers;
    const stopped = bench.lifecycle.stop();
    await stopped;
    server?.crash();
    await bench.lifecycle.ready();
    assert.equal(bench.log.at(-1), "stopped");
  });

  it("for good ends the tries and refuses every later start", async () => {
    const bench = new Bench();
    const { lifecycle } = bench;
    bench.plans.push(async () => {
      void lifecycle.dispose();
      throw new Error("killed");
    });
    await lifecycle.start();
    await lifecycle.start();
    await lifecycle.restart();
    assert.equal(bench.servers.length, 0);
    assert.ok(!bench.log.includes("restarting") && !bench.log.includes("gave up"));
  });

  it("is done even when the server does not answer the request to stop", async () => {
    const log: string[] = [];
    const stop = async () => {
      throw new Error("timed out");
    };
    const events = { state: (s: string) => void log.push(s), restarting() {}, gaveUp() {}, cannotStart() {} };
    const lifecycle = new Lifecycle(async () => ({ stop }), events);
    await lifecycle.start();
    await lifecycle.restart();
    assert.deepEqual(log, ["starting", "running", "stopped", "starting", "running"]);
  });
});

describe("the queue", () => {
  it("goes on after an action failed", async () => {
    let broken = true;
    const state = () => {
      if (broken) {
        throw new Error("a listener failed");
      }
    };
    const lifecycle = new Lifecycle(async () => ({ stop: async () => undefined }), {
      state,
      restarting() {},
      gaveUp() {},
      cannotStart() {},
    });
    await assert.rejects(lifecycle.start(), /a listener failed/);
    broken = false;
    await lifecycle.start();
    assert.ok(await lifecycle.ready());
  });

  it("is waited for by whoever needs the server", async () => {
    const bench = new Bench();
    void bench.lifecycle.start();
    void bench.lifecycle.restart();
    assert.ok(await bench.lifecycle.ready());
    assert.equal(bench.servers.length, 2);
  });
});

describe("the restart policy", () => {
  it("allows three in any window of three minutes", () => {
    let now = 0;
    const policy = new RestartPolicy(3, 180_000, () => now);
    const allowed: number[] = [];
    for (now = 0; now < 3_600_000; now += 7_000) {
      if (policy.allow()) {
        allowed.push(now);
      }
    }
    for (const start of allowed) {
      const within = allowed.filter((time) => time >= start && time < start + 180_000);
      assert.ok(within.length <= 3, `${within.length} within three minutes from ${start}`);
    }
    assert.ok(allowed.length >= 50, "but it does not stop altogether");
  });
});
