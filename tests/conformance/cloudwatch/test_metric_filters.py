"""Metric filters of Logs: what they find is counted."""

import json

import pytest

from conformance.cloudwatch.moments import MINUTE, START
from support.aws import eventually, refusal

GROUP = "/app"


@pytest.fixture
def logs(frozen):
    client = frozen.client("logs")
    client.create_log_group(logGroupName=GROUP)
    client.create_log_stream(logGroupName=GROUP, logStreamName="s")
    return client


def transformation(value="1", **more):
    return [{"metricNamespace": "App", "metricName": "Found", "metricValue": value, **more}]


def write(logs, *messages, minute=0):
    at_ms = int((START + minute * MINUTE).timestamp() * 1000)
    logs.put_log_events(logGroupName=GROUP, logStreamName="s",
                        logEvents=[{"timestamp": at_ms, "message": message} for message in messages])


def points(server, statistic="Sum", **dimensions):
    got = server.client("cloudwatch").get_metric_statistics(
        Namespace="App", MetricName="Found", Dimensions=[{"Name": k, "Value": v} for k, v in dimensions.items()],
        StartTime=START - 10 * MINUTE, EndTime=START + 10 * MINUTE, Period=60, Statistics=[statistic])["Datapoints"]
    return [(int((one["Timestamp"] - START) / MINUTE), one[statistic]) for one in sorted(got, key=lambda p: p["Timestamp"])]


def test_terms_are_counted_at_their_events_time(frozen, logs):
    logs.put_metric_filter(logGroupName=GROUP, filterName="f", filterPattern="ERROR -ignored",
                           metricTransformations=transformation())
    write(logs, "ERROR one", "fine", "ERROR two", "ERROR ignored")
    write(logs, "ERROR three", minute=-5)
    eventually(lambda: points(frozen) == [(-5, 1.0), (0, 2.0)])


def test_values_and_dimensions_of_fields(frozen, logs):
    logs.put_metric_filter(
        logGroupName=GROUP, filterName="json", filterPattern='{ $.status = 5* }',
        metricTransformations=transformation("$.took.ms", dimensions={"Host": "$.host", "Status": "$.status"}, unit="Milliseconds"))
    write(logs, json.dumps({"status": 503, "took": {"ms": 12.5}, "host": "a"}),
          json.dumps({"status": 503, "took": {"ms": 7.5}, "host": "a"}), json.dumps({"status": 503, "host": "a"}),
          json.dumps({"status": 200, "took": {"ms": 1}, "host": "a"}), json.dumps({"status": 500, "took": {"ms": "x"}}))
    eventually(lambda: points(frozen, Host="a", Status="503") == [(0, 20.0)])
    assert points(frozen, "SampleCount", Host="a", Status="503") == [(0, 2.0)]
    assert points(frozen) == []
    logs.put_metric_filter(logGroupName=GROUP, filterName="json", filterPattern="[ip, ..., bytes]",
                           metricTransformations=transformation("$bytes"))
    write(logs, '10.0.0.1 - "GET /" 200 512', "10.0.0.1 none")
    eventually(lambda: points(frozen) == [(0, 512.0)])


def test_the_default_is_reported_once_a_minute_without_a_match(frozen, logs):
    logs.put_metric_filter(logGroupName=GROUP, filterName="f", filterPattern="ERROR",
                           metricTransformations=transformation("5", defaultValue=0.5))
    write(logs, "fine")
    write(logs, "fine, too")
    eventually(lambda: points(frozen) == [(0, 0.5)])
    write(logs, "ERROR")
    eventually(lambda: points(frozen) == [(0, 5.5)])


def test_filters_are_listed_counted_and_deleted(frozen, logs):
    for name in ("a1", "a2", "b1"):
        logs.put_metric_filter(logGroupName=GROUP, filterName=name, filterPattern="x", metricTransformations=transformation())
    logs.create_log_group(logGroupName="/other")
    logs.put_metric_filter(logGroupName="/other", filterName="c1", filterPattern="",
                           metricTransformations=[{**transformation()[0], "metricName": "Other"}])
    pages = list(logs.get_paginator("describe_metric_filters").paginate(PaginationConfig={"PageSize": 1}))
    assert [[f["filterName"] for f in page["metricFilters"]] for page in pages] == [["a1"], ["a2"], ["b1"], ["c1"]]
    one = logs.describe_metric_filters(logGroupName=GROUP, filterNamePrefix="b")["metricFilters"]
    assert one == [{"filterName": "b1", "filterPattern": "x", "metricTransformations": transformation(),
                    "creationTime": int(START.timestamp() * 1000), "logGroupName": GROUP}]
    named = logs.describe_metric_filters(metricName="Other", metricNamespace="App")["metricFilters"]
    assert [f["filterName"] for f in named] == ["c1"]
    assert [g["metricFilterCount"] for g in logs.describe_log_groups()["logGroups"]] == [3, 1]
    logs.delete_metric_filter(logGroupName=GROUP, filterName="a1")
    assert refusal(logs.delete_metric_filter, logGroupName=GROUP, filterName="a1") == (
        "ResourceNotFoundException", "The specified metric filter does not exist.")
    logs.delete_log_group(logGroupName=GROUP)
    logs.create_log_group(logGroupName=GROUP)
    assert logs.describe_metric_filters(logGroupName=GROUP)["metricFilters"] == []


@pytest.mark.parametrize(
    ("pattern", "more", "message"),
    [
        ("{ $.a = 1 }", {"dimensions": {"D": "$.d"}, "defaultValue": 0},
         "Invalid metric transformation: dimensions and default value are mutually exclusive properties."),
        ("ERROR", {"dimensions": {"D": "$.d"}}, "The specified filter pattern does not support dimensions"),
        ("ERROR", {"value": "$.a"}, "must be a number"),
        ("{ $.a = 1 }", {"value": "some"}, "names no field"),
        ("{ $.a = 1 }", {"value": "$.a["}, "names no field"),
        ("{ $.a = }", {}, ""),
        ("x", {"metricNamespace": "AWS/Mine"}, "reserved"),
        ("{ $.a = 1 }", {"dimensions": {c: "$.d" for c in "ABCD"}}, "more than 3"),
    ],
)
def test_what_cannot_be_counted_is_refused(logs, pattern, more, message):
    code, text = refusal(logs.put_metric_filter, logGroupName=GROUP, filterName="f", filterPattern=pattern,
                         metricTransformations=transformation(**more))
    assert code == "InvalidParameterException" and message in text
    assert logs.describe_metric_filters(logGroupName=GROUP)["metricFilters"] == []


def test_limits(logs):
    assert refusal(logs.put_metric_filter, logGroupName="/none", filterName="f", filterPattern="x",
                   metricTransformations=transformation())[0] == "ResourceNotFoundException"
    for number in range(5):
        logs.put_metric_filter(logGroupName=GROUP, filterName=f"r{number}", filterPattern="%a+%",
                               metricTransformations=transformation())
    sixth = refusal(logs.put_metric_filter, logGroupName=GROUP, filterName="r5", filterPattern="%a+%",
                    metricTransformations=transformation())
    assert sixth == ("LimitExceededException", "Resource limit exceeded.")
    for number in range(95):
        logs.put_metric_filter(logGroupName=GROUP, filterName=f"f{number}", filterPattern="x",
                               metricTransformations=transformation())
    assert refusal(logs.put_metric_filter, logGroupName=GROUP, filterName="more", filterPattern="x",
                   metricTransformations=transformation())[0] == "LimitExceededException"
