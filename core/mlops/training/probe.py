"""The first fit of a classifier, on the features of a network that stands still."""

from typing import Any

import numpy as np

__all__ = ["fit_classifier"]

#: Inverse strength of the penalty on standardised features. Fixed beforehand; the
#: layers move afterwards, so only a sensible start matters.
_C = 0.003
_MAX_STEPS = 200


def fit_classifier(network: Any, batches: Any) -> None:
    """Set the classifier's weights by logistic regression on the pooled features.

    Parameters
    ----------
    network : keras.Model
        From `core.classification.networks.build_network`; its layer ``fc`` is set.
    batches : iterable of (pixels, one_hot)
        Views; every class must occur, or its logit stays as it was.
    """
    import keras
    import tensorflow as tf
    from sklearn.linear_model import LogisticRegression

    backbone = keras.Model(network.inputs, network.get_layer("features").output)
    extract = tf.function(lambda pixels: backbone(pixels, training=False))
    features, labels = [], []
    for pixels, targets in batches:
        features.append(np.asarray(extract(pixels)))
        labels.append(np.asarray(targets).argmax(axis=1))
    x, y = np.concatenate(features), np.concatenate(labels)
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    model = LogisticRegression(C=_C, max_iter=_MAX_STEPS)
    model.fit((x - mean) / spread, y)
    classifier = network.get_layer("fc")
    kernel, bias = classifier.get_weights()
    if len(model.classes_) < 3:  # scikit-learn gives one row for two classes
        return
    rows = model.coef_ / spread
    kernel[:, model.classes_] = rows.T
    bias[model.classes_] = model.intercept_ - rows @ mean
    classifier.set_weights([kernel, bias])
