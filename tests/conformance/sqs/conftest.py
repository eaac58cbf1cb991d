"""Queues that a test has for itself."""

import pytest


@pytest.fixture(scope="session")
def sqs(server):
    return server.client("sqs")


@pytest.fixture
def make_queue(sqs, unique):
    """make_queue(DelaySeconds=5) -> URL; make_queue(fifo=True) a FIFO queue."""

    def make(stem="queue", fifo=False, **attributes):
        name = unique(stem) + (".fifo" if fifo else "")
        if fifo:
            attributes["FifoQueue"] = "true"
        return sqs.create_queue(QueueName=name, Attributes={k: str(v) for k, v in attributes.items()})["QueueUrl"]

    return make
