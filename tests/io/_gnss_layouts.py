"""Small files in the layouts of GNSS TEC: lines of sight of GPS-TEC (.Cmn)."""

import numpy as np

CMN_NAMES = "MJdatet\t\t Time\t\t PRN\t Az\t Ele\t Lat\t Lon\t Stec\t Vtec\t S4"


def gopi(n=4, *, station="Unknown_station", satellites=(1, 32), mjd=60835, names=CMN_NAMES, blank=0, s4=True):
    """A .Cmn file: ``n`` times 15 s apart for each satellite in turn, the first midnight written as -24."""
    lines = [f'{station},\t"C:\\Users\\me\\ac131600.25o"', "55.82190\t204.37759\t222.60003", names]
    for prn in satellites:
        for k in range(n):
            hour = k * 15 / 3600
            stec = 24.08 - 0.04 * k + prn
            row = (
                f"{mjd + hour / 24:.6f}\t{hour if k else -24.0:.6f}\t{prn:2d}\t{284.61 + 0.03 * k:.2f}"
                f"\t{42.80 + 0.11 * k:.2f}\t{56.491 - 0.001 * k:.3f}\t{198.888 + 0.02 * k:.3f}"
                f"\t{stec:.2f}\t{stec / 2:.2f}"
            )
            lines.append(row + "\t-99.000" * s4)
    gap = "\n" * (1 + blank)
    return gap.join(lines[:3]) + "\n" + "\n".join(lines[3:]) + "\n"


def gopi_times(n=4, mjd=60835):
    return np.datetime64("1858-11-17") + mjd + np.arange(n) * np.timedelta64(15, "s")
