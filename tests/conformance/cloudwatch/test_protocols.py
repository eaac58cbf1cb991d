"""The same operations in RPC v2 CBOR (boto3's choice), AWS JSON 1.0 and query."""

import datetime
import gzip
import re
import struct

import botocore.model
import pytest

from support.aws import allow, json_call, policy, query, refusal, signed

VERSION = "2010-08-01"
PREFIX = "GraniteServiceVersion20100801"
CBOR = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor", "Accept": "application/cbor"}


def cbor(server, operation, body: bytes, headers=None, **how):
    return signed(server, "monitoring", "POST", f"/service/{PREFIX}/operation/{operation}", headers or CBOR, body, **how)


def put(cloudwatch, space, name="Hits", value=1.0):
    cloudwatch.put_metric_data(Namespace=space, MetricData=[{"MetricName": name, "Value": value}])


@pytest.mark.parametrize("protocol", ["smithy-rpc-v2-cbor", "json", "query"])
def test_boto3(server, unique, monkeypatch, protocol):
    """Whichever of the model's protocols it prefers."""
    monkeypatch.setattr(botocore.model, "PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", (protocol,))
    cloudwatch = server.client("cloudwatch")
    assert cloudwatch.meta.service_model.resolved_protocol == protocol
    space = unique("Boto")
    at = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    cloudwatch.put_metric_data(Namespace=space, MetricData=[
        {"MetricName": "Hits", "Values": [1.5, 2.5], "Timestamp": at, "Dimensions": [{"Name": "N", "Value": "v"}]}])
    assert [one["MetricName"] for one in cloudwatch.list_metrics(Namespace=space)["Metrics"]] == ["Hits"]
    reply = cloudwatch.get_metric_statistics(
        Namespace=space, MetricName="Hits", Dimensions=[{"Name": "N", "Value": "v"}], StartTime=at,
        EndTime=at + datetime.timedelta(minutes=1), Period=60, ExtendedStatistics=["p50"])
    assert reply["Datapoints"] == [{"Timestamp": at, "Unit": "None", "ExtendedStatistics": {"p50": 1.5}}]
    assert reply["ResponseMetadata"]["RequestId"]
    code, message = refusal(cloudwatch.put_metric_data, Namespace=space, MetricData=[{"MetricName": "a"}])
    assert code == "MissingParameter" and "MetricData.member.1.Value" in message
    assert refusal(cloudwatch.set_alarm_state, AlarmName="none", StateValue="OK", StateReason="r")[0] == "ResourceNotFound"
    with pytest.raises(cloudwatch.exceptions.DashboardInvalidInputError) as caught:
        cloudwatch.put_dashboard(DashboardName=unique("d"), DashboardBody="{}")
    if protocol != "query":  # whose errors have no such member that boto3 could read
        assert caught.value.response["dashboardValidationMessages"] == [
            {"DataPath": "", "Message": "Should have required property 'widgets'"}]


def test_query(server, cloudwatch, unique):
    space = unique("Query")
    data = {"Namespace": space, "MetricData.member.1.MetricName": "Hits", "MetricData.member.1.Value": "2.5",
            "MetricData.member.1.Dimensions.member.1.Name": "Page", "MetricData.member.1.Dimensions.member.1.Value": "a&b"}
    reply = query(server, "monitoring", VERSION, "PutMetricData", parameters=data)
    assert reply.status == 200 and "<PutMetricDataResponse" in reply.text and "<RequestId>" in reply.text
    reply = query(server, "monitoring", VERSION, "ListMetrics", parameters={"Namespace": space})
    text = re.sub(r">\s+<", "><", reply.text)
    assert 'xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"' in text
    assert "<ListMetricsResult><Metrics><member>" in text and "<Value>a&amp;b</Value>" in text
    reply = query(server, "monitoring", VERSION, "PutMetricData", parameters={"Namespace": space})
    assert reply.status == 400 and "<Code>MissingParameter</Code>" in reply.text
    reply = query(server, "monitoring", VERSION, "Nonsense")
    assert reply.status == 400 and "<Code>InvalidAction</Code>" in reply.text


