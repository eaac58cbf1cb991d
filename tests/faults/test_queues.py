"""kill -9 while queues are sent to and received from: what was acknowledged is there, and what was deleted is not."""

import threading
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from faults.common import wait_until

KILLS = 5
GROUPS = ("a", "b", "c")


class House:
    def __init__(self, server):
        self.server, self.stop, self.paused = server, threading.Event(), threading.Event()
        self.lock = threading.Lock()
        self.sent, self.received, self.deleted, self.again = [], [], [], []
        self.threads = []

    def run(self, work, *arguments):
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        self.threads.append(thread)

    def client(self):
        return self.server.client("sqs", connect_timeout=1, read_timeout=3)

    def send(self, url, group, fifo):
        client, number = self.client(), 0
        more = {"MessageGroupId": group} if fifo else {}
        while not self.stop.is_set():
            body = f"{group}{number}"
            if fifo:
                more["MessageDeduplicationId"] = body  # sent again after a crash it is the same message
            try:
                client.send_message(QueueUrl=url, MessageBody=body, **more)
                with self.lock:
                    self.sent.append(body)
            except (BotoCoreError, ClientError):
                time.sleep(0.01)
                if fifo:
                    continue
            number += 1

    def receive(self, url, done):
        client = self.client()
        while not done.is_set():
            try:
                for message in client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                    with self.lock:
                        self.received.append(message["Body"])
                        if message["Body"] in self.deleted:
                            self.again.append(message["Body"])
                    client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    with self.lock:
                        self.deleted.append(message["Body"])
            except (BotoCoreError, ClientError):
                time.sleep(0.01)


@pytest.mark.parametrize("fifo", [False, True])
def test_messages(own_server, fifo):
    server = own_server()
    sqs = server.client("sqs")
    attributes = {"VisibilityTimeout": "2", **({"FifoQueue": "true"} if fifo else {})}
    url = sqs.create_queue(QueueName="q.fifo" if fifo else "q", Attributes=attributes)["QueueUrl"]
    house, done = House(server), threading.Event()
    for group in GROUPS:
        house.run(house.send, url, group, fifo)
    for _ in range(1 if fifo else 2):
        house.run(house.receive, url, done)
    for _ in range(KILLS):
        before = len(house.sent), len(house.deleted)
        wait_until(lambda: len(house.sent) > before[0] + 30 and len(house.deleted) > before[1] + 10, 60)
        server.kill()
        server.start()
    house.stop.set()
    # A deletion whose answer was lost is done as well: what counts is that each message has come.
    wait_until(lambda: set(house.sent) <= set(house.received), 60)
    done.set()
    for thread in house.threads:
        thread.join()
    assert house.again == []  # what was deleted has not come again
    if not fifo:
        return
    for group in GROUPS:
        first = list(dict.fromkeys(body for body in house.received if body[0] == group))
        assert first == [f"{group}{i}" for i in range(len(first))]
