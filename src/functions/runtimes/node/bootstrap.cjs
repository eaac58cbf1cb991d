// The Node.js runtime of Orrery: fetches events from the Lambda Runtime API and gives them to the user's handler.
// Built-in modules only, any Node.js from 14 on. A CommonJS file, for `require` is what most functions are loaded by.
"use strict";

const fs = require("fs");
const http = require("http");
const Module = require("module");
const path = require("path");
const url = require("url");
const util = require("util");
const { Writable } = require("stream");

const environ = process.env;
// Control characters that carry a log record of several lines as one line of output; the server turns them back.
const RECORD = "\x1e";
const NEW_LINE = "\x1f";
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const INTEGRATION = "application/vnd.awslambda.http-integration-response";
const MAX_TRAILER = 8000; // of an error document in base64

let requestId = "";
let running = null; // the invocation in progress: {id, fail(error, exitStatus)}

// --- The Runtime API (docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) ---

const agent = new http.Agent({ keepAlive: true, maxSockets: 2, keepAliveMsecs: 3600000 });
const [apiHost, apiPort] = environ.AWS_LAMBDA_RUNTIME_API.split(":");

function request(method, where, headers) {
  return http.request({ agent, host: apiHost, port: apiPort, method, path: "/2018-06-01/runtime/" + where, headers });
}

function finished(sent) {
  return new Promise((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (reply) => {
      const pieces = [];
      reply.on("data", (piece) => pieces.push(piece));
      reply.on("end", () => resolve({ status: reply.statusCode, headers: reply.headers, body: Buffer.concat(pieces) }));
      reply.on("error", reject);
    });
  });
}

function call(method, where, body, headers) {
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const sent = request(method, where, { ...headers, ...(bytes && { "Content-Length": bytes.length }) });
  const reply = finished(sent);
  sent.end(bytes);
  return reply;
}

// --- Logs (docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html) ---

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const jsonLogs = environ.AWS_LAMBDA_LOG_FORMAT === "JSON";
const threshold = jsonLogs ? Math.max(LEVELS.indexOf((environ.AWS_LAMBDA_LOG_LEVEL || "").toUpperCase()), 0) : 0;

function writeOut(text) {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(1, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") return; // nobody reads any more
    }
  }
}

function writeRecord(text) {
  writeOut((text.includes("\n") ? RECORD + text.replace(/\n/g, NEW_LINE) : text) + "\n");
}

function describeForLog(error) {
  return { errorType: error.constructor?.name ?? "UnknownError", errorMessage: error.message,
           stackTrace: typeof error.stack === "string" ? error.stack.split("\n") : [] };
}

function jsonRecord(level, parts) {
  const record = { timestamp: new Date().toISOString(), level, requestId: requestId || undefined };
  if (parts.length === 1) {
    record.message = parts[0];
    try {
      return JSON.stringify(record, (_, value) => (value instanceof Error ? describeForLog(value) : value));
    } catch (error) {
      record.message = util.format(parts[0]); // a circle
      return JSON.stringify(record);
    }
  }
  record.message = util.format(...parts);
  const error = parts.find((part) => part instanceof Error);
  return JSON.stringify(error ? { ...record, ...describeForLog(error) } : record);
}

function logAt(level, parts) {
  if (LEVELS.indexOf(level) < threshold) return;
  if (jsonLogs) return writeRecord(jsonRecord(level, parts));
  writeRecord(`${new Date().toISOString()}\t${requestId || "undefined"}\t${level}\t${util.format(...parts)}`);
}

function setUpConsole() {
  const methods = { trace: "TRACE", debug: "DEBUG", log: "INFO", info: "INFO", warn: "WARN", error: "ERROR", fatal: "FATAL" };
  for (const [method, level] of Object.entries(methods)) {
    console[method] = (...parts) => logAt(level, parts);
  }
}

// --- Errors ---

function fault(type, message) {
  const error = new Error(message);
  error.name = type;
  return error;
}

