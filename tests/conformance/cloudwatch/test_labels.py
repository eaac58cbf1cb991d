"""Dynamic labels, in GetMetricData and in pictures."""

import json

import pytest

from conformance.cloudwatch.moments import MINUTE, START
from conformance.cloudwatch.png import Picture
from support.aws import ACCOUNT, refusal
from support.server import Server


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("labels") / "data", "--clock", "frozen@2026-03-01T12:10:00Z") as server:
        cloudwatch = server.client("cloudwatch")
        cloudwatch.put_metric_data(Namespace="App", MetricData=[
            {"MetricName": "Hits", "Value": value, "Timestamp": START + at * MINUTE,
             "Dimensions": [{"Name": "Page", "Value": page}]}
            for page, at, value in (("a", 0, 2), ("a", 1, 9.5), ("a", 3, 1), ("a", 5, 3), ("b", 2, 1234567.25))])
        yield cloudwatch


def labels(cloudwatch, *queries, **how):
    reply = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=START, EndTime=START + 10 * MINUTE, **how)
    return [one["Label"] for one in reply["MetricDataResults"]]


def hits(label, page="a"):
    metric = {"Namespace": "App", "MetricName": "Hits", "Dimensions": [{"Name": "Page", "Value": page}]}
    return {"Id": "m1", "Label": label, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("[max: ${MAX}] ${LABEL}", "[max: 9.5] Hits"),
        ("${AVG} ${SUM} ${MIN} ${FIRST} ${LAST} ${DATAPOINT_COUNT}", "3.875 15.5 1 2 3 4"),
        ("${FIRST_LAST_RANGE} ${MIN_MAX_RANGE} ${FIRST_LAST_TIME_RANGE} ${MIN_MAX_TIME_RANGE}", "1 8.5 5m 2m"),
        ("${FIRST_TIME} ${MAX_TIME}", "2026-03-01 12:00:00 2026-03-01 12:01:00"),
        ("${LAST_TIME_RELATIVE} ${MIN_TIME_RELATIVE}", "5m 7m"),
        ("${PROP('Namespace')} ${PROP('MetricName')} ${PROP('Dim.Page')} ${PROP('Stat')} ${PROP('Period')}", "App Hits a Sum 60"),
        ("${PROP('Region')} ${PROP('AccountId')}", f"us-east-1 {ACCOUNT}"),
        ("${NONE} ${max} $MAX ${", "${NONE} ${max} $MAX ${"),
    ],
)
def test_values(labelled, label, shown):
    assert labels(labelled, hits(label)) == [shown]


def test_kinds_of_queries(labelled):
    assert labels(labelled, hits("${LAST}|${AVG}", page="none")) == ["|"]
    assert labels(labelled, hits("${LAST}", page="b")) == ["1234567"]
    search = {"Id": "e", "Expression": "SEARCH('{App,Page} Hits', 'Sum', 60)"}
    assert labels(labelled, {**search, "Label": "${PROP('Dim.Page')}: ${DATAPOINT_COUNT} of ${LABEL}"}) == [
        "a: 4 of a Hits", "b: 1 of b Hits"]
    assert labels(labelled, {**search, "Label": "All"}) == ["All a Hits", "All b Hits"]
    assert labels(labelled, search) == ["a Hits", "b Hits"]
    twice = {"Id": "e", "Expression": "m1 * 2", "Label": "${LABEL} ${MAX}${PROP('MetricName')}"}
    assert labels(labelled, {**hits("x"), "ReturnData": False}, twice) == ["e 19"]


def test_time_zones(labelled):
    query = hits("${FIRST_TIME}")
    assert labels(labelled, query, LabelOptions={"Timezone": "-1330"}) == ["2026-02-28 22:30:00"]
    got = refusal(labelled.get_metric_data, MetricDataQueries=[query], StartTime=START, EndTime=START + MINUTE,
                  LabelOptions={"Timezone": "CET"})
    assert got == ("ValidationError", "The value CET for parameter LabelOptions.Timezone is not valid.")


def test_in_pictures(labelled):
    def drawn(label):
        widget = {"metrics": [["App", "Hits", "Page", "a", {"label": label, "stat": "Sum", "period": 60}]]}
        return Picture(labelled.get_metric_widget_image(MetricWidget=json.dumps(widget))["MetricWidgetImage"]).rows

    assert drawn("[max: ${MAX}] ${LABEL}") == drawn("[max: 9.5] Hits") != drawn("Hits")
