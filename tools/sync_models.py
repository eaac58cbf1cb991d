#!/usr/bin/env python3
"""Refreshes models/SERVICE.json from the service models that an installed botocore carries.

    tools/sync_models.py --botocore /path/to/site-packages/botocore/data [--models models] [SERVICE ...]

models/scope.json says which operations are in scope. Each file gets those operations, the shapes they reach and the
errors they declare, as facts only (no documentation text); of every other operation the name, and for REST services
its method and URI, so that a known but absent operation is told apart from an unknown one. The output depends on the
input alone: running it twice changes nothing.

What the service does and botocore's model leaves out is stated in scope.json too: "metadata" (XML namespace, namespace
of error types), "errorCodes" (the codes of a query service's errors, which clients of its JSON protocol still see), "xmlRoots" (root element of outputs), "unwrapped" (outputs whose
single member is the root itself), "bufferedPayloads" (streams that the service limits to a few MB: plain members).
"""

import argparse
import gzip
import json
import pathlib
import re

PROTOCOLS = ["json", "rest-json", "rest-xml", "query"]  # in order of preference
METADATA = ["apiVersion", "jsonVersion", "serviceId", "signingName", "endpointPrefix", "targetPrefix", "xmlNamespace",
            "awsQueryCompatible"]
SHAPE_KEYS = ["type", "required", "min", "max", "pattern", "enum", "locationName", "payload", "flattened",
              "xmlNamespace", "timestampFormat", "sensitive", "streaming", "exception", "fault", "error", "union",
              "document", "eventstream", "event"]
MEMBER_KEYS = ["shape", "location", "locationName", "streaming", "flattened", "xmlNamespace", "xmlAttribute",
               "timestampFormat", "idempotencyToken", "queryName", "jsonvalue", "hostLabel", "eventpayload",
               "eventheader"]


def pick(source, keys):
    return {key: source[key] for key in keys if source.get(key) not in (None, False)}


def load(data, name):
    versions = [path for pattern in ("service-2.json", "service-2.json.gz")
                for path in (data / name).glob("*/" + pattern)]
    if not versions:
        raise SystemExit(f"sync_models: no service model for '{name}' under {data}")
    newest = max(versions, key=lambda path: path.parent.name)
    text = gzip.decompress(newest.read_bytes()) if newest.suffix == ".gz" else newest.read_bytes()
    return json.loads(text)


def protocol_of(metadata):
    offered = metadata.get("protocols") or [metadata["protocol"]]
    for protocol in PROTOCOLS:
        if protocol in offered:
            return protocol
    raise SystemExit(f"sync_models: {metadata['serviceId']} speaks none of {PROTOCOLS}: {offered}")


def trim_member(member):
    return pick(member, MEMBER_KEYS)


def trim_shape(shape):
    out = pick(shape, SHAPE_KEYS)
    if "members" in shape:
        out["members"] = {name: trim_member(member) for name, member in shape["members"].items()}
    for key in ("member", "key", "value"):
        if key in shape:
            out[key] = trim_member(shape[key])
    return out


def references(shape):
    yield from (member["shape"] for member in shape.get("members", {}).values())
    yield from (shape[key]["shape"] for key in ("member", "key", "value") if key in shape)


def reach(shapes, roots):
    seen, stack = set(), list(roots)
    while stack:
        name = stack.pop()
        if name not in seen:
            seen.add(name)
            stack.extend(references(shapes[name]))
    return seen


def needs_of(operation, shapes):
    """Required query parameters and headers: they tell operations with the same method and URI apart."""
    shape = shapes.get(operation.get("input", {}).get("shape"), {})
    required = ((name, shape["members"][name]) for name in shape.get("required", []))
    return sorted(f"{member['location']}:{member.get('locationName', name)}" for name, member in required
                  if member.get("location") in ("querystring", "header"))


def ambiguous(operations):
    """The operations that share method and URI with another."""
    by_uri = {}
    for name, operation in operations.items():
        by_uri.setdefault((operation["http"]["method"], operation["http"]["requestUri"]), []).append(name)
    return {name for names in by_uri.values() if len(names) > 1 for name in names}


