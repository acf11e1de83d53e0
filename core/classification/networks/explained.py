"""A classifier that also gives its features and where in the photo they lie."""

from typing import Any

__all__ = ["explained"]


def explained(network: Any) -> Any:
    """Let a classifier give ``logits``, two depths of features and ``activation``.

    All networks here pool the last feature map over the picture and weigh it once,
    so the class activation map [1]_ is that map times the classifier's weights: its
    mean over the picture plus the bias are the logits.

    Parameters
    ----------
    network : keras.Model
        From `build_network`.

    Returns
    -------
    keras.Model
        Shares the weights. Outputs by name: ``logits`` (n, C), pooled ``features``
        (n, D) and ``activation`` (n, h, w, C); and ``early_features`` (n, E), pooled
        where the last residual block ends (from the last map if there is none). The
        last features know only what tells the categories apart; the earlier ones
        still tell a cat from the sea.

    References
    ----------
    .. [1] B. Zhou et al., "Learning Deep Features for Discriminative Localization",
       CVPR 2016.
    """
    from keras import Model, layers

    classifier = network.get_layer("fc")
    pooled = network.get_layer("features")
    kernel, _bias = classifier.get_weights()
    weigh = layers.Conv2D(kernel.shape[1], 1, use_bias=False, name="activation")
    activation = weigh(pooled.input)
    weigh.set_weights([kernel[None, None]])
    outputs = {
        "logits": network.output,
        "features": pooled.output,
        "activation": activation,
    }
    blocks = [layer for layer in network.layers if isinstance(layer, layers.Add)]
    pool = layers.GlobalAveragePooling2D(name="early_features")
    outputs["early_features"] = pool(blocks[-1].output if blocks else pooled.input)
    return Model(network.inputs, outputs, name=network.name)
