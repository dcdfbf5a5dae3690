"""Adam as all networks train with it: in one pass over each weight, and no compiled step outlives its model.

The one module that touches private names of Keras' optimiser on TensorFlow: ``_backend_update_step``,
``_distribution_strategy``, ``_get_variable_index``, ``_momentums`` and ``_velocities``, known from Keras 3.7
to 3.15. Where a release renames the first, networks train as before, only slower and with more memory; a
test says so.
"""

from __future__ import annotations

import sys
from typing import Any

import keras
from keras import ops


class Adam(keras.optimizers.Adam):
    """Keras' Adam by TensorFlow's own kernel, where TensorFlow is the backend: the same formula.

    Keras writes Adam as a dozen operations on each weight array, each of which goes through memory. It also
    sums gradients over the replicas of a distribution strategy, even over a single one; TensorFlow then keeps
    the gradient of that sum, and with it all of the compiled step, until the process ends: tens of megabytes
    for each architecture of a search.
    """

    def _backend_update_step(
        self, grads: list[Any], trainable_variables: list[Any], learning_rate: Any
    ) -> None:
        if keras.backend.backend() != "tensorflow" or self._distribution_strategy.num_replicas_in_sync != 1:
            super()._backend_update_step(grads, trainable_variables, learning_rate)
            return
        apply = sys.modules["tensorflow"].raw_ops.ResourceApplyAdam
        for dtype in {variable.dtype for variable in trainable_variables}:
            beta_1, beta_2 = ops.cast(self.beta_1, dtype), ops.cast(self.beta_2, dtype)
            steps = ops.cast(self.iterations + 1, dtype)
            numbers = {
                "lr": ops.cast(learning_rate, dtype),
                "beta1": beta_1,
                "beta2": beta_2,
                "beta1_power": ops.power(beta_1, steps),
                "beta2_power": ops.power(beta_2, steps),
                "epsilon": ops.cast(self.epsilon, dtype),
            }
            for gradient, variable in zip(grads, trainable_variables, strict=True):
                if variable.dtype == dtype:
                    i = self._get_variable_index(variable)
                    apply(
                        var=variable.value.handle,
                        m=self._momentums[i].value.handle,
                        v=self._velocities[i].value.handle,
                        grad=ops.cast(gradient, dtype),
                        **numbers,
                    )
