"""Writes cases.json: policies, a request, and what has to come of it, one case a line.

What is expected is written down here, from the IAM User Guide, or follows from its rules as `expected()` restates them;
the program under test has no part in it. The cases are run by src/auth/policy_cases_test.cc, and are there for others.

A case: name; principal (a name in PRINCIPALS); action; resource; owner (account of the resource); context; tags (of the
principal); identity, session (lists of policies), boundary, resource_policy, trust (policies); expect (Allowed,
ExplicitDeny, ImplicitDeny); by (identity, resource, boundary, session, trust, none: the kind of policy that decided).
"""

import itertools
import json
import pathlib

import documented_cases

OWN, OTHER = "111122223333", "999988887777"
ROLE = f"arn:aws:iam::{OWN}:role/jobs/exporter"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/exporter/s1"
USER = f"arn:aws:iam::{OWN}:user/ann"
FEDERATED = f"arn:aws:sts::{OWN}:federated-user/bob"
OBJECT = "arn:aws:s3:::photos/2026/cat.jpg"
NOW = "2026-03-01T12:00:00Z"

CASES = []


def policy(*statements, version="2012-10-17"):
    return {"Version": version, "Statement": list(statements)} if version else {"Statement": list(statements)}


def statement(effect="Allow", action="s3:GetObject", resource="*", **more):
    out = {"Effect": effect}
    if "NotAction" not in more:
        out["Action"] = action
    if "NotResource" not in more and resource is not None:
        out["Resource"] = resource
    return {**out, **more}


def case(name, expect, by, principal="user", action="s3:GetObject", resource=OBJECT, **more):
    CASES.append({"name": name, "principal": principal, "action": action, "resource": resource, **more,
                  "expect": expect, "by": by})


def granted(name, holds, statements, **more):
    """One identity policy: it applies, or it does not."""
    case(name, "Allowed" if holds else "ImplicitDeny", "identity", identity=[policy(*statements)], **more)


def condition(name, operator, key, wanted, has, holds, **more):
    context = {} if has is None else {key: has if isinstance(has, list) else [has]}
    granted(f"{operator}: {name}", holds, [statement(Condition={operator: {key: wanted}})], context=context, **more)


# --- condition operators ---------------------------------------------------------------------------------------------

