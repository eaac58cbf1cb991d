"""Data in, statistics out: PutMetricData, ListMetrics, GetMetricStatistics, GetMetricData, metric math."""

import datetime
import math

import pytest

from conformance.cloudwatch.moments import MINUTE, START
from support.aws import refusal


def put(cloudwatch, space, name, points, **more):
    """points: (minutes after START, value)."""
    cloudwatch.put_metric_data(
        Namespace=space,
        MetricData=[{"MetricName": name, "Value": value, "Timestamp": START + at * MINUTE, **more} for at, value in points],
    )


def statistics(cloudwatch, space, name, minutes=10, period=60, **how):
    how.setdefault("Statistics", ["SampleCount", "Average", "Sum", "Minimum", "Maximum"])
    reply = cloudwatch.get_metric_statistics(Namespace=space, MetricName=name, StartTime=START,
                                             EndTime=START + minutes * MINUTE, Period=period, **how)
    return sorted(reply["Datapoints"], key=lambda one: one["Timestamp"])


def math_of(cloudwatch, expression, minutes=5, space="Math", **how):
    def metric(name):
        return {"Id": name, "ReturnData": False,
                "MetricStat": {"Metric": {"Namespace": space, "MetricName": name}, "Period": 60, "Stat": "Sum"}}

    queries = [metric("a"), metric("b"), metric("gaps"), {"Id": "e", "Expression": expression}]
    reply = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=START, EndTime=START + minutes * MINUTE,
                                       ScanBy="TimestampAscending", **how)
    return [one["Values"] for one in reply["MetricDataResults"]]


def test_statistics_and_percentiles(frozen):
    cloudwatch = frozen.client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="App", MetricData=[
        {"MetricName": "Latency", "Values": [float(n) for n in range(1, 101)], "Timestamp": START, "Unit": "Milliseconds"},
        {"MetricName": "Latency", "Values": [1000.0], "Counts": [100.0], "Timestamp": START + MINUTE, "Unit": "Milliseconds"},
    ])
    first, second = statistics(cloudwatch, "App", "Latency")
    assert first == {"Timestamp": START, "SampleCount": 100, "Average": 50.5, "Sum": 5050, "Minimum": 1, "Maximum": 100,
                     "Unit": "Milliseconds"}
    assert (second["SampleCount"], second["Sum"]) == (100, 100_000)
    names = ["p50", "p90", "p99.9", "tm90", "TM(10%:90%)", "PR(:50)", "TC(50:)", "IQM"]
    (point,) = statistics_of(cloudwatch, names)
    extended = point["ExtendedStatistics"]
    assert (extended["p50"], extended["p90"], extended["p99.9"]) == (50, 90, 100)
    assert (extended["tm90"], extended["TM(10%:90%)"], extended["PR(:50)"], extended["TC(50:)"]) == (45.5, 50.5, 50, 50)
    (hour,) = statistics(cloudwatch, "App", "Latency", minutes=60, period=3600)
    assert (hour["SampleCount"], hour["Maximum"]) == (200, 1000)
    assert statistics(cloudwatch, "App", "Latency", Unit="Bytes") == []


def statistics_of(cloudwatch, names):
    reply = cloudwatch.get_metric_statistics(Namespace="App", MetricName="Latency", StartTime=START,
                                             EndTime=START + MINUTE, Period=60, ExtendedStatistics=names)
    return reply["Datapoints"]


def test_many_values_keep_their_percentiles_within_half_a_percent(frozen):
    cloudwatch = frozen.client("cloudwatch")
    values = [1.001 ** n for n in range(3000)]
    for at in range(0, 3000, 150):
        cloudwatch.put_metric_data(Namespace="App", MetricData=[
            {"MetricName": "Latency", "Values": values[at:at + 150], "Timestamp": START}])
    (point,) = statistics_of(cloudwatch, ["p10", "p50", "p99"])
    for name, exact in (("p10", values[299]), ("p50", values[1499]), ("p99", values[2969])):
        assert math.isclose(point["ExtendedStatistics"][name], exact, rel_tol=0.006)


