// What every runtime's example serves: digits in, predictions out, and a few steps of learning from corrections. Requests and
// responses are the web's own, so nothing here knows where it runs.
import { load, NablaError, weightsSha256 } from "nabla";

async function json(request) {
  const body = await request.json();
  if (body === null || typeof body !== "object") throw new NablaError("expected a JSON object");
  return body;
}

/**
 * @param {Uint8Array} bytes a model file, as `nabla train digits --out digits.safetensors` makes it
 * @param {{ save?: (bytes: Uint8Array) => Promise<unknown> }} [options] save: keeps what was learned; without it, it lasts as
 *   long as this isolate
 * @returns {(request: Request) => Promise<Response>}
 */
export function service(bytes, { save } = {}) {
  const model = load(bytes);
  const size = model.inputShape.reduce((product, n) => product * n, 1);
  const classes = model.metadata.classes ?? Array.from({ length: model.outputShape[0] }, (_, i) => String(i));

  /** A body of `size` bytes (grey values from 0 to 255), or JSON { "x": [[…], …] } with values from 0 to 1. */
  async function predict(request) {
    const asJson = request.headers.get("content-type")?.startsWith("application/json");
    const x = asJson ? (await json(request)).x : new Uint8Array(await request.arrayBuffer());
    const outputs = model.predict(x);
    const best = outputs.argMax();
    return outputs.toArray().map((row, i) => ({ class: classes[best[i]], confidence: row[best[i]] }));
  }

  /** JSON { "x": [[…], …], "y": [class numbers] }: a few steps on these rows, behind those that the model has seen. */
  async function learn(request) {
    const { x, y } = await json(request);
    if (!Array.isArray(y)) throw new NablaError('expected { "x": rows, "y": class numbers }, got no "y"');
    model.compile({ optimizer: { name: "sgd", learningRate: 0.01 }, loss: "categoricalCrossentropy" });
    const { history } = await model.fit(x, y, { epochs: 5, batchSize: Math.min(8, y.length) });
    await save?.(model.save());
    return { loss: history.loss, sha256: weightsSha256(model) };
  }

  return async (request) => {
    const { pathname } = new URL(request.url);
    const answer = { "/predict": predict, "/learn": learn }[pathname];
    if (!answer || request.method !== "POST")
      return Response.json(
        {
          error: `expected POST /predict (${size} bytes, or JSON) or POST /learn (JSON), got ${request.method} ${pathname}`,
        },
        { status: 404 },
      );
    try {
      return Response.json(await answer(request));
    } catch (error) {
      // a NablaError says what was wrong with the request; so does invalid JSON
      const fault = error instanceof NablaError || error instanceof SyntaxError;
      return Response.json(
        { error: fault ? error.message : "internal error" },
        { status: fault ? 400 : 500 },
      );
    }
  };
}
