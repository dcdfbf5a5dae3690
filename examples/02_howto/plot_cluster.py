"""
A cluster: the same numbers from more machines
==============================================

A null test on two Dask workers gives the numbers of one process, to the last bit, and what it has finished
stays when it is stopped. On SLURM or Kubernetes only the line that makes the cluster is another one (see
:doc:`/guide/machines`). It takes ``pip install "skquake[dask]"``.
"""

# %%
# A small study
# -------------
# Daily maps of electron content in which nothing happens before earthquakes.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
from dask.distributed import Client, LocalCluster
from joblib import parallel_config
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skquake import MapSource, SlidingWindow
from skquake.catalogs import MatchedControls
from skquake.datasets import make_catalog, make_tec
from skquake.inspection import catalog_null_test
from skquake.model_selection import PurgedTimeSeriesSplit
from skquake.plotting import NullDistributionDisplay
from skquake.preprocessing import ChannelScaler, WindowFlattener

span = "2001-01-01", "2001-12-01"
maps = MapSource(make_tec(*span, cadence="1D", grid=(30, 60), random_state=0).maps)
everything = make_catalog(*span, random_state=0)
model = make_pipeline(SlidingWindow(maps, 5), ChannelScaler(), WindowFlattener(), LogisticRegression())


def null_test(store=None):
    """The score that was observed, beside those of eight catalogs that never happened."""
    return catalog_null_test(
        model, maps, everything, controls=MatchedControls(within=maps.span),
        sampling={"region": "dobrovolsky", "days": (-15, 0), "max_length": 5},
        cv=PurgedTimeSeriesSplit(2), min_magnitude=5.0, nulls=("rotate",), n_nulls=8, store=store,
        random_state=0,
    )  # fmt: skip


# %%
# Two workers
# -----------
# Whatever takes ``n_jobs`` goes where joblib is told to. The guard is needed wherever processes start
# afresh: they import this file. One thread a worker.

if __name__ == "__main__":
    store = Path(tempfile.mkdtemp()) / "nulls.jsonl"
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster),
        parallel_config("dask"),
    ):
        on_cluster = null_test(store)
    here = null_test()
    same = on_cluster.to_frame().equals(here.to_frame())
    print(f"on the cluster: {on_cluster}\nthe same numbers as here: {same}")

    # With its store the same call goes on from there: nothing is left to do.
    print(f"{len(store.read_text().splitlines())} lines in the store; again: {null_test(store)}")

    NullDistributionDisplay.from_result(on_cluster).plot()
    plt.show()
