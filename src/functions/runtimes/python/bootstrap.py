"""The Python runtime of Orrery: fetches events from the Lambda Runtime API and gives them to the user's handler.

Standard library only, any Python from 3.8. What is not needed by every function is imported when it is needed: a cold
start is mostly imports. Started with -S for the same reason, and so that start-up hooks of this machine (.pth files,
sitecustomize) do not run in functions: set_up_path() does what is left for the site module to do.
"""

import _socket  # socket itself imports selectors and more: 4 ms of a cold start
import importlib
import json
import os
import sys
import time

# Control characters that carry a log record of several lines as one line of output; the server turns them back.
RECORD, NEW_LINE = "\x1e", "\x1f"
NO_BREAK_SPACE = "\u00a0"


class Fault(Exception):
    """A failure that Lambda names itself, rather than an exception of the user's code."""

    def __init__(self, kind, message, trace=None):
        super().__init__(message)
        self.kind = kind
        self.trace = trace or []


# --- The Runtime API (docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) -----------------------------------------


class RuntimeApi:
    """One kept-alive connection. http.client parses headers with the e-mail package: dearer than a whole call."""

    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.address = (host, int(port))
        self.host = address
        self.socket = None
        self.buffer = b""

    def call(self, method, path, body=None, headers=()):
        lines = ["%s /2018-06-01/runtime/%s HTTP/1.1" % (method, path), "Host: " + self.host]
        lines += ["%s: %s" % header for header in headers]
        if body is not None:
            lines.append("Content-Length: %d" % len(body))
        request = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace") + (body or b"")
        if self.socket is not None:
            try:
                return self.exchange(request)
            except (OSError, EOFError):
                self.socket.close()  # the server closed an idle connection
        self.socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        self.socket.connect(self.address)
        self.socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self.buffer = b""
        return self.exchange(request)

    def exchange(self, request):
        self.socket.sendall(request)
        head = self.take_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = {}
        for line in head[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return int(head[0].split(" ")[1]), headers, self.take(int(headers.get("content-length", 0)))

    def take_until(self, mark):
        while mark not in self.buffer:
            self.receive(65536)
        taken, _, self.buffer = self.buffer.partition(mark)
        return taken

    def take(self, size):
        if len(self.buffer) < size:
            pieces, have = [self.buffer], len(self.buffer)
            while have < size:
                piece = self.socket.recv(min(size - have, 1 << 20))
                if not piece:
                    raise EOFError
                pieces.append(piece)
                have += len(piece)
            self.buffer = b"".join(pieces)
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def receive(self, size):
        piece = self.socket.recv(size)
        if not piece:
            raise EOFError
        self.buffer += piece


# --- The context object (docs.aws.amazon.com/lambda/latest/dg/python-context.html) ------------------------------------


class Record:
    """Attributes with a readable repr."""

    def __init__(self, kind, **members):
        self.__dict__.update(members)
        self.__dict__["_kind"] = kind

    def __repr__(self):
        shown = ",".join("%s=%s" % item for item in self.__dict__.items() if not item[0].startswith("_"))
        return "%s([%s])" % (self._kind, shown)


class LambdaContext:
    def __init__(self, headers):
        environ = os.environ
        self.aws_request_id = headers.get("lambda-runtime-aws-request-id", "")
        self.log_group_name = environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn", "")
        self.client_context = read_client_context(headers.get("lambda-runtime-client-context"))
        self.identity = read_identity(headers.get("lambda-runtime-cognito-identity"))
        self._epoch_deadline_time_in_ms = int(headers.get("lambda-runtime-deadline-ms", 0))
        # The time left is real, also where the wall clock is wound.
        self._deadline_s = time.monotonic() + self._epoch_deadline_time_in_ms / 1000 - time.time()

    def get_remaining_time_in_millis(self):
        return max(int((self._deadline_s - time.monotonic()) * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))

    def __repr__(self):
        names = ("aws_request_id log_group_name log_stream_name function_name memory_limit_in_mb function_version "
                 "invoked_function_arn client_context identity").split()
        return "LambdaContext([%s])" % ",".join("%s=%s" % (name, getattr(self, name)) for name in names)


def read_json_header(text, what):
    try:
        return json.loads(text.encode("latin-1").decode("utf-8", "replace")) or {}  # headers are read as Latin-1
    except ValueError as error:
        raise Fault("Runtime.LambdaContextUnmarshalError", "Unable to parse %s JSON: %s" % (what, error))


def read_client_context(text):
    if not text:
        return None
    given = read_json_header(text, "Client Context")
    client = given.get("client")
    if client is not None:
        names = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")
        client = Record("Client", **{name: client.get(name) for name in names})
    return Record("ClientContext", custom=given.get("custom"), env=given.get("env"), client=client)


def read_identity(text):
    given = read_json_header(text, "Cognito Identity") if text else {}
    return Record("CognitoIdentity", cognito_identity_id=given.get("cognitoIdentityId"),
                  cognito_identity_pool_id=given.get("cognitoIdentityPoolId"))


# --- Hooks that run after a module was imported, so that functions which never import it pay nothing ------------------


class AfterImport:
    def __init__(self):
        self.actions = {}

    def add(self, name, action):
        if name in sys.modules:
            action(sys.modules[name])
        else:
            self.actions[name] = action

    def find_spec(self, name, path=None, target=None):
        action = self.actions.pop(name, None)
        if action is None:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                execute = spec.loader.exec_module

                def exec_module(module):
                    execute(module)
                    action(module)

                spec.loader.exec_module = exec_module
                return spec
        return None


class SystemSdk:
    """Last resort for `import boto3`: the SDK of the system's own Python, for an interpreter that came without one."""

    folder = "/usr/lib/python3/dist-packages"

    def find_spec(self, name, path=None, target=None):
        if name not in ("boto3", "botocore") or self.folder in sys.path or not os.path.isdir(self.folder):
            return None
        sys.path.append(self.folder)
        from importlib.machinery import PathFinder

        return PathFinder.find_spec(name, path, target)


request_id = ""


JSON_LOGS = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
# Members of a LogRecord that are no `extra` of the caller's.
RECORD_MEMBERS = frozenset(
    "name msg args levelname levelno pathname filename module exc_info exc_text stack_info lineno funcName created msecs "
    "relativeCreated thread threadName processName process taskName aws_request_id message asctime".split())


def time_stamp(seconds=None):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def json_formatter(logging):
    """docs.aws.amazon.com/lambda/latest/dg/python-logging.html, "Using structured JSON logs with Python"."""

    class Formatter(logging.Formatter):
        def format(self, record):
            out = {"timestamp": time_stamp(record.created), "level": record.levelname, "message": record.getMessage(),
                   "logger": record.name}
            if record.exc_info and record.exc_info[0]:
                import traceback

                kind, error, trace = record.exc_info
                out["errorType"], out["errorMessage"] = kind.__name__, str(error)
                out["stackTrace"] = traceback.format_list(traceback.extract_tb(trace))
                out["location"] = "%s:%s:%d" % (record.pathname, record.funcName, record.lineno)
            for name, value in record.__dict__.items():
                if name not in RECORD_MEMBERS:
                    out[name] = value
            if request_id:
                out["requestId"] = request_id
            return json.dumps(out, ensure_ascii=False, default=str)

    return Formatter()


def set_up_logging(logging):
    class Handler(logging.Handler):
        def emit(self, record):
            try:
                record.aws_request_id = request_id
                write_record(self.format(record))
            except Exception:  # as every handler of the logging module does
                self.handleError(record)

    logging.Formatter.converter = time.gmtime
    handler = Handler()
    if JSON_LOGS:
        handler.setFormatter(json_formatter(logging))
        levels = {"TRACE": 5, "FATAL": 50}
        level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO")
        logging.getLogger().setLevel(levels.get(level, level))
    else:
        handler.setFormatter(logging.Formatter(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"))
    logging.getLogger().addHandler(handler)


def set_up_endpoint(session_module):
    """botocore before 1.31 does not know AWS_ENDPOINT_URL.

    docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html says what it means.
    """
    version = tuple(int(part) for part in sys.modules["botocore"].__version__.split(".")[:2])
    if version >= (1, 31):
        return
    create_client = session_module.Session.create_client
    position = 5  # of endpoint_url after service_name

    def create_client_at_endpoint(self, service_name, *args, **kwargs):
        environ = os.environ
        ignored = environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true"
        if len(args) <= position - 1 and kwargs.get("endpoint_url") is None and not ignored:
            own = "AWS_ENDPOINT_URL_" + service_name.replace("-", "_").replace(" ", "_").upper()
            kwargs["endpoint_url"] = environ.get(own) or environ.get("AWS_ENDPOINT_URL")
        return create_client(self, service_name, *args, **kwargs)

    session_module.Session.create_client = create_client_at_endpoint


# --- Handler, results, errors ------------------------------------------------------------------------------------------


def load_handler(handler):
    try:
        module_name, function_name = handler.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (handler, error))
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", "Cannot use built-in module %s as a handler module" % module_name)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        raise Fault("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, error),
                    ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)])
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name))


