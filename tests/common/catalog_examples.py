"""Small, crowded catalogs."""

from hypothesis import strategies as st

from skquake.testing._catalogs import crowded_catalog as make_small


@st.composite
def catalogs(draw, max_events=30):
    """Catalogs of several densities and places, with and without equal times."""
    return make_small(
        draw(st.integers(1, max_events)),
        draw(st.integers(0, 10_000)),
        days=draw(st.sampled_from([20, 60, 200])),
        spread=draw(st.sampled_from([1.0, 4.0, 15.0])),
        centre=draw(st.sampled_from([(0.0, 179.0), (40.0, 0.0), (89.0, 90.0), (-88.5, -179.0)])),
        tied=draw(st.booleans()),
    )