# operator, what the policy wants, what the request has, whether it holds
SCALARS = [
    ("StringEquals", "a", "a", True), ("StringEquals", "a", "A", False), ("StringEquals", "a*", "ab", False),
    ("StringEquals", ["a", "b"], "b", True), ("StringEquals", [], "b", False), ("StringEquals", "", "", True),
    ("StringEquals", "a", "a ", False), ("StringEquals", "${*}", "*", True),
    ("StringNotEquals", "a", "a", False), ("StringNotEquals", "a", "A", True),
    ("StringNotEquals", ["a", "b"], "b", False), ("StringNotEquals", ["a", "b"], "c", True),
    ("StringEqualsIgnoreCase", "Ab", "aB", True), ("StringEqualsIgnoreCase", "ab", "ac", False),
    ("StringEqualsIgnoreCase", ["x", "AB"], "ab", True),
    ("StringNotEqualsIgnoreCase", "Ab", "aB", False), ("StringNotEqualsIgnoreCase", "ab", "ac", True),
    ("StringLike", "a*", "abc", True), ("StringLike", "a*", "ba", False), ("StringLike", "a?c", "abc", True),
    ("StringLike", "a?c", "ac", False), ("StringLike", "A*", "abc", False), ("StringLike", "*", "", True),
    ("StringLike", "a*c*e", "abcde", True), ("StringLike", "a${*}", "a*", True), ("StringLike", "a${*}", "ab", False),
    ("StringLike", "a${?}", "a?", True), ("StringLike", "a${?}", "ab", False), ("StringLike", "a${$}b", "a$b", True),
    ("StringLike", ["x*", "y*"], "yz", True), ("StringLike", "*/*/*", "a/b/c", True),
    ("StringNotLike", "a*", "abc", False), ("StringNotLike", "a*", "bc", True),
    ("StringNotLike", ["a*", "b*"], "bc", False),
    ("NumericEquals", "10", "10", True), ("NumericEquals", "10", "10.0", True), ("NumericEquals", "10", "11", False),
    ("NumericEquals", 10, "10", True), ("NumericEquals", "10", "ten", False), ("NumericEquals", ["1", "2"], "2", True),
    ("NumericNotEquals", "10", "10", False), ("NumericNotEquals", "10", "11", True),
    ("NumericNotEquals", ["10", "11"], "11", False),
    ("NumericLessThan", "10", "9", True), ("NumericLessThan", "10", "10", False), ("NumericLessThan", "10", "-1", True),
    ("NumericLessThanEquals", "10", "10", True), ("NumericLessThanEquals", "10", "10.5", False),
    ("NumericGreaterThan", "10", "11", True), ("NumericGreaterThan", "10", "10", False),
    ("NumericGreaterThan", "-5", "-4.5", True),
    ("NumericGreaterThanEquals", "10", "10", True), ("NumericGreaterThanEquals", "10", "9.99", False),
    ("DateEquals", NOW, NOW, True), ("DateEquals", NOW, "2026-03-01T12:00:01Z", False),
    ("DateEquals", "2026-03-01T12:00:00+00:00", NOW, True), ("DateEquals", "1772366400", NOW, True),
    ("DateNotEquals", NOW, NOW, False), ("DateNotEquals", NOW, "2026-03-02T00:00:00Z", True),
    ("DateLessThan", NOW, "2026-02-28T23:59:59Z", True), ("DateLessThan", NOW, NOW, False),
    ("DateLessThanEquals", NOW, NOW, True), ("DateLessThanEquals", NOW, "2026-03-01T12:00:01Z", False),
    ("DateGreaterThan", NOW, "2026-03-01T12:00:01Z", True), ("DateGreaterThan", NOW, NOW, False),
    ("DateGreaterThanEquals", NOW, NOW, True), ("DateGreaterThanEquals", NOW, "2026-03-01T11:59:59Z", False),
    ("DateLessThan", "2026-03-02", NOW, True), ("DateGreaterThan", "tomorrow", NOW, False),
    ("Bool", "true", "true", True), ("Bool", "true", "false", False), ("Bool", "TRUE", "true", True),
    ("Bool", True, "true", True), ("Bool", ["true", "false"], "false", True), ("Bool", "false", "False", True),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True), ("BinaryEquals", "QmluYXJ5", "qmluYXJ5", False),
    ("IpAddress", "203.0.113.0/24", "203.0.113.9", True), ("IpAddress", "203.0.113.0/24", "203.0.114.9", False),
    ("IpAddress", "203.0.113.9", "203.0.113.9", True), ("IpAddress", "203.0.113.9/32", "203.0.113.8", False),
    ("IpAddress", "0.0.0.0/0", "198.51.100.1", True), ("IpAddress", "2001:db8::/32", "2001:db8:1::1", True),
    ("IpAddress", "2001:db8::/32", "2001:db9::1", False), ("IpAddress", "203.0.113.0/24", "2001:db8::1", False),
    ("IpAddress", ["10.0.0.0/8", "192.168.0.0/16"], "192.168.3.4", True), ("IpAddress", "10.0.0.0/8", "host", False),
    ("NotIpAddress", "203.0.113.0/24", "203.0.113.9", False), ("NotIpAddress", "203.0.113.0/24", "203.0.114.9", True),
    ("NotIpAddress", ["10.0.0.0/8", "192.168.0.0/16"], "192.168.3.4", False),
    ("ArnEquals", "arn:aws:sns:*:111122223333:t", "arn:aws:sns:eu-west-1:111122223333:t", True),
    ("ArnEquals", "arn:aws:sns:us-east-1:111122223333:t", "arn:aws:sns:us-east-1:111122223333:u", False),
    ("ArnEquals", "arn:aws:sns:*:t", "arn:aws:sns:us-east-1:111122223333:t", False),
    ("ArnLike", "arn:aws:s3:::photos*", "arn:aws:s3:::photos-2", True),
    ("ArnLike", "arn:aws:s3:::photos?", "arn:aws:s3:::photos", False),
    ("ArnLike", "arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:role/a/b", True),
    ("ArnLike", "arn:aws:logs:*:*:log-group:/x:*", "arn:aws:logs:us-east-1:111122223333:log-group:/x:s", True),
    ("ArnLike", ["arn:aws:s3:::a", "arn:aws:s3:::b"], "arn:aws:s3:::b", True),
    ("ArnLike", "arn:aws:s3:::a", "not an arn", False),
    ("ArnNotEquals", "arn:aws:s3:::a", "arn:aws:s3:::a", False), ("ArnNotEquals", "arn:aws:s3:::a", "arn:aws:s3:::b", True),
    ("ArnNotLike", "arn:aws:s3:::a*", "arn:aws:s3:::ab", False), ("ArnNotLike", "arn:aws:s3:::a*", "arn:aws:s3:::b", True),
]
NEGATED = {"StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NumericNotEquals", "DateNotEquals",
           "NotIpAddress", "ArnNotEquals", "ArnNotLike"}


