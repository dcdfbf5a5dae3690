"""What a frozen plan says, and what was made of it."""

from __future__ import annotations

from skquake._core._typing import Path
from skquake.registration._frozen_plan import Places, read_frozen
from skquake.registration._looks import check_seal, read_looks


def show(path: Path) -> str:
    """A frozen plan and its looks, in lines to read.

    Parameters
    ----------
    path : path
        ``plan.toml``, or ``plan.sealed.json`` beside it.

    Returns
    -------
    str

    Raises
    ------
    FileNotFoundError
        If the plan was not frozen.
    ValueError
        For a sealed file, or a log, that was changed or cut.

    Examples
    --------
    See ``examples/02_honest/plot_registered.py``.
    """
    places = Places.of(path)
    frozen, records = read_frozen(places), read_looks(places)
    check_seal(frozen, records, places)
    plan, power = frozen.plan, frozen.content["power"]
    split, nulls, effect = plan["split"], plan["nulls"], plan["effect"]
    interval = f"[{power['low']:.0%}, {power['high']:.0%}]"
    accepted = ", accepted all the same" if power["power"] < 0.8 else ""
    names, files = ", ".join(nulls["names"]), frozen.content["files"]
    lines = [
        plan["title"] or places.plan.name,
        f"  seal       {frozen.seal}",
        f"  frozen     {frozen.content['frozen']}",
        f"  test span  {split['test_from']} to {split['test_to'] or 'the end'}",
        f"  headline   {plan['headline']['score']}, the largest p over {names} ({nulls['n']} each)",
        f"  effect     {effect['size']:g}, seen in {power['power']:.0%} {interval} of such studies{accepted}",
        f"  rests on   {len(files)} files, {len(frozen.content['skquake'])} of skquake's own",
    ]
    lines += [f"    {values['sha256']}  {name}" for name, values in files.items()]
    for record in records:
        if record["plan"] != places.plan.name or "look" not in record:
            continue
        if record["event"] == "opened":
            kind = "registered" if record["look"] == 1 and not record["changed"] else "exploratory"
            lines.append(f"  look {record['look']}     opened {record['at']}, {kind}")
            lines += [f"    {change}" for change in record["changed"]]
        else:
            lines.append(
                f"             closed {record['at']}: {record['verdict']}, p = {record['p_value']:.3g}"
            )
    return "\n".join(lines)
