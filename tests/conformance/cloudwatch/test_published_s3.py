"""What S3 publishes once a day: how much is in a bucket."""

import datetime

from conformance.cloudwatch.moments import START

DAY = datetime.timedelta(days=1)


def daily(server, name, bucket, storage_type):
    found = server.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/S3", MetricName=name, StartTime=START.replace(hour=0), EndTime=START + 9 * DAY, Period=86400,
        Statistics=["Average"],
        Dimensions=[{"Name": "BucketName", "Value": bucket}, {"Name": "StorageType", "Value": storage_type}])["Datapoints"]
    return {one["Timestamp"].strftime("%d %H:%M"): one["Average"] for one in found}


def midnight(days):
    return (START + days * DAY).strftime("%d 00:00")


def test_what_buckets_hold_each_midnight(frozen):
    s3 = frozen.client("s3")
    for bucket in ("full", "void", "gone"):
        s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket="full", Key="small", Body=b"x" * 10)
    s3.put_object(Bucket="full", Key="large", Body=b"x" * 100_000)
    s3.put_object(Bucket="full", Key="cold", Body=b"x" * 7, StorageClass="GLACIER")
    s3.put_object(Bucket="gone", Key="k", Body=b"x")
    frozen.clock.advance("24h")
    s3.delete_object(Bucket="full", Key="large")
    s3.delete_object(Bucket="gone", Key="k")
    s3.delete_bucket(Bucket="gone")
    frozen.clock.advance("24h")
    assert daily(frozen, "NumberOfObjects", "full", "AllStorageTypes") == {midnight(1): 3, midnight(2): 2}
    assert daily(frozen, "BucketSizeBytes", "full", "StandardStorage") == {midnight(1): 100_010, midnight(2): 10}
    assert daily(frozen, "BucketSizeBytes", "full", "GlacierStorage") == {midnight(1): 7, midnight(2): 7}
    assert daily(frozen, "NumberOfObjects", "gone", "AllStorageTypes") == {midnight(1): 1}
    assert daily(frozen, "NumberOfObjects", "void", "AllStorageTypes") == {}


def test_a_bucket_of_many_objects(frozen):
    s3 = frozen.client("s3")
    s3.create_bucket(Bucket="many")
    for number in range(150):  # each stands in its row, and a step reads 8 MiB of them
        s3.put_object(Bucket="many", Key=f"{number:04}", Body=b"x" * 65_000)
    ran = frozen.clock.advance("24h")
    assert len([one for one in ran if one["kind"] == "s3.measure"]) == 2
    assert daily(frozen, "NumberOfObjects", "many", "AllStorageTypes") == {midnight(1): 150}
    assert daily(frozen, "BucketSizeBytes", "many", "StandardStorage") == {midnight(1): 150 * 65_000}
