// Bun. The model is a file next to this one; what is learned is written back to it.
// bun main.js [port]
import { service } from "../service.js";

const file = Bun.file(new URL("./digits.safetensors", import.meta.url));
const save = (bytes) => Bun.write(file, bytes);
const fetch = service(await file.bytes(), { save });
const server = Bun.serve({ port: Number(process.argv[2] ?? 8000), hostname: "127.0.0.1", fetch });
console.log(`Listening on ${server.url}`);
