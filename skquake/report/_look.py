"""Which look at a sealed test span a report is, and at what level it may speak."""

from __future__ import annotations

from dataclasses import dataclass

from skquake.report._facts import ALPHA

RULE = (
    "the first look at a test span that a plan has sealed is the registered one and is judged at p = "
    f"{ALPHA:g}; look k is exploratory, whatever it finds, and is judged at p = {ALPHA:g} / k (Bonferroni); "
    f"k looks together err by chance in up to {ALPHA:g} (1 + 1/2 + ... + 1/k) of studies"
)


@dataclass(frozen=True)
class Look:
    """One opening of a test span.

    Looks share the level: the p of the nulls must not exceed 0.05 / ``number`` (Bonferroni; Dunn 1961). Of k
    looks at 0.05 / k each one is as low by chance in at most 5 % of studies. The first was made without
    knowing of others and keeps 0.05, so that all k together err in up to 0.05 (1 + 1/2 + ... + 1/k): a later
    look is exploratory, whatever it finds.

    Parameters
    ----------
    number : int
        1 for the first.
    seal : str
        SHA-256 of the frozen plan.
    changed : tuple of str
        What has changed since the plan was frozen; a look with changes is exploratory, the first one too.
    opened : str
        When, in UTC.

    Raises
    ------
    ValueError
        For a number below 1.

    References
    ----------
    Dunn, O. J. (1961). Multiple comparisons among means. Journal of the American Statistical Association, 56,
    52-64.

    Examples
    --------
    >>> from skquake.report import Look
    >>> look = Look(3, "5f" * 32)
    >>> look.registered, round(look.level, 4)
    (False, 0.0167)
    >>> print(look)
    exploratory, look 3
    """

    number: int
    seal: str
    changed: tuple[str, ...] = ()
    opened: str = ""

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError(f"number={self.number}: looks are counted from 1")

    @property
    def registered(self) -> bool:
        """Whether this is the look that the plan declared."""
        return self.number == 1 and not self.changed

    @property
    def level(self) -> float:
        """What the p of the nulls must not exceed."""
        return ALPHA / self.number

    @property
    def words(self) -> str:
        """A sentence for the head of a report."""
        when = f", opened {self.opened}" if self.opened else ""
        if self.registered:
            return f"Registered: the plan of seal {self.seal}, look 1{when}, judged at p = {self.level:g}."
        since = f"; changed since it was sealed: {', '.join(self.changed)}" if self.changed else ""
        return (
            f"Exploratory: look {self.number} at the test span of the plan of seal {self.seal}{when}, judged "
            f"at p = {self.level:.2g}{since}."
        )

    def __str__(self) -> str:
        return f"registered, seal {self.seal[:12]}" if self.registered else f"exploratory, look {self.number}"
