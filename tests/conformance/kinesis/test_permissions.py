"""Policies of principals and of streams are enforced."""

import json

import pytest
from support.aws import ACCOUNT, allow, deny, eventually, policy, refusal


@pytest.fixture
def someone(client, server, unique):
    """someone(statement, …) -> a Kinesis client of a user who may do just that; its ARN is .arn."""

    def make(*statements):
        iam = client("iam")
        name = unique("user")
        arn = iam.create_user(UserName=name)["User"]["Arn"]
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        made = server.client("kinesis", access_key=key["AccessKeyId"], secret=key["SecretAccessKey"])
        return made, arn

    return make


def arn_of(kinesis, stream):
    return kinesis.describe_stream(StreamName=stream)["StreamDescription"]["StreamARN"]


def test_principals(kinesis, stream, someone):
    arn = arn_of(kinesis, stream)
    writer, _ = someone(allow("kinesis:PutRecord*", arn))
    writer.put_record(StreamName=stream, Data=b"d", PartitionKey="k")
    code, message = refusal(
        writer.get_shard_iterator, StreamName=stream, ShardId="0", ShardIteratorType="TRIM_HORIZON"
    )
    assert code == "AccessDeniedException" and "kinesis:GetShardIterator" in message and arn in message
    at = kinesis.get_shard_iterator(StreamName=stream, ShardId="0", ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    assert refusal(writer.get_records, ShardIterator=at)[0] == "AccessDeniedException"


def test_policies_of_streams(kinesis, stream, someone):
    arn = arn_of(kinesis, stream)
    nobody, who = someone()
    put = {"StreamName": stream, "Data": b"d", "PartitionKey": "k"}
    assert refusal(nobody.put_record, **put)[0] == "AccessDeniedException"
    document = policy({"Effect": "Allow", "Principal": {"AWS": who}, "Action": "kinesis:PutRecord", "Resource": arn})
    kinesis.put_resource_policy(ResourceARN=arn, Policy=document)
    assert json.loads(kinesis.get_resource_policy(ResourceARN=arn)["Policy"]) == json.loads(document)
    nobody.put_record(**put)
    nobody.put_record(StreamARN=arn, Data=b"d", PartitionKey="k")
    kinesis.delete_resource_policy(ResourceARN=arn)
    assert refusal(nobody.put_record, **put)[0] == "AccessDeniedException"
    assert refusal(kinesis.get_resource_policy, ResourceARN=arn)[0] == "ResourceNotFoundException"
    assert refusal(kinesis.put_resource_policy, ResourceARN=arn, Policy="{}")[0] == "InvalidArgumentException"


def test_the_policy_is_its_owners(own_server):
    server = own_server("--account-root", "222233334444:other:other-secret")
    kinesis, other = server.client("kinesis"), server.client("kinesis", access_key="other", secret="other-secret")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    arn = arn_of(kinesis, "s")
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]["ConsumerARN"]
    for one in (arn, consumer):
        everything = {"Effect": "Allow", "Principal": {"AWS": "222233334444"}, "Action": "kinesis:*", "Resource": one}
        kinesis.put_resource_policy(ResourceARN=one, Policy=policy(everything))
        wider = policy(everything | {"Principal": "*"})
        assert refusal(other.put_resource_policy, ResourceARN=one, Policy=wider)[0] == "AccessDeniedException"
        for call in (other.get_resource_policy, other.delete_resource_policy):
            assert refusal(call, ResourceARN=one)[0] == "AccessDeniedException"
        assert json.loads(kinesis.get_resource_policy(ResourceARN=one)["Policy"]) == json.loads(policy(everything))
    other.put_record(StreamARN=arn, Data=b"d", PartitionKey="k")
    assert other.describe_stream_consumer(ConsumerARN=consumer)["ConsumerDescription"]["ConsumerName"] == "c"


def test_a_denial_of_the_stream_holds(kinesis, stream, someone):
    arn = arn_of(kinesis, stream)
    writer, who = someone(allow("kinesis:*"))
    document = policy({"Effect": "Deny", "Principal": {"AWS": who}, "Action": "kinesis:PutRecords", "Resource": arn})
    kinesis.put_resource_policy(ResourceARN=arn, Policy=document)
    writer.put_record(StreamName=stream, Data=b"d", PartitionKey="k")
    records = [{"Data": b"d", "PartitionKey": "k"}]
    assert refusal(writer.put_records, StreamName=stream, Records=records)[0] == "AccessDeniedException"


def test_an_arn_is_written_in_one_way(kinesis, server, stream, someone):
    arn = arn_of(kinesis, stream)
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="c")["Consumer"]["ConsumerARN"]
    one, _ = someone(allow("kinesis:*"), deny("kinesis:*", [arn, consumer]))
    put = {"Data": b"d", "PartitionKey": "k"}
    assert refusal(one.put_record, StreamARN=arn, **put)[0] == "AccessDeniedException"
    other = arn.replace("arn:aws:", "arn:aws-cn:")
    assert refusal(one.put_record, StreamARN=other, **put)[0] == "InvalidArgumentException"
    assert refusal(one.tag_resource, ResourceARN=other, Tags={"a": "b"})[0] == "InvalidArgumentException"
    assert refusal(one.deregister_stream_consumer, ConsumerARN=consumer)[0] == "AccessDeniedException"
    name, made = consumer.rsplit(":", 1)
    assert refusal(one.deregister_stream_consumer, ConsumerARN=f"{name}:00{made}")[0] == "InvalidArgumentException"
    elsewhere = server.client("kinesis", region="eu-west-1")
    assert refusal(elsewhere.describe_stream_consumer, ConsumerARN=consumer)[0] == "ResourceNotFoundException"
    assert kinesis.describe_stream_consumer(ConsumerARN=consumer)


def test_only_what_manages_streams_is_in_the_event_history(kinesis, stream, client):
    kinesis.put_record(StreamName=stream, Data=b"d", PartitionKey="k")
    kinesis.increase_stream_retention_period(StreamName=stream, RetentionPeriodHours=48)
    trail = client("cloudtrail")

    def seen():
        events = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "kinesis.amazonaws.com"}])
        return {event["EventName"] for event in events["Events"] if stream in event["CloudTrailEvent"]}

    assert eventually(lambda: "IncreaseStreamRetentionPeriod" in seen() and seen()) >= {"CreateStream"}
    assert "PutRecord" not in seen()


def test_tags_on_creation_need_a_permission(someone, unique):
    maker, _ = someone(allow("kinesis:CreateStream"))
    name = unique("stream")
    code, message = refusal(maker.create_stream, StreamName=name, ShardCount=1, Tags={"a": "b"})
    assert code == "AccessDeniedException" and "kinesis:AddTagsToStream" in message
    maker.create_stream(StreamName=name, ShardCount=1)
    assert f":{ACCOUNT}:" in refusal(maker.delete_stream, StreamName=name)[1]
