"""A study as lines of Python: what the command line prints is what it runs."""

from __future__ import annotations

import ast
import datetime
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skquake._study_file import CONTROLS, SPLITS, function_of
from skquake.sources._remote_url import is_url

_WIDTH = 100
_TUPLES = {"days", "avoid_days", "local_time"}  # that read better as such
_HOMES = {
    "skquake.baselines": ("make_baseline",),
    "skquake.catalogs": ("AftershockRemover", "MatchedControls", "RandomControls"),
    "skquake.inspection": ("catalog_null_test", "location_probe", "metadata_probe", "place_date_probe"),
    "skquake.model_selection": (
        "LeaveOneYearOut", "PurgedGroupKFold", "PurgedTimeSeriesSplit", "SpatialBlockKFold", "evaluate"),
    "skquake.neural": ("SafeNetClassifier", "SeqNetQuakeClassifier", "make_safenet", "make_seqnetquake"),
    "skquake.preprocessing": ("ChannelScaler", "QuietBackground"),
    "skquake.report": ("evaluation_report",),
    "skquake.sampling": ("ResidualWindow", "SlidingWindow", "balance_table", "make_samples"),
    "skquake.sources": ("MapSource", "TrackSource"),
    "sklearn.pipeline": ("make_pipeline",),
}  # fmt: skip


@dataclass(frozen=True)
class Script:
    """Lines of Python, and what they write at their end.

    Parameters
    ----------
    body : str
    writes : sequence of (str, Path)
        An expression with ``{}`` for the path in it, and the path.
    """

    body: str
    writes: Sequence[tuple[str, Path]] = ()

    def __str__(self) -> str:
        return "\n".join([self.body, *(line.format(repr(str(path))) for line, path in self.writes)])


@dataclass(frozen=True)
class Running:
    """How a study is run, which does not change what it finds.

    Parameters
    ----------
    n_jobs : int or None
    verbose : int
    """

    n_jobs: int | None = None
    verbose: int = 0

    @property
    def keywords(self) -> dict[str, str]:
        """As Python writes them, where they are not the defaults."""
        shown = {"n_jobs": self.n_jobs, "verbose": self.verbose or None}
        return {name: repr(value) for name, value in shown.items() if value is not None}


def samples_script(study: Mapping[str, Any], folder: Path, running: Running, to: Path | None) -> Script:
    """Cuts samples and says what they are."""
    lines = [
        *_data(study, folder, running),
        *_samples(study),
        "print(samples)",
        "print(samples.kept.to_string(index=False))",
        "print(samples.dropped['reason'].value_counts().to_string())",
        "print(balance_table(samples).to_string(float_format='{:z.2f}'.format))",
    ]
    if to is None:
        return Script(_with_imports(lines))
    lines.append("table = samples.X.drop(columns='owners').assign(label=samples.y)")
    return Script(_with_imports(lines), [("table.to_parquet({})", to)])


def score_script(study: Mapping[str, Any], folder: Path, running: Running) -> Script:
    """Scores a model beside three probes that see no observation; ``scores`` are the evaluations."""
    probes = {
        "location probe": "location_probe",
        "metadata probe": "metadata_probe",
        "place-and-date probe": "place_date_probe",
    }
    common = {"random_state": repr(study["random_state"])}
    common |= {k: v for k, v in running.keywords.items() if k == "verbose"}
    entries = [f"{_name(study)!r}: {_call('evaluate', 'model', 'samples', 'cv', **common)}"]
    entries += [f"{name!r}: {_call(probe, 'samples', 'cv', **common)}" for name, probe in probes.items()]
    lines = [
        "import pandas as pd",
        *_data(study, folder, running),
        *_samples(study),
        "print(samples)",
        *_model(study, alone=True),
        "scores = {",
        *(f"    {entry}," for entry in entries),
        "}  # the probes see no observation: place, circumstances, place and date alone",
        "table = {",
        "    name: [each.seismic_mcc, each.seismic_auc, each.event_auc] for name, each in scores.items()",
        "}",
        "table = pd.DataFrame(table, ['seismic MCC', 'seismic AUC', 'event AUC']).T",
        "print(table.map(str).to_string())",
        f"print(scores[{_name(study)!r}])",
    ]
    return Script(_with_imports(lines))


def null_script(study: Mapping[str, Any], folder: Path, running: Running, store: Path) -> Script:
    """Scores a model under catalogs that never happened."""
    lines = [
        *_data(study, folder, running),
        *_model(study),
        *_null(study, running, store),
        "print(null)",
        "print(null.to_frame().to_string(index=False))",
    ]
    return Script(_with_imports(lines))


