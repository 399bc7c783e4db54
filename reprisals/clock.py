"""The one place that tells the time."""

from datetime import UTC, date, datetime, timedelta


def now() -> datetime:
    """The present moment, in UTC, to the microsecond."""
    return datetime.now(UTC)


def today() -> date:
    """The present day, in UTC."""
    return now().date()


def earliest_today() -> date:
    """The earliest day that may be called today: west of UTC the day before has not ended yet."""
    return today() - timedelta(days=1)


def latest_today() -> date:
    """The latest day that may be called today: east of UTC the next day has begun already."""
    return today() + timedelta(days=1)
