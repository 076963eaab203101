// The voice in the editor: keys go to one server each, nobody's paper is sent unasked, and what would be sent can be read.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { StressTestArgument } from "../../src/protocol";
import {
  VOICE_CONSENT,
  VOICE_KEY,
  VOICE_PART,
  VOICE_STATE,
  Voice,
  type VoicePart,
  type VoiceState,
  type WouldBeSent,
} from "../../src/voice";
import { editor, reset, Uri } from "./vscode";

const BASE = "https://api.example";
const ROOT = "file:///paper/main.tex";
const ASKED = { root: ROOT, host: "api.example", model: "large" };
const SENT: WouldBeSent = { text: "To https://api.example/v1\n{e1}", label: "voice: large @ api.example", base: BASE };

/** A voice with a server that answers as told, and memories that can be looked into. */
function voice(answer: WouldBeSent | null | Error = SENT) {
  const secrets = new Map<string, string>();
  const memory = new Map<string, unknown>();
  const asked: StressTestArgument[] = [];
  let stopped = 0;
  const made = new Voice(
    {
      secrets: {
        get: async (name) => secrets.get(name),
        store: async (name, value) => void secrets.set(name, value),
        delete: async (name) => void secrets.delete(name),
      },
      workspaceState: {
        get: (name: string) => memory.get(name) as never,
        update: async (name: string, value: unknown) => void memory.set(name, value),
      },
    },
    {
      whatWouldBeSent: async (argument) => {
        asked.push(argument);
        if (answer instanceof Error) {
          throw answer;
        }
        return answer;
      },
      stopVoice: async () => {
        stopped += 1;
      },
    },
  );
  return { made, secrets, memory, asked, stopped: () => stopped };
}

/** A language client that can be spoken to as the server would. */
function wire() {
  const handlers = new Map<string, (params: never) => unknown>();
  const on = (method: string, handler: (params: never) => unknown) => handlers.set(method, handler);
  const say = (method: string, params: unknown) => handlers.get(method)?.(params as never);
  return { onRequest: on, onNotification: on, say };
}

beforeEach(reset);

describe("the key of the voice", () => {
  it("is kept in the secret storage, for one server", async () => {
    const { made, secrets } = voice();
    editor.typed = "  sk-secret ";
    await made.setKey(Uri.parse(ROOT) as never);
    assert.deepEqual([...secrets.values()], ["sk-secret"]);
    assert.deepEqual(await made.key({ base: BASE }), { key: "sk-secret" });
    assert.deepEqual(await made.key({ base: "https://api.example:8443" }), { key: null });
    assert.deepEqual(await made.key({ base: "http://api.example" }), { key: null });
  });

  it("is asked for as a password, and never shown", async () => {
    const { made } = voice();
    editor.typed = "sk-secret";
    await made.setKey(Uri.parse(ROOT) as never);
    assert.equal(editor.inputs[0]?.password, true);
    assert.ok(!JSON.stringify([editor.messages, editor.inputs, editor.outputs]).includes("sk-secret"));
  });

  it("is forgotten where an empty one is typed, and kept where the box is left", async () => {
    const { made, secrets } = voice();
    editor.typed = "sk-secret";
    await made.setKey(Uri.parse(ROOT) as never);
    editor.typed = undefined;
    await made.setKey(Uri.parse(ROOT) as never);
    assert.equal(secrets.size, 1);
    editor.typed = " ";
    await made.setKey(Uri.parse(ROOT) as never);
    assert.equal(secrets.size, 0);
  });

  it("needs a server to belong to", async () => {
    const { made, secrets } = voice({ ...SENT, base: null });
    editor.typed = "sk-secret";
    await made.setKey(Uri.parse(ROOT) as never);
    await made.setKey(undefined);
    assert.equal(secrets.size, 0);
    assert.equal(editor.messages.length, 2);
    assert.match(editor.messages[0]?.text ?? "", /tanaka\.voice\.model/);
  });
});

