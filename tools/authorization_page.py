"""Writes docs/compatibility/authorization.md: what each operation asks policies for, as the running server says it of
itself (GET /_orrery/operations runs every row's authorization rule on example input).

    build/venv/bin/python tools/authorization_page.py            # needs build/release/orrery
"""

import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "compatibility" / "authorization.md"

HEAD = """# Authorization

What each operation asks policies for. This page is written by `tools/authorization_page.py` from the operations' own
authorization rules; a test fails when it is not current. `{Name}` stands for the input's member of that name, `R` and `A`
for the region and the account. An operation needs every line that applies; a line with *when* applies if that member is
given.

Every request also has the global keys: `aws:PrincipalArn`, `aws:PrincipalAccount`, `aws:PrincipalType`,
`aws:PrincipalTag/…`, `aws:PrincipalIsAWSService`, `aws:PrincipalServiceName`, `aws:userid`, `aws:username`,
`aws:SourceIp`, `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceIdentity`, `aws:SecureTransport`, `aws:UserAgent`,
`aws:Referer`, `aws:RequestedRegion`, `aws:ResourceAccount`, `aws:ResourceTag/…`, `aws:CurrentTime`, `aws:EpochTime`,
`aws:TokenIssueTime`, `aws:MultiFactorAuthPresent`, `aws:MultiFactorAuthAge`, `aws:FederatedProvider`, `aws:CalledVia`,
`aws:CalledViaFirst`, `aws:CalledViaLast`, `aws:ViaAWSService`, each where it applies. They are looked up when a policy
names them.
"""

# Rules that give no resource by themselves: the operation asks for each of its parts.
PARTS = {
    "dynamodb:ExecuteStatement": "`dynamodb:PartiQLSelect`, `PartiQLInsert`, `PartiQLUpdate` or `PartiQLDelete` on the "
                                 "statement's table or index",
    "dynamodb:BatchExecuteStatement": "as ExecuteStatement, for each statement",
    "dynamodb:ExecuteTransaction": "as ExecuteStatement, for each statement",
    # Attribute values and buckets that are there: no example can be made of them.
    "dynamodb:BatchGetItem": "`dynamodb:BatchGetItem` on each table",
    "dynamodb:DeleteItem": "`dynamodb:DeleteItem` on `arn:aws:dynamodb:R:A:table/{TableName}`",
    "dynamodb:GetItem": "`dynamodb:GetItem` on `arn:aws:dynamodb:R:A:table/{TableName}`",
    "dynamodb:PutItem": "`dynamodb:PutItem` on `arn:aws:dynamodb:R:A:table/{TableName}`",
    "dynamodb:UpdateItem": "`dynamodb:UpdateItem` on `arn:aws:dynamodb:R:A:table/{TableName}`",
    "dynamodb:TransactGetItems": "`dynamodb:GetItem` on each table",
    "dynamodb:TransactWriteItems": "`dynamodb:PutItem`, `UpdateItem`, `DeleteItem` or `ConditionCheckItem` on each table, "
                                   "as its members are",
    "dynamodbstreams:GetRecords": "`dynamodb:GetRecords` on the stream that `ShardIterator` is of",
    "logs:GetLogRecord": "`logs:GetLogRecord` on the group of the record, `arn:aws:logs:R:A:log-group:GROUP:log-stream:`",
    "logs:StartQuery": "`logs:StartQuery` on each group, `arn:aws:logs:R:A:log-group:GROUP:log-stream:`",
    "s3:PutObject": "`s3:PutObject` on `arn:aws:s3:::{Bucket}/{Key}`; with `IfMatch` `s3:GetObject`, with `Tagging` "
                    "`s3:PutObjectTagging`, with `ACL` `s3:PutObjectAcl` as well",
    "sts:AssumeRoleWithWebIdentity": "the role's trust policy, for the identity provider: `sts:AssumeRoleWithWebIdentity` "
                                     "on `{RoleArn}`",
    "s3:DeleteObjects": "`s3:DeleteObject` on each object; with an ETag `s3:GetObject` as well",
    "sts:GetCallerIdentity": "nothing",
    "sts:GetSessionToken": "nothing",
}


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def shown(resource: str) -> str:
    return resource.replace("{Region}", "R").replace("{Account}", "A")


def needs(one: dict) -> str:
    out = []
    for access in one["accesses"]:
        line = f"`{access['action']}` on `{shown(access['resource'])}`"
        out.append(f"{line} *when {access['when']}*" if access["when"] else line)
    name = f"{one['service']}:{one['operation']}"
    if name in PARTS:
        return PARTS[name]
    if not out:
        return f"`{one['action']}`, by its parts"
    return "<br>".join(out)


def render(operations: list[dict]) -> str:
    lines = [HEAD]
    for service in dict.fromkeys(one["service"] for one in operations):
        lines += [f"## {service}", "", "| operation | needs | its own condition keys |", "| --- | --- | --- |"]
        for one in sorted((o for o in operations if o["service"] == service), key=lambda o: o["operation"]):
            keys = ", ".join(f"`{key}`" for key in one["keys"])
            lines.append(f"| {one['operation']} | {cell(needs(one))} | {cell(keys)} |")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from support.server import Server

    with tempfile.TemporaryDirectory() as folder, Server(pathlib.Path(folder) / "data") as server:
        PAGE.write_text(render(server.admin("GET", "/_orrery/operations")))
    print(PAGE.relative_to(ROOT))


if __name__ == "__main__":
    main()