def test_statistic_sets(frozen):
    cloudwatch = frozen.client("cloudwatch")
    given = {"SampleCount": 4, "Sum": 10, "Minimum": 1, "Maximum": 4}
    cloudwatch.put_metric_data(Namespace="App", MetricData=[
        {"MetricName": "Latency", "StatisticValues": given, "Timestamp": START}])
    (point,) = statistics(cloudwatch, "App", "Latency")
    assert (point["Average"], point["Maximum"]) == (2.5, 4)
    assert statistics_of(cloudwatch, ["p50"]) == []


def test_roll_up_outlives_the_minutes(frozen):
    cloudwatch = frozen.client("cloudwatch")
    put(cloudwatch, "App", "Hits", [(n, 1) for n in range(60)])
    cloudwatch.put_metric_data(Namespace="App", MetricData=[
        {"MetricName": "Fast", "Value": 7, "Timestamp": START, "StorageResolution": 1}])
    assert [one["Sum"] for one in statistics(cloudwatch, "App", "Fast", minutes=1, period=1)] == [7]
    frozen.clock.advance("4h")
    assert statistics(cloudwatch, "App", "Fast", minutes=1, period=1) == []
    assert [one["Sum"] for one in statistics(cloudwatch, "App", "Fast", minutes=1)] == [7]
    frozen.clock.advance("16d")
    assert cloudwatch.list_metrics(Namespace="App")["Metrics"] == []
    assert statistics(cloudwatch, "App", "Hits", minutes=60) == []
    assert [one["Sum"] for one in statistics(cloudwatch, "App", "Hits", minutes=60, period=300)] == [5] * 12
    frozen.clock.advance("60d")
    assert [one["Sum"] for one in statistics(cloudwatch, "App", "Hits", minutes=60, period=3600)] == [60]
    frozen.clock.advance("400d")
    assert statistics(cloudwatch, "App", "Hits", minutes=60, period=3600) == []


def test_restart_keeps_it_all(frozen):
    put(frozen.client("cloudwatch"), "App", "Hits", [(0, 1), (1, 2)])
    frozen.stop()
    frozen.start()
    assert [one["Sum"] for one in statistics(frozen.client("cloudwatch"), "App", "Hits")] == [1, 2]


def test_list_metrics(cloudwatch, unique):
    space = unique("List")
    data = [{"MetricName": f"m{n:03}", "Value": 1, "Dimensions": [{"Name": "N", "Value": str(n % 2)}]} for n in range(600)]
    cloudwatch.put_metric_data(Namespace=space, MetricData=data)
    first = cloudwatch.list_metrics(Namespace=space)
    assert len(first["Metrics"]) == 500 and len(cloudwatch.list_metrics(Namespace=space, NextToken=first["NextToken"])["Metrics"]) == 100
    odd = cloudwatch.get_paginator("list_metrics").paginate(Namespace=space, Dimensions=[{"Name": "N", "Value": "1"}])
    assert sum(len(page["Metrics"]) for page in odd) == 300
    assert len(cloudwatch.list_metrics(Namespace=space, MetricName="m001", RecentlyActive="PT3H")["Metrics"]) == 1
    assert cloudwatch.list_metrics(Namespace=space, Dimensions=[{"Name": "Other"}])["Metrics"] == []


@pytest.mark.parametrize(
    ("datum", "code", "message"),
    [
        ({"Value": float("nan")}, "InvalidParameterValue", "The value NaN for parameter MetricData.member.1.Value is invalid."),
        ({"Value": float("inf")}, "InvalidParameterValue", "The value Infinity for parameter MetricData.member.1.Value is invalid."),
        ({"Value": 1, "Timestamp": datetime.datetime(2020, 1, 1)}, "InvalidParameterValue",
         "The parameter MetricData.member.1.Timestamp must specify a time within the past two weeks."),
        ({"Value": 1, "Timestamp": datetime.datetime(2090, 1, 1)}, "InvalidParameterValue",
         "The parameter MetricData.member.1.Timestamp must specify a time no more than two hours in the future."),
        ({"Value": 1, "Values": [1.0]}, "InvalidParameterCombination",
         "The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have "
         "specified both."),
        ({"Value": 1, "StorageResolution": 30}, "InvalidParameterValue",
         "The parameter MetricData.member.1.StorageResolution must be either 1 or 60."),
        ({"Values": [1.0, 2.0], "Counts": [1.0]}, "InvalidParameterValue",
         "The parameter MetricData.member.1.Values and parameter MetricData.member.1.Counts must have the same number of "
         "elements."),
        ({"Value": 1, "Dimensions": [{"Name": f"d{n}", "Value": "v"} for n in range(31)]}, "ValidationError", None),
        ({"Value": 1, "Unit": "Furlongs"}, "ValidationError", None),
    ],
)
def test_bad_data(cloudwatch, datum, code, message):
    got = refusal(cloudwatch.put_metric_data, Namespace="Bad", MetricData=[{"MetricName": "m", **datum}])
    assert got[0] == code and message in (None, got[1]), got