def test_json(server, unique):
    space = unique("Json")
    data = {"Namespace": space, "MetricData": [{"MetricName": "Hits", "Value": 3, "Timestamp": None}]}
    reply = json_call(server, "monitoring", f"{PREFIX}.PutMetricData", data)
    assert reply.status == 200, reply.body
    reply = json_call(server, "monitoring", f"{PREFIX}.ListMetrics", {"Namespace": space})
    assert reply.headers["Content-Type"] == "application/x-amz-json-1.0"
    assert reply.json["Metrics"] == [{"Namespace": space, "MetricName": "Hits", "Dimensions": []}]
    reply = json_call(server, "monitoring", f"{PREFIX}.PutMetricData", {"Namespace": space, "MetricData": []})
    assert reply.status == 400 and reply.json["__type"] == "MissingRequiredParameterException"
    assert reply.headers["x-amzn-query-error"] == "MissingParameter;Sender"


def test_cbor_that_cannot_be_read(server):
    bodies = [b"\xff", b"\x80", b"\xa1", b"\xa1\x69Namespace", b"\xa1\x69Namespace\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
              b"\xa1\x69Namespace\x61\xff", b"\xbf" * 500, b"\x9f" * 500, b"\xc1" * 500, b"\xa1\x61a" * 300,
              b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff", b"\xa0\xa0", b"\x7f\x41a\xff"]
    for body in bodies:
        reply = cbor(server, "ListMetrics", body)
        assert reply.status == 400 and b"SerializationException" in reply.body, (body[:20], reply.body)
        assert reply.headers["smithy-protocol"] == "rpc-v2-cbor"


def test_every_form_of_cbor(server, cloudwatch, unique):
    """Indefinite maps, lists and strings, half and single floats, tags on what is skipped."""
    space = unique("Forms").encode()
    datum = (b"\xbf\x6aMetricName\x7f\x62Ha\x62lf\xff\x65Value\xf9\x3e\x00"  # 1.5 as a half
             b"\x67Ignored\xc1\x82\x01\xd8\x20\x41x\xff")
    body = b"\xbf\x69Namespace" + bytes([0x60 + len(space)] if len(space) < 24 else [0x78, len(space)]) + space
    body += b"\x6aMetricData\x9f" + datum
    body += b"\xa3\x6aMetricName\x66Single\x65Value\xfa" + struct.pack(">f", 2.5) + b"\x66Counts\xf6\xff\xff"
    assert cbor(server, "PutMetricData", body).status == 200
    got = cloudwatch.list_metrics(Namespace=space.decode())["Metrics"]
    assert sorted(one["MetricName"] for one in got) == ["Half", "Single"]


def test_gzip(server, cloudwatch, unique):
    space = unique("Gzip")
    many = [{"MetricName": f"m{i}", "Value": i, "Dimensions": [{"Name": "Name", "Value": "x" * 100}]} for i in range(300)]
    cloudwatch.put_metric_data(Namespace=space, MetricData=many)  # boto3 compresses what is larger than 10 KiB
    assert len(cloudwatch.list_metrics(Namespace=space)["Metrics"]) == 300
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"{PREFIX}.ListMetrics", "Content-Encoding": "gzip"}
    assert signed(server, "monitoring", "POST", "/", headers, gzip.compress(b"{}")).status == 200
    assert signed(server, "monitoring", "POST", "/", headers, b"no gzip").status == 400
    bomb = gzip.compress(b" " * 40_000_000)
    assert signed(server, "monitoring", "POST", "/", headers, bomb).status == 413


def test_refusals_in_each_protocol(server, client, unique):
    user = unique("metrics")
    iam = client("iam")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    credentials = {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
    mine = server.client("cloudwatch", key["AccessKeyId"], key["SecretAccessKey"])
    assert refusal(mine.list_metrics)[0] in ("AccessDenied", "AccessDeniedException")
    reply = query(server, "monitoring", VERSION, "ListMetrics", **credentials)
    assert reply.status == 403 and "<Code>AccessDenied</Code>" in reply.text
    statement = allow("cloudwatch:PutMetricData", Condition={"StringEquals": {"cloudwatch:namespace": "Mine"}})
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy(statement))
    put(mine, "Mine")
    assert refusal(put, cloudwatch=mine, space="Other")[0] in ("AccessDenied", "AccessDeniedException")


def test_absent_operations(server, cloudwatch):
    code, message = refusal(cloudwatch.list_metric_streams)
    assert (code, message) == ("NotImplemented", "Orrery does not implement cloudwatch:ListMetricStreams.")
    reply = query(server, "monitoring", VERSION, "ListMetricStreams")
    assert reply.status == 501 and "<Code>NotImplemented</Code>" in reply.text
