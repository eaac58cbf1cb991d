"""Archives and replays."""

import datetime
import json

import pytest

from support.aws import ACCOUNT, allow, eventually, refusal

DEFAULT = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:nobody"


def entry(source, **more):
    return {"Source": source, "DetailType": "order", "Detail": "{}", **more}


def at(text):
    return datetime.datetime.fromisoformat(text + "+00:00")


@pytest.fixture
def arn(bus):
    return f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/{bus}"


@pytest.fixture
def archive(events, arn, unique):
    name = unique("archive")
    events.create_archive(ArchiveName=name, EventSourceArn=arn)
    return name


def test_life_of_an_archive(events, arn, bus, unique):
    name = unique("archive")
    pattern = json.dumps({"source": ["shop"]})
    made = events.create_archive(
        ArchiveName=name, EventSourceArn=arn, Description="d", EventPattern=pattern, RetentionDays=3
    )
    assert made["ArchiveArn"] == f"arn:aws:events:us-east-1:{ACCOUNT}:archive/{name}"
    assert made["State"] == "ENABLED" and made["CreationTime"]
    events.put_events(Entries=[entry("shop", EventBusName=bus), entry("bank", EventBusName=bus)])
    shown = events.describe_archive(ArchiveName=name)
    assert (shown["EventSourceArn"], shown["Description"], shown["EventPattern"]) == (arn, "d", pattern)
    assert (shown["RetentionDays"], shown["EventCount"]) == (3, 1)
    assert shown["SizeBytes"] > 100
    assert refusal(events.create_archive, ArchiveName=name, EventSourceArn=arn) == (
        "ResourceAlreadyExistsException",
        f"Archive {name} already exists.",
    )
    events.update_archive(ArchiveName=name, EventPattern=json.dumps({"source": ["bank"]}), RetentionDays=0)
    events.put_events(Entries=[entry("shop", EventBusName=bus), entry("bank", EventBusName=bus)])
    assert events.describe_archive(ArchiveName=name)["EventCount"] == 2
    assert events.describe_archive(ArchiveName=name)["RetentionDays"] == 0
    assert [a["ArchiveName"] for a in events.list_archives(NamePrefix=name)["Archives"]] == [name]
    assert [a["ArchiveName"] for a in events.list_archives(EventSourceArn=arn)["Archives"]] == [name]
    assert name in [a["ArchiveName"] for a in events.list_archives(State="ENABLED")["Archives"]]
    assert events.list_archives(State="DISABLED")["Archives"] == []
    assert refusal(events.list_archives, NamePrefix=name, State="ENABLED")[0] == "ValidationException"
    events.delete_archive(ArchiveName=name)
    missing = ("ResourceNotFoundException", f"Archive {name} does not exist.")
    for call in (events.describe_archive, events.delete_archive, events.update_archive):
        assert refusal(call, ArchiveName=name) == missing
    assert events.list_rules(EventBusName=bus)["Rules"] == []


def test_the_managed_rule(events, archive, bus):
    rule = f"Events-Archive-{archive}"
    shown = events.describe_rule(Name=rule, EventBusName=bus)
    assert shown["ManagedBy"] == "prod.vhs.events.aws.internal"
    assert json.loads(shown["EventPattern"]) == {"replay-name": [{"exists": False}]}
    where = {"EventBusName": bus}
    for call, arguments in (
        (events.put_rule, {"Name": rule, "EventPattern": '{"source":["x"]}'}),
        (events.disable_rule, {"Name": rule}),
        (events.put_targets, {"Rule": rule, "Targets": [{"Id": "t", "Arn": FUNCTION}]}),
    ):
        assert refusal(call, **arguments, **where) == ("ManagedRuleException", f"{rule} is a managed rule.")
    tags = {"ResourceARN": shown["Arn"], "Tags": [{"Key": "a", "Value": "b"}]}
    assert refusal(events.tag_resource, **tags) == (
        "ManagedRuleException", f"Tag related operations on the managed rule {rule} is not allowed")
    target = events.list_targets_by_rule(Rule=rule, **where)["Targets"][0]["Id"]
    for call, arguments in ((events.remove_targets, {"Rule": rule, "Ids": [target]}), (events.delete_rule, {"Name": rule})):
        assert refusal(call, **arguments, **where) == (
            "ManagedRuleException", f"{rule} is a managed rule. Set 'force' parameter to true to override.")
        call(**arguments, **where, Force=True)
    assert events.list_rules(EventBusName=bus)["Rules"] == []


@pytest.mark.parametrize(
    "arguments, code",
    [
        ({"EventSourceArn": DEFAULT.replace("default", "nowhere")}, "ResourceNotFoundException"),
        ({"EventSourceArn": DEFAULT.replace("event-bus", "rule")}, "ValidationException"),
        ({"EventPattern": '{"source": "a"}'}, "InvalidEventPatternException"),
        ({"ArchiveName": "a" * 49}, "ValidationException"),
        ({"KmsKeyIdentifier": "alias/mine"}, "NotImplemented"),
    ],
)
def test_archives_that_cannot_be(events, unique, arguments, code):
    given = {"ArchiveName": unique("archive"), "EventSourceArn": DEFAULT, **arguments}
    assert refusal(events.create_archive, **given)[0] == code


def replay_of(archive, arn, name, **more):
    return {
        "ReplayName": name, "EventSourceArn": f"arn:aws:events:us-east-1:{ACCOUNT}:archive/{archive}",
        "EventStartTime": at("2026-01-01T00:00:00"), "EventEndTime": at("2100-01-01T00:00:00"),
        "Destination": {"Arn": arn}, **more,
    }


