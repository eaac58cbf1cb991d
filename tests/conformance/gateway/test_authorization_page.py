"""docs/compatibility/authorization.md says what the server does."""

import importlib.util

from support.server import ROOT


def page():
    spec = importlib.util.spec_from_file_location("authorization_page", ROOT / "tools" / "authorization_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_current(server):
    tool = page()
    assert tool.PAGE.read_text() == tool.render(server.admin("GET", "/_orrery/operations")), (
        "run tools/authorization_page.py")


def test_every_operation_asks_for_something_or_says_why(server):
    tool = page()
    silent = [f"{one['service']}:{one['operation']}" for one in server.admin("GET", "/_orrery/operations")
              if not one["accesses"] and f"{one['service']}:{one['operation']}" not in tool.PARTS]
    assert not silent