def test_bad_requests(cloudwatch):
    many = [{"MetricName": "m", "Value": 1}] * 1001
    assert refusal(cloudwatch.put_metric_data, Namespace="Bad", MetricData=many) == (
        "InvalidParameterValue", "The collection MetricData must not have a size greater than 1000.")
    assert refusal(cloudwatch.put_metric_data, Namespace="AWS/Mine", MetricData=many[:1]) == (
        "InvalidParameterValue", "The value AWS/Mine for parameter Namespace is invalid.")
    span = {"Namespace": "Bad", "MetricName": "m", "StartTime": START, "EndTime": START + 1441 * MINUTE}
    assert refusal(cloudwatch.get_metric_statistics, **span, Period=60, Statistics=["Sum"]) == (
        "InvalidParameterCombination",
        "You have requested up to 1441 datapoints, which exceeds the limit of 1440. You may reduce the datapoints "
        "requested by increasing Period, or decreasing the time range.")
    assert refusal(cloudwatch.get_metric_statistics, **span, Period=3600)[0] == "MissingParameter"
    assert refusal(cloudwatch.get_metric_statistics, **span, Period=61, Statistics=["Sum"])[0] == "InvalidParameterValue"


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    from support.server import Server

    with Server(tmp_path_factory.mktemp("math") / "data", "--clock", f"frozen@{START:%Y-%m-%dT%H:%M:%SZ}") as server:
        cloudwatch = server.client("cloudwatch")
        put(cloudwatch, "Math", "a", [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)])
        put(cloudwatch, "Math", "b", [(0, 10), (1, 0), (2, 30), (3, 40), (4, 50)])
        put(cloudwatch, "Math", "gaps", [(1, 6), (4, 12)])
        put(cloudwatch, "Searched", "Errors", [(0, 3)], Dimensions=[{"Name": "Fn", "Value": "left"}])
        put(cloudwatch, "Searched", "Errors", [(0, 4)], Dimensions=[{"Name": "Fn", "Value": "right"}])
        yield cloudwatch


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("a + b", [[11, 2, 33, 44, 55]]),
        ("100 * a / b", [[10, 10, 10, 10]]),  # where b is 0 there is no data point
        ("-a ^ 2", [[-1, -4, -9, -16, -25]]),
        ("2 + 3 * a - (1 + 1)", [[3, 6, 9, 12, 15]]),
        ("a > 2 AND b < 50", [[0, 0, 1, 1, 0]]),
        ("a == 1 || a >= 5", [[1, 0, 0, 0, 1]]),
        ("SUM([a, b])", [[11, 2, 33, 44, 55]]),
        ("SUM(METRICS('a'))", [[1, 8, 3, 4, 17]]),  # a, and gaps
        ("a - AVG(a)", [[-2, -1, 0, 1, 2]]),
        ("a * STDDEV([b, b])", [[0, 0, 0, 0, 0]]),
        ("MAX([a, b])", [[10, 2, 30, 40, 50]]),
        ("CEIL(a / 2)", [[1, 1, 2, 2, 3]]),
        ("FLOOR(a / 2)", [[0, 1, 1, 2, 2]]),
        ("ABS(0 - a)", [[1, 2, 3, 4, 5]]),
        ("RATE(b)", [[-10 / 60, 0.5, 10 / 60, 10 / 60]]),
        ("DIFF(a)", [[1, 1, 1, 1]]),
        ("RUNNING_SUM(a)", [[1, 3, 6, 10, 15]]),
        ("FILL(gaps, 0)", [[0, 6, 0, 0, 12]]),
        ("FILL(gaps, REPEAT)", [[6, 6, 6, 12]]),
        ("FILL(gaps, LINEAR)", [[6, 8, 10, 12]]),
        ("FILL(gaps, a)", [[1, 6, 3, 4, 12]]),
        ("IF(a > 2, b, 0)", [[0, 0, 30, 40, 50]]),
        ("IF(a > 2, b)", [[30, 40, 50]]),
        ("a / PERIOD(a)", [[1 / 60, 2 / 60, 3 / 60, 4 / 60, 5 / 60]]),
        ("TIME_SERIES(7)", [[7, 7, 7, 7, 7]]),
        ("a * METRIC_COUNT(METRICS())", [[3, 6, 9, 12, 15]]),
        ("FIRST(SORT(METRICS(), SUM, DESC))", [[10, 0, 30, 40, 50]]),
        ("SLICE(SORT(METRICS(), MAX, ASC), 0, 1)", [[1, 2, 3, 4, 5]]),
        ("HOUR(a)", [[12, 12, 12, 12, 12]]),
        ("DAY(a)", [[7, 7, 7, 7, 7]]),  # a Sunday
        ("REMOVE_EMPTY([a, a / 0])", [[1, 2, 3, 4, 5]]),
        ("SEARCH('{Searched,Fn} MetricName=\"Errors\"', 'Sum', 60)", [[3], [4]]),
        ("SEARCH('{Searched,Fn} left', 'Sum', 60)", [[3]]),
        ("SUM(SEARCH('Namespace=\"Searched\" NOT right', 'Sum', 60)) + 1", [[4]]),
    ],
)
def test_metric_math(computed, expression, values):
    assert math_of(computed, expression) == [pytest.approx(one) for one in values]


