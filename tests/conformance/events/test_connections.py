"""Connections and API destinations: their records, states and errors."""

import re

import pytest

from support.aws import ACCOUNT, eventually, refusal

BASIC = {"BasicAuthParameters": {"Username": "user", "Password": "pass"}}
API_KEY = {"ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "secret-key"}}
ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def oauth(endpoint, **more):
    return {"OAuthParameters": {
        "ClientParameters": {"ClientID": "client", "ClientSecret": "client-secret"},
        "AuthorizationEndpoint": endpoint, "HttpMethod": "POST", **more}}


@pytest.fixture
def connection(events, unique):
    """The name and the ARN of a connection."""
    name = unique("connection")
    arn = events.create_connection(Name=name, AuthorizationType="BASIC", AuthParameters=BASIC)["ConnectionArn"]
    return name, arn


def test_life_of_a_connection(events, unique):
    name = unique("connection")
    made = events.create_connection(
        Name=name, AuthorizationType="API_KEY", Description="for tests",
        AuthParameters={**API_KEY, "InvocationHttpParameters": {
            "HeaderParameters": [{"Key": "A", "Value": "seen"}, {"Key": "B", "Value": "hidden", "IsValueSecret": True}],
            "BodyParameters": [{"Key": "C", "Value": "hidden too", "IsValueSecret": True}]}},
    )
    assert made["ConnectionState"] == "AUTHORIZED"
    assert re.fullmatch(f"arn:aws:events:us-east-1:{ACCOUNT}:connection/{name}/{ID}", made["ConnectionArn"])
    shown = events.describe_connection(Name=name)
    assert re.fullmatch(
        f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:events!connection/{name}/{ID}-[A-Za-z0-9]{{6}}",
        shown["SecretArn"],
    )
    assert shown["AuthParameters"]["ApiKeyAuthParameters"] == {"ApiKeyName": "X-Key"}
    parameters = shown["AuthParameters"]["InvocationHttpParameters"]
    assert parameters["HeaderParameters"] == [{"Key": "A", "Value": "seen"}, {"Key": "B", "IsValueSecret": True}]
    assert parameters["BodyParameters"] == [{"Key": "C", "IsValueSecret": True}]
    assert "hidden" not in str(shown) and "secret-key" not in str(shown)
    assert {"CreationTime", "LastModifiedTime", "LastAuthorizedTime"} <= shown.keys()
    assert shown["Description"] == "for tests"

    events.update_connection(Name=name, AuthorizationType="BASIC", AuthParameters=BASIC)
    shown = events.describe_connection(Name=name)
    assert shown["AuthorizationType"] == "BASIC"
    assert shown["AuthParameters"]["BasicAuthParameters"] == {"Username": "user"}
    assert "ApiKeyAuthParameters" not in shown["AuthParameters"]
    events.update_connection(Name=name, AuthParameters={"BasicAuthParameters": {"Username": "other"}})
    assert events.describe_connection(Name=name)["AuthParameters"]["BasicAuthParameters"] == {"Username": "other"}

    assert events.deauthorize_connection(Name=name)["ConnectionState"] == "DEAUTHORIZING"
    shown = events.describe_connection(Name=name)
    assert shown["ConnectionState"] == "DEAUTHORIZED"
    assert shown["AuthParameters"] == {} and "SecretArn" not in shown
    assert refusal(events.update_connection, Name=name, AuthorizationType="BASIC",
                   AuthParameters={"BasicAuthParameters": {"Username": "u"}}) == (
        "ValidationException", "Parameter Password is not valid. Reason: Password is a required argument.")
    assert events.update_connection(Name=name, AuthParameters=BASIC)["ConnectionState"] == "AUTHORIZED"

    assert events.delete_connection(Name=name)["ConnectionState"] == "DELETING"
    gone = ("ResourceNotFoundException", f"Failed to describe the connection(s). Connection '{name}' does not exist.")
    assert refusal(events.describe_connection, Name=name) == gone
    assert refusal(events.delete_connection, Name=name) == gone


def test_no_secret_is_written_down(events, server, client, unique):
    name = unique("connection")
    events.create_connection(Name=name, AuthorizationType="API_KEY", AuthParameters={
        "ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "the-api-key"},
        "InvocationHttpParameters": {"BodyParameters": [{"Key": "k", "Value": "the-body-value", "IsValueSecret": True}]}})

    def written():
        found = client("cloudtrail").lookup_events(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateConnection"}])["Events"]
        return [event["CloudTrailEvent"] for event in found if name in event["CloudTrailEvent"]]

    trail = "".join(eventually(written))
    assert "the-api-key" not in trail and "the-body-value" not in trail
    assert "the-api-key" not in server.log_text()


def test_connections_that_cannot_be(events, connection):
    name, _ = connection
    assert refusal(events.create_connection, Name=name, AuthorizationType="BASIC", AuthParameters=BASIC) == (
        "ResourceAlreadyExistsException", f"Connection {name} already exists.")
    assert refusal(events.create_connection, Name="a b!", AuthorizationType="BASIC", AuthParameters=BASIC) == (
        "ValidationException",
        "1 validation error detected: Value 'a b!' at 'name' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+")
    for type_, parameters in (("BASIC", API_KEY), ("API_KEY", {}), ("BASIC", {**BASIC, **API_KEY})):
        code, message = refusal(
            events.create_connection, Name="x", AuthorizationType=type_, AuthParameters=parameters)
        assert code == "ValidationException" and type_ in message
    assert refusal(events.create_connection, Name="x", AuthorizationType="OAUTH_CLIENT_CREDENTIALS",
                   AuthParameters=oauth("nowhere"))[0] == "ValidationException"
    assert refusal(events.create_connection, Name="x", AuthorizationType="BASIC", AuthParameters=BASIC,
                   KmsKeyIdentifier="alias/a")[0] == "NotImplemented"


def test_lists_are_paged_and_filtered(events, unique):
    prefix = unique("list")
    arns = [events.create_connection(Name=f"{prefix}-{i}", AuthorizationType="BASIC", AuthParameters=BASIC)["ConnectionArn"]
            for i in range(3)]
    events.deauthorize_connection(Name=f"{prefix}-1")
    first = events.list_connections(NamePrefix=prefix, Limit=2)
    rest = events.list_connections(NamePrefix=prefix, NextToken=first["NextToken"])
    assert [one["ConnectionArn"] for one in first["Connections"] + rest["Connections"]] == arns
    assert "AuthParameters" not in first["Connections"][0]
    asleep = events.list_connections(NamePrefix=prefix, ConnectionState="DEAUTHORIZED")["Connections"]
    assert [one["Name"] for one in asleep] == [f"{prefix}-1"]
    for i in range(3):
        events.create_api_destination(Name=f"{prefix}-{i}", ConnectionArn=arns[i], HttpMethod="POST",
                                      InvocationEndpoint="https://example.com/")
    listed = events.list_api_destinations(NamePrefix=prefix)["ApiDestinations"]
    assert [one["ApiDestinationState"] for one in listed] == ["ACTIVE", "INACTIVE", "ACTIVE"]
    only = events.list_api_destinations(ConnectionArn=arns[2])["ApiDestinations"]
    assert [one["Name"] for one in only] == [f"{prefix}-2"]


def test_life_of_a_destination(events, connection, unique):
    name = unique("destination")
    owner, arn = connection
    made = events.create_api_destination(
        Name=name, ConnectionArn=arn, HttpMethod="POST", InvocationEndpoint="https://example.com/api", Description="d")
    assert made["ApiDestinationState"] == "ACTIVE"
    assert re.fullmatch(f"arn:aws:events:us-east-1:{ACCOUNT}:api-destination/{name}/{ID}", made["ApiDestinationArn"])
    events.update_api_destination(Name=name, HttpMethod="PUT", InvocationEndpoint="https://example.com/v2/*",
                                  InvocationRateLimitPerSecond=7)
    shown = events.describe_api_destination(Name=name)
    assert (shown["HttpMethod"], shown["InvocationEndpoint"]) == ("PUT", "https://example.com/v2/*")
    assert (shown["InvocationRateLimitPerSecond"], shown["Description"]) == (7, "d")
    assert refusal(events.create_api_destination, Name=name, ConnectionArn=arn, HttpMethod="POST",
                   InvocationEndpoint="https://example.com/") == (
        "ResourceAlreadyExistsException", f"An api-destination '{name}' already exists.")
    events.delete_connection(Name=owner)
    assert events.describe_api_destination(Name=name)["ApiDestinationState"] == "INACTIVE"
    events.delete_api_destination(Name=name)
    gone = ("ResourceNotFoundException",
            f"Failed to describe the api-destination(s). An api-destination '{name}' does not exist.")
    assert refusal(events.describe_api_destination, Name=name) == gone
    assert refusal(events.delete_api_destination, Name=name) == gone


def test_destinations_that_cannot_be(events, connection):
    _, arn = connection
    good = {"Name": "x", "ConnectionArn": arn, "HttpMethod": "POST", "InvocationEndpoint": "https://example.com/"}
    assert refusal(events.create_api_destination, **{**good, "InvocationEndpoint": "example.com"})[0] == "ValidationException"
    other = arn[:-3] + "abc"
    assert refusal(events.create_api_destination, **{**good, "ConnectionArn": other}) == (
        "ResourceNotFoundException", f"Connection '{other}' does not exist.")
    assert refusal(events.create_api_destination, **good, InvocationRateLimitPerSecond=301)[0] == "LimitExceededException"


def test_oauth_is_tried(events, endpoint, unique):
    name = unique("connection")
    endpoint.tokens = [{"access_token": "t", "token_type": "bearer", "expires_in": 3600}]
    made = events.create_connection(
        Name=name, AuthorizationType="OAUTH_CLIENT_CREDENTIALS",
        AuthParameters=oauth(endpoint.url + "/token", OAuthHttpParameters={
            "BodyParameters": [{"Key": "scope", "Value": "a b"}], "HeaderParameters": [{"Key": "X-A", "Value": "1"}],
            "QueryStringParameters": [{"Key": "q", "Value": "2"}]}))
    assert made["ConnectionState"] == "AUTHORIZING"
    eventually(lambda: events.describe_connection(Name=name)["ConnectionState"] == "AUTHORIZED")
    asked = endpoint.got("/token")[0]
    assert (asked["method"], asked["target"], asked["headers"]["x-a"]) == ("POST", "/token?q=2", "1")
    assert asked["headers"]["content-type"] == "application/x-www-form-urlencoded"
    assert asked["body"] == "grant_type=client_credentials&client_id=client&client_secret=client-secret&scope=a%20b"
    shown = events.describe_connection(Name=name)["AuthParameters"]["OAuthParameters"]
    assert shown["ClientParameters"] == {"ClientID": "client"}

    events.update_connection(Name=name, AuthParameters={"OAuthParameters": {"ClientParameters": {"ClientSecret": "bad"}}})
    eventually(lambda: events.describe_connection(Name=name)["ConnectionState"] == "DEAUTHORIZED")
    assert events.describe_connection(Name=name)["StateReason"] == "The authorization endpoint answered 401."
