"""Adam as all networks train with it: no compiled step outlives its model."""

from __future__ import annotations

import keras


class Adam(keras.optimizers.Adam):
    """Keras' Adam, whose compiled steps can be forgotten.

    On TensorFlow, Keras sums gradients over the replicas of a distribution strategy, even over a single one;
    TensorFlow then keeps the gradient of that sum, and with it all of the compiled step, until the process
    ends: tens of megabytes for each architecture of a search.
    """

    def _all_reduce_sum_gradients(self, grads_and_vars):
        if self._distribution_strategy.num_replicas_in_sync == 1:
            return grads_and_vars
        return super()._all_reduce_sum_gradients(grads_and_vars)