def scalars():
    for i, (operator, wanted, has, holds) in enumerate(SCALARS):
        condition(f"{json.dumps(wanted)} and {has!r} ({i})", operator, "test:key", wanted, has, holds)
        condition(f"{json.dumps(wanted)} and {has!r} ({i})", operator + "IfExists", "test:key", wanted, has, holds)
    for operator in sorted({row[0] for row in SCALARS}):
        wanted = next(row[1] for row in SCALARS if row[0] == operator)
        condition("the key is absent", operator, "test:key", wanted, None, operator in NEGATED)
        condition("the key is absent", operator + "IfExists", "test:key", wanted, None, True)
        condition("the key is absent", "ForAllValues:" + operator, "test:key", wanted, None, True)
        condition("the key is absent", "ForAnyValue:" + operator, "test:key", wanted, None, False)
        condition("the key is absent", f"ForAnyValue:{operator}IfExists", "test:key", wanted, None, True)
    for wanted, has, holds in [("true", None, True), ("true", "x", False), ("false", None, False), ("false", "x", True),
                               (True, None, True), ("true", [], True), (["true", "false"], None, True)]:
        condition(f"{wanted} and {has}", "Null", "test:key", wanted, has, holds)


# operator, wanted, has; holds for ForAnyValue, for ForAllValues, and without (any of the values; negated: all)
SETS = [
    ("StringEquals", ["a", "b"], ["a"], True, True, True), ("StringEquals", ["a", "b"], ["a", "c"], True, False, True),
    ("StringEquals", ["a", "b"], ["c", "d"], False, False, False), ("StringEquals", ["a"], ["a", "a"], True, True, True),
    ("StringEquals", ["a", "b"], ["b", "a"], True, True, True), ("StringLike", ["a*"], ["ab", "b"], True, False, True),
    ("StringLike", ["a*"], ["ab", "ac"], True, True, True), ("StringLike", ["x*"], ["ab", "ac"], False, False, False),
    ("StringNotEquals", ["a", "b"], ["a", "b"], False, False, False),
    ("StringNotEquals", ["a", "b"], ["a", "c"], True, False, False),
    ("StringNotEquals", ["a", "b"], ["c", "d"], True, True, True),
    ("StringNotLike", ["a*"], ["ab", "b"], True, False, False), ("StringNotLike", ["a*"], ["b", "c"], True, True, True),
    ("StringEqualsIgnoreCase", ["A"], ["a", "b"], True, False, True),
    ("NumericLessThan", ["10"], ["5", "15"], True, False, True), ("NumericLessThan", ["10"], ["5", "6"], True, True, True),
    ("NumericGreaterThan", ["10"], ["5", "6"], False, False, False),
    ("DateLessThan", [NOW], ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"], True, False, True),
    ("IpAddress", ["10.0.0.0/8"], ["10.1.1.1", "11.1.1.1"], True, False, True),
    ("NotIpAddress", ["10.0.0.0/8"], ["10.1.1.1", "11.1.1.1"], True, False, False),
    ("ArnLike", ["arn:aws:s3:::a*"], ["arn:aws:s3:::ab", "arn:aws:s3:::b"], True, False, True),
    ("ArnNotLike", ["arn:aws:s3:::a*"], ["arn:aws:s3:::ab", "arn:aws:s3:::b"], True, False, False),
    ("Bool", ["true"], ["true", "false"], True, False, True), ("Bool", ["true"], ["true", "true"], True, True, True),
]


def sets():
    for i, (operator, wanted, has, some, every, plain) in enumerate(SETS):
        condition(f"{wanted} and {has} ({i})", "ForAnyValue:" + operator, "test:keys", wanted, has, some)
        condition(f"{wanted} and {has} ({i})", "ForAllValues:" + operator, "test:keys", wanted, has, every)
        condition(f"{wanted} and {has} ({i})", operator, "test:keys", wanted, has, plain)


def several_conditions():
    context = {"test:a": ["1"], "test:b": ["2"]}
    for a, b in itertools.product(["1", "0"], ["2", "0"]):
        holds = a == "1" and b == "2"
        granted(f"two keys of one operator are both needed: {a} {b}", holds,
                [statement(Condition={"StringEquals": {"test:a": a, "test:b": b}})], context=context)
        granted(f"two operators are both needed: {a} {b}", holds,
                [statement(Condition={"StringEquals": {"test:a": a}, "NumericEquals": {"test:b": b}})], context=context)
    granted("names of keys know no case", True, [statement(Condition={"StringEquals": {"TEST:A": "1"}})], context=context)
    granted("operators: no value satisfies a list of none", False,
            [statement(Condition={"StringLike": {"test:a": []}})], context=context)


# --- keys of every request -------------------------------------------------------------------------------------------

# principal, key, value, and one that it is not
KEYS = [
    ("user", "aws:username", "ann", "bob"), ("user", "aws:userid", "AIDAEXAMPLEEXAMPLE12", "x"),
    ("user", "aws:PrincipalArn", USER, ROLE), ("user", "aws:PrincipalAccount", OWN, OTHER),
    ("user", "aws:PrincipalType", "User", "AssumedRole"), ("user", "aws:PrincipalIsAWSService", "false", "true"),
    ("session", "aws:PrincipalArn", ROLE, SESSION), ("session", "aws:userid", "AROAEXAMPLEEXAMPLE12:s1", "x"),
    ("session", "aws:PrincipalType", "AssumedRole", "User"), ("session", "aws:PrincipalAccount", OWN, OTHER),
    ("session", "aws:TokenIssueTime", "2026-03-01T11:00:00Z", "2026-03-01T11:00:01Z"),
    ("session", "aws:MultiFactorAuthPresent", "false", "true"), ("session", "aws:SourceIdentity", "ann@example.com", "x"),
    ("session", "aws:FederatedProvider", "issuer.example", "x"),
    ("mfa", "aws:MultiFactorAuthPresent", "true", "false"), ("mfa", "aws:MultiFactorAuthAge", "600", "599"),
    ("federated", "aws:PrincipalType", "FederatedUser", "User"), ("federated", "aws:PrincipalArn", FEDERATED, USER),
    ("user", "aws:CurrentTime", NOW, "2026-03-01T12:00:01Z"), ("user", "aws:EpochTime", "1772366400", "1"),
    ("user", "aws:ResourceAccount", OWN, OTHER), ("user", "aws:PrincipalTag/team", "blue", "red"),
    ("session", "aws:PrincipalTag/team", "green", "blue"), ("user", "aws:principaltag/TEAM", "blue", "red"),
]
ABSENT = [
    ("session", "aws:username"), ("federated", "aws:username"), ("user", "aws:TokenIssueTime"),
    ("user", "aws:MultiFactorAuthPresent"), ("user", "aws:MultiFactorAuthAge"), ("session", "aws:MultiFactorAuthAge"),
    ("user", "aws:SourceIdentity"), ("user", "aws:FederatedProvider"), ("user", "aws:PrincipalTag/none"),
    ("user", "aws:PrincipalServiceName"), ("user", "aws:SourceArn"), ("user", "aws:CalledVia"),
]


def request_keys():
    both = {"tags": {"team": "blue"}}
    anything = policy(statement(action="*"))
    for principal, key, value, other in KEYS:
        more = {"session": [anything]} if principal == "federated" else {}
        granted(f"{principal} has {key}", True, [statement(Condition={"StringEquals": {key: value}})],
                principal=principal, **both, **more)
        granted(f"{principal} has {key}, another", False, [statement(Condition={"StringEquals": {key: other}})],
                principal=principal, **both, **more)
    for principal, key in ABSENT:
        more = {"session": [anything]} if principal == "federated" else {}
        granted(f"{principal} has no {key}", True, [statement(Condition={"Null": {key: "true"}})], principal=principal,
                **both, **more)
    granted("BoolIfExists of MFA lets long-term keys through", True,
            [statement(Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}})])
    granted("Bool of MFA does not", False, [statement(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})])
    case("a session of old, revoked by its time", "ExplicitDeny", "identity", principal="session", identity=[policy(
        statement(), statement("Deny", "*", Condition={"DateLessThan": {"aws:TokenIssueTime": NOW}}))])


