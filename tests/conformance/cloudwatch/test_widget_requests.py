"""GetMetricWidgetImage: what it answers, and what it refuses."""

import base64
import json
import re

import pytest

from conformance.cloudwatch.png import SIGNATURE
from support.aws import allow, json_call, policy, query, refusal

VERSION = "2010-08-01"
METRICS = [["App", "Hits"]]
INVALID = "The value for parameter MetricWidget is not valid: "


def ask(cloudwatch, widget, **how):
    text = widget if isinstance(widget, str) else json.dumps(widget)
    return cloudwatch.get_metric_widget_image(MetricWidget=text, **how)


@pytest.mark.parametrize(
    ("widget", "message"),
    [
        ("no json", "Should be a valid JSON object"),
        ("[]", "Should be object"),
        ({}, "Should have required property 'metrics'"),
        ({"metrics": []}, "/metrics: Should NOT have fewer than 1 items"),
        ({"metrics": METRICS * 101}, "/metrics: Should NOT have more than 100 items"),
        ({"metrics": [["App"]]}, "/metrics/0: Should NOT have fewer than 2 items"),
        ({"metrics": [["App", "Hits", "Page"]]}, "/metrics/0: Should have a value for each dimension"),
        ({"metrics": [["...", "x"]]}, '/metrics/0: "..." has nothing to stand for in the metric before'),
        ({"metrics": [["App", "Hits", {"color": "red"}]]},
         '/metrics/0/2/color: Should match pattern "^#[0-9a-fA-F]{6}$"'),
        ({"metrics": [["App", "Hits", {"stat": "Mean"}]]}, "/metrics/0/2/stat: Is not a statistic"),
        ({"metrics": METRICS, "width": 2001}, "/width: Should be between 1 and 2000"),
        ({"metrics": METRICS, "view": "table"}, "/view: Should be equal to one of the allowed values: timeSeries, bar, "
                                                "pie, singleValue, gauge"),
        ({"metrics": METRICS, "start": "soon"}, "/start: Should be an ISO 8601 time or a relative value such as -PT3H"),
        ({"metrics": METRICS, "start": "-PT1H", "end": "-PT2H"}, "start should be before end"),
        ({"metrics": METRICS, "start": "2000-01-01T00:00:00Z", "period": 60},
         "/metrics/0: There are more than 100800 periods between start and end; take a longer period"),
        ({"metrics": METRICS, "region": "mars-1"}, "/region: Should be the region of the request, us-east-1"),
        ({"annotations": {"alarms": ["none"]}}, "/annotations/alarms/0: Should be the ARN of an alarm"),
        ({"annotations": {"alarms": ["arn:aws:cloudwatch:us-east-1:000000000000:alarm:none"]}},
         "/annotations/alarms/0: There is no alarm arn:aws:cloudwatch:us-east-1:000000000000:alarm:none"),
        ({"metrics": METRICS, "annotations": {"horizontal": [{"value": 1}] * 101}},
         "/annotations/horizontal: Should NOT have more than 100 items"),
    ],
)
def test_bad_widgets(cloudwatch, widget, message):
    assert refusal(ask, cloudwatch=cloudwatch, widget=widget) == ("ValidationError", INVALID + message)


def test_bad_requests(cloudwatch):
    code, message = refusal(ask, cloudwatch=cloudwatch, widget={"metrics": [[{"expression": "SUM("}]]})
    assert code == "ValidationError" and message.startswith("Error in expression 'q1'")
    code, message = refusal(ask, cloudwatch=cloudwatch, widget={"metrics": [[{"expression": "1 + 1", "id": "e"}]]})
    assert (code, message) == ("ValidationError", "Error in expression 'e': it yields a number, not a time series")
    assert refusal(ask, cloudwatch=cloudwatch, widget={"metrics": METRICS}, OutputFormat="gif") == (
        "ValidationError", "The value gif for parameter OutputFormat is not valid: it must be png or image/png.")
    assert refusal(ask, cloudwatch=cloudwatch, widget={"metrics": METRICS, "title": "x" * 200_000})[0] == "ValidationError"


def test_protocols(server):
    widget = json.dumps({"metrics": METRICS, "width": 50, "height": 50})
    reply = query(server, "monitoring", VERSION, "GetMetricWidgetImage", parameters={"MetricWidget": widget})
    assert reply.status == 200 and reply.headers["Content-Type"].startswith("text/xml")
    (text,) = re.findall(r"<GetMetricWidgetImageResult>\s*<MetricWidgetImage>([^<]*)</MetricWidgetImage>", reply.text)
    assert base64.b64decode(text, validate=True).startswith(SIGNATURE)
    reply = json_call(server, "monitoring", "GraniteServiceVersion20100801.GetMetricWidgetImage", {"MetricWidget": widget})
    assert base64.b64decode(reply.json["MetricWidgetImage"], validate=True).startswith(SIGNATURE)
    image = query(server, "monitoring", VERSION, "GetMetricWidgetImage",
                  parameters={"MetricWidget": widget, "OutputFormat": "image/png"})
    assert (image.status, image.headers["Content-Type"]) == (200, "image/png")
    assert image.body.startswith(SIGNATURE) and int(image.headers["Content-Length"]) == len(image.body)


def test_it_has_to_be_allowed(server, client, unique):
    user = unique("drawer")
    iam = client("iam")
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    mine = server.client("cloudwatch", key["AccessKeyId"], key["SecretAccessKey"])
    assert refusal(ask, cloudwatch=mine, widget={"metrics": METRICS})[0] in ("AccessDenied", "AccessDeniedException")
    iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy(allow("cloudwatch:GetMetricWidgetImage")))
    assert ask(mine, {"metrics": METRICS})["MetricWidgetImage"].startswith(SIGNATURE)
