"""The examples of the IAM User Guide and of the services' own guides, as cases (make_cases.py)."""


def make(case, policy, statement, role):
    home = policy(statement(action="s3:ListBucket", resource="arn:aws:s3:::home", Condition={
        "StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}}))
    for prefix, holds in [("home/ann/x", True), ("home/bob/x", False), ("", True), ("home/", True)]:
        case(f"home folders: {prefix!r}", "Allowed" if holds else "ImplicitDeny", "identity", action="s3:ListBucket",
             resource="arn:aws:s3:::home", identity=[home], context={"s3:prefix": [prefix]})
    leading = policy(statement(action="dynamodb:*", Condition={"ForAllValues:StringEquals": {
        "dynamodb:LeadingKeys": ["${aws:userid}"], "dynamodb:Attributes": ["UserId", "TopScore"]},
        "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}))
    mine = {"dynamodb:LeadingKeys": ["AIDAEXAMPLEEXAMPLE12"], "dynamodb:Attributes": ["UserId", "TopScore"]}
    table = {"action": "dynamodb:GetItem", "resource": "arn:aws:dynamodb:us-west-2:111122223333:table/GameScores", "identity": [leading]}
    case("GameScores: own row", "Allowed", "identity", context=mine, **table)
    case("GameScores: another's row", "ImplicitDeny", "identity", context={**mine, "dynamodb:LeadingKeys": ["x"]}, **table)
    case("GameScores: one attribute too many", "ImplicitDeny", "identity",
         context={**mine, "dynamodb:Attributes": ["UserId", "Wins"]}, **table)
    case("GameScores: all attributes", "ImplicitDeny", "identity", context={**mine, "dynamodb:Select": ["ALL_ATTRIBUTES"]}, **table)
    abac = policy(statement(action="secretsmanager:*", Condition={"StringEquals": {
        "aws:ResourceTag/access-project": "${aws:PrincipalTag/access-project}"}}))
    for project, holds in [("peg", True), ("uni", False)]:
        case(f"access by tags: {project}", "Allowed" if holds else "ImplicitDeny", "identity", action="secretsmanager:GetSecretValue",
             identity=[abac], tags={"access-project": "peg"}, context={"aws:ResourceTag/access-project": [project]})
    tagging = policy(statement(action="ec2:CreateTags", Condition={
        "StringEquals": {"aws:RequestTag/environment": ["preprod", "production"]}, "ForAllValues:StringEquals": {"aws:TagKeys": "environment"}}))
    for context, holds in [({"aws:RequestTag/environment": ["preprod"], "aws:TagKeys": ["environment"]}, True),
                           ({"aws:RequestTag/environment": ["test"], "aws:TagKeys": ["environment"]}, False),
                           ({"aws:RequestTag/environment": ["preprod"], "aws:TagKeys": ["environment", "x"]}, False)]:
        case(f"allowed tags {context}", "Allowed" if holds else "ImplicitDeny", "identity", action="ec2:CreateTags",
             identity=[tagging], context=context)
    regions = policy(statement(action="*"), statement("Deny", NotAction=["iam:*", "sts:*"], Condition={
        "StringNotEquals": {"aws:RequestedRegion": ["eu-central-1"]}}))
    for action, region, outcome in [("s3:GetObject", "eu-central-1", "Allowed"), ("s3:GetObject", "us-east-1", "ExplicitDeny"),
                                    ("iam:GetRole", "us-east-1", "Allowed")]:
        case(f"regions: {action} in {region}", outcome, "identity", action=action, identity=[regions], context={"aws:RequestedRegion": [region]})
    network = policy(statement(action="*"), statement("Deny", "*", Condition={"NotIpAddress": {"aws:SourceIp": [
        "192.0.2.0/24", "203.0.113.0/24"]}, "Bool": {"aws:ViaAWSService": "false"}}))
    for ip, via, outcome in [("192.0.2.5", "false", "Allowed"), ("198.51.100.1", "false", "ExplicitDeny"), ("198.51.100.1", "true", "Allowed")]:
        case(f"source addresses: {ip}, through a service {via}", outcome, "identity", identity=[network],
             context={"aws:SourceIp": [ip], "aws:ViaAWSService": [via]})
    tls = policy(statement("Deny", "s3:*", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}}))
    for secure, outcome, by in [("true", "Allowed", "identity"), ("false", "ExplicitDeny", "resource")]:
        case(f"transport: {secure}", outcome, by, identity=[policy(statement())], resource_policy=tls, context={"aws:SecureTransport": [secure]})
    via = policy(statement(Condition={"ForAnyValue:StringEquals": {"aws:CalledVia": ["athena.amazonaws.com"]}}))
    for chain, holds in [(["cloudformation.amazonaws.com", "athena.amazonaws.com"], True), (["dynamodb.amazonaws.com"], False)]:
        case(f"called via {chain}", "Allowed" if holds else "ImplicitDeny", "identity", identity=[via], context={"aws:CalledVia": chain})
    passing = policy(statement(action="iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}))
    for to, holds in [("lambda.amazonaws.com", True), ("events.amazonaws.com", False)]:
        case(f"a role passed to {to}", "Allowed" if holds else "ImplicitDeny", "identity", action="iam:PassRole", resource=role,
             identity=[passing], context={"iam:PassedToService": [to]})
    hours = policy(statement(Condition={"DateGreaterThan": {"aws:CurrentTime": "2026-03-01T00:00:00Z"},
                                        "DateLessThan": {"aws:CurrentTime": "2026-03-31T23:59:59Z"}}))
    case("within dates", "Allowed", "identity", identity=[hours])
    by_arn = policy(statement(Principal="*", Condition={"ArnEquals": {"aws:PrincipalArn": role}}))
    case("everybody, on condition of the role's ARN: direct", "Allowed", "resource", "session", resource_policy=by_arn,
         boundary=policy(statement(action="sqs:*")))
    case("several policies: any allow will do", "Allowed", "identity", identity=[policy(statement(action="sqs:*")), policy(statement())])
    case("several policies: any deny ends it", "ExplicitDeny", "identity", identity=[policy(statement()), policy(statement("Deny"))])
    case("nothing at all", "ImplicitDeny", "identity")
    case("the root of the account", "Allowed", "none", "root")
    case("the root of another account", "ImplicitDeny", "resource", "root", owner="999988887777")