# --- actions, resources, variables -----------------------------------------------------------------------------------

ACTIONS = [
    ("s3:GetObject", "s3:GetObject", True), ("s3:getobject", "s3:GetObject", True), ("S3:GETOBJECT", "s3:GetObject", True),
    ("s3:*", "s3:GetObject", True), ("*", "s3:GetObject", True), ("*:*", "s3:GetObject", True),
    ("s3:Get*", "s3:GetObjectAcl", True), ("s3:Get*", "s3:PutObject", False), ("s3:*Object", "s3:PutObject", True),
    ("s3:?etObject", "s3:GetObject", True), ("s3:G?tObject", "s3:GtObject", False), ("s3:GetObject", "s3:GetObjectAcl", False),
    (["s3:List*", "s3:GetObject"], "s3:GetObject", True), ("sqs:*", "s3:GetObject", False),
    ("iam:*AccessKey*", "iam:ListAccessKeys", True), ("iam:*AccessKey*", "iam:GetUser", False),
]
RESOURCES = [
    (OBJECT, OBJECT, True), ("*", OBJECT, True), ("arn:aws:s3:::photos/*", OBJECT, True),
    ("arn:aws:s3:::photos", OBJECT, False), ("arn:aws:s3:::Photos/*", OBJECT, False), ("arn:aws:s3:::*", OBJECT, True),
    ("arn:aws:s3:::photos/????/cat.jpg", OBJECT, True), ("arn:aws:s3:::photos/???/cat.jpg", OBJECT, False),
    ("arn:aws:s3:::*/cat.*", OBJECT, True), ("arn:aws:s3:::photos/2026/cat.jpg*", OBJECT, True),
    (["arn:aws:s3:::a", "arn:aws:s3:::photos/2*"], OBJECT, True), ("arn:aws:s3:::photos/${*}", "arn:aws:s3:::photos/*", True),
    ("arn:aws:s3:::photos/${*}", OBJECT, False), ("arn:aws:dynamodb:*:*:table/T", "arn:aws:dynamodb:us-east-1:1:table/T", True),
    ("arn:aws:dynamodb:us-*:*:table/T", "arn:aws:dynamodb:eu-west-1:1:table/T", False),
    ("arn:aws:sqs:us-east-1:111122223333:*", "arn:aws:sqs:us-east-1:111122223333:a:b", True),
    ("arn:aws:s3:::photos/${aws:username}/*", "arn:aws:s3:::photos/ann/x", True),
    ("arn:aws:s3:::photos/${aws:username}/*", "arn:aws:s3:::photos/bob/x", False),
    ("arn:aws:s3:::photos/${aws:UserName}/*", "arn:aws:s3:::photos/ann/x", True),
    ("arn:aws:s3:::photos/${aws:PrincipalTag/team, 'none'}/*", "arn:aws:s3:::photos/blue/x", True),
    ("arn:aws:s3:::photos/${aws:PrincipalTag/unit, 'none'}/*", "arn:aws:s3:::photos/none/x", True),
    ("arn:aws:s3:::photos/${aws:PrincipalTag/unit, 'none'}/*", "arn:aws:s3:::photos/blue/x", False),
    ("arn:aws:s3:::photos/${aws:PrincipalTag/unit}/*", "arn:aws:s3:::photos//x", False),
    ("arn:aws:s3:::photos/${test:many}/*", "arn:aws:s3:::photos/a/x", False),
    ("arn:aws:s3:::photos/${test:one}/*", "arn:aws:s3:::photos/o/x", True),
    ("arn:aws:s3:::photos/${test:star}", "arn:aws:s3:::photos/anything", False),
    ("arn:aws:s3:::photos/${test:star}", "arn:aws:s3:::photos/*", True),
    ("arn:aws:dynamodb:${aws:RequestedRegion}:1:table/T", "arn:aws:dynamodb:us-east-1:1:table/T", False),
    ("arn:aws:s3:::photos/${$}", "arn:aws:s3:::photos/$", True), ("arn:aws:s3:::${test:one}${test:one}", "arn:aws:s3:::oo", True),
]


