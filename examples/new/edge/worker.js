// Answers with what the model says of a row: POST { "weight": 118, "diameter": 5.6, "colour": "yellow", "origin": "Spain" }. GET shows an example.
import { load, NablaError } from "nabla/predict";
import bytes from "./model.safetensors";

const model = load(new Uint8Array(bytes)); // once, when the worker starts
const EXAMPLE = { weight: 118, diameter: 5.6, colour: "yellow", origin: "Spain" };

export default {
  async fetch(request) {
    try {
      const row = request.method === "POST" ? await request.json() : EXAMPLE;
      const [answer] = await model.predictRows([row]);
      return Response.json({ row, ...answer });
    } catch (error) {
      // what is wrong with the request; anything else is for the log
      if (!(error instanceof NablaError || error instanceof SyntaxError)) throw error;
      return Response.json({ error: error.message }, { status: 400 });
    }
  },
};