def test_a_replay_goes_to_the_chosen_rules_and_says_its_name(events, archive, arn, bus, sink, unique):
    source, name = unique("shop"), unique("replay")
    for rule in ("a", "b"):
        events.put_rule(Name=rule, EventBusName=bus, EventPattern=json.dumps({"source": [source]}))
    for second in (30, 10, 20):
        events.put_events(Entries=[entry(source, EventBusName=bus, Time=at(f"2026-02-01T00:00:{second}"))])
    for rule in ("a", "b"):
        events.put_targets(Rule=rule, EventBusName=bus, Targets=[{"Id": "t", "Arn": sink.arn}])
    chosen = events.describe_rule(Name="b", EventBusName=bus)["Arn"]
    started = events.start_replay(
        **replay_of(archive, arn, name, Description="d", EventStartTime=at("2026-02-01T00:00:15"),
                    Destination={"Arn": arn, "FilterArns": [chosen]})
    )
    assert started["ReplayArn"] == f"arn:aws:events:us-east-1:{ACCOUNT}:replay/{name}"
    assert started["State"] == "STARTING"
    shown = eventually(
        lambda: (r := events.describe_replay(ReplayName=name))["State"] == "COMPLETED" and r, 60
    )
    assert (shown["Description"], shown["Destination"]) == ("d", {"Arn": arn, "FilterArns": [chosen]})
    assert shown["EventLastReplayedTime"] == at("2026-02-01T00:00:30")
    assert shown["ReplayStartTime"] and shown["ReplayEndTime"]
    got = sink.wait_for(source, 2)
    assert sorted(event["time"] for event in got) == ["2026-02-01T00:00:20Z", "2026-02-01T00:00:30Z"]
    assert {event["replay-name"] for event in got} == {name}
    assert events.describe_archive(ArchiveName=archive)["EventCount"] == 3
    assert [r["ReplayName"] for r in events.list_replays(NamePrefix=name)["Replays"]] == [name]
    assert name in [r["ReplayName"] for r in events.list_replays(State="COMPLETED")["Replays"]]
    assert refusal(events.cancel_replay, ReplayName=name)[0] == "IllegalStatusException"
    assert refusal(events.start_replay, **replay_of(archive, arn, name)) == (
        "ResourceAlreadyExistsException",
        f"Replay {name} already exists.",
    )


def test_replays_that_cannot_be(events, archive, arn, unique):
    name = unique("replay")
    good = replay_of(archive, arn, name)
    for arguments, message in (
        ({"Destination": {"Arn": "x"}}, "Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN."),
        ({"Destination": {"Arn": DEFAULT}},
         "Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted."),
        ({"EventSourceArn": good["EventSourceArn"] + "x"},
         f"Parameter EventSourceArn is not valid. Reason: Archive {archive}x does not exist."),
        ({"EventEndTime": good["EventStartTime"]},
         "Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime."),
    ):
        assert refusal(events.start_replay, **{**good, **arguments}) == ("ValidationException", message)
    assert refusal(events.start_replay, **{**good, "Destination": {"Arn": arn + "x"}})[0] == "ResourceNotFoundException"
    missing = ("ResourceNotFoundException", f"Replay {name} does not exist.")
    assert refusal(events.describe_replay, ReplayName=name) == missing
    assert refusal(events.cancel_replay, ReplayName=name) == missing


def test_who_may_replay(events, archive, arn, acting_as, unique):
    name = unique("replay")
    replay, source = f"arn:aws:events:us-east-1:{ACCOUNT}:replay/{name}", replay_of(archive, arn, name)["EventSourceArn"]
    assert refusal(acting_as(allow("events:StartReplay", source)).start_replay, **replay_of(archive, arn, name))[
        0
    ].startswith("AccessDenied")
    acting_as(allow("events:StartReplay", [source, replay])).start_replay(**replay_of(archive, arn, name))


def test_by_the_clock_and_in_order(own_server):
    server = own_server("--clock", "frozen@2026-03-01T00:00:00Z")
    events = server.client("events")
    events.create_archive(ArchiveName="kept", EventSourceArn=DEFAULT, RetentionDays=2)
    events.put_rule(Name="r", EventPattern=json.dumps({"source": ["shop"]}))
    times = [f"2026-02-28T{hour:02}:{minute:02}:00" for hour in (5, 3, 4) for minute in range(0, 60, 2)]
    for start in range(0, len(times), 10):
        events.put_events(Entries=[entry("shop", Time=at(t), Resources=[t]) for t in times[start : start + 10]])
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": FUNCTION}])
    events.start_replay(**replay_of("kept", DEFAULT, "again"))
    server.kill()  # in the middle or not: neither lost nor doubled
    server.start()
    ran = server.clock.advance("1s")
    eventually(lambda: events.describe_replay(ReplayName="again")["State"] == "COMPLETED", 60)
    assert events.describe_replay(ReplayName="again")["EventLastReplayedTime"] == at(max(times))
    assert all(r["kind"] != "events.deliver" or not r["ok"] for r in ran)
    assert events.describe_archive(ArchiveName="kept")["EventCount"] == len(times)
    server.clock.advance("47h")
    assert events.describe_archive(ArchiveName="kept")["EventCount"] == len(times)
    server.clock.advance("2h")
    assert events.describe_archive(ArchiveName="kept")["EventCount"] == 0
    server.clock.advance("2160h")  # 90 days
    assert refusal(events.describe_replay, ReplayName="again")[0] == "ResourceNotFoundException"
