// A page that trains a network of its own, and asks one that came with it.
import { dense, sequential } from "nabla";
import { loadModel } from "nabla/browser";
import { moons } from "nabla/data";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import rows from "./rows.json";

function App() {
  const [epoch, setEpoch] = useState(0);
  const [result, setResult] = useState();
  useEffect(() => {
    const stop = new AbortController();
    (async () => {
      const model = sequential(
        [dense({ units: 16, activation: "relu" }), dense({ units: 1, activation: "sigmoid" })],
        { seed: 1 },
      );
      model.compile({
        optimizer: { name: "adam", learningRate: 0.02 },
        loss: "binaryCrossentropy",
        metrics: ["accuracy"],
      });
      const callbacks = [{ onEpochEnd: (n) => setEpoch(n + 1) }];
      const { history } = await model.fit(moons({ samples: 400 }), {
        epochs: 20,
        callbacks,
        signal: stop.signal,
      });
      const churn = await loadModel(new URL("churn.safetensors", location.href));
      setResult({ accuracy: history.accuracy.at(-1), answers: await churn.predictRows(rows) });
    })().catch((error) => {
      if (!stop.signal.aborted) setResult({ error: String(error) });
    });
    return () => stop.abort();
  }, []);
  return (
    <>
      <p id="epoch">{epoch}</p>
      {result && <pre id="result">{JSON.stringify(result)}</pre>}
    </>
  );
}

createRoot(document.querySelector("#app")).render(<App />);
