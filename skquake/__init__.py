"""skquake: seismo-ionospheric precursor research with scikit-learn.

The rooms (``skquake.io``, ``skquake.neural``, ...) and the names that a user types first are reached from
here; each is loaded at first use, so that ``import skquake`` stays light. ``EAGER_IMPORT=1`` in the
environment loads them all at once. The names stand in ``__init__.pyi``, which type checkers read as well.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
