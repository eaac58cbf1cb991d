"""Reading what the services have published."""

from conformance.cloudwatch.moments import MINUTE, START


def points(server, space, name, minutes=5, **dimensions) -> list[dict]:
    return server.client("cloudwatch").get_metric_statistics(
        Namespace=space, MetricName=name, Dimensions=[{"Name": k, "Value": v} for k, v in dimensions.items()],
        StartTime=START, EndTime=START + minutes * MINUTE, Period=60,
        Statistics=["Sum", "SampleCount", "Maximum", "Average"])["Datapoints"]


def total(server, space, name, minutes=5, **dimensions) -> float | None:
    found = points(server, space, name, minutes, **dimensions)
    return sum(one["Sum"] for one in found) if found else None


def most(server, space, name, minutes=5, **dimensions) -> float | None:
    return max((one["Maximum"] for one in points(server, space, name, minutes, **dimensions)), default=None)
