// Cloudflare Workers. The first model is bundled with the worker; what is learned is stored in Workers KV, so that other and
// later isolates have it too.
import { service } from "../service.js";
import bundled from "./digits.safetensors";

let serve;

async function start(env) {
  const stored = await env.MODELS?.get("digits", "arrayBuffer");
  const save = env.MODELS && ((bytes) => env.MODELS.put("digits", bytes));
  return service(new Uint8Array(stored ?? bundled), { save });
}

export default {
  async fetch(request, env) {
    // once for each isolate; a failed start is tried again by the next request
    serve ??= start(env).catch((error) => {
      serve = undefined;
      throw error;
    });
    return (await serve)(request);
  },
};
