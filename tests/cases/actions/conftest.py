"""A focal team at work, for the tests of this folder."""

import pytest

from tests.cases.actions.desk import Desk
from tests.makers import Makers


@pytest.fixture
def desk(make: Makers) -> Desk:
    """A focal team with a lead and a member."""
    made = make.team()
    return Desk(make, made.team, made.lead, make.member(made.team))