def elements():
    context = {"test:many": ["a", "b"], "test:one": ["o"], "test:star": ["*"], "aws:RequestedRegion": ["us-east-1"]}
    for wanted, asked, holds in ACTIONS:
        granted(f"Action {wanted} and {asked}", holds, [statement(action=wanted)], action=asked)
        granted(f"NotAction {wanted} and {asked}", not holds, [statement(NotAction=wanted)], action=asked)
    for wanted, asked, holds in RESOURCES:
        more = {"context": context, "tags": {"team": "blue"}, "resource": asked}
        granted(f"Resource {wanted} and {asked}", holds, [statement(resource=wanted)], **more)
        granted(f"NotResource {wanted} and {asked}", not holds, [statement(NotResource=wanted)], **more)
    for version, holds in [("2012-10-17", True), ("2008-10-17", False), (None, False)]:
        everyone = {"Principal": "*"}
        for pattern, asked in [("arn:aws:s3:::photos/${aws:username}", "arn:aws:s3:::photos/ann")]:
            case(f"variables in version {version}", "Allowed" if holds else "ImplicitDeny",
                 "resource" if holds else "identity", resource=asked,
                 resource_policy=policy(statement(resource=pattern, **everyone), version=version))
            case(f"in version {version} the text is itself", "ImplicitDeny" if holds else "Allowed",
                 "identity" if holds else "resource", resource=pattern,
                 resource_policy=policy(statement(resource=pattern, **everyone), version=version))
        case(f"variables in a condition, version {version}", "Allowed" if holds else "ImplicitDeny",
             "resource" if holds else "identity", context={"test:who": ["ann"]}, resource_policy=policy(
                 statement(Condition={"StringEquals": {"test:who": "${aws:username}"}}, **everyone), version=version))
    condition("variables", "StringEquals", "test:who", "${aws:username}", "ann", True)
    condition("variables, no value", "StringEquals", "test:who", "${aws:nothing}", "", False)
    condition("variables, no value, negated", "StringNotEquals", "test:who", "${aws:nothing}", "ann", True)
    condition("variables", "StringLike", "test:prefix", "home/${aws:username}/*", "home/ann/x", True)
    condition("variables", "ArnLike", "test:arn", "arn:aws:iam::*:user/${aws:username}", USER, True)
    condition("no variables here", "NumericEquals", "test:n", "${aws:EpochTime}", "1772366400", False)
    condition("no variables here", "Bool", "test:b", "${aws:SecureTransport}", "true", False)
    condition("no variables here", "DateLessThan", "test:d", "${aws:CurrentTime}", "2020-01-01T00:00:00Z", False)


