// Deno and Deno Deploy. The model is a file next to this one; what is learned stays in memory.
// deno run --allow-net --allow-read=. main.js
import { service } from "../service.js";

const bytes = await Deno.readFile(new URL("./digits.safetensors", import.meta.url));
Deno.serve({ port: Number(Deno.args[0] ?? 8000), hostname: "127.0.0.1" }, service(bytes));