def trim_operation(operation):
    http = operation.get("http", {})
    out = {"http": pick(http, ["method", "requestUri", "responseCode"])}
    for key in ("input", "output"):
        if key in operation:
            out[key] = pick(operation[key], ["shape", "resultWrapper", "locationName", "xmlNamespace"])
    if operation.get("errors"):
        out["errors"] = [error["shape"] for error in operation["errors"]]
    return out


def trim(model, scope, version, rest):
    wanted = scope["operations"]
    unknown = [name for name in wanted if name not in model["operations"]]
    if unknown:
        raise SystemExit(f"sync_models: no such operations: {', '.join(unknown)}")
    operations = {name: trim_operation(model["operations"][name]) for name in sorted(wanted)}
    for name, root in scope.get("xmlRoots", {}).items():
        operations[name]["output"]["locationName"] = root
    for name in scope.get("unwrapped", []):
        operations[name]["output"]["unwrapped"] = True
    roots = [op[key]["shape"] for op in operations.values() for key in ("input", "output") if key in op]
    roots += [error for op in operations.values() for error in op.get("errors", [])]
    reached = {name: trim_shape(model["shapes"][name]) for name in sorted(reach(model["shapes"], roots))}
    patch(reached, scope)
    absent = {}
    unclear = ambiguous(model["operations"]) if rest else set()
    for name, operation in sorted(model["operations"].items()):
        needs = needs_of(operation, model["shapes"]) if name in unclear else []
        if name in operations:
            if needs:
                operations[name]["needs"] = needs
        else:
            http = pick(operation["http"], ["method", "requestUri"])
            absent[name] = {"http": http, "needs": needs} if needs else {"http": http}
    return {
        "source": {"botocore": version},
        "metadata": trim_metadata(model["metadata"], scope),
        "operations": operations,
        "absent": absent if rest else sorted(absent),
        "shapes": reached,
    }


def trim_metadata(metadata, scope):
    out = pick(metadata, METADATA)
    out["protocol"] = protocol_of(metadata)
    if out.pop("awsQueryCompatible", None) is not None:
        out["queryCompatible"] = True
    return {**out, **scope.get("metadata", {})}


def patch(shapes, scope):
    for name, code in scope.get("errorCodes", {}).items():
        shapes[name]["error"] = {"code": code, **shapes[name].get("error", {})}
    if scope.get("bufferedPayloads"):
        for shape in shapes.values():
            for thing in [shape, *shape.get("members", {}).values()]:
                thing.pop("streaming", None)


def dump(value, indent=0, width=120):
    """JSON that breaks a container over lines only where it does not fit on one."""
    flat = json.dumps(value, ensure_ascii=True)
    if indent * 2 + len(flat) <= width - 20 or not isinstance(value, (dict, list)) or not value:
        return flat
    pad, end = "  " * (indent + 1), "  " * indent
    if isinstance(value, dict):
        rows = [f"{pad}{json.dumps(key)}: {dump(item, indent + 1, width)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + "\n" + end + "}"
    rows, row = [], ""
    for item in (dump(item, indent + 1, width) for item in value):
        if row and len(pad) + len(row) + len(item) + 2 > width:
            rows.append(row)
            row = ""
        row += (", " if row else "") + item
    return "[\n" + ",\n".join(pad + text for text in [*rows, row]) + "\n" + end + "]"


def version_of(data):
    text = (data.parent / "__init__.py").read_text()
    return re.search(r"__version__ = ['\"]([^'\"]+)", text).group(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--botocore", type=pathlib.Path, required=True, help="botocore's data directory")
    parser.add_argument("--models", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent / "models")
    parser.add_argument("services", nargs="*", help="default: all of models/scope.json")
    arguments = parser.parse_args()
    version = version_of(arguments.botocore)
    scope = json.loads((arguments.models / "scope.json").read_text())
    for service in arguments.services or scope:
        model = load(arguments.botocore, scope[service]["botocore"])
        rest = protocol_of(model["metadata"]).startswith("rest")
        text = dump(trim(model, scope[service], version, rest)) + "\n"
        (arguments.models / f"{service}.json").write_text(text)
        print(f"{service}: {len(scope[service]['operations'])} operations, {len(text)} bytes")


if __name__ == "__main__":
    main()
