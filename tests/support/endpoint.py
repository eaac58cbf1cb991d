"""An HTTP endpoint of the tests' own: keeps what it is sent, answers as it is told."""

import http.server
import json
import threading

from support.aws import eventually


class Endpoint:
    def __init__(self):
        self.requests = []  # {"method", "target", "headers" (names in lower case), "body"}
        self.answers = []  # (status, headers) each for one request, in order; then 200. No status: no answer
        self.tokens = []  # what /token hands out, in order; None: it refuses
        self._closing = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *arguments):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                seen = {"method": self.command, "target": self.path, "body": body,
                        "headers": {name.lower(): value for name, value in self.headers.items()}}
                if self.path.startswith("/token"):
                    token = outer.tokens.pop(0) if outer.tokens else None
                    outer.requests.append(seen)
                    return self.reply(200 if token else 401, {}, json.dumps(token or {}))
                status, headers = outer.answers.pop(0) if outer.answers else (200, {})
                outer.requests.append(seen)
                if status is None:
                    return outer._closing.wait(60)
                return self.reply(status, headers, "")

            def reply(self, status, headers, text):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text.encode())

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def got(self, path="/hook"):
        return [request for request in self.requests if request["target"].startswith(path)]

    def wait_for(self, count=1, path="/hook"):
        return eventually(lambda: len(self.got(path)) >= count and self.got(path), 30)

    def close(self):
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