@pytest.mark.parametrize(
    "expression",
    ["FROBNICATE(a)", "a +", "(a", "a b", "nobody", "SUM()", "ANOMALY_DETECTION_BAND(a)", "SUM(a)", "'text'", "e + 1",
     "RATE(5)", "SEARCH(a, b)", "SORT(a, SUM, ASC)", "(" * 200 + "a" + ")" * 200, "SELECT AVG(x) FROM y"],
)
def test_bad_expressions(computed, expression):
    code, message = refusal(math_of, cloudwatch=computed, expression=expression)
    assert code == "ValidationError" and message.startswith("Error in expression 'e'"), (code, message)


def test_get_metric_data_pages(computed):
    query = {"Id": "a", "MetricStat": {"Metric": {"Namespace": "Math", "MetricName": "a"}, "Period": 60, "Stat": "Average"}}
    reply = computed.get_metric_data(MetricDataQueries=[query], StartTime=START, EndTime=START + 5 * MINUTE)
    (result,) = reply["MetricDataResults"]
    assert result["Values"] == [5, 4, 3, 2, 1] and result["StatusCode"] == "Complete" and result["Label"] == "a"
    assert result["Timestamps"][0] == START + 4 * MINUTE
    pages = computed.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[query], StartTime=START, EndTime=START + 5 * MINUTE, MaxDatapoints=2, ScanBy="TimestampAscending")
    assert [one["Values"] for page in pages for one in page["MetricDataResults"]] == [[1, 2], [3, 4], [5]]


def test_bad_queries(computed):
    span = {"StartTime": START, "EndTime": START + MINUTE}
    stat = {"Metric": {"Namespace": "Math", "MetricName": "a"}, "Period": 60, "Stat": "Sum"}
    for queries in ([{"Id": "A", "MetricStat": stat}], [{"Id": "a"}], [{"Id": "a", "MetricStat": stat}] * 2,
                    [{"Id": "a", "MetricStat": {**stat, "Stat": "p101"}}], [{"Id": "a", "MetricStat": {**stat, "Period": 7}}],
                    [{"Id": "a", "MetricStat": stat, "Expression": "a"}],
                    [{"Id": "x", "Expression": "y"}, {"Id": "y", "Expression": "x"}]):
        assert refusal(computed.get_metric_data, MetricDataQueries=queries, **span)[0] == "ValidationError", queries
    assert refusal(computed.get_metric_data, MetricDataQueries=[{"Id": "a", "MetricStat": stat}], StartTime=START,
                   EndTime=START)[0] == "ValidationError"
