"""What the S3 tests share."""

import botocore.exceptions
import pytest


def error_of(call, *args, **kwargs):
    """Calls, expects a ClientError, returns (HTTP status, code, message)."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(*args, **kwargs)
    response = caught.value.response
    error = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error.get("Message")


def code_of(call, *args, **kwargs):
    return error_of(call, *args, **kwargs)[:2]