describe("consent to send", () => {
  it("is asked once for each paper and server, and names the server", async () => {
    const { made } = voice();
    editor.pressed = "Send";
    assert.deepEqual(await made.consent(ASKED), { allowed: true });
    assert.deepEqual(await made.consent(ASKED), { allowed: true });
    assert.equal(editor.messages.length, 1);
    assert.match(editor.messages[0]?.text ?? "", /Send to api\.example\?/);
    await made.consent({ ...ASKED, host: "other.example" });
    await made.consent({ ...ASKED, root: "file:///other/main.tex" });
    assert.equal(editor.messages.length, 3);
  });

  it("is not given by closing the question, and is asked again then", async () => {
    const { made, memory } = voice();
    assert.deepEqual(await made.consent(ASKED), { allowed: false });
    assert.equal(memory.size, 0);
    editor.pressed = "Send";
    assert.deepEqual(await made.consent(ASKED), { allowed: true });
  });

  it("is not given by looking at what would be sent", async () => {
    const { made, asked, memory } = voice();
    editor.pressed = "Show What Would Be Sent";
    assert.deepEqual(await made.consent(ASKED), { allowed: false });
    assert.deepEqual(asked, [{ uri: ROOT, scope: "paper" }]);
    assert.equal(memory.size, 0);
  });

  it("is refused in a workspace that is not trusted, without a question", async () => {
    const { made, memory } = voice();
    memory.set(`tanaka.voice.consent:${ASKED.host}:${ROOT}`, true);
    editor.trusted = false;
    editor.pressed = "Send";
    assert.deepEqual(await made.consent(ASKED), { allowed: false });
    assert.deepEqual(editor.messages, []);
  });

  it("is one question for two that ask at once", async () => {
    const { made } = voice();
    editor.pressed = "Send";
    assert.deepEqual(await Promise.all([made.consent(ASKED), made.consent(ASKED)]), [
      { allowed: true },
      { allowed: true },
    ]);
    assert.equal(editor.messages.length, 1);
  });
});

describe("what would be sent", () => {
  const shownText = async () => {
    const provider = editor.contentProviders.get("tanaka-voice") as { provideTextDocumentContent(): string };
    return provider.provideTextDocumentContent();
  };

  it("is shown word for word, as a text that cannot be edited", async () => {
    const { made } = voice();
    await made.show({ uri: ROOT, scope: "section", line: 7 });
    assert.equal(await shownText(), SENT.text);
    assert.equal(editor.shown[0]?.uri.scheme, "tanaka-voice");
  });

  it("says so where there is no paper, or no server", async () => {
    await voice(null).made.show({ uri: ROOT, scope: "paper" });
    await voice(new Error("Tanaka's server is not running.")).made.show({ uri: ROOT, scope: "paper" });
    assert.match(editor.messages[0]?.text ?? "", /belongs to no paper/);
    assert.match(editor.messages[1]?.text ?? "", /server is not running/);
    assert.deepEqual(editor.shown, []);
  });
});

describe("the connection", () => {
  it("answers the server's questions and passes on what it tells", async () => {
    const { made, stopped } = voice();
    const line = wire();
    made.attach(line);
    const parts: VoicePart[] = [];
    const states: VoiceState[] = [];
    made.onPart((told) => parts.push(told));
    made.onState((told) => states.push(told));
    const part = { id: 3, uri: ROOT, part: { id: "mirror" }, label: SENT.label, refused: null };
    line.say(VOICE_PART, part);
    line.say(VOICE_STATE, { state: "speaking", label: SENT.label, note: null });
    assert.deepEqual(parts, [part]);
    assert.deepEqual(
      states.map(({ state }) => state),
      ["speaking"],
    );
    assert.deepEqual(await line.say(VOICE_KEY, { base: BASE }), { key: null });
    editor.pressed = "Send";
    assert.deepEqual(await line.say(VOICE_CONSENT, ASKED), { allowed: true });
    await made.stop();
    assert.equal(stopped(), 1);
  });

  it("leaves nothing behind", () => {
    const { made } = voice();
    made.dispose();
    assert.equal(editor.contentProviders.size, 0);
  });
});