function describe(error) {
  if (util.types.isNativeError(error) || (error && error.name && error.message !== undefined && error.stack)) {
    return { errorType: String(error.name).replace(/\x7f/g, "%7F"), errorMessage: String(error.message),
             trace: String(error.stack).split("\n") };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

function logError(what, error) {
  if (jsonLogs) return logAt("ERROR", error instanceof Error ? [error] : [String(error)]);
  const { errorType, errorMessage, trace } = describe(error);
  const own = error instanceof Error ? Object.fromEntries(Object.entries(error).filter(([name]) => name !== "name")) : {};
  let shown;
  try {
    shown = JSON.stringify({ errorType, errorMessage, ...own, stack: trace });
  } catch (circle) {
    shown = JSON.stringify({ errorType, errorMessage, stack: trace });
  }
  logAt("ERROR", [`${what} \t${shown}`]);
}

async function postError(where, error) {
  const described = describe(error);
  const headers = { "Content-Type": "application/json",
                    "Lambda-Runtime-Function-Error-Type": described.errorType.replace(/[^\x20-\x7e]/g, "?") };
  await call("POST", where, JSON.stringify(described), headers);
}

async function failStart(error, status) {
  await postError("init/error", error);
  process.exit(status);
}

function lastResort(name, type, status) {
  process.on(name, (reason) => {
    const error = reason instanceof Error && !type ? reason : fault(type || "Error", reason?.stack && !type ? reason.message : String(reason));
    if (reason && type) error.reason = reason instanceof Error ? describe(reason) : reason;
    if (reason?.stack) error.stack = type ? `${type}: ${error.message}\n    ${String(reason.stack)}` : reason.stack;
    logError(name === "unhandledRejection" ? "Unhandled Promise Rejection" : "Uncaught Exception", error);
    const told = running ? running.fail(error) : postError("init/error", error);
    Promise.resolve(told).then(() => process.exit(status), () => process.exit(status));
  });
}

// --- The context object (docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html) ---

function parseHeader(text) {
  return text ? JSON.parse(Buffer.from(text, "latin1").toString()) : undefined; // http reads headers as Latin-1
}

function makeContext(headers, settle) {
  // The time left is real, also where the wall clock is wound.
  const deadline = performance.now() + Number(headers["lambda-runtime-deadline-ms"] || 0) - Date.now();
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: environ.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: environ.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: environ.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: environ.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environ.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parseHeader(headers["lambda-runtime-client-context"]),
    identity: parseHeader(headers["lambda-runtime-cognito-identity"]),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
    succeed: (result) => settle(null, result, true),
    fail: (error) => settle(error ?? "handled", undefined, true),
    done: (error, result) => settle(error, result, true),
  };
}

// --- Finding the handler ---

const handled = (error) => Boolean(error && (error.code === "MODULE_NOT_FOUND" || error.code === "ERR_MODULE_NOT_FOUND"));

function isModulePackage(file) {
  const root = environ.LAMBDA_TASK_ROOT;
  for (let folder = path.dirname(file); folder.startsWith(root); folder = path.dirname(folder)) {
    try {
      return JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")).type === "module";
    } catch (error) {
      if (error.code !== "ENOENT") return false;
    }
  }
  return false;
}

async function loadModule(name) {
  const base = path.resolve(environ.LAMBDA_TASK_ROOT, name);
  const file = [".js", ".mjs", ".cjs", ""].map((ending) => base + ending).find((one) => fs.existsSync(one) && fs.statSync(one).isFile());
  try {
    if (!file && !fs.existsSync(base)) throw Object.assign(new Error(`Cannot find module '${name}'`), { code: "MODULE_NOT_FOUND" });
    if (file && (file.endsWith(".mjs") || (file.endsWith(".js") && isModulePackage(file)))) return await import(url.pathToFileURL(file).href);
    return Module.createRequire(path.join(environ.LAMBDA_TASK_ROOT, "bootstrap.js"))(file || base);
  } catch (error) {
    if (error instanceof SyntaxError) throw Object.assign(fault("Runtime.UserCodeSyntaxError", String(error)), { stack: error.stack });
    if (handled(error)) throw Object.assign(fault("Runtime.ImportModuleError", "Error: " + error.message), { stack: error.stack });
    throw error;
  }
}

async function loadHandler(text) {
  const match = /^([^.]*)\.(.+)$/.exec(path.basename(text));
  if (!match || text.includes("..")) throw fault("Runtime.MalformedHandlerName", `'${text}' is not a valid handler name`);
  const module = await loadModule(path.join(path.dirname(text), match[1]));
  const find = (from) => match[2].split(".").reduce((value, member) => value && value[member], from);
  const handler = find(module) ?? (module.default && find(module.default));
  if (handler === undefined) throw fault("Runtime.HandlerNotFound", `${text} is undefined or not exported`);
  if (typeof handler !== "function") throw fault("Runtime.HandlerNotFound", `${text} is not a function`);
  return handler;
}

// --- Responses in pieces (docs.aws.amazon.com/lambda/latest/dg/response-streaming.html) ---

class ResponseStream extends Writable {
  constructor(id) {
    super({ highWaterMark: 65536 });
    this.id = id;
    this.contentType = "application/octet-stream";
    this.prelude = null;
    this.sent = null;
    this.reply = null;
  }

  setContentType(type) {
    if (this.sent) throw fault("InvalidStreamingOperation", "Cannot set content-type, too late.");
    this.contentType = type;
  }

  open() {
    this.sent = request("POST", `invocation/${this.id}/response`, {
      "Content-Type": this.contentType, "Transfer-Encoding": "chunked", "Lambda-Runtime-Function-Response-Mode": "streaming",
      Trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body" });
    this.reply = finished(this.sent);
    this.reply.catch(() => {});
    if (this.prelude) this.sent.write(Buffer.concat([Buffer.from(JSON.stringify(this.prelude)), Buffer.alloc(8)]));
  }

  _write(chunk, encoding, done) {
    if (!this.sent) this.open();
    if (this.sent.write(chunk, encoding)) return done();
    const drained = () => (this.sent.off("close", drained), this.sent.off("drain", drained), done());
    this.sent.once("drain", drained).once("close", drained);
  }

  _final(done) {
    if (!this.sent) this.open();
    this.sent.end();
    this.reply.then(() => done(), done);
  }

  async breakOff(error) {
    const described = describe(error);
    let text = Buffer.from(JSON.stringify(described)).toString("base64");
    if (text.length > MAX_TRAILER) text = Buffer.from(JSON.stringify({ ...described, errorMessage: described.errorMessage.slice(0, 1000), trace: [] })).toString("base64");
    this.sent.addTrailers({ "Lambda-Runtime-Function-Error-Type": described.errorType.replace(/[^\x20-\x7e]/g, "?"),
                            "Lambda-Runtime-Function-Error-Body": text });
    this.sent.end();
    await this.reply;
  }
}

globalThis.awslambda = {
  streamifyResponse(handler, options) {
    handler[STREAMING] = "response";
    if (options?.highWaterMark) handler[Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark")] = options.highWaterMark;
    return handler;
  },
  HttpResponseStream: {
    from(stream, prelude) {
      stream.setContentType(INTEGRATION);
      stream.prelude = prelude;
      return stream;
    },
  },
};

// --- The AWS SDK, version 2: it does not know AWS_ENDPOINT_URL ---

function setUpSdk2() {
  const load = Module._load;
  Module._load = function (name, ...rest) {
    const loaded = load.call(this, name, ...rest);
    if ((name === "aws-sdk" || name === "aws-sdk/global") && loaded.config && environ.AWS_ENDPOINT_URL && !loaded.config.orrery) {
      loaded.config.update({ endpoint: environ.AWS_ENDPOINT_URL, s3ForcePathStyle: true });
      Object.defineProperty(loaded.config, "orrery", { value: true });
    }
    return loaded;
  };
}

// --- Invocations ---

const parseEvent = (body) => {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw fault("Runtime.UnmarshalError", "Unable to unmarshal input: " + error.message);
  }
};

// The result of a handler: by promise, or by callback once nothing else is left to do
// (context.callbackWaitsForEmptyEventLoop).
function runHandler(handler, headers, body) {
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (error, result, now) => {
      if (settled) return;
      settled = true;
      const tell = () => (process.off("beforeExit", tell), error !== null && error !== undefined ? reject(error) : resolve(result));
      process.off("beforeExit", nothingLeft);
      if (now || !context.callbackWaitsForEmptyEventLoop) setImmediate(tell);
      else process.on("beforeExit", tell);
    };
    const nothingLeft = () => settle(null, undefined, true);
    const context = makeContext(headers, settle);
    const returned = handler(parseEvent(body), context, (error, result) => settle(error, result, false));
    if (returned && typeof returned.then === "function") {
      returned.then((result) => settle(null, result, true), (error) => (settled = true, process.off("beforeExit", nothingLeft), reject(error)));
    }
    process.on("beforeExit", nothingLeft);
  });
}

async function respond(handler, headers, body) {
  const result = await runHandler(handler, headers, body);
  let text;
  try {
    text = JSON.stringify(result === undefined ? null : result);
  } catch (error) {
    throw fault("Runtime.MarshalError", "Unable to stringify response body: " + error.message);
  }
  await call("POST", `invocation/${requestId}/response`, text ?? "null", { "Content-Type": "application/json" });
}

async function respondStreaming(handler, headers, body, stream) {
  const broken = new Promise((_, reject) => stream.on("error", reject));
  const ended = new Promise((resolve) => stream.on("finish", resolve));
  await Promise.race([handler(parseEvent(body), stream, makeContext(headers, () => {})), broken]);
  if (!stream.writableEnded) stream.end();
  await Promise.race([ended, broken]);
}

async function handle(handler, headers, body) {
  const id = requestId;
  const stream = handler[STREAMING] ? new ResponseStream(id) : null;
  let failed = false;
  running = {
    fail: async (error) => {
      if (failed) return;
      failed = true;
      if (stream?.sent) await stream.breakOff(error);
      else await postError(`invocation/${id}/error`, error);
    },
  };
  try {
    if (stream) await respondStreaming(handler, headers, body, stream);
    else await respond(handler, headers, body);
  } catch (error) {
    logError("Invoke Error", error);
    await running.fail(error);
  }
}

async function main() {
  setUpConsole();
  setUpSdk2();
  lastResort("uncaughtException", null, 129);
  lastResort("unhandledRejection", "Runtime.UnhandledPromiseRejection", 128);
  let handler;
  try {
    handler = await loadHandler(environ._HANDLER);
  } catch (error) {
    logError("Uncaught Exception", error);
    return failStart(error, 129);
  }
  for (;;) {
    const { headers, body } = await call("GET", "invocation/next");
    requestId = headers["lambda-runtime-aws-request-id"];
    if (!requestId) return process.exit(1); // the environment is ending
    if (headers["lambda-runtime-trace-id"]) environ._X_AMZN_TRACE_ID = headers["lambda-runtime-trace-id"];
    else delete environ._X_AMZN_TRACE_ID;
    await handle(handler, headers, body);
  }
}

main();
