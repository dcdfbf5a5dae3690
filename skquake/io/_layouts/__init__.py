"""The layouts of earthquake catalogs that :func:`skquake.io.read_catalog` knows, one file each."""

from skquake.io._layouts import (
    _anss,
    _cenc,
    _emsc,
    _euromed,
    _fdsn,
    _horus,
    _isc,
    _isc_gem,
    _isf,
    _jma,
    _ndk,
    _own,
    _skquake,
    _zmap,
)
from skquake.io._layouts._base import Layout

LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        _own.USGS,
        _own.QUAKEML,
        _skquake.LAYOUT,
        _fdsn.LAYOUT,
        _anss.COMCAT,
        _anss.NCEDC_CSV,
        _anss.READABLE,
        _isc.LAYOUT,
        _isf.LAYOUT,
        _isc_gem.LAYOUT,
        _ndk.LAYOUT,
        _emsc.CSV,
        _emsc.JSON,
        _euromed.LAYOUT,
        _horus.LAYOUT,
        _jma.FIXED_WIDTH,
        _jma.CSV,
        _cenc.LAYOUT,
        _zmap.LAYOUT,
    )
}

__all__ = ["LAYOUTS", "Layout"]
