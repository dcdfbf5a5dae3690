"""Pure builders of the networks that the papers compare theirs with: input shape and numbers in, model out.

Layers are named by stage ("conv_0", "lstm_0", "dense_0", ..., "output"), so that a stage can be frozen.
"""

from __future__ import annotations

NORM_MOMENTUM = 0.9  # the moving statistics settle within tens of steps: small data have no thousands


def check_cnn(length, *, conv_layers, kernel_size, **_):
    """Raise unless windows of ``length`` survive the convolutions and the pooling.

    Raises
    ------
    ValueError
        Naming the parameters that do not go together.
    """
    lost = conv_layers * (kernel_size - 1)
    if length - lost < 2:
        raise ValueError(
            f"length={length} with conv_layers={conv_layers}, kernel_size={kernel_size} cannot be built: the "
            f"convolutions leave {max(length - lost, 0)} steps, and pooling needs 2; use windows of length "
            f"{lost + 2} or more, or fewer or smaller kernels"
        )


def dnn(input_shape, n_classes, *, dense_layers, dense_units, dense_activation, dropout, model_class=None):
    """Dense layers on the flattened window, each followed by dropout and batch normalisation.

    Parameters
    ----------
    input_shape : tuple of int
        (length, channels) of a window.
    n_classes : int
    dense_layers : int
        Counting the softmax, as in all builders.
    model_class : type, default=keras.Model

    Returns
    -------
    keras.Model
        Not compiled.
    """
    from keras import layers

    from skquake.neural._layers import SeededDropout

    def body(x):
        x = layers.Flatten()(x)
        for i in range(dense_layers - 1):
            x = layers.Dense(dense_units, activation=dense_activation, name=f"dense_{i}")(x)
            x = SeededDropout(dropout, name=f"dropout_{i}")(x)
            x = layers.BatchNormalization(momentum=NORM_MOMENTUM, name=f"dense_norm_{i}")(x)
        return x

    return _classifier(body, input_shape, n_classes, model_class)


def cnn(
    input_shape,
    n_classes,
    *,
    conv_layers,
    filters,
    kernel_size,
    conv_activation,
    dense_layers,
    dense_units,
    dense_activation,
    dropout,
    model_class=None,
):
    """Convolutions without padding over the window, dropout, pooling by two, dense layers, softmax.

    Parameters and result as in :func:`dnn`.
    """
    from keras import layers

    from skquake.neural._layers import SeededDropout

    check_cnn(input_shape[0], conv_layers=conv_layers, kernel_size=kernel_size)

    def body(x):
        for i in range(conv_layers):
            x = layers.Conv1D(filters, kernel_size, activation=conv_activation, name=f"conv_{i}")(x)
        x = SeededDropout(dropout, name="conv_dropout")(x)
        x = layers.Flatten()(layers.MaxPooling1D(2, name="pool")(x))
        return _dense(x, dense_layers, dense_units, dense_activation)

    return _classifier(body, input_shape, n_classes, model_class)


def lstm(
    input_shape,
    n_classes,
    *,
    lstm_layers,
    lstm_units,
    dense_layers,
    dense_units,
    dense_activation,
    dropout,
    model_class=None,
):
    """LSTMs over the window, dropout, dense layers, softmax.

    Parameters and result as in :func:`dnn`.
    """
    from keras import layers

    from skquake.neural._layers import SeededDropout

    def body(x):
        for i in range(lstm_layers):
            x = layers.LSTM(lstm_units, return_sequences=i < lstm_layers - 1, name=f"lstm_{i}")(x)
        x = SeededDropout(dropout, name="lstm_dropout")(x)
        return _dense(x, dense_layers, dense_units, dense_activation)

    return _classifier(body, input_shape, n_classes, model_class)


def _dense(x, dense_layers, dense_units, dense_activation):
    from keras import layers

    for i in range(dense_layers - 1):
        x = layers.Dense(dense_units, activation=dense_activation, name=f"dense_{i}")(x)
    return x


def _classifier(body, input_shape, n_classes, model_class):
    from keras import Input, Model, layers

    inputs = Input(input_shape)
    outputs = layers.Dense(n_classes, activation="softmax", name="output")(body(inputs))
    return (model_class or Model)(inputs, outputs)
