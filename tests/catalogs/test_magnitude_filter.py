import pandas as pd
import pytest
from common.catalog_examples import make_small

from skquake.catalogs import MagnitudeFilter


def test_half_open_range():
    catalog = make_small(4).assign(magnitude=[4.7, 4.8, 5.2, 6.0])
    kept = MagnitudeFilter(4.8, 5.2).fit_transform(catalog)
    pd.testing.assert_frame_equal(kept, catalog.iloc[[1]])
    assert len(MagnitudeFilter(4.8).transform(catalog)) == 3  # needs no fit


@pytest.mark.parametrize("limits", [(5.0, 5.0), (6.0, 5.0), ("5",), (None,), (float("nan"),)])
def test_bad_limits(limits):
    with pytest.raises(ValueError, match="minimum"):
        MagnitudeFilter(*limits).fit(make_small(3))
