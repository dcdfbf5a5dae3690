"""
The articles' figures
=====================

Each takes plain results and returns a figure.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay, confusion_matrix

CLASSES = {0: "0 non-seismic", 1: "1 seismic", 2: "2 disturbed"}
COLORS = {0: "#0072B2", 1: "#D55E00", 2: "#999999"}


def roc_per_class(curves):
    """ROC of each class against the rest, overlaid; ``curves`` holds {name: evaluation}."""
    figure, axes = plt.subplots(1, 3, figsize=(12, 4.6), layout="constrained", sharey=True)
    for label, ax in zip(CLASSES, axes, strict=True):
        for name, r in curves.items():
            if len(np.unique(r.y == label)) == 2:
                RocCurveDisplay.from_predictions(r.y == label, r.proba[:, label], name=name, ax=ax)
        ax.plot([0, 1], [0, 1], color="#444444", lw=1, ls=":")
        ax.set(title=f"class {CLASSES[label]}", xlabel="false-positive rate", ylabel="")
        ax.legend(fontsize=7, loc="lower right")
    axes[0].set_ylabel("true-positive rate")
    return figure


def score_bars(table, title):
    """MCC, F1 and accuracy as bars; ``table`` is (model, score)."""
    figure, ax = plt.subplots(figsize=(max(5.0, 1.1 * len(table) + 2), 3.6), layout="constrained")
    table.plot.bar(ax=ax, rot=20, width=0.8, color=["#D55E00", "#0072B2", "#56B4E9"])
    ax.axhline(0, color="#444444", lw=1)
    ax.set(title=title, xlabel="")
    ax.get_legend().remove()
    figure.legend(fontsize=8, ncols=3, loc="outside lower center")
    return figure


def ternary(panels):
    """Probabilities in a triangle, one panel a true class, one row an evaluation of ``panels``."""
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(0.75)]])
    shape = (len(panels), 3)
    figure, axes = plt.subplots(
        *shape, figsize=(10.5, 3.4 * len(panels) + 0.3), layout="constrained", squeeze=False
    )
    for row, (name, r) in zip(axes, panels.items(), strict=True):
        for label, ax in zip(CLASSES, row, strict=True):
            ax.fill(*corners.T, facecolor="none", edgecolor="#444444", lw=1)
            center = corners.mean(axis=0)
            for k in range(3):  # borders between the areas where a class is the most probable
                middle = corners[[i for i in range(3) if i != k]].mean(axis=0)
                ax.plot(*zip(center, middle, strict=True), color="#444444", lw=0.5, ls=":")
            here = r.y == label
            ax.scatter(*(r.proba[here] @ corners).T, s=6, alpha=0.4, lw=0, color=COLORS[label])
            for k, (x, y) in enumerate(corners):
                ax.text(x, y + (0.03 if k == 2 else -0.03), k, ha="center", va="bottom" if k == 2 else "top")
            right = (r.proba[here].argmax(axis=1) == label).mean() if here.any() else np.nan
            ax.set_title(
                f"true class {CLASSES[label]}\n{name}: {right:.0%} of {here.sum()} right", fontsize=9
            )
            ax.set(aspect="equal", xlim=(-0.1, 1.1), ylim=(-0.12, 1.0))
            ax.axis("off")
    return figure


def confusion(panels):
    """Counts with the share of the row (recall) and of the column (precision)."""
    figure, axes = plt.subplots(
        1, len(panels), figsize=(4.6 * len(panels), 4.2), layout="constrained", squeeze=False
    )
    for ax, (name, r) in zip(axes[0], panels.items(), strict=True):
        count = confusion_matrix(r.y, r.proba.argmax(axis=1), labels=list(CLASSES))
        rows, columns = count.sum(axis=1, keepdims=True), count.sum(axis=0, keepdims=True)
        share = count / np.maximum(rows, 1)
        ConfusionMatrixDisplay(share, display_labels=list(CLASSES)).plot(
            ax=ax, cmap="Blues", include_values=False, colorbar=False, im_kw={"vmin": 0, "vmax": 1}
        )
        precision = count / np.maximum(columns, 1)
        for (i, j), n in np.ndenumerate(count):
            text = f"{n}\nrow {share[i, j]:.0%}\ncol {precision[i, j]:.0%}"
            ax.text(
                j,
                i,
                text,
                ha="center",
                va="center",
                fontsize=8,
                color="white" if share[i, j] > 0.5 else "black",
            )
        ax.set_title(name, fontsize=9)
    return figure


def sequences(X, y, windows, channels, step, n=3):
    """A window of each class before (or around) some of the largest events, one row a channel."""
    shape = (len(channels), 3)
    figure, axes = plt.subplots(
        *shape,
        figsize=(11, 2.2 * shape[0] + 0.6),
        layout="constrained",
        sharex=True,
        sharey="row",
        squeeze=False,
    )
    t = step * np.arange(windows.shape[1])
    for column, label in enumerate(CLASSES):
        rows = np.flatnonzero(y == label)
        events = X.iloc[rows].reset_index(drop=True).drop_duplicates("event_id").nlargest(n, "magnitude")
        rows = rows[events.index]
        for channel, ax in enumerate(axes[:, column]):
            ax.plot(t, windows[rows, :, channel].T, color=COLORS[label], lw=1.2, alpha=0.8)
        axes[0, column].set_title(f"class {CLASSES[label]}", fontsize=9)
        axes[-1, column].set_xlabel("time in window (s)")
    for name, ax in zip(channels, axes[:, 0], strict=True):
        ax.set_ylabel(name)
    return figure


def class_balance(found):
    """Windows of each class, by data set and mode; ``found`` holds {name: (y of training, y of test)}."""
    figure, ax = plt.subplots(figsize=(8.5, 0.42 * len(found) + 1.3), layout="constrained")
    for place, (train, test) in enumerate(found.values()):
        left = 0
        for label, name in CLASSES.items():
            for y, alpha, part in ((train, 1.0, "training"), (test, 0.45, "test")):
                n = int((y == label).sum())
                ax.barh(place, n, left=left, color=COLORS[label], alpha=alpha, label=f"{name}, {part}")
                left += n
    ax.set_yticks(range(len(found)), list(found))
    ax.invert_yaxis()
    handles, labels = ax.get_legend_handles_labels()
    first = dict(zip(labels, handles, strict=True))
    figure.legend(first.values(), first.keys(), fontsize=7, ncols=3, loc="outside lower center")
    ax.set_xlabel("windows")
    return figure


def lead_times(panels):
    """Days before the event of the seismic windows, and those rightly recognised."""
    figure, axes = plt.subplots(
        1, len(panels), figsize=(4.6 * len(panels), 3.2), layout="constrained", squeeze=False
    )
    for ax, (name, (lead, r)) in zip(axes[0], panels.items(), strict=True):
        seismic = r.y == 1
        right = seismic & (r.proba[:, 1] > r.proba[:, 0])
        bins = np.arange(np.floor(lead[seismic].min()), np.ceil(lead[seismic].max()) + 1)
        ax.hist(lead[seismic], bins, color="#cccccc", label="tested")
        ax.hist(lead[right], bins, color=COLORS[1], alpha=0.8, label="recognised")
        ax.invert_xaxis()
        ax.set(title=name, xlabel="days before the earthquake", ylabel="windows")
        ax.title.set_fontsize(9)
        ax.legend(fontsize=8)
    return figure


def transfer_matrix(matrix, score):
    """Train x test; ``matrix`` is a frame of scores, one row a way of training."""
    figure, ax = plt.subplots(
        figsize=(1.9 * matrix.shape[1] + 2.6, 0.7 * len(matrix) + 1.4), layout="constrained"
    )
    top = max(0.3, np.nanmax(np.abs(matrix.to_numpy())))
    ax.imshow(matrix, cmap="RdBu_r", vmin=-top, vmax=top, aspect="auto")
    for (i, j), value in np.ndenumerate(matrix.to_numpy()):
        ax.text(
            j,
            i,
            f"{value:.2f}",
            ha="center",
            va="center",
            color="white" if abs(value) > 0.6 * top else "black",
        )
    ax.set_xticks(range(matrix.shape[1]), matrix.columns)
    ax.set_yticks(range(len(matrix)), matrix.index)
    ax.set(xlabel="tested on", title=score)
    return figure


def score_frame(rows):
    """MCC and F1 of the three classes, one row a model."""
    names = {"mcc": "MCC", "f1_micro": "F1, micro (= accuracy)", "f1_macro": "F1, macro"}
    return pd.DataFrame({model: {n: r.paper[k] for k, n in names.items()} for model, r in rows.items()}).T
