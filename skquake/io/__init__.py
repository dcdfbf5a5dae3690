"""One reader a file format: path, glob or list in; table or map with units in ``attrs`` out."""

from skquake.io._convert import convert_files
from skquake.io._cses import read_cses
from skquake.io._demeter import read_demeter_isl
from skquake.io._description import FileDescription, describe, describe_files
from skquake.io._dgd import read_dgd
from skquake.io._didbase import read_didbase
from skquake.io._dst import read_dst
from skquake.io._files import FormatError
from skquake.io._formats import file_formats
from skquake.io._from_obspy import from_obspy
from skquake.io._gfz import read_gfz
from skquake.io._gopi import read_gopi
from skquake.io._hapi import read_hapi
from skquake.io._hpo import read_hpo
from skquake.io._iaga2002 import read_iaga2002
from skquake.io._ionex import read_ionex
from skquake.io._kp import read_kp
from skquake.io._kp_to_ap import kp_to_ap
from skquake.io._madrigal_los import read_madrigal_los
from skquake.io._madrigal_tec import read_madrigal_tec
from skquake.io._olr import read_olr
from skquake.io._omni import read_omni
from skquake.io._quakeml import read_quakeml
from skquake.io._read import read
from skquake.io._read_catalog import catalog_layouts, read_catalog
from skquake.io._space_weather import read_space_weather
from skquake.io._swarm_lp import read_swarm_lp
from skquake.io._swarm_mag import read_swarm_mag
from skquake.io._swarm_tec import read_swarm_tec
from skquake.io._swpc_kp import read_swpc_kp
from skquake.io._usgs import read_usgs
from skquake.io._vires import read_vires
from skquake.io._vtec import read_station_vtec

__all__ = [
    "FileDescription",
    "FormatError",
    "catalog_layouts",
    "convert_files",
    "describe",
    "describe_files",
    "file_formats",
    "from_obspy",
    "kp_to_ap",
    "read",
    "read_catalog",
    "read_cses",
    "read_demeter_isl",
    "read_dgd",
    "read_didbase",
    "read_dst",
    "read_gfz",
    "read_gopi",
    "read_hapi",
    "read_hpo",
    "read_iaga2002",
    "read_ionex",
    "read_kp",
    "read_madrigal_los",
    "read_madrigal_tec",
    "read_olr",
    "read_omni",
    "read_quakeml",
    "read_space_weather",
    "read_station_vtec",
    "read_swarm_lp",
    "read_swarm_mag",
    "read_swarm_tec",
    "read_swpc_kp",
    "read_usgs",
    "read_vires",
]
