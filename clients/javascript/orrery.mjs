// Winds the clock of an Orrery from tests.
//
//   import { frozen } from "orrery";
//
//   await frozen("2026-03-01T00:00Z", async (clock) => {
//     const report = await clock.advance({ days: 31 });
//     assert.equal(report.failed.length, 0);
//   });
//
// or, where two hooks of a test framework stand around the tests: `const clock = await freeze("2026-03-01T00:00Z")` and
// `await clock.release()` (also `await using clock = …`).
//
// Finds the server by AWS_ENDPOINT_URL (or ORRERY_URL, or the option `url`), and signs with AWS_ACCESS_KEY_ID and
// AWS_SECRET_ACCESS_KEY (test and test where unset), which have to be the server's root credential. Node 18 or later.
import { createHash, createHmac } from "node:crypto";
import http from "node:http";
import https from "node:https";

const REGION = "us-east-1";

export class OrreryError extends Error {
  name = "OrreryError";
}

/** What ran, in order: an array of {at, kind, id, ok, summary, durationMs}. */
export class Report extends Array {
  static get [Symbol.species]() {
    return Array;
  }

  get failed() {
    return this.filter((one) => !one.ok);
  }

  /** Those of one kind: "scheduler.invoke", "events.deliver", "lambda.invoke", … */
  of(kind) {
    return this.filter((one) => one.kind === kind);
  }
}

/** The clock of a server, while it is frozen. */
export class Clock {
  #server;
  #restore;

  constructor(server, restore) {
    this.#server = server;
    this.#restore = restore;
  }

  async now() {
    return new Date((await this.#server.call("GET", "/_orrery/clock")).now);
  }

  /**
   * advance("36h"), advance({days: 31}), advance({hours: 1, minutes: 30}): everything that falls due on the way runs, in
   * order, each with all that it sets off. Returns the Report of it.
   */
  async advance(span) {
    const duration = typeof span === "string" ? span : `${milliseconds(span)}ms`;
    const { ran } = await this.#server.call("POST", "/_orrery/clock/advance", { duration });
    const report = new Report();
    for (const { duration_us, at, ...one } of ran) report.push({ at: new Date(at), ...one, durationMs: duration_us / 1000 });
    return report;
  }

  /** As advance(), to an instant: "2026-04-01T00:00Z" or a Date. */
  async advanceTo(at) {
    return this.advance({ milliseconds: new Date(at) - (await this.now()) });
  }

  /** The clock is what it was before: one that ran runs again. */
  async release() {
    const restore = this.#restore;
    this.#restore = null;
    if (restore) await restore();
  }

  async [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]() {
    await this.release();
  }
}

const held = new Map(); // url -> where its clock was frozen, for the message

/**
 * Stops the server's clock, at an instant (a text, a Date) or where it is, until release(). Neither leap sets anything
 * off: only advance() does.
 */
export async function freeze(at, options = {}) {
  const server = new Server(options.url);
  if (held.has(server.url)) {
    throw new OrreryError(
      `the clock of ${server.url} is frozen already, at ${held.get(server.url)}: there is one clock, so these cannot be ` +
        "nested; use the outer one's clock.advance()",
    );
  }
  held.set(server.url, at === undefined ? "where it was" : new Date(at).toISOString());
  try {
    const before = await server.call("GET", "/_orrery/clock");
    const began = Date.now();
    const wish = { mode: "frozen", skip: true };
    if (at !== undefined) wish.now = new Date(at).toISOString();
    await server.call("PUT", "/_orrery/clock", wish);
    return new Clock(server, async () => {
      try {
        await server.call("PUT", "/_orrery/clock", asItWas(before, began));
      } finally {
        held.delete(server.url);
      }
    });
  } catch (error) {
    held.delete(server.url);
    throw error;
  }
}

/** Stops the clock while `work(clock)` runs; gives what that gives. */
export async function frozen(at, work, options = {}) {
  const clock = await freeze(at, options);
  try {
    return await work(clock);
  } finally {
    await clock.release();
  }
}

function asItWas({ mode, now }, began) {
  if (mode === "running") return { mode, skip: true };
  const ranOn = mode === "offset" ? Date.now() - began : 0;
  return { mode, now: new Date(new Date(now).getTime() + ranOn).toISOString(), skip: true };
}

const UNITS = { milliseconds: 1, seconds: 1000, minutes: 60_000, hours: 3_600_000, days: 86_400_000, weeks: 604_800_000 };

function milliseconds(span) {
  let total = 0;
  for (const [unit, count] of Object.entries(span)) {
    if (!(unit in UNITS)) throw new TypeError(`advance() knows no unit "${unit}", only ${Object.keys(UNITS).join(", ")}`);
    total += UNITS[unit] * count;
  }
  if (!(total >= 0)) throw new RangeError("the clock can be advanced only by a positive span of time");
  return Math.floor(total);
}

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

class Server {
  constructor(url) {
    const environ = process.env;
    this.url = (url || environ.ORRERY_URL || environ.AWS_ENDPOINT_URL || "http://127.0.0.1:4566").replace(/\/+$/, "");
    this.key = environ.AWS_ACCESS_KEY_ID || "test";
    this.secret = environ.AWS_SECRET_ACCESS_KEY || "test";
    // As the SDKs do: a token belongs to the key beside it.
    this.token = environ.AWS_ACCESS_KEY_ID ? environ.AWS_SESSION_TOKEN : undefined;
  }

  // docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
  #signed(method, path, body) {
    const now = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
    const headers = { host: new URL(this.url).host, "x-amz-date": now };
    if (this.token) headers["x-amz-security-token"] = this.token;
    const names = Object.keys(headers).sort();
    const canonical = [method, path, "", ...names.map((name) => `${name}:${headers[name]}`), "", names.join(";"), sha256(body)];
    const scope = `${now.slice(0, 8)}/${REGION}/orrery/aws4_request`;
    const text = ["AWS4-HMAC-SHA256", now, scope, sha256(canonical.join("\n"))].join("\n");
    const key = scope.split("/").reduce(hmac, "AWS4" + this.secret);
    headers.authorization =
      `AWS4-HMAC-SHA256 Credential=${this.key}/${scope}, SignedHeaders=${names.join(";")}, ` +
      `Signature=${hmac(key, text).toString("hex")}`;
    return headers;
  }

  async call(method, path, wish) {
    const body = wish === undefined ? "" : JSON.stringify(wish);
    const headers = { ...this.#signed(method, path, body), "content-length": Buffer.byteLength(body) };
    const { status, text } = await this.#send(method, path, headers, body).catch((error) => {
      throw new OrreryError(
        `no Orrery answers at ${this.url} (${error.message}): is AWS_ENDPOINT_URL right, and does \`orrery serve\` run?`,
      );
    });
    if (status === 200) return JSON.parse(text);
    let said = text;
    try {
      said = JSON.parse(text).message;
    } catch {
      // not one of ours
    }
    throw new OrreryError(`${this.url} answered ${status}: ${said}`);
  }

  // fetch() gives up after five minutes; an advance takes as long as what it sets off. Any certificate is taken, as
  // `orrery clock` does: the signature is what protects the request.
  #send(method, path, headers, body) {
    const { request } = this.url.startsWith("https:") ? https : http;
    return new Promise((resolve, reject) => {
      const sent = request(this.url + path, { method, headers, rejectUnauthorized: false, agent: false }, (reply) => {
        const pieces = [];
        reply.on("data", (piece) => pieces.push(piece));
        reply.on("end", () => resolve({ status: reply.statusCode, text: Buffer.concat(pieces).toString() }));
        reply.on("error", reject);
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }
}
