"""Pure builder of the encoder-decoder: input shape and numbers in, Keras model out.

Layers are named by stage ("encoder_0", "decoder_0", "dense_0", "linear_0", "output").
"""

from __future__ import annotations


def ed_lstme(
    input_shape,
    n_outputs,
    *,
    n_out,
    units,
    decoder_layers,
    activation,
    n_ahead=0,
    linear=False,
    model_class=None,
):
    """The encoder-decoder of LSTMs for sequences.

    (n_in, features) -> LSTM -> its last state, n_out times -> LSTMs -> at each step a dense layer, and one of
    an output a station.

    Parameters
    ----------
    input_shape : tuple of int
        (n_in, features).
    n_outputs : int
        n_out * stations.
    n_out : int
        Steps of the output.
    units : int
        Of each LSTM and of the dense layer.
    n_ahead : int
        The last so many columns are known in advance: their last ``n_out`` rows go to the decoder, too.
    linear : bool
        Whether a dense layer from the whole window ("linear_0") is added to the output.
    model_class : type, default=keras.Model

    Returns
    -------
    keras.Model
        Not compiled; its output is flat, (batch, n_outputs), step after step.
    """
    from keras import Input, Model, layers

    inputs = Input(input_shape)
    x = layers.LSTM(units, activation=activation, name="encoder_0")(inputs)
    x = layers.RepeatVector(n_out)(x)
    if n_ahead:
        x = layers.Concatenate(name="ahead")([x, inputs[:, -n_out:, -n_ahead:]])
    for i in range(decoder_layers):
        x = layers.LSTM(units, activation=activation, return_sequences=True, name=f"decoder_{i}")(x)
    x = layers.Dense(units, activation="relu", name="dense_0")(x)
    x = layers.Dense(n_outputs // n_out, name="output")(x)
    x = layers.Reshape((n_outputs,))(x)
    if linear:
        x = layers.Add()([x, layers.Dense(n_outputs, name="linear_0")(layers.Flatten()(inputs))])
    return (model_class or Model)(inputs, x)
