"""Small sample frames, where the tests look for them."""

from skquake.testing._sample_frames import sample_frame

__all__ = ["sample_frame"]
