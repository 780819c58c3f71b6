"""Writes tables.json beside this file: tables as scikit-learn and pandas encode them.
Run by hand: python3 test/golden/make_tables.py

`mixed`: numbers with gaps (SimpleImputer(mean), marked where they were, StandardScaler), texts (SimpleImputer(most_frequent),
OneHotEncoder), truths, dates (pandas, in days since 1970, StandardScaler). Everything is fitted on the first `train` rows.
`rare`: OneHotEncoder(max_categories): the most frequent values and the rest together.
`series`: Unix times, Julian dates and small differences of large numbers, standardised in float64 and rounded once."""
import io
import json
import pathlib

import numpy as np
import pandas as pd
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(7)

ROWS, TRAIN = 24, 18
age = np.round(rng.uniform(1, 80, ROWS), 1)
city = rng.choice(["Paris", "London", "Rome"], ROWS)
city[:3] = ["Paris", "London", "Rome"]
member = rng.choice(["True", "False"], ROWS)
day = pd.to_datetime("2021-01-01") + pd.to_timedelta(rng.integers(0, 900, ROWS), unit="D")
frame = pd.DataFrame({"age": age.astype(str), "city": city, "member": member, "day": day.strftime("%Y-%m-%d")})
frame.loc[[2, 9, 20], "age"] = ["", "NA", "?"]
frame.loc[[5, 21], "city"] = ["", "n/a"]
text = frame.assign(label=rng.choice(["yes", "no"], ROWS)).to_csv(index=False)

read = pd.read_csv(io.StringIO(text), na_values=["?", "n/a"])
train = read[:TRAIN]
mean = SimpleImputer(strategy="mean").fit(train[["age"]])
filled = mean.transform(read[["age"]])
numbers = StandardScaler().fit(filled[:TRAIN])
words = SimpleImputer(strategy="most_frequent").fit(train[["city"]])
hot = OneHotEncoder(sparse_output=False).fit(words.transform(train[["city"]]))
days = (pd.to_datetime(read["day"]) - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)
dates = StandardScaler().fit(days[:TRAIN].to_numpy()[:, None])
mixed = np.hstack([
    numbers.transform(filled),
    MissingIndicator(features="all").fit_transform(read[["age"]]).astype(float),
    hot.transform(words.transform(read[["city"]])),
    MissingIndicator(features="all").fit_transform(read[["city"]]).astype(float),
    read[["member"]].astype(float).to_numpy(),
    dates.transform(days.to_numpy()[:, None]),
])

letters = rng.choice(list("abcdefgh"), 200, p=[0.3, 0.2, 0.15, 0.13, 0.1, 0.06, 0.04, 0.02])
few = OneHotEncoder(sparse_output=False, max_categories=5).fit(letters[:, None])
kept = [c for c in few.categories_[0] if c not in few.infrequent_categories_[0]]

unix = 1700000000 + np.round(rng.uniform(0, 200, 40), 1)
julian = 2451545 + np.round(rng.uniform(0, 0.002, 40), 8)
small = 1e11 + rng.integers(0, 50, 40)
series = np.column_stack([unix, julian, small])

json.dump({
    "mixed": {"text": text, "train": TRAIN, "age": mean.statistics_[0], "city": words.statistics_[0],
              "features": mixed.astype(np.float32).astype(float).tolist()},
    "rare": {"values": letters.tolist(), "kept": kept, "features": few.transform(letters[:, None]).sum(axis=0).tolist()},
    "series": {"values": [[repr(float(v)) for v in row] for row in series],
               "mean": series.mean(axis=0, dtype=np.longdouble).astype(float).tolist(),
               "features": ((series - series.mean(axis=0, dtype=np.longdouble)) / series.std(axis=0, dtype=np.longdouble)).astype(np.float32).astype(float).tolist()},
}, open(HERE / "tables.json", "w"), ensure_ascii=False)
