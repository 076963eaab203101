// The server's private Python environment: found, made, used again, and never half made.
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { CannotStart } from "../../src/lifecycle";
import {
  type Bundle,
  candidates,
  cleanEnv,
  existingEnvironment,
  findBundle,
  findInstalled,
  findPython,
  type Host,
  isRecentEnough,
  makeEnvironment,
  namedServer,
  type Outcome,
  programOf,
  runProgram,
} from "../../src/python";

const nothing: Outcome = { code: null, stdout: "", stderr: "not found" };
const says = (stdout: string): Outcome => ({ code: 0, stdout: `${stdout}\n`, stderr: "" });

/** A machine on which each program answers as told; all calls are kept. */
function machine(answer: (line: string) => Outcome | Promise<Outcome>, more: Partial<Host> = {}) {
  const calls: { line: string; env: NodeJS.ProcessEnv | undefined }[] = [];
  const host: Host = {
    platform: "linux",
    env: {},
    run: async (command, args, env) => {
      const line = [command, ...args].join(" ");
      calls.push({ line, env });
      return answer(line);
    },
    ...more,
  };
  return { host, calls };
}

/** A machine that has the named Pythons. */
function having(pythons: Record<string, string>, platform: NodeJS.Platform = "linux") {
  const answer = (line: string) => {
    const [, version] = Object.entries(pythons).find(([name]) => line.startsWith(`${name} -I -c`)) ?? [];
    return version === undefined ? nothing : says(version);
  };
  return machine(answer, { platform }).host;
}

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "tanaka-python-"));
});
after(() => rm(folder, { recursive: true, force: true }));

async function program(path: string): Promise<string> {
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, "#!/bin/sh\n");
  await chmod(path, 0o755);
  return path;
}

describe("finding a Python", () => {
  it("takes the one that is selected in the editor before any other", async () => {
    const host = having({ "/opt/py/bin/python": "3.12.4", python3: "3.13.0" });
    assert.deepEqual(await findPython("/opt/py/bin/python", host), {
      command: ["/opt/py/bin/python"],
      version: "3.12.4",
    });
  });

  it("passes over one that is too old or does not run", async () => {
    const host = having({ "/old/python": "3.8.10", python3: "3.10.12", "python3.13": "3.13.1" });
    assert.deepEqual(await findPython("/old/python", host), { command: ["python3.13"], version: "3.13.1" });
  });

  it("uses the launcher on Windows, with its argument", async () => {
    const host = having({ "py -3": "3.11.9" }, "win32");
    assert.deepEqual(await findPython(undefined, host), { command: ["py", "-3"], version: "3.11.9" });
  });

  it("says what it found instead, what is needed and what to do", async () => {
    const host = having({ python3: "3.9.2", python: "2.7.18" });
    await assert.rejects(findPython(undefined, host), (error: Error) => {
      assert.ok(error instanceof CannotStart);
      assert.match(error.message, /Python 3\.11 or newer/);
      assert.match(error.message, /python3 is 3\.9\.2, python is 2\.7\.18/);
      assert.match(error.message, /tanaka\.server\.path/);
      return true;
    });
  });

  it("says so where there is none at all", async () => {
    await assert.rejects(findPython(undefined, having({})), /found none\. Install one/);
  });

  it("believes no program that prints something else", async () => {
    const { host } = machine(() => says("Welcome to the store!"));
    await assert.rejects(findPython(undefined, host), CannotStart);
  });

  it("counts versions as numbers, not as text", () => {
    const enough = ["3.11.0", "3.14.0", "3.100.1", "4.0.0"];
    const tooOld = ["3.10.14", "3.9.20", "3.1.5", "2.7.18"];
    assert.deepEqual(enough.filter(isRecentEnough), enough);
    assert.deepEqual(tooOld.filter(isRecentEnough), []);
  });

  it("asks each name once", () => {
    for (const platform of ["linux", "darwin", "win32"] as const) {
      const names = candidates("/a/python", platform).map((command) => command.join(" "));
      assert.equal(new Set(names).size, names.length);
      assert.equal(names[0], "/a/python");
    }
  });
});

describe("the environment of a child process", () => {
  it("has nothing that could load other code or install elsewhere", () => {
    const env = {
      PYTHONPATH: "/x",
      PYTHONHOME: "/y",
      PYTHONSTARTUP: "/z.py",
      VIRTUAL_ENV: "/venv",
      PIP_TARGET: "/t",
      PIP_USER: "1",
      PythonPath: "/as-on-windows",
    };
    assert.deepEqual(cleanEnv(env), { PYTHONUTF8: "1" });
  });

  it("keeps what a site needs to reach its packages", () => {
    const env = { PATH: "/bin", HTTPS_PROXY: "http://proxy", PIP_INDEX_URL: "http://mirror", SSL_CERT_FILE: "/c.pem" };
    assert.deepEqual(cleanEnv(env), { ...env, PYTHONUTF8: "1" });
  });

  it("is made anew: the editor's own is left as it was", () => {
    const env = { PYTHONPATH: "/x" };
    cleanEnv(env);
    assert.deepEqual(env, { PYTHONPATH: "/x" });
  });
});

