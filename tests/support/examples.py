"""Arguments for any operation, made from botocore's own model: the least that the model takes."""

import re

ACCOUNT, REGION = "000000000000", "us-east-1"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/example"

# Members whose name says more than their pattern does, by service; None: in all of them.
NAMED = {
    (None, "RoleArn"): f"arn:aws:iam::{ACCOUNT}:role/example",
    (None, "Role"): f"arn:aws:iam::{ACCOUNT}:role/example",
    (None, "PolicyArn"): f"arn:aws:iam::{ACCOUNT}:policy/example",
    ("dynamodb", "TableArn"): TABLE,
    ("dynamodb", "ResourceArn"): TABLE,
    ("dynamodb", "BackupArn"): f"{TABLE}/backup/01489602797149-73d8d5bc",
    ("dynamodb", "ExportArn"): f"{TABLE}/export/01489602797149-73d8d5bc",
    ("dynamodb", "ImportArn"): f"{TABLE}/import/01489602797149-73d8d5bc",
    ("dynamodb", "StreamArn"): f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/example",
    ("dynamodbstreams", "StreamArn"): f"{TABLE}/stream/2026-01-01T00:00:00.000",
    ("kinesis", "StreamARN"): f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/example",
    ("kinesis", "ResourceARN"): f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/example",
    ("kinesis", "ConsumerARN"): f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/example/consumer/example:1767225600",
    ("events", "ResourceARN"): f"arn:aws:events:{REGION}:{ACCOUNT}:rule/example",
    ("scheduler", "ResourceArn"): f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/example",
    ("scheduler", "ScheduleExpression"): "rate(1 day)",
    ("events", "ConnectionArn"): f"arn:aws:events:{REGION}:{ACCOUNT}:connection/example/12345678-1234-1234-1234-123456789012",
    ("events", "EventSourceArn"): f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default",
    ("logs", "resourceArn"): f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:example",
    ("lambda", "Resource"): f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:example",
}
# Where the least that the model takes means nothing.
WHOLE = {
    ("dynamodb", "TransactWriteItems"): {
        "TransactItems": [{"Put": {"TableName": "example", "Item": {"id": {"S": "a"}}}}]
    },
}
# Tried in order for every other text.
TEXTS = ["example", "1", "v2", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "/", "$LATEST", "lambda:InvokeFunction", "lambda:GetLayerVersion", "{}", ACCOUNT,
         "123456", "AKIAIOSFODNN7EXAMPLE", "12345678-1234-1234-1234-123456789012", "example.amazonaws.com",
         "https://example.com/x",
         f"arn:aws:iam::{ACCOUNT}:role/example", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:example",
         f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:example:1",
         f"arn:aws:lambda:{REGION}:{ACCOUNT}:code-signing-config:csc-0123456789abcdef0", "arn:aws:s3:::example"]


def fits(text: str, shape) -> bool:
    limits = shape.metadata
    if not limits.get("min", 0) <= len(text) <= limits.get("max", 10**9):
        return False
    try:
        return re.fullmatch(limits.get("pattern", ".*"), text, re.S) is not None
    except re.error:
        return True  # a pattern in Java's dialect


def text_for(service: str, shape, name: str) -> str:
    if shape.enum:
        return shape.enum[0]
    named = NAMED.get((service, name)) or NAMED.get((None, name))
    padded = [text.ljust(shape.metadata.get("min", 0), "x") for text in TEXTS]
    for text in ([named] if named else []) + TEXTS + padded:
        if fits(text, shape):
            return text
    raise AssertionError(f"no example fits {service} {name}: {shape.metadata}; add one to tests/support/examples.py")


def example(service: str, shape, name: str = ""):
    kind = shape.type_name
    if shape.name == "AttributeValue":
        return {"S": "a"}
    if kind == "structure":
        members = shape.required_members
        if getattr(shape, "is_tagged_union", False):
            members = list(shape.members)[:1]
        return {member: example(service, shape.members[member], member) for member in members}
    if kind == "list":
        return [example(service, shape.member, name)] * max(1, shape.metadata.get("min", 1))
    if kind == "map":
        return {text_for(service, shape.key, "key"): example(service, shape.value, name)}
    if kind == "string":
        return text_for(service, shape, name)
    if kind in ("blob", "boolean", "timestamp"):
        return {"blob": b"{}", "boolean": False, "timestamp": "2026-03-01T00:00:00Z"}[kind]
    return max(1, shape.metadata.get("min", 1))


def arguments_of(client, operation: str) -> dict:
    model = client.meta.service_model
    if (model.service_name, operation) in WHOLE:
        return WHOLE[model.service_name, operation]
    shape = model.operation_model(operation).input_shape
    return example(model.service_name, shape) if shape else {}
