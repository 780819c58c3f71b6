"""The sets of bench/tables/ with scikit-learn: a linear model, a multi-layer perceptron, gradient boosting.

    python3 bench/others/tables.py             (needs scikit-learn and pandas)

Five folds: fold k tests the rows whose number modulo 5 is k and trains on the others, as bench/tables.mjs does. Numbers are standardised,
words one-hot, missing values filled with the mean or the most frequent value and an indicator. All models have the library's defaults,
but for `max_iter`. Prints accuracy, or R² for quantities, as the mean over the folds, and writes bench/tables/reference.json.
"""
import json
import pathlib
import warnings

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent.parent / "tables"


def read(name, about):
    own = {"keep_default_na": False, "na_values": about["missing"]} if "missing" in about else {}
    index = {"index_col": 0} if about.get("index") else {}
    frame = pd.read_csv(HERE / f"{name}.csv", sep=about.get("sep", ","), decimal=about.get("decimal", "."), **own, **index)
    for column in about.get("currency", []):
        frame[column] = frame[column].str.replace("[$,]", "", regex=True).astype(float)
    for column in frame:
        if column.lower() in ("date", "year") and not pd.api.types.is_numeric_dtype(frame[column]):
            frame[column] = (pd.to_datetime(frame[column]) - pd.Timestamp(0)).dt.days
    return frame


def features(x):
    numbers = [c for c in x if pd.api.types.is_numeric_dtype(x[c])]
    words = [c for c in x if c not in numbers]
    return ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), numbers),
        ("words", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False)), words),
    ])


def models(classes):
    if classes:
        return {
            "linear": LogisticRegression(max_iter=1000),
            "mlp": MLPClassifier(max_iter=1000, random_state=1),
            "boosting": HistGradientBoostingClassifier(random_state=1),
        }
    scaled = lambda model: TransformedTargetRegressor(model, transformer=StandardScaler())
    return {
        "linear": scaled(Ridge()),
        "mlp": scaled(MLPRegressor(max_iter=1000, random_state=1)),
        "boosting": HistGradientBoostingRegressor(random_state=1),
    }


result = {"scikit-learn": sklearn.__version__, "pandas": pd.__version__, "numpy": np.__version__, "sets": {}}
for name, about in json.loads((HERE / "sets.json").read_text()).items():
    frame = read(name, about)
    y = frame.pop(about["label"])
    classes = not pd.api.types.is_numeric_dtype(y) or name == "wine"
    fold = np.arange(len(frame)) % 5
    row = {"rows": len(frame), "columns": frame.shape[1], "measure": "accuracy" if classes else "R²"}
    if classes:  # what answering with the most frequent class gives
        row["guess"] = round(float(np.mean([(y[fold == k] == y[fold != k].mode()[0]).mean() for k in range(5)])), 4)
    for kind, model in models(classes).items():
        scores = []
        for k in range(5):
            pipeline = make_pipeline(features(frame), model)
            pipeline.fit(frame[fold != k], y[fold != k])
            scores.append(pipeline.score(frame[fold == k], y[fold == k]))
        row[kind] = round(float(np.mean(scores)), 4)
    print(name, row)
    result["sets"][name] = row
(HERE / "reference.json").write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