describe("what the extension carries", () => {
  async function carried(name: string, wheel: string, lock: string): Promise<string> {
    const place = join(folder, name);
    await mkdir(place, { recursive: true });
    await writeFile(join(place, "tanaka-0.1.0-py3-none-any.whl"), wheel);
    await writeFile(join(place, "requirements.lock"), lock);
    return place;
  }

  it("has a digest that changes with the lock and with the wheel, and with nothing else", async () => {
    const same = (await findBundle(await carried("b1", "wheel", "lock"))).digest;
    assert.equal((await findBundle(await carried("b2", "wheel", "lock"))).digest, same);
    assert.notEqual((await findBundle(await carried("b3", "wheel", "lock 2"))).digest, same);
    assert.notEqual((await findBundle(await carried("b4", "wheel 2", "lock"))).digest, same);
    assert.match(same, /^[0-9a-f]{12}$/);
  });

  it("is refused when something is missing or twice there", async () => {
    const noLock = await carried("b5", "w", "l");
    await rm(join(noLock, "requirements.lock"));
    const two = await carried("b6", "w", "l");
    await writeFile(join(two, "tanaka-0.2.0-py3-none-any.whl"), "w");
    for (const place of [join(folder, "nowhere"), noLock, two]) {
      await assert.rejects(findBundle(place), /carries no server/);
    }
  });
});

describe("the private environment", () => {
  const python = { command: ["py", "-3"], version: "3.12.1" };
  let storage: string;
  let bundle: Bundle;
  let steps: string[];

  beforeEach(async () => {
    storage = await mkdtemp(join(folder, "storage-"));
    const lock = join(storage, "..", "hashed.lock");
    await writeFile(lock, "pygls==2.1.1 \\\n    --hash=sha256:00\n");
    bundle = { wheel: "/carried/tanaka.whl", lock, digest: "aaaaaaaaaaaa" };
    steps = [];
  });

  /** A machine whose venv and pip do what they say. */
  function working(refuse?: { line: RegExp; outcome: Outcome }) {
    return machine(async (line) => {
      if (refuse?.line.test(line)) {
        return refuse.outcome;
      }
      const [, place] = /-m venv (.*)$/.exec(line) ?? [];
      if (place !== undefined) {
        await program(join(place, "bin/python"));
      } else if (line.endsWith(".whl")) {
        await program(join(line.split(" ")[0] ?? "", "../tanaka"));
      }
      return says("3.12.1");
    });
  }

  const make = (host: Host, of = bundle) => makeEnvironment(storage, of, python, (step) => steps.push(step), host);
  const exists = (of: Bundle, host: Host) => existingEnvironment(storage, of, host);
  const environments = async () => (await readdir(storage)).filter((name) => name.startsWith("env-"));

  it("is made with venv, then what the lock names, then the server without the network", async () => {
    const { host, calls } = working();
    const made = await make(host);
    assert.equal(made, join(storage, "env-aaaaaaaaaaaa/bin/tanaka"));
    const [venv, dependencies, server] = calls.map(({ line }) => line);
    assert.equal(venv, `py -3 -I -m venv ${join(storage, "env-aaaaaaaaaaaa")}`);
    assert.match(dependencies ?? "", / -I -m pip .*--require-hashes .*--only-binary :all: -r .*hashed\.lock$/);
    assert.match(server ?? "", / -m pip .*--no-deps --no-index \/carried\/tanaka\.whl$/);
    assert.equal(calls.length, 3);
    assert.deepEqual(steps, [
      "making an environment with Python 3.12.1",
      "installing what the server needs",
      "installing the server",
    ]);
  });

  it("is made in a clean environment of variables", async () => {
    const { host, calls } = working();
    host.env = { PYTHONPATH: "/x", PATH: "/bin" };
    await make(host);
    for (const { env } of calls) {
      assert.deepEqual(env, { PATH: "/bin", PYTHONUTF8: "1" });
    }
  });

  it("is used again as long as it is for the same lock and wheel", async () => {
    const { host, calls } = working();
    const made = await make(host);
    calls.length = 0;
    assert.equal(await exists(bundle, host), made);
    assert.ok(!calls.some(({ line }) => line.includes("pip")), "nothing is installed again");
  });

  it("is made again when the lock or the wheel changed, and the old one goes", async () => {
    const { host } = working();
    await make(host);
    const next = { ...bundle, digest: "bbbbbbbbbbbb" };
    assert.equal(await exists(next, host), undefined);
    await make(host, next);
    assert.deepEqual(await environments(), ["env-bbbbbbbbbbbb"]);
    assert.ok(await exists(next, host));
  });

  it("is made again when the Python that it came from is gone", async () => {
    await make(working().host);
    const { host } = machine(() => nothing);
    assert.equal(await exists(bundle, host), undefined);
  });

  it("does not count when it was left half made", async () => {
    const { host } = working();
    await make(host);
    await rm(join(storage, "env-aaaaaaaaaaaa/.complete"));
    assert.equal(await exists(bundle, host), undefined);
    await make(host);
    assert.ok(await exists(bundle, host));
  });

  it("leaves nothing behind when a step fails, and gives the reason in the last line", async () => {
    const outcome = {
      code: 1,
      stdout: "",
      stderr: "WARNING: retry\nERROR: No matching distribution found for numpy\n",
    };
    const { host } = working({ line: /--require-hashes/, outcome });
    await assert.rejects(make(host), (error: Error) => {
      assert.ok(error instanceof CannotStart);
      assert.match(error.message, /could not install what its server needs: ERROR: No matching distribution/);
      return true;
    });
    assert.deepEqual(await environments(), []);
  });

  it("names the package that is missing on Debian and Ubuntu", async () => {
    const outcome = {
      code: 1,
      stdout: "The virtual environment was not created because ensurepip is not available.",
      stderr: "",
    };
    const { host } = working({ line: /-m venv/, outcome });
    await assert.rejects(make(host), /install python3\.12-venv/);
  });

  it("does not ask for hashes when the lock has none", async () => {
    const plain = join(folder, "plain.lock");
    await writeFile(plain, "pygls==2.1.1\n");
    const { host, calls } = working();
    await make(host, { ...bundle, lock: plain });
    assert.ok(!calls.some(({ line }) => line.includes("--require-hashes")));
  });

  it("has its programs where the system puts them", () => {
    assert.equal(programOf("/e", "tanaka", "linux"), join("/e", "bin", "tanaka"));
    assert.equal(programOf("/e", "tanaka", "win32"), join("/e", "Scripts", "tanaka.exe"));
  });
});