def report_script(
    study: Mapping[str, Any],
    folder: Path,
    running: Running,
    store: Path | None,
    writes: Mapping[str, Path],
) -> Script:
    """The report on a model; with a store of null catalogs beside these. ``writes``: kind to path."""
    options = {} if study["title"] is None else {"title": repr(study["title"])}
    options |= {"scoring": repr(study["headline"]["score"]), "random_state": repr(study["random_state"])}
    options |= {k: v for k, v in running.keywords.items() if k == "verbose"}
    lines = [*_data(study, folder, running), *_model(study, alone=store is None)]
    if store is None:
        lines += [
            *_samples(study),
            f"report = {_call('evaluation_report', 'model', 'samples', 'cv', **options)}",
        ]
    else:
        options = {"null": "null"} | options
        lines += _null(study, running, store)
        lines.append(f"report = {_call('evaluation_report', 'model', 'null.samples', 'cv', **options)}")
    lines.append("print(report.verdict.text)")
    return Script(_with_imports(lines), [(f"report.to_{kind}({{}})", path) for kind, path in writes.items()])


def worlds_script(
    pipeline: Path | None = None, names: Sequence[str] = (), seed: int = 0, to: Path | None = None
) -> Script:
    """Lists the frozen worlds, or scores what a file defines in them; ``scores`` are the rows."""
    if pipeline is None:
        listed = "print(list_worlds().drop(columns=['identity']).to_string())"
        return Script("\n".join(["from skquake.datasets import list_worlds", "", listed]))
    lines = [
        "import json",
        "from pathlib import Path",
        "from skquake.datasets import list_worlds",
        "from skquake.report import rank, run_world",
        "",
        "scores = []",
        f"for name in {[*names] if names else 'list_worlds().index'}:",
        f"    scores.append(run_world({str(pipeline)!r}, name, seed={seed}))",
        "    print(scores[-1], flush=True)",
        "print(rank(scores).T.to_string())",
    ]
    rows = "Path({}).write_text(''.join(json.dumps(row.to_dict()) + '\\n' for row in scores))"
    return Script("\n".join(lines), [] if to is None else [(rows, to.expanduser().absolute())])


def call_script(function: str, *arguments: str, **keywords: Any) -> Script:
    """One call, its result printed; for commands that read no study."""
    shown = {name: repr(value) for name, value in keywords.items()}
    return Script(_with_imports([f"print({_call(function, *arguments, **shown)}.to_string())"]))


def _name(study):
    return study["model"]["name"]


def _data(study, folder, running):
    """Lines that read catalog, Kp and source."""
    catalog, source, samples = study["catalog"], study["source"], study["samples"]
    options = {name: repr(value) for name, value in catalog["options"].items()}
    files = _files(catalog["files"], folder)
    lines = [f"everything = {_call(catalog['reader'], files, **options)}"]
    if samples["kp"] is not None:
        read = _call(samples["kp_reader"], _files(samples["kp"], folder))
        lines.append(f"kp = {read}" if samples["kp_reader"] == "read_kp" else f"kp = {read}['kp']")
    kept = {name: repr(source[name]) for name in ("channels", "name") if source[name] is not None}
    kind = {"track": "TrackSource", "map": "MapSource"}[source["kind"]]
    reader, files = source["reader"] or "read", _files(source["files"], folder)
    if source["store"] is not None:
        store = repr(str(folder / Path(source["store"]).expanduser()))
        made = _call("TrackSource.from_files", files, store, reader, **kept, **running.keywords)
    elif is_url(source["files"][0]):
        made = _call(kind, repr(source["files"][0]), **kept)
    elif source["reader"] is None and _is_kept(source["files"], folder):
        made = _call(kind, files, **kept)
    else:
        verbose = {k: v for k, v in running.keywords.items() if k == "verbose"}
        made = _call(kind, _call(reader, files, **verbose), **kept)
    return [*lines, f"source = {made}"]


def _samples(study):
    """Lines that choose earthquakes and cut samples."""
    catalog, keep = study["catalog"], _keep(study)
    least = f"magnitude >= {catalog['min_magnitude']}"
    events = f"everything.query({least!r})"
    if catalog["decluster"] != "none":
        events = f"{_decluster(study)}.fit_transform({events})"
    lines = [f"catalog = {events}", *([f"catalog = catalog.query({keep!r})"] if keep else [])]
    controls = _controls(study, avoid="everything", random_state=repr(study["random_state"]))
    cut = _call("make_samples", "source", "catalog", controls, **_sampling(study), exclude="everything")
    return [*lines, f"samples = {cut}"]


def _null(study, running, store):
    keep = _keep(study)
    decluster = study["catalog"]["decluster"]
    keywords = {
        "controls": _controls(study),
        "sampling": _call("dict", **_sampling(study)),
        "cv": "cv",
        "min_magnitude": repr(study["catalog"]["min_magnitude"]),
        "decluster": "None" if decluster == "none" else _decluster(study),
        "nulls": repr(tuple(study["nulls"]["names"])),
        "n_nulls": repr(study["nulls"]["n"]),
        "scoring": repr(study["headline"]["score"]),
        "store": repr(str(store)),
        "random_state": repr(study["random_state"]),
    }
    everything = f"everything.query({keep!r})" if keep else "everything"
    made = _call("catalog_null_test", "model", "source", everything, **keywords, **running.keywords)
    return [f"null = {made}"]


