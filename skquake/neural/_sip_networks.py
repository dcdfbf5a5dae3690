"""Image networks: a backbone of ``keras.applications`` for any number of channels, and a small head."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

# Name -> function of keras.applications. "cnn" is a small network of our own.
BACKBONES = {
    "cnn": None,
    "mobilenetv3-large": "MobileNetV3Large",
    "vgg16": "VGG16",
    "densenet121": "DenseNet121",
    "resnet50": "ResNet50",
    "convnext-tiny": "ConvNeXtTiny",
    "efficientnetv2-b0": "EfficientNetV2B0",
    "efficientnetv2-b1": "EfficientNetV2B1",
    "efficientnetv2-b2": "EfficientNetV2B2",
    "efficientnetv2-b3": "EfficientNetV2B3",
    "efficientnetv2-s": "EfficientNetV2S",
}
MOMENTUM = 0.9  # of running means, at most: Keras' 0.99 and more forget their start after thousands of steps
_PREPROCESSING = ("mobilenet", "convnext", "efficientnet")  # those that bring their own, for RGB


def sip_network(
    input_shape,
    n_classes,
    *,
    backbone="efficientnetv2-b0",
    unit_strides=(0,),
    dropout=0.5,
    output="sigmoid",
    model_class=None,
):
    """A backbone, averaged over the image, dropout, and sigmoid or softmax.

    Parameters
    ----------
    input_shape : tuple of int
        (height, width, channels) of an image.
    n_classes : int
    unit_strides : sequence of int
        Which of the backbone's reductions of resolution are left out, counted from the stem, 0.
    output : {"sigmoid", "softmax"}
        A sigmoid p gives the classes (1 - p, p).
    model_class : type, default=keras.Model
        Anything else stands for the model that trains on mixed images.

    Returns
    -------
    keras.Model
        Not compiled. The backbone is its layer "conv_backbone".

    Raises
    ------
    ValueError
        For a reduction that the backbone does not have.
    """
    from keras import Input, Model, layers, ops

    from skquake.neural._layers import SeededDropout

    if model_class is not None:
        from skquake.neural._image_model import ImageModel as model_class
    inputs = Input(input_shape)
    x = _with_unit_strides(_plain(backbone, input_shape), backbone, unit_strides)(inputs)
    x = SeededDropout(dropout, name="dropout")(x)
    if output == "sigmoid":
        x = layers.Dense(1, activation="sigmoid", name="output")(x)
        outputs = ops.concatenate([1.0 - x, x], axis=-1)
    else:
        outputs = layers.Dense(n_classes, activation="softmax", name="output")(x)
    return (model_class or Model)(inputs, outputs)


def backbone_weights(backbone, weights):
    """Weights of a backbone for RGB images, in the order of its layers.

    Parameters
    ----------
    weights : "imagenet" or path
        A file that Keras writes for this backbone without its top (``.weights.h5``, ``.h5``).

    Raises
    ------
    OSError
        Where ImageNet weights cannot be downloaded, or there is no such file.
    ValueError
        Where the file holds another network, or there are no such weights.
    """
    if backbone == "cnn" and weights == "imagenet":
        raise ValueError("weights='imagenet': there are none of backbone='cnn'; use weights=None or a path")
    if weights == "imagenet":
        try:
            return _plain(backbone, (32, 32, 3), "imagenet").get_weights()
        except Exception as error:  # Keras raises plain Exception
            raise OSError(
                f"weights='imagenet': Keras could not download those of {backbone} ({error}); on a machine "
                "with a network run keras.applications."
                f"{BACKBONES[backbone]}(include_top=False).save_weights('{backbone}.weights.h5'), copy the "
                f"file here, and pass weights='{backbone}.weights.h5'; or use weights=None"
            ) from error
    if not os.path.exists(weights):
        raise FileNotFoundError(f"weights={os.fspath(weights)!r}: no such file; 'imagenet' downloads")
    model = _plain(backbone, (32, 32, 3))
    try:
        model.load_weights(weights)
    except Exception as error:
        raise ValueError(
            f"weights={os.fspath(weights)!r}: not those of {backbone} without its top, for RGB ({error})"
        ) from error
    return model.get_weights()


def inflated(theirs, ours, where):
    """Weights for RGB as weights of our shapes: the stem's are repeated over the channels.

    Divided such that an image of equal channels gives the same as before.
    """
    if len(theirs) != len(ours):
        raise ValueError(f"{where}: {len(theirs)} weight arrays, this backbone has {len(ours)}")
    fitting = []
    for position, (their, our) in enumerate(zip(theirs, ours, strict=True)):
        if their.shape != our.shape:
            if their.ndim != 4 or their.shape[:2] + their.shape[3:] != our.shape[:2] + our.shape[3:]:
                raise ValueError(f"{where}: weight array {position} is {their.shape}, not {our.shape}")
            before, after = their.shape[2], our.shape[2]
            repeats = np.arange(after) % before
            their = their[:, :, repeats] / np.bincount(repeats, minlength=before)[repeats][:, np.newaxis]
        fitting.append(their.astype(our.dtype))
    return fitting


def _plain(backbone, input_shape, weights=None):
    """The backbone as Keras has it, without its top and without what it does to RGB values."""
    from keras import applications

    if backbone == "cnn":
        return _cnn(input_shape)
    options: dict[str, Any] = {}
    if backbone.startswith(_PREPROCESSING):
        options = {"include_preprocessing": False}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*input")  # of other than 3 channels, or 224 pixels
        return getattr(applications, str(BACKBONES[backbone]))(
            include_top=False, weights=weights, input_shape=input_shape, pooling="avg", **options
        )


def _cnn(input_shape):
    """Three convolutions that halve the resolution each, for a few thousand samples or fewer."""
    from keras import Input, Model, layers

    inputs = x = Input(input_shape)
    for i, filters in enumerate((8, 16, 32)):
        x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False, name=f"conv{i}")(x)
        x = layers.BatchNormalization(momentum=0.8, name=f"bn{i}")(x)
        x = layers.Activation("relu", name=f"relu{i}")(x)
    return Model(inputs, layers.GlobalAveragePooling2D(name="avg_pool")(x))


def _with_unit_strides(model, backbone, unit_strides):
    """The same backbone, strides changed, and dropout that draws from its seed on every Keras backend."""
    import keras

    from skquake.neural._layers import SeededDropout

    steps: dict = {}  # height after the reduction -> layers that reduce, side by side in a residual block
    for layer in _flat(model):
        if max(np.atleast_1d(getattr(layer, "strides", 1))) > 1:
            steps.setdefault(layer.output.shape[1], []).append(layer.name)
    unknown = [step for step in unit_strides if not 0 <= step < len(steps)]
    if unknown:
        raise ValueError(
            f"unit_strides={tuple(unit_strides)}: {backbone} has {len(steps)} reductions of resolution, "
            f"0 (its stem) to {len(steps) - 1}"
        )
    changed = {name for step in unit_strides for name in list(steps.values())[step]}

    def copy(layer):
        if isinstance(layer, keras.Sequential):  # anew, for it is bound to the shapes before
            return keras.Sequential([copy(inner) for inner in layer.layers], name=layer.name)
        config = layer.get_config()
        if layer.name in changed:
            config["strides"] = (1, 1)
        if isinstance(layer, keras.layers.BatchNormalization):
            config["momentum"] = min(config["momentum"], MOMENTUM)
        kind = SeededDropout if isinstance(layer, keras.layers.Dropout) else type(layer)
        return kind.from_config(config)

    model = keras.models.clone_model(model, clone_function=copy)
    return keras.Model(model.inputs[0], model.outputs[0], name="conv_backbone")


def _flat(model):
    for layer in model.layers:
        yield from _flat(layer) if hasattr(layer, "layers") else [layer]
