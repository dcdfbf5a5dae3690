"""Pure builders: input shape and numbers in, Keras model out.

Layers are named by stage ("conv_0", "lstm_0", "dense_0", ..., "output"), so that a stage can be frozen.
"""

from __future__ import annotations


def check_seqnetquake(length, *, conv_layers, kernel_size, n_segments, **_):
    """Raise unless windows of ``length`` survive the segments, the convolutions and the pooling.

    Raises
    ------
    ValueError
        Naming the parameters that do not go together.
    """
    if length % n_segments:
        raise ValueError(
            f"windows of length {length} cannot be cut into n_segments={n_segments} equal parts; "
            f"use a length that is a multiple of {n_segments} or another n_segments"
        )
    left = length // n_segments - conv_layers * (kernel_size - 1)
    if left < 2:
        shortest = n_segments * (conv_layers * (kernel_size - 1) + 2)
        raise ValueError(
            f"length={length} with n_segments={n_segments}, conv_layers={conv_layers}, "
            f"kernel_size={kernel_size} cannot be built: of {length // n_segments} steps per segment the "
            f"convolutions leave {max(left, 0)}, and pooling needs 2; use windows of length {shortest} or "
            "more, or fewer or smaller kernels"
        )


def seqnetquake(
    input_shape,
    n_classes,
    *,
    conv_layers=3,
    filters=4,
    kernel_size=3,
    conv_activation="tanh",
    lstm_layers=2,
    lstm_units=128,
    dense_layers=3,
    dense_units=128,
    dense_activation="relu",
    dropout=0.25,
    n_segments=2,
    folded=True,
    model_class=None,
):
    """The convolutional and bidirectional-LSTM network of SeqNetQuake.

    (T, F) -> n_segments subsequences, each through the same convolutions -> bidirectional LSTMs over the
    subsequences -> dense layers -> softmax.

    Parameters
    ----------
    input_shape : tuple of int
        (length, channels) of a window.
    n_classes : int
    folded : bool, default=True
        Fold the subsequences into the batch, so that one convolution does for all, leave out the steps that
        pooling drops, and write the LSTMs out step by step. False builds the network literally, of
        ``TimeDistributed`` and ``Bidirectional`` layers: same weights in the same order, same numbers
        (dropout aside), slower; kept for comparison.
    model_class : type, default=keras.Model

    Returns
    -------
    keras.Model
        Not compiled.
    """
    from keras import Input, Model, layers, ops

    from skquake.neural._layers import BiLSTM, Convolution, SeededDropout

    length, channels = input_shape
    check_seqnetquake(length, conv_layers=conv_layers, kernel_size=kernel_size, n_segments=n_segments)
    inputs = Input(input_shape)
    each = (lambda layer: layer) if folded else (lambda layer: layers.TimeDistributed(layer, name=layer.name))
    drop = SeededDropout if folded else layers.Dropout
    convolution = Convolution if folded else layers.Conv1D
    x = ops.reshape(inputs, (-1, *([] if folded else [n_segments]), length // n_segments, channels))
    if folded:
        lost = conv_layers * (kernel_size - 1)
        x = x[:, : lost + (length // n_segments - lost) // 2 * 2]
    for i in range(conv_layers):
        x = each(convolution(filters, kernel_size, activation=conv_activation, name=f"conv_{i}"))(x)
    x = each(drop(dropout, name="conv_dropout"))(x)
    x = each(layers.MaxPooling1D(2, name="pool"))(x)
    x = ops.reshape(x, (-1, n_segments, x.shape[-2] * x.shape[-1]))
    for i in range(lstm_layers):
        more = i < lstm_layers - 1
        if folded:
            x = BiLSTM(lstm_units, return_sequences=more, name=f"lstm_{i}")(x)
        else:
            x = layers.Bidirectional(layers.LSTM(lstm_units, return_sequences=more), name=f"lstm_{i}")(x)
    x = drop(dropout, name="lstm_dropout")(x)
    for i in range(dense_layers - 1):
        x = layers.Dense(dense_units, activation=dense_activation, name=f"dense_{i}")(x)
    outputs = layers.Dense(n_classes, activation="softmax", name="output")(x)
    return (model_class or Model)(inputs, outputs)