class Encoder(json.JSONEncoder):
    """Lambda writes a Decimal as the number it is; json has no way to say that, so a unique text stands in for it."""

    def __init__(self):
        # docs.aws.amazon.com/lambda/latest/dg/lambda-python.html: from python3.12 on, Unicode is not escaped.
        runtime = os.environ.get("AWS_EXECUTION_ENV", "").rpartition("python3.")[2]
        super().__init__(ensure_ascii=not runtime.isdigit() or int(runtime) < 12)
        self.decimals = {}

    def default(self, value):
        if type(value).__module__ in ("decimal", "_decimal") and type(value).__name__ == "Decimal":
            if value.is_nan():
                return float("nan")
            mark = "decimal:" + os.urandom(12).hex()
            self.decimals[mark] = str(value)
            return mark
        return super().default(value)

    def text(self, value):
        out = self.encode(value)
        for mark, number in self.decimals.items():
            out = out.replace('"%s"' % mark, number)
        self.decimals.clear()
        return out


def encode_result(encoder, result):
    if isinstance(result, bytes):
        return result
    try:
        return encoder.text(result).encode("utf-8", "surrogatepass")
    except Exception as error:
        encoder.decimals.clear()
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error)


def describe(error):
    """The members of Lambda's error document (docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html)."""
    if isinstance(error, Fault):
        return {"errorMessage": str(error), "errorType": error.kind, "requestId": request_id, "stackTrace": error.trace}
    import traceback

    frames = [(f.filename, f.lineno, f.name, f.line) for f in traceback.extract_tb(error.__traceback__)]
    own = 0
    while own < len(frames) - 1 and (frames[own][0] == __file__ or "importlib" in frames[own][0]):
        own += 1
    return {"errorMessage": str(error), "errorType": type(error).__name__, "requestId": request_id,
            "stackTrace": traceback.format_list(frames[own:])}


