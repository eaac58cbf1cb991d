"""Dashboards are kept, and their bodies are looked at."""

import json

import pytest

from support.aws import ACCOUNT, refusal

BODY = json.dumps({"widgets": [
    {"type": "text", "x": 0, "y": 0, "width": 3, "height": 3, "properties": {"markdown": "Hello"}},
    {"type": "metric", "properties": {"metrics": [["App", "Hits"]], "region": "us-east-1"}},
]})


def test_put_get_list_delete(cloudwatch, unique):
    names = sorted(unique("board") for _ in range(3))
    for name in names:
        assert cloudwatch.put_dashboard(DashboardName=name, DashboardBody=BODY)["DashboardValidationMessages"] == []
    got = cloudwatch.get_dashboard(DashboardName=names[0])
    assert got["DashboardBody"] == BODY
    assert got["DashboardArn"] == f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{names[0]}"
    listed = {one["DashboardName"]: one for one in cloudwatch.list_dashboards(DashboardNamePrefix="board")["DashboardEntries"]}
    assert set(names) <= set(listed) and listed[names[1]]["Size"] == len(BODY)
    assert refusal(cloudwatch.delete_dashboards, DashboardNames=[names[0], "none"])[0] == "ResourceNotFound"
    cloudwatch.delete_dashboards(DashboardNames=names)
    assert refusal(cloudwatch.get_dashboard, DashboardName=names[0]) == (
        "ResourceNotFound", f"Dashboard {names[0]} does not exist")


@pytest.mark.parametrize(
    ("name", "body", "path"),
    [("b", "no json", ""), ("b", "[]", ""), ("b", '{"widgets": 1}', "/widgets"),
     ("b", '{"widgets": [{"type": "text", "properties": {}}]}', "/widgets/0/properties"),
     ("b", '{"widgets": [{"type": "odd", "properties": {}}]}', "/widgets/0/type"), ("b c", BODY, None)],
)
def test_bad_dashboards(cloudwatch, name, body, path):
    with pytest.raises(cloudwatch.exceptions.DashboardInvalidInputError) as caught:
        cloudwatch.put_dashboard(DashboardName=name, DashboardBody=body)
    assert caught.value.response["Error"]["Code"] == "InvalidParameterInput"
    if path is not None:
        assert caught.value.response["dashboardValidationMessages"][0]["DataPath"] == path
