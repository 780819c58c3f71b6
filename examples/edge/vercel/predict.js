// Vercel, edge runtime: api/predict.js of a project. The model is fetched once for each isolate, from public/ of the deployment.
import { service } from "../service.js";

export const config = { runtime: "edge" };

let serve;

async function start(request) {
  const response = await fetch(new URL("/digits.safetensors", request.url));
  if (!response.ok) throw new Error(`the model: status ${response.status}`);
  return service(new Uint8Array(await response.arrayBuffer()));
}

export default async function handler(request) {
  serve ??= start(request).catch((error) => {
    serve = undefined;
    throw error;
  });
  const url = new URL(request.url);
  // /api/predict → /predict
  return (await serve)(new Request(new URL(url.pathname.replace(/^\/api/, ""), url), request));
}