describe("a server of the user's own", () => {
  let bin: string;
  let tanaka: string;
  before(async () => {
    bin = join(folder, "bin");
    tanaka = await program(join(bin, "tanaka"));
    await mkdir(join(folder, "shadow/tanaka"), { recursive: true }); // a folder of that name, as a checkout has
    await writeFile(join(folder, "notes.txt"), "not a program");
  });
  const onPath = (...folders: string[]) => machine(() => nothing, { env: { PATH: folders.join(delimiter) } }).host;

  it("is the full path that the setting names", async () => {
    assert.equal(await namedServer(tanaka, onPath()), tanaka);
  });

  it("is looked up on PATH when the setting is a bare name", async () => {
    assert.equal(await namedServer("tanaka", onPath("", join(folder, "shadow"), bin)), tanaka);
  });

  it("is refused with the setting's name when it is a folder, no program, relative or not there", async () => {
    for (const path of [bin, join(folder, "notes.txt"), "./tanaka", join(folder, "nowhere"), "no-such-tanaka"]) {
      await assert.rejects(namedServer(path, onPath(bin)), (error: Error) => {
        assert.ok(error instanceof CannotStart, path);
        assert.match(error.message, /tanaka\.server\.path/);
        assert.ok(error.message.includes(path));
        return true;
      });
    }
  });

  it("is the one of the selected environment, before PATH", async () => {
    const other = await program(join(folder, "env/bin/tanaka"));
    assert.equal(await findInstalled(join(folder, "env/bin/python"), onPath(bin)), other);
    assert.equal(await findInstalled(undefined, onPath(join(folder, "shadow"), bin)), tanaka);
    assert.equal(await findInstalled("python", onPath(bin)), tanaka, "a bare name says nothing about a folder");
  });

  it("is missed with a way out", async () => {
    await assert.rejects(findInstalled(undefined, onPath()), /fromEnvironment.*Install it there/s);
  });
});

describe("running a program", () => {
  const node = process.execPath;

  it("gives what it printed and its exit status", async () => {
    assert.deepEqual(await runProgram(node, ["-e", "console.log('out'); console.error('err'); process.exit(3)"]), {
      code: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("gives no status and a reason when it cannot be started", async () => {
    const outcome = await runProgram(join(folder, "nowhere"), []);
    assert.equal(outcome.code, null);
    assert.match(outcome.stderr, /ENOENT/);
  });

  it("does not wait for input", async () => {
    const reads = "process.stdin.on('end', () => console.log('end')).resume()";
    assert.equal((await runProgram(node, ["-e", reads])).stdout, "end\n");
  });

  it("sees the variables it is given and no others", async () => {
    const { stdout } = await runProgram(node, ["-p", "process.env.ONE + ' ' + process.env.HOME"], { ONE: "1" });
    assert.equal(stdout, "1 undefined\n");
  });
});
