"""The backing of maps in files: NetCDF, or a Zarr store."""

from __future__ import annotations

import hashlib
from typing import Any

from skquake.sources._backing import Files
from skquake.sources._map_lazy import lazy_maps, rows_there
from skquake.sources._map_netcdf import netcdf_maps


class MapFiles(Files):
    """A NetCDF file, a folder of these, or a Zarr store.

    NetCDF files are read whole at first use up to 1 GiB of values, else by bands of rows of the grid. A Zarr
    store, of which only the nodes asked for are read, is told from another by its metadata and by the names
    and sizes of its files; its chunks carry checksums where skquake wrote them.
    """

    @property
    def _is_store(self):
        return (self.path / "zarr.json").exists() or (self.path / ".zgroup").exists()

    def fingerprint(self):
        """Hash of what the files hold; of a Zarr store that of its metadata, and of names and sizes."""
        if not self._is_store:
            self._latest = {file.name: _state(file.stat()) for file in self.files}
            return super().fingerprint()
        digest, states = hashlib.blake2b(digest_size=20), {}
        for file in sorted(path for path in self.path.rglob("*") if path.is_file()):
            name, facts = file.relative_to(self.path).as_posix(), file.stat()
            states[name] = _state(facts)
            digest.update(f"{name}\0{facts.st_size}\0".encode())
            if file.name in ("zarr.json", ".zarray", ".zattrs", ".zgroup"):
                digest.update(file.read_bytes())
        self._latest = states
        return digest.hexdigest()

    def check_row(self, row: int) -> None:
        """Raise ValueError if a file of this row of the grid is no longer what it was at the first use."""
        self._check([name for name in self._opened if f"/c/{row}/" in name] or self._opened)

    def check_files(self) -> None:
        """Raise ValueError if a NetCDF file is no longer what it was at the first use."""
        self._check(self._opened)

    def _check(self, names):
        folder = self.path if self.path.is_dir() else self.path.parent
        for name in names:
            try:
                same = _state((folder / name).stat()) == self._opened[name]
            except FileNotFoundError:
                same = False
            if not same:
                raise ValueError(
                    f"{self.where}: {name} was changed or removed since the source was made; make it anew"
                )

    def _open(self) -> Any:
        self._verify()
        self._opened = self._latest
        if self._is_store:
            return self._told(lazy_maps, self, self.path, rows_there(self._opened))
        return self._told(netcdf_maps, self, self.files)


def _state(facts):
    return facts.st_size, facts.st_mtime_ns, facts.st_ino
