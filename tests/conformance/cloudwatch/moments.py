"""When the clocks of these tests stand."""

import datetime

START = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
MINUTE = datetime.timedelta(minutes=1)