def write_record(text):
    if "\n" in text:
        text = RECORD + text.replace("\n", NEW_LINE)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def log_error(described):
    if JSON_LOGS:
        return write_record(json.dumps({"timestamp": time_stamp(), "log_level": "ERROR", **described}, ensure_ascii=False))
    lines = ["[ERROR] %s: %s" % (described["errorType"], described["errorMessage"]), "Traceback (most recent call last):"]
    for element in described["stackTrace"]:
        for line in element.splitlines():
            bare = line.lstrip(" ")
            lines.append(NO_BREAK_SPACE * (len(line) - len(bare)) + bare)
    write_record("\n".join(lines))


def post_error(api, path, kind, described):
    log_error(described)
    body = json.dumps(described).encode()
    api.call("POST", path, body, [("Content-Type", "application/json"), ("Lambda-Runtime-Function-Error-Type", kind)])


def handle(api, handler, encoder, headers, body):
    try:
        context = LambdaContext(headers)
        try:
            event = json.loads(body)
        except ValueError as error:
            raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error)
        result = encode_result(encoder, handler(event, context))
    except Exception as error:
        described = describe(error)
        sys.stdout.flush()
        post_error(api, "invocation/%s/error" % request_id, "Unhandled", described)
        return
    sys.stdout.flush()
    sys.stderr.flush()
    status, _, reply = api.call("POST", "invocation/%s/response" % request_id, result, [("Content-Type", "application/json")])
    if status >= 400 and status != 413:  # 413: the caller has been told already
        sys.exit("The Runtime API refused the response: %d %s" % (status, reply.decode("utf-8", "replace")))


def set_up_path(code_dir):
    """As in Lambda: the code first, then layers, then what the runtime brings.

    docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html, "Layer paths for each Lambda runtime".
    """
    import site

    runtime = os.environ.get("AWS_EXECUTION_ENV", "").rpartition("AWS_Lambda_")[2]
    layers = ["/opt/python/lib/%s/site-packages" % runtime, "/opt/python"]
    runtime_dir = os.path.dirname(os.path.abspath(__file__))
    own = [path for path in sys.path if path not in (runtime_dir, code_dir)]
    installed = [path for path in site.getsitepackages() if path not in own and os.path.isdir(path)]
    sys.path[:] = [code_dir] + [path for path in layers if os.path.isdir(path)] + own + installed
    site.setquit()  # exit() and quit(): people do use them in programs
    site.setcopyright()
    site.sethelper()