# --- principals ------------------------------------------------------------------------------------------------------

# Principal element; whom it names: user, session, root, service, other (a user of another account)
NAMED = [
    ("*", "user session root service anonymous"), ({"AWS": "*"}, "user session root service anonymous"),
    ({"AWS": OWN}, "root"), ({"AWS": f"arn:aws:iam::{OWN}:root"}, "root"), ({"AWS": USER}, "user"),
    ({"AWS": ROLE}, "session"), ({"AWS": SESSION}, "session"), ({"AWS": f"arn:aws:iam::{OWN}:role/exporter"}, ""),
    ({"AWS": f"arn:aws:sts::{OWN}:assumed-role/exporter/s2"}, ""), ({"AWS": "AIDAEXAMPLEEXAMPLE12"}, "user"),
    ({"AWS": "AROAEXAMPLEEXAMPLE12"}, "session"), ({"AWS": f"arn:aws:iam::{OWN}:user/bob"}, ""), ({"AWS": OTHER}, ""),
    ({"Service": "events.amazonaws.com"}, "service"), ({"Service": "s3.amazonaws.com"}, ""),
    ({"Service": ["s3.amazonaws.com", "events.amazonaws.com"]}, "service"), ({"AWS": [ROLE, USER]}, "user session"),
    ({"Federated": "cognito-identity.amazonaws.com"}, ""), ({"AWS": USER, "Service": "events.amazonaws.com"}, "user service"),
]
EVERY = ["user", "session", "root", "service", "anonymous"]


def principals():
    for element, whom in NAMED:
        text = json.dumps(element)
        for principal in EVERY:
            grants = principal in whom.split()
            delegates = text.find(OWN + '"') > 0 or text.find(":root") > 0
            document = policy(statement(Principal=element))
            if principal == "root":
                case(f"Principal {text}: root", "Allowed", "resource" if grants else "none", "root",
                     resource_policy=document)
            elif grants:
                case(f"Principal {text}: {principal}", "Allowed", "resource", principal, resource_policy=document)
            else:
                by = "identity" if principal in ("user", "session") else "resource"
                case(f"Principal {text}: {principal}", "ImplicitDeny", by, principal, resource_policy=document)
            of_account = principal in ("user", "session", "root") and delegates
            denied = grants or of_account
            by = "resource" if denied else {"root": "none", "user": "identity", "session": "identity"}.get(principal, "resource")
            outcome = "ExplicitDeny" if denied else "Allowed" if principal in ("user", "session", "root") else "ImplicitDeny"
            case(f"Deny Principal {text}: {principal}", outcome, by, principal, identity=[policy(statement())],
                 resource_policy=policy(statement("Deny", Principal=element)))
    not_principals()


