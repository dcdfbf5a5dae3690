"""The backing of tracks on disk: files that stay where they are, and a small layout of them."""

from __future__ import annotations

from skquake.sources._archive import Archive
from skquake.sources._archive_layout import layout_name, load_layout, save_layout
from skquake.sources._archive_parts import LocalParts
from skquake.sources._archive_sweep import OutOfOrder, state_of, sweep
from skquake.sources._backing import Files
from skquake.sources._lazy_array import WHOLE_LIMIT
from skquake.sources._parts_index import check_parts, noted_digests


class TrackFiles(Files):
    """Parquet files of a track, read by row groups where they are looked at.

    The first use walks through all of them once. In a folder of ``from_files`` the layout that it finds is
    kept (``_track-*.npz``) for the next process, and each file is compared with the index when it is first
    read; files of others are walked through and hashed by every process. Rows too far out of order to be read
    by parts are read whole, as long as they are no larger than 1 GiB.
    """

    def fingerprint(self):
        """Hash of names and contents of the files: of those in an index as they were written."""
        noted = self._noted()
        return super().fingerprint() if noted is None else self._joined(noted, True)

    def _noted(self):
        """Digests in the index of the folder, once the same files are there; None without an index."""
        noted = noted_digests(self.path) if self.path.is_dir() else None
        if noted is not None:
            check_parts(self.path, dict.fromkeys(file.name for file in self.files))
        return noted

    def _open(self):
        folder = self.path if self.path.is_dir() else self.path.parent
        noted = self._noted()
        of, place = {}, None
        if noted is not None:
            of = {"content": self._joined(noted, True), "arguments": list(self._arguments)}
            place = folder / layout_name(self._arguments)
            layout = load_layout(place, of)
            if layout is not None:
                self._verify(of["content"])
                return Archive(layout, LocalParts(folder, layout), self).track()
        files = self.files
        states = [state_of(file) for file in files]
        digests = {file.name: state.digest for file, state in zip(files, states, strict=True)}
        if self.path.is_dir():
            check_parts(self.path, digests)
        self._verify(self._joined(digests, self.path.is_dir()))

        def make(layout):
            return Archive(layout, LocalParts(folder, layout), self)

        try:
            layout = self._told(sweep, files, states, *self._arguments, make)
        except OutOfOrder:
            return self._whole(files)
        if place is not None:
            save_layout(layout, place, of)
        return make(layout).track()

    def _whole(self, files):
        size = sum(file.stat().st_size for file in files)
        if size > WHOLE_LIMIT:
            raise ValueError(
                f"{self.path}: {size / 1e9:.1f} GB with rows far out of order in time, which cannot be read "
                "by parts; sort each file by time, and see that files hold spans that hardly overlap"
            )
        return self._told(self._read, files, *self._arguments)
