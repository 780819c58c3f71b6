"""Models of real Keras with what they predict. Keras 3.15.1, TensorFlow 2.21.0, tf_keras 2.21.0, h5py 3.14.0, Python 3.11.

    python make.py           writes files/*.keras, *.h5 and files/expected.json
    python make.py states    writes these networks alone, and what is expected of them
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_USE_LEGACY_KERAS"] = "0"
import numpy as np
import keras
import tf_keras

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files")


def wave(n, at=0):
    return np.sin((np.arange(n) + at) * 1.3 + 1)


def spread(model):
    at = 0
    weights = []
    for w in model.get_weights():
        n = int(np.prod(w.shape))
        weights.append((0.45 + 0.4 * wave(n, at)).reshape(w.shape).astype(w.dtype))
        at += n
    model.set_weights(weights)


def graph(K, shapes, body):
    inputs = [K.Input(shape, name=f"x{i}") for i, shape in enumerate(shapes)]
    out = body(K.layers, *inputs)
    return K.Model(inputs[0] if len(inputs) == 1 else inputs, out)


def dense(L, x):
    x = L.Dense(4, activation="relu", kernel_regularizer=keras.regularizers.L2(0.01) if L is keras.layers else None)(x)
    x = L.BatchNormalization()(x)
    x = L.Activation("hard_sigmoid")(x)
    x = L.LeakyReLU(0.2)(x)
    x = L.PReLU()(x)
    x = L.Dropout(0.3)(x)
    return L.Dense(3, activation="softmax", use_bias=False)(x)


def image(L, x):
    x = L.Rescaling(1 / 127.5, offset=-1)(x)
    x = L.ZeroPadding2D(((0, 1), (1, 0)))(x)
    x = L.Conv2D(4, 3, strides=2, padding="same", activation="relu6")(x)
    x = L.DepthwiseConv2D(3, padding="same", depth_multiplier=2)(x)
    x = L.SeparableConv2D(3, 2, depth_multiplier=2)(x)
    x = L.Conv2DTranspose(2, 3, strides=2, padding="same")(x)
    x = L.LayerNormalization()(x)
    x = L.UpSampling2D(2, interpolation="bilinear")(x)
    x = L.MaxPooling2D(2)(x)
    x = L.AveragePooling2D(3, strides=2, padding="same")(x)
    x = L.Cropping2D(((1, 0), (0, 1)))(x)
    return L.Flatten()(x)


def merge(L, a, b):
    add = L.Add()([a, b])
    more = L.Maximum()([L.Subtract()([a, b]), L.Multiply()([a, b]), L.Average()([a, b])])
    x = L.Concatenate()([add, more, L.Minimum()([a, b])])
    shared = L.Dense(9, activation="tanh")
    x = shared(shared(x))
    return L.Dot(axes=1)([x, L.ReLU(max_value=0.9, negative_slope=0.1)(x)])


def sequence(L, x):
    x = L.Conv1D(4, 3, padding="causal", dilation_rate=2)(x)
    x = L.LSTM(3, return_sequences=True)(x)
    x = L.GRU(4, return_sequences=True)(x)
    x = L.GRU(3, reset_after=False, return_sequences=True, go_backwards=True)(x)
    x = L.SimpleRNN(3, return_sequences=True)(x)
    x = L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode="ave")(x)
    x = L.TimeDistributed(L.Dense(3, activation="elu"))(x)
    x = L.ZeroPadding1D(1)(x)
    x = L.UpSampling1D(2)(x)
    x = L.Cropping1D((1, 2))(x)
    x = L.SeparableConv1D(3, 2)(x)
    x = L.Conv1DTranspose(2, 2, strides=2)(x)
    x = L.Permute((2, 1))(x)
    x = L.Reshape((-1, 2))(x)
    return L.Bidirectional(L.GRU(2))(x)


def words(L, x):
    x = L.Embedding(7, 4, mask_zero=True)(x)
    x = L.LSTM(3, recurrent_activation="hard_sigmoid")(x)
    return L.RepeatVector(2)(x)


def nested(L, x):
    K = keras if L is keras.layers else tf_keras
    body = K.Sequential([K.Input((6, 6, 1)), L.Conv2D(2, 3, name="inner"), L.GlobalAveragePooling2D()], name="body")
    head = K.Sequential([K.Input((2,)), L.Dense(4, activation="relu"), L.Dense(2, activation="softmax")], name="head")
    return head(body(x))


def newer(L, x):
    x = L.Normalization(mean=[0.1, 0.2, 0.3, 0.4], variance=[1.0, 2.0, 3.0, 4.0])(x)
    x = L.Conv2D(4, 3, groups=2, activation="silu")(x)
    x = L.GroupNormalization(groups=2)(x)
    x = L.Conv2D(2, 1, activation="gelu")(x)
    x = x / 2.0 - 1.0
    return L.GlobalMaxPooling2D(keepdims=True)(x)


def heads(L, x):
    a = L.MultiHeadAttention(2, 3, dropout=0.1)(x, x, use_causal_mask=True)
    b = L.MultiHeadAttention(3, 2, value_dim=4, output_shape=5, use_bias=False)(query=a, key=x, value=x)
    b = (L.EinsumDense if hasattr(L, "EinsumDense") else L.experimental.EinsumDense)("abc,cd->abd", (None, 6), activation="relu", bias_axes="d")(b)
    c = L.Attention(use_scale=True)([b, a])
    d = L.Attention(dropout=0.1)([c, a, x], use_causal_mask=True)
    return L.GlobalAveragePooling1D()(L.LayerNormalization()(L.Add()([b, d])))


def states(L, x, z):
    """An encoder leaves its states to a decoder: in one direction, and in both."""
    m = L.Masking(mask_value=0.5)(x)
    y, h, c = L.LSTM(3, return_sequences=True, return_state=True)(m)
    a = L.LSTM(3, return_sequences=True)(z, initial_state=[h, c])
    b, g = L.GRU(2, return_state=True)(y)
    d = L.GRU(2)(a, initial_state=[g])
    e, *ends = L.Bidirectional(L.LSTM(2, return_state=True))(x)
    f = L.Bidirectional(L.LSTM(2), merge_mode="mul")(z, initial_state=ends)
    k, *others = L.Bidirectional(L.GRU(2, return_state=True), merge_mode="sum")(y)
    n = L.Bidirectional(L.GRU(2))(z, initial_state=others)
    return L.Concatenate()([h, c, b, d, e, *ends, f, k, n])


NETS = {
    "states": ([(4, 2), (5, 3)], states),
    "heads": ([(4, 6)], heads),
    "dense": ([(5,)], dense),
    "image": ([(8, 8, 3)], image),
    "merge": ([(3,), (3,)], merge),
    "sequence": ([(6, 2)], sequence),
    "words": ([(5,)], words),
    "nested": ([(6, 6, 1)], nested),
}
expected = {}


def keep(name, model, suffix, shapes, compiled=False):
    spread(model)
    rows = []
    for i, shape in enumerate(shapes):
        n = 2 * int(np.prod(shape))
        x = (np.arange(n) * 3 % 7) if name.startswith("words") else 2 * wave(n, 1000 * i)
        rows.append(x.reshape((2, *shape)).astype("float32"))
    y = model.predict(rows[0] if len(rows) == 1 else rows, verbose=0)
    file = f"{name}{suffix}"
    model.save(os.path.join(HERE, file))
    expected[file] = {
        "inputs": [{"shape": list(x.shape), "data": [float(v) for v in x.ravel()]} for x in rows],
        "output": [float(v) for v in np.asarray(y).ravel()],
    }


if sys.argv[1:]:
    expected = json.load(open(os.path.join(HERE, "expected.json")))
for name, (shapes, body) in NETS.items():
    if sys.argv[1:] and name not in sys.argv[1:]:
        continue
    keep(f"{name}-3", graph(keras, shapes, body), ".keras", shapes)
    keep(f"{name}-3", graph(keras, shapes, body), ".h5", shapes)
    keep(f"{name}-2", graph(tf_keras, shapes, body), ".h5", shapes)
if sys.argv[1:]:
    json.dump(expected, open(os.path.join(HERE, "expected.json"), "w"))
    sys.exit()
keep("newer-3", graph(keras, [(5, 5, 4)], newer), ".keras", [(5, 5, 4)])
keep("dense-2", graph(tf_keras, NETS["dense"][0], dense), ".keras", NETS["dense"][0])
adapted = keras.layers.Normalization()
adapted.adapt(np.arange(12).reshape(4, 3).astype("float32"))
model = keras.Sequential([keras.Input((3,)), adapted, keras.layers.Dense(2)])
x = wave(6).reshape(2, 3).astype("float32")
model.save(os.path.join(HERE, "adapted-3.keras"))
expected["adapted-3.keras"] = {
    "inputs": [{"shape": [2, 3], "data": [float(v) for v in x.ravel()]}],
    "output": [float(v) for v in model.predict(x, verbose=0).ravel()],
}
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.fit(np.zeros((4, 4)), np.zeros((4, 1)), verbose=0)
keep("compiled-3", model, ".keras", [(4,)])
json.dump(expected, open(os.path.join(HERE, "expected.json"), "w"))
print({k: os.path.getsize(os.path.join(HERE, k)) for k in expected})
