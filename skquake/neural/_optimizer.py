"""Adam as all networks train with it: no compiled step outlives its model.

The one module that touches private names of Keras: ``_all_reduce_sum_gradients`` and
``_distribution_strategy`` of its optimiser on TensorFlow, known from Keras 3.7 to 3.15. Where a release
renames them, networks train as before and only memory is lost; a test says so.
"""

from __future__ import annotations

from typing import Any

import keras


class Adam(keras.optimizers.Adam):
    """Keras' Adam, whose compiled steps can be forgotten.

    On TensorFlow, Keras sums gradients over the replicas of a distribution strategy, even over a single one;
    TensorFlow then keeps the gradient of that sum, and with it all of the compiled step, until the process
    ends: tens of megabytes for each architecture of a search.
    """

    def _all_reduce_sum_gradients(self, grads_and_vars: list[Any]) -> list[Any]:
        if self._distribution_strategy.num_replicas_in_sync == 1:
            return grads_and_vars
        return super()._all_reduce_sum_gradients(grads_and_vars)