def _decluster(study):
    return f"AftershockRemover({study['catalog']['decluster']!r})"


def _controls(study, **more):
    table = study["controls"]
    return _call(CONTROLS[table["kind"]].__name__, **_given("controls", table), **more)


def _sampling(study):
    kp = {} if study["samples"]["kp"] is None else {"kp": "kp"}
    return _given("samples", study["samples"]) | kp


def _model(study, alone=False):
    """Lines that make the splitter and the model; ``alone``: no null catalogs go through the same splits."""
    split, model, samples = study["split"], study["model"], study["samples"]
    options = _given("split", split)
    if options.get("shuffle") == "True":
        options["random_state"] = repr(study["random_state"])
    name, background = model["name"], model["background"]
    length = samples["max_length"] if model["length"] is None else model["length"]
    context = samples["context"] if model["context"] is None else model["context"]
    seed = {"random_state": repr(study["random_state"])}
    params = {key: repr(value) for key, value in model["params"].items()}
    quiet = _call("QuietBackground", **({} if samples["kp"] is None else {"kp": "kp"}))
    around = {"context": repr(context)}
    if name in ("seqnetquake", "safenet"):
        behind = {} if background == "none" else {"background": quiet}
        made = _call(f"make_{name}", "source", repr(length), **around, **behind, **seed, **params)
    else:
        edge = {"context_edge": "'nan'"} if context and samples["context_edge"] == "nan" else {}
        window = _call("SlidingWindow", "source", repr(length), **(around if context else {}), **edge)
        if background != "none":
            window = _call("ResidualWindow", window, quiet, keep="'both'")
        if name.endswith("-published"):
            network = {"seqnetquake": "SeqNetQuakeClassifier", "safenet": "SafeNetClassifier"}
            last = _call(network[name.removesuffix("-published")], **seed, **params)
            made = _call("make_pipeline", window, "ChannelScaler()", last)
        else:
            steps = [window] if name == "profile" else [window, "ChannelScaler()"]
            made = _call("make_baseline", repr(name), *steps, **seed, **params)
    if alone and split["kind"] == "time" and not options:
        return [f"model = {made}", "cv = None  # PurgedTimeSeriesSplit(5), if there are enough earthquakes"]
    return [f"model = {made}", f"cv = {_call(SPLITS[split['kind']].__name__, **options)}"]


def _keep(study):
    """What rows of the catalog must be, as ``query`` reads it."""
    parts = []
    for column, (least, most) in study["catalog"]["keep"].items():
        if column == "time":
            least, most = (_moment(value) for value in (least, most))
        if column == "longitude" and least > most:  # over the date line
            parts.append(f"({column} >= {least!r} or {column} <= {most!r})")
        else:
            parts.append(f"{least!r} <= {column} <= {most!r}")
    return " and ".join(parts)


def _moment(value):
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    return value.isoformat()


def _given(name, table):
    """Keywords of a table for its function, as Python writes them, without those that are its defaults."""
    function: Callable[..., Any] | None = function_of(name, table)
    assert function is not None
    parameters = inspect.signature(function).parameters
    values = {key: None if value == "none" else value for key, value in table.items() if key in parameters}
    values = {key: tuple(v) if key in _TUPLES and isinstance(v, list) else v for key, v in values.items()}
    return {
        key: repr(value)
        for key, value in values.items()
        if key != "kp"
        and (parameters[key].default is inspect.Parameter.empty or value != parameters[key].default)
    }


def _files(files, folder):
    """Paths and patterns, relative ones from the folder of the study."""
    paths = [str(folder / Path(each).expanduser()) for each in files]
    return repr(paths[0] if len(paths) == 1 else paths)


def _is_kept(files, folder):
    """Whether the file or folder is one that a source has written."""
    path = folder / Path(files[0]).expanduser()
    return len(files) == 1 and (
        path.suffix in (".parquet", ".nc") or (path.is_dir() and any(path.glob("*.parquet")))
    )


def _call(function: str, *arguments: str, **keywords: str) -> str:
    """A call; on several lines where one would be too long."""
    parts = [*arguments, *(f"{name}={value}" for name, value in keywords.items())]
    line = f"{function}({', '.join(parts)})"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    inner = "".join(f"    {part},\n".replace("\n", "\n    ").rstrip(" ") for part in parts)
    return f"{function}(\n{inner})"


def _with_imports(lines: Sequence[str]) -> str:
    body = "\n".join(lines)
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    homes = dict(_HOMES)
    homes["skquake.io"] = tuple(
        sorted(n for n in used if n == "read" or n.startswith(("read_", "describe_", "convert_")))
    )
    imports = []
    for home, names in sorted(homes.items()):
        wanted = sorted(used & set(names))
        if wanted:
            imports.append(f"from {home} import {', '.join(wanted)}")
    plain = [line for line in lines if line.startswith("import ")]
    rest = "\n".join(line for line in lines if not line.startswith("import "))
    return "\n".join([*plain, *imports, "", rest])
