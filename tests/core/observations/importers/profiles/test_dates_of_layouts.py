"""Rules of dates in parts and of dates whose order the layout tells."""

import numpy as np
import pytest

from core.observations.importers.profiles._dates import (
    dates_of_parts,
    dates_of_text,
    likeliest_forms,
)


@pytest.mark.parametrize(
    ("parts", "date", "precision"),
    [
        ((2014, 5, 9), "2014-05-09", "day"),
        ((2014, 5, np.nan), "2014-05-01", "month"),
        ((2014, np.nan, 9), "2014-01-01", "year"),
        ((np.nan, 5, 9), "", ""),
    ],
)
def test_a_missing_part_widens_the_time(parts, date, precision):
    columns = [np.array([float(part)]) for part in parts]
    assert dates_of_parts(*columns) == ([date], [precision])


def test_the_same_text_is_another_day_in_another_order():
    assert dates_of_text(["05/10/2009"], ["%d/%m/%Y"]) == ["2009-10-05"]
    assert dates_of_text(["05/10/2009"], ["%m/%d/%Y"]) == ["2009-05-10"]


def test_the_first_form_that_fits_counts_and_what_fits_none_stays():
    forms = ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y"]
    texts = ["5/10/2009 12:00:00 AM", "5/10/2009", "31/12/2009", ""]
    assert dates_of_text(texts, forms) == ["2009-05-10", "2009-05-10", "31/12/2009", ""]


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["5/10/2009", "13/10/2009"], "%d/%m/%Y"),
        (["5/10/2009", "5/13/2009"], "%m/%d/%Y"),
        (["5/10/2009"], "%m/%d/%Y"),
    ],
)
def test_the_order_that_reads_most_dates_is_taken_and_of_equals_the_first(texts, order):
    choices = [("%m/%d/%Y",), ("%d/%m/%Y",)]
    assert likeliest_forms(texts, choices) == (order,)