def not_principals():
    account = f"arn:aws:iam::{OWN}:root"
    for listed, exempt in [([USER, account], "user root"), ([USER], ""), ([account], "root"), ([SESSION, ROLE, account], "session root"),
                           ([ROLE, account], "root"), ([SESSION, account], "root"), ([ROLE, SESSION], ""), (["*"], "user session root")]:
        for principal in ("user", "session", "root"):
            out = principal in exempt.split()
            by = ("none" if principal == "root" else "identity") if out else "resource"
            case(f"NotPrincipal {' '.join(arn[12:] for arn in listed)}: {principal}", "Allowed" if out else "ExplicitDeny", by,
                 principal, identity=[policy(statement())],
                 resource_policy=policy(statement("Deny", NotPrincipal={"AWS": listed})))
    case("NotPrincipal of a service", "ExplicitDeny", "resource", "service", resource_policy=policy(
        statement("Deny", NotPrincipal={"Service": "s3.amazonaws.com"}), statement(Principal="*")))
    case("NotPrincipal of the service itself", "Allowed", "resource", "service", resource_policy=policy(
        statement("Deny", NotPrincipal={"Service": "events.amazonaws.com"}), statement(Principal="*")))


# --- all kinds of policies together ----------------------------------------------------------------------------------

IDENTITY = {"absent": None, "allow": statement(), "else": statement(action="sqs:*"), "deny": statement("Deny")}
LIMIT = {"absent": None, "allow": statement(action="s3:*"), "else": statement(action="sqs:*"), "deny": statement("Deny", "s3:*")}
GRANT = {"absent": None, "itself": "itself", "role": "role", "account": "account", "else": "else", "deny": "deny"}


def granting(principal, how):
    """A resource policy that speaks of the principal in one way."""
    itself = {"user": USER, "session": SESSION, "federated": FEDERATED}[principal]
    broader = {"user": USER, "session": ROLE, "federated": USER}[principal]
    who = {"itself": itself, "role": broader, "account": OWN, "else": OTHER, "deny": itself}[how]
    return policy(statement("Deny" if how == "deny" else "Allow", Principal={"AWS": who}))


def expected(principal, identity, resource, boundary, session, cross):
    """reference_policies_evaluation-logic.html, restated."""
    for kind, said in (("identity", identity), ("resource", resource), ("boundary", boundary), ("session", session)):
        if said == "deny":
            return "ExplicitDeny", kind
    if principal == "user" and resource == "role":
        resource = "itself"  # a user has no role: its ARN is its own
    limits = [kind for kind, said in (("boundary", boundary), ("session", session)) if said == "else"]
    if principal == "federated" and session == "absent":
        limits.append("session")  # without a session policy it has no permissions
    own = ("ImplicitDeny", "identity") if identity != "allow" else ("ImplicitDeny", limits[0]) if limits else ("Allowed", "identity")
    if cross:
        if own[0] != "Allowed":
            return own
        return ("Allowed", "resource") if resource in ("itself", "role", "account") else ("ImplicitDeny", "resource")
    if resource == "itself":
        return "Allowed", "resource"  # not limited by what the others do not allow
    if resource == "role":
        return ("ImplicitDeny", limits[0]) if limits else ("Allowed", "resource")
    return own


def intersections():
    for principal in ("user", "session", "federated"):
        sessions = ["absent"] if principal == "user" else list(LIMIT)
        for identity, resource, boundary, session in itertools.product(IDENTITY, GRANT, LIMIT, sessions):
            if principal == "federated" and (boundary in ("deny",) or identity == "else"):
                continue
            said = [identity, resource, boundary, session]
            if said.count("deny") > 1 or ("deny" in said and said.count("allow") > 1):
                continue
            for cross in (False, True):
                if cross and (boundary in ("deny", "allow") or session == "deny" or identity == "else"):
                    continue
                outcome, by = expected(principal, identity, resource, boundary, session, cross)
                more = {}
                if IDENTITY[identity]:
                    more["identity"] = [policy(IDENTITY[identity])]
                if resource != "absent":
                    more["resource_policy"] = granting(principal, resource)
                if LIMIT[boundary]:
                    more["boundary"] = policy(LIMIT[boundary])
                if LIMIT[session]:
                    more["session"] = [policy(LIMIT[session])]
                if cross:
                    more["owner"] = OTHER
                case(f"{principal}{', two accounts' if cross else ''}: identity {identity}, resource {resource}, "
                     f"boundary {boundary}, session {session}", outcome, by, principal, **more)


