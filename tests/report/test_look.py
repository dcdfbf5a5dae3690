"""Looks at a sealed span: their level, and what a verdict says of them."""

import pytest

from skquake.report import Comparison, Facts, Look, judge

SEAL = "5f" * 32
ABOVE = Comparison(0.5, 0.2, 0.1, 0.3, 0.4)


def facts(p_value, look=None, resolution=0.001, **changes):
    given = {
        "shared": {"observations": 0}, "n_earthquakes": 50, "n_units": 20, "place": ABOVE,
        "circumstances": ABOVE, "place_and_date": ABOVE, "null": "rotate", "null_share": 0.0,
        "effect_size": 0.2, "effect_power": 0.95,
        "power_low": 0.9, "power_high": 1.0, "power_nulls": ("rotate",), "headline_nulls": ("rotate",),
        "power_alpha": 0.05, "power_score": "event_auc", "matched": True, "unbalanced": {},
    } | changes  # fmt: skip
    return Facts(0.7, 0.65, 0.75, "event_auc", p_value=p_value, resolution=resolution, look=look, **given)


def test_the_first_look_is_judged_as_without_a_plan():
    plain, registered = judge(facts(0.03)), judge(facts(0.03, Look(1, SEAL)))
    assert (plain.code, registered.code) == ("differs", "differs")
    assert registered.text == f"registered, seal {SEAL[:12]}: {plain.text}"
    assert plain.checks == registered.checks


@pytest.mark.parametrize(
    ("p_value", "number", "code"), [(0.026, 2, "null"), (0.025, 2, "untested"), (0.016, 3, "untested")]
)
def test_later_looks_share_the_level(p_value, number, code):
    found = judge(facts(p_value, Look(number, SEAL)))
    assert found.code == code and found.text.startswith(f"exploratory, look {number}: ")
    # Power was counted at 0.05 and says nothing of a stricter level; counted there it would do.
    at_level = judge(facts(p_value, Look(number, SEAL), power_alpha=0.05 / number))
    assert at_level.code == ("null" if code == "null" else "differs")


def test_too_few_catalogs_for_a_late_look():
    found = judge(facts(0.0476, Look(2, SEAL), resolution=0.0476))
    assert found.code == "underpowered" and "cannot give a p below 0.048" in found.text


def test_changes_make_the_first_look_exploratory():
    look = Look(1, SEAL, ("catalog.csv: changed",), "2026-01-01T00:00:00Z")
    assert not look.registered and look.level == 0.05
    assert look.words == (
        f"Exploratory: look 1 at the test span of the plan of seal {SEAL}, opened 2026-01-01T00:00:00Z, "
        "judged at p = 0.05; changed since it was sealed: catalog.csv: changed."
    )
    assert Look(1, SEAL).words == f"Registered: the plan of seal {SEAL}, look 1, judged at p = 0.05."
    with pytest.raises(ValueError, match="counted from 1"):
        Look(0, SEAL)


def test_few_more_earthquakes_are_those_of_this_study():
    """The draw of controls leaves some out, here and there."""
    assert judge(facts(0.03, power_earthquakes=104, n_sampled=102)).code == "differs"
    assert judge(facts(0.03, power_earthquakes=110, n_sampled=102)).code == "untested"
