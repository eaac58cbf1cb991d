"""Arguments for any operation, made from botocore's own model: the least that the model takes."""

import re

CANDIDATES = ["example", "example-1", "arn:aws:iam::000000000000:role/example", "1", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
              "arn:aws:lambda:us-east-1:000000000000:function:example", "$LATEST", "v1", "/", "us-east-1",
              "arn:aws:dynamodb:us-east-1:000000000000:table/example", "lambda:InvokeFunction", "example.amazonaws.com",
              "12345678-1234-1234-1234-123456789012", "arn:aws:iam::000000000000:policy/example", "AKIAIOSFODNN7EXAMPLE",
              "arn:aws:logs:us-east-1:000000000000:log-group:example", "https://example.com/x", "000000000000", "123456",
              "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdef0", "{}",
              "arn:aws:dynamodb:us-east-1:000000000000:table/example/backup/01489602797149-73d8d5bc",
              "arn:aws:dynamodb:us-east-1:000000000000:table/example/export/01489602797149-73d8d5bc",
              "arn:aws:dynamodb:us-east-1:000000000000:table/example/import/01489602797149-73d8d5bc",
              "arn:aws:dynamodb:us-east-1:000000000000:table/example/stream/2026-01-01T00:00:00.000",
              "arn:aws:kinesis:us-east-1:000000000000:stream/example", "arn:aws:s3:::example"]

# Where a name says more than its pattern.
BY_NAME = {"RoleArn": 2, "Role": 2, "TableArn": 6, "BackupArn": 22, "ExportArn": 23, "ImportArn": 24, "StreamArn": 26 - 1,
           "PolicyArn": 14, "resourceArn": 16, "ResourceARN": -1, "LayerName": 0, "Bucket": 0, "FunctionName": 0}


def fits(text: str, shape) -> bool:
    limits = shape.metadata
    if not limits.get("min", 0) <= len(text) <= limits.get("max", 10**9):
        return False
    try:
        return re.fullmatch(limits.get("pattern", ".*"), text, re.S) is not None
    except re.error:
        return True  # Java's dialect


def text_for(shape, name: str) -> str:
    if shape.enum:
        return shape.enum[0]
    if name in ("ResourceARN",):
        return "arn:aws:events:us-east-1:000000000000:rule/example"
    if name in ("ResourceArn", "Resource"):
        kind = "table/example" if name == "ResourceArn" else None
        text = f"arn:aws:dynamodb:us-east-1:000000000000:{kind}" if kind else CANDIDATES[5]
        if fits(text, shape):
            return text
    if name in BY_NAME and fits(CANDIDATES[BY_NAME[name]], shape):
        return CANDIDATES[BY_NAME[name]]
    padded = [c + "x" * max(0, shape.metadata.get("min", 0) - len(c)) for c in CANDIDATES]
    for candidate in CANDIDATES + padded:
        if fits(candidate, shape):
            return candidate
    raise AssertionError(f"no example fits {name}: {shape.metadata}; add one to tests/support/examples.py")


def example(shape, name: str = "", depth: int = 0):
    kind = shape.type_name
    if kind == "structure":
        required = shape.required_members or (list(shape.members)[:1] if getattr(shape, "is_tagged_union", False) else [])
        return {member: example(shape.members[member], member, depth + 1) for member in required}
    if kind == "list":
        return [example(shape.member, name, depth + 1)] * max(1, shape.metadata.get("min", 1))
    if kind == "map":
        return {text_for(shape.key, "key"): example(shape.value, name, depth + 1)}
    if kind == "string":
        return text_for(shape, name)
    if kind == "blob":
        return b"{}"
    if kind == "boolean":
        return False
    if kind == "timestamp":
        return "2026-03-01T00:00:00Z"
    return max(1, shape.metadata.get("min", 1))


def arguments_of(client, operation: str) -> dict:
    model = client.meta.service_model.operation_model(operation)
    return example(model.input_shape) if model.input_shape else {}
