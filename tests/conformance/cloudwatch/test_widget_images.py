"""GetMetricWidgetImage: pictures whose pixels say what the data say."""

import json
import statistics

import pytest

from conformance.cloudwatch.moments import MINUTE, START
from conformance.cloudwatch.png import Picture
from support.server import Server

RED, GREEN, BLUE = "#ff0000", "#00ff00", "#0000ff"
# The graph has no legend, title or unit here: it fills the picture but for its numbers.
BARE = {"width": 300, "height": 200, "legend": {"position": "hidden"}, "period": 60, "stat": "Sum",
        "start": "2026-03-01T12:00:00Z", "end": "2026-03-01T13:00:00Z"}
HUNDRED = {"left": {"min": 0, "max": 100, "showUnits": False}, "right": {"min": 0, "max": 100, "showUnits": False}}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A client at 13:00; the metric "up" has risen from 0 to 100 in an hour, and others that stood still."""
    with Server(tmp_path_factory.mktemp("widgets") / "data", "--clock", "frozen@2026-03-01T13:00:00Z") as server:
        cloudwatch = server.client("cloudwatch")
        data = []
        for n in range(60):
            values = {"up": n * 100 / 59, "twenty": 20, "forty": 40}
            if n % 10 < 5:
                values["gaps"] = 50
            data += [{"MetricName": name, "Value": value, "Timestamp": START + n * MINUTE, "Unit": "Count",
                      "Dimensions": [{"Name": "Kind", "Value": name}]} for name, value in values.items()]
        cloudwatch.put_metric_data(Namespace="Drawn", MetricData=data)
        yield cloudwatch


def metric(name, **how):
    return ["Drawn", name, "Kind", name, how]


def picture(cloudwatch, **widget) -> Picture:
    reply = cloudwatch.get_metric_widget_image(MetricWidget=json.dumps({**BARE, **widget}))
    return Picture(reply["MetricWidgetImage"])


def heights(image: Picture, color: str) -> list[float]:
    """From left to right, how high the color is (0: the bottom)."""
    columns = {}
    for x, y in image.spots(color):
        columns.setdefault(x, []).append(image.height - 1 - y)
    return [statistics.fmean(columns[x]) for x in sorted(columns)]


def test_default_size(drawn):
    reply = drawn.get_metric_widget_image(MetricWidget=json.dumps({"metrics": [metric("up")]}))
    image = Picture(reply["MetricWidgetImage"])
    assert (image.width, image.height) == (600, 400)
    assert image.at(0, 0) == "#ffffff" and image.count("#1f77b4") > 200  # the first of the palette


def test_a_line_runs_where_the_data_say(drawn):
    image = picture(drawn, metrics=[metric("up", color=RED)], yAxis=HUNDRED)
    ys = heights(image, RED)
    assert len(ys) > 200 and all(a <= b + 1 for a, b in zip(ys, ys[1:]))
    low, middle, high = ys[0], ys[len(ys) // 2], ys[-1]
    assert high - low > 150 and abs(middle - (low + high) / 2) < 5
    flat = heights(picture(drawn, metrics=[metric("forty", color=RED)], yAxis=HUNDRED), RED)
    assert max(flat) - min(flat) <= 1 and abs((flat[0] - low) / (high - low) - 0.4) < 0.02


def test_the_axis_follows_the_data(drawn):
    """Without its own limits an axis shows all: 20 and 40 lie at its ends."""
    image = picture(drawn, metrics=[metric("twenty", color=RED), metric("forty", color=BLUE)])
    low, high = heights(image, RED)[0], heights(image, BLUE)[0]
    assert high - low > 130
    one = heights(picture(drawn, metrics=[metric("twenty", color=RED)]), RED)[0]
    assert low + 20 < one < high - 20  # alone it runs in the middle


def test_gaps_are_gaps(drawn):
    image = picture(drawn, metrics=[metric("gaps", color=RED)], yAxis=HUNDRED)
    columns = sorted({x for x, _ in image.spots(RED)})
    assert sum(b - a > 10 for a, b in zip(columns, columns[1:])) == 5
    lone = picture(drawn, metrics=[[{"expression": "IF(MINUTE(m1) == 30, m1)", "color": BLUE}],
                                   metric("forty", id="m1", visible=False)], yAxis=HUNDRED)
    assert 4 <= lone.count(BLUE) < 40  # a dot


def test_time_range(drawn):
    after = picture(drawn, metrics=[metric("up", color=RED)], start="2026-03-01T11:00:00Z", yAxis=HUNDRED)
    assert min(x for x, _ in after.spots(RED)) > 150
    short = picture(drawn, metrics=[metric("up", color=RED)], start="-PT30M", end="P0D", yAxis=HUNDRED)
    assert heights(short, RED)[0] > 80
    assert picture(drawn, metrics=[metric("up", color=RED)], start="-P2D", end="-P1D").count(RED) == 0
    shown = picture(drawn, metrics=[metric("up", color=RED)], start="-PT5M", end="PT5M", yAxis=HUNDRED)
    whole = picture(drawn, metrics=[metric("up", color=RED)], start="-PT5M", end="PT5M", yAxis=HUNDRED, liveData=False)
    assert max(x for x, _ in whole.spots(RED)) < max(x for x, _ in shown.spots(RED)) - 10  # 12:59 is not over for a minute


def test_hidden_metrics_and_expressions(drawn):
    metrics = [metric("forty", id="m1", color=RED, visible=False), [{"expression": "m1 * 2", "color": GREEN}],
               ["Drawn", "up", "Kind", "up", {"color": BLUE, "yAxis": "right"}]]
    image = picture(drawn, metrics=metrics, yAxis={**HUNDRED, "right": {"min": 0, "max": 200, "showUnits": False}})
    assert image.count(RED) == 0
    scale = heights(picture(drawn, metrics=[metric("up", color=RED)], yAxis=HUNDRED), RED)
    full = scale[-1] - scale[0]
    assert abs(heights(image, GREEN)[0] - scale[0] - 0.8 * full) < 4
    assert abs(heights(image, BLUE)[-1] - scale[0] - 0.5 * full) < 4  # 100 of 200, on its own axis


def test_search_and_palette(drawn):
    image = picture(drawn, metrics=[[{"expression": "SEARCH('{Drawn,Kind} twenty OR forty', 'Sum', 60)"}]], yAxis=HUNDRED)
    forty, twenty = heights(image, "#1f77b4"), heights(image, "#ff7f0e")
    assert len(forty) > 200 and len(twenty) > 200 and forty[0] > twenty[0]


def test_stacked(drawn):
    metrics = [metric("twenty", color=RED), metric("forty", color=BLUE)]
    plain = picture(drawn, metrics=metrics, yAxis=HUNDRED)
    stacked = picture(drawn, metrics=metrics, yAxis=HUNDRED, stacked=True)
    scale = heights(plain, BLUE)[0] - heights(plain, RED)[0]  # 20 of the axis
    assert abs(heights(stacked, RED)[0] - heights(plain, RED)[0]) < 2
    assert abs(heights(stacked, BLUE)[0] - heights(plain, BLUE)[0] - scale) < 3  # 60: on top of the other
    assert plain.count("#ff7f7f") < 50 < 5000 < stacked.count("#ff7f7f") + stacked.count("#ff8080")


def test_annotations(drawn):
    annotations = {"horizontal": [{"value": 80, "color": GREEN, "label": "limit", "fill": "above"},
                                  {"value": 10, "color": RED, "visible": False}],
                   "vertical": [{"value": "2026-03-01T12:45:00Z", "color": BLUE}]}
    image = picture(drawn, metrics=[metric("twenty", color="#888888")], annotations=annotations, yAxis=HUNDRED)
    rows, columns = {}, {}
    for _, y in image.spots(GREEN):
        rows[y] = rows.get(y, 0) + 1
    for x, _ in image.spots(BLUE):
        columns[x] = columns.get(x, 0) + 1
    line = max(rows, key=rows.get)
    assert rows[line] > 200 and len([n for n in rows.values() if n > 200]) == 1
    scale = heights(picture(drawn, metrics=[metric("up", color=RED)], yAxis=HUNDRED), RED)
    assert abs(199 - line - scale[0] - 0.8 * (scale[-1] - scale[0])) < 3
    assert image.at(100, line - 5) == "#d8ffd8" or image.at(100, line - 5) == "#d9ffd9"  # filled above
    assert image.at(100, line + 5) == "#ffffff" and image.count(RED) == 0
    (column,) = [x for x, n in columns.items() if n > 100]
    left = min(x for x, _ in image.spots(GREEN))
    assert abs((column - left) / rows[line] - 0.75) < 0.02
    # Without limits of its own the axis makes room for them.
    wide = picture(drawn, metrics=[metric("twenty")], annotations={"horizontal": [{"value": 500, "color": RED}]})
    assert wide.count(RED) > 200
    band = picture(drawn, metrics=[metric("twenty")], yAxis=HUNDRED, annotations={
        "horizontal": [[{"value": 40, "color": RED}, {"value": 60}]]})
    assert len({y for x, y in band.spots(RED) if x == 150}) == 2


def test_bars_and_pies(drawn):
    metrics = [metric("twenty", color=RED), metric("forty", color=BLUE), metric("none", color=GREEN)]
    bars = picture(drawn, metrics=metrics, view="bar")
    assert abs(bars.count(BLUE) / bars.count(RED) - 2) < 0.1 and bars.count(GREEN) == 0
    assert max(y for _, y in bars.spots(RED)) == max(y for _, y in bars.spots(BLUE))
    pie = picture(drawn, metrics=metrics, view="pie")
    assert abs(pie.count(BLUE) / pie.count(RED) - 2) < 0.1
    # Of the whole range, hence sums of 50 in half of the minutes and of 20 in all of them.
    whole = picture(drawn, view="pie", setPeriodToTimeRange=True,
                    metrics=[metric("gaps", color=RED), metric("twenty", color=BLUE)])
    assert abs(whole.count(RED) / whole.count(BLUE) - 50 * 30 / (20 * 60)) < 0.05


def test_numbers(drawn):
    single = picture(drawn, metrics=[metric("twenty", color=RED), metric("forty", color=BLUE)], view="singleValue")
    assert single.count(RED) == single.count(BLUE) == 81 and single.count("#16191f") > 100
    spark = picture(drawn, metrics=[metric("up", color=RED)], view="singleValue", sparkline=True)
    assert spark.count(RED) > 81
    gauge = picture(drawn, metrics=[metric("twenty", color=RED), metric("forty", color=BLUE)], view="gauge", yAxis=HUNDRED)
    assert abs((gauge.count(BLUE) - 81) / (gauge.count(RED) - 81) - 2) < 0.1
    assert picture(drawn, metrics=[metric("none", color=RED)], view="singleValue").count(RED) == 81


def test_looks(drawn):
    dark = picture(drawn, metrics=[metric("up", color=RED)], theme="dark")
    assert dark.at(0, 0) == "#1a2029" and dark.count(RED) > 200
    legend = picture(drawn, metrics=[metric("up", color=RED, label="L")], legend={"position": "bottom"}, title="A title")
    assert legend.count("#16191f") > 30 and max(y for _, y in legend.spots(RED)) > 175
    right = picture(drawn, metrics=[metric("up", color=RED, label="L" * 500)], legend={"position": "right"})
    assert len([x for x, y in right.spots(RED) if x > 170 and y < 25]) >= 81
    zone = {"metrics": [metric("up", color=RED)], "start": "2026-03-01T11:00:00Z", "end": "2026-03-01T13:00:00Z"}
    assert picture(drawn, **zone).rows != picture(drawn, **zone, timezone="+0130").rows


def test_sizes(drawn):
    for size in (1, 3, 17, 40):
        for view in ("timeSeries", "bar", "pie", "singleValue", "gauge"):
            image = picture(drawn, metrics=[metric("up")], width=size, height=size, view=view, yAxis=HUNDRED, title="t",
                            legend={"position": "bottom"})
            assert (image.width, image.height) == (size, size)


def test_texts_of_any_kind(drawn):
    image = picture(drawn, metrics=[metric("up", label="π\n\u0000\U0001f600" + "w" * 5000, color=RED)], title="\u200fx\u0301",
                    legend={"position": "bottom"}, yAxis={"left": {"label": "\u202e"}})
    assert image.count(RED) > 200


def test_alarm(drawn):
    drawn.put_metric_alarm(AlarmName="low", Namespace="Drawn", MetricName="up", Period=60, Statistic="Sum",
                           Dimensions=[{"Name": "Kind", "Value": "up"}], EvaluationPeriods=3, Threshold=70,
                           ComparisonOperator="LessThanThreshold")
    (alarm,) = drawn.describe_alarms(AlarmNames=["low"])["MetricAlarms"]
    image = picture(drawn, annotations={"alarms": [alarm["AlarmArn"]]}, yAxis=HUNDRED)
    scale = heights(image, "#1f77b4")
    assert len(scale) > 150
    rows = {}
    for _, y in image.spots("#d13212"):
        rows[y] = rows.get(y, 0) + 1
    line = max(rows, key=rows.get)
    assert abs(199 - line - scale[0] - 0.7 * (scale[-1] - scale[0])) < 4