# --- Templates: this process loaded once, copied into each sandbox (docs/decisions/010-sandbox.md) --------------------


def share_models(loaders):
    """What the template has read of service models and their folders, its copies have in memory."""
    read, known = loaders.JSONFileLoader.load_file, {}
    listing, listed = loaders.Loader.list_available_services, {}
    filling = True

    def load_file(self, path):
        found = known.get(path)
        if found is None:
            found = read(self, path)
            if filling and found is not None:
                known[path] = found
        return found

    def list_available_services(self, type_name):
        # Folders that are not there add nothing; any other than the template's is looked at anew.
        key = (type_name, *[path for path in self.search_paths if os.path.isdir(path)])
        found = listed.get(key)
        if found is None:
            found = listing(self, type_name)
            if filling:
                listed[key] = found
        return list(found)

    loaders.JSONFileLoader.load_file = load_file
    loaders.Loader.list_available_services = list_available_services

    def close():
        nonlocal filling
        filling = False

    return close


def preload():
    """What functions import most, and clients made once: they leave compiled patterns and read models behind."""
    import logging  # noqa: F401

    try:
        import boto3
        import botocore.loaders
    except ImportError:
        return
    close = share_models(botocore.loaders)
    session = boto3.Session(aws_access_key_id="template", aws_secret_access_key="template", region_name="us-east-1")
    for service in ("dynamodb", "s3"):
        session.client(service, endpoint_url="http://127.0.0.1:9")
    close()


def wait_as_template(socket_number, library):
    """Returns in a copy, which is in its sandbox then and has its environment."""
    import ctypes
    import gc
    import site

    finder, path = SystemSdk(), list(sys.path)
    sys.path += [folder for folder in site.getsitepackages() if folder not in path]
    sys.meta_path.append(finder)
    preload()
    sys.meta_path.remove(finder)
    sys.path[:] = path
    wait = ctypes.PyDLL(library).orrery_template_wait
    wait.restype = ctypes.POINTER(ctypes.c_char_p)
    names = sorted({name.partition(".")[0] for name in sys.modules} - {"__main__"})
    gc.collect()
    gc.freeze()  # so that collections of the copies do not touch, and thereby copy, what is shared
    server = _socket.socket(fileno=socket_number)
    server.send(" ".join(names).encode())
    variables = wait(server.detach())
    ctypes.pythonapi.PyOS_AfterFork_Child()
    os.environ.clear()
    for variable in variables:
        if variable is None:
            break
        name, _, value = os.fsdecode(variable).partition("=")
        os.environ[name] = value
    time.tzset()
    # The template's led nowhere, and what a stream is like is found out when it is opened.
    sys.stdin, sys.stdout, sys.stderr = (open(number, mode, closefd=False) for number, mode in enumerate("rww"))
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    del sys.argv[1:]


def main():
    global request_id, JSON_LOGS
    if sys.argv[1:2] == ["--template"]:
        wait_as_template(int(sys.argv[2]), sys.argv[3])
        JSON_LOGS = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
    environ = os.environ
    api = RuntimeApi(environ["AWS_LAMBDA_RUNTIME_API"])
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    set_up_path(environ["LAMBDA_TASK_ROOT"])
    hooks = AfterImport()
    sys.meta_path.insert(0, hooks)
    sys.meta_path.append(SystemSdk())
    hooks.add("logging", set_up_logging)
    hooks.add("botocore.session", set_up_endpoint)

    try:
        handler = load_handler(environ["_HANDLER"])
        encoder = Encoder()
    except Exception as error:
        described = describe(error)
        post_error(api, "init/error", described["errorType"], described)
        sys.exit(1)

    while True:
        status, headers, body = api.call("GET", "invocation/next")
        if status != 200:  # the environment is ending: what came is no event
            sys.exit(1)
        request_id = headers.get("lambda-runtime-aws-request-id", "")
        trace = headers.get("lambda-runtime-trace-id")
        if trace:
            environ["_X_AMZN_TRACE_ID"] = trace
        else:
            environ.pop("_X_AMZN_TRACE_ID", None)
        handle(api, handler, encoder, headers, body)


if __name__ == "__main__":
    main()