def trusts():
    assume = {"action": "sts:AssumeRole", "resource": f"arn:aws:iam::{OWN}:role/target"}
    other = {"action": "sts:AssumeRole", "resource": f"arn:aws:iam::{OTHER}:role/target", "owner": OTHER}
    may = policy(statement(action="sts:AssumeRole"))

    def trust(principal, **more):
        return policy(statement(action="sts:AssumeRole", resource=None, Principal=principal, **more))

    case("trust names the user: enough within the account", "Allowed", "trust", trust=trust({"AWS": USER}), **assume)
    case("trust names the role of the session", "Allowed", "trust", "session", trust=trust({"AWS": ROLE}), **assume)
    case("trust names the account: the user's policies decide", "Allowed", "identity", trust=trust({"AWS": OWN}), identity=[may], **assume)
    case("trust names the account, no policy allows", "ImplicitDeny", "identity", trust=trust({"AWS": OWN}), **assume)
    case("trust names somebody else", "ImplicitDeny", "trust", trust=trust({"AWS": ROLE}), identity=[may], **assume)
    case("trust of another account, both allow", "Allowed", "trust", trust=trust({"AWS": OWN}), identity=[may], **other)
    case("trust of another account, no policy allows", "ImplicitDeny", "identity", trust=trust({"AWS": USER}), **other)
    case("trust of another account does not allow", "ImplicitDeny", "trust", trust=trust({"AWS": OTHER}), identity=[may], **other)
    case("trust names a service", "Allowed", "trust", "service", trust=trust({"Service": "events.amazonaws.com"}), **assume)
    case("trust names another service", "ImplicitDeny", "trust", "service", trust=trust({"Service": "s3.amazonaws.com"}), **assume)
    external = {"StringEquals": {"sts:ExternalId": "42"}}
    for has, outcome in [({"sts:ExternalId": ["42"]}, "Allowed"), ({"sts:ExternalId": ["43"]}, "ImplicitDeny"), ({}, "ImplicitDeny")]:
        case(f"external id {has}", outcome, "trust", trust=trust({"AWS": OWN}, Condition=external), identity=[may], context=has, **other)
    for has, outcome in [(OWN, "Allowed"), (OTHER, "ImplicitDeny")]:
        case(f"confused deputy: aws:SourceAccount {has}", outcome, "trust", "service", context={"aws:SourceAccount": [has]},
             trust=trust({"Service": "events.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": OWN}}), **assume)
        arn = f"arn:aws:events:us-east-1:{has}:rule/r"
        case(f"confused deputy: aws:SourceArn {has}", outcome, "trust", "service", context={"aws:SourceArn": [arn]},
             trust=trust({"Service": "events.amazonaws.com"}, Condition={"ArnLike": {"aws:SourceArn": f"arn:aws:events:*:{OWN}:rule/*"}}), **assume)
    web = {**assume, "action": "sts:AssumeRoleWithWebIdentity"}
    provider = {"Federated": f"arn:aws:iam::{OWN}:oidc-provider/issuer.example"}

    def federated(**more):
        return policy(statement(action="sts:AssumeRoleWithWebIdentity", resource=None, Principal=provider, **more))

    case("trust names the identity provider", "Allowed", "trust", "web", trust=federated(), **web)
    for sub, outcome in [("repo:a", "Allowed"), ("repo:b", "ImplicitDeny")]:
        case(f"the provider's subject {sub}", outcome, "trust", "web", context={"issuer.example:sub": [sub]},
             trust=federated(Condition={"StringEquals": {"issuer.example:sub": "repo:a"}}), **web)
    case("a boundary limits what the role's ARN is trusted with", "ImplicitDeny", "boundary", "session",
         trust=trust({"AWS": ROLE}), boundary=policy(statement()), **assume)


for make in (scalars, sets, several_conditions, request_keys, elements, principals, intersections, trusts):
    make()
documented_cases.make(case, policy, statement, ROLE)
names = [one["name"] for one in CASES]
assert len(set(names)) == len(names), {n for n in names if names.count(n) > 1}
lines = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in CASES)
(pathlib.Path(__file__).parent / "cases.json").write_text(f"[\n{lines}\n]\n")
print(len(CASES))
