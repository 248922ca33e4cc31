// An S3 server for the tests: fauxqs in memory, on 127.0.0.1 alone (its own start listens to every address).
// usage: node s3.mjs WEB-FOLDER; prints its address; ends when its standard input does.
import { register } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// Its persistence, which is not used here, imports a module that Node 20 does not have.
register("data:text/javascript," + encodeURIComponent(`
  export const resolve = (specifier, context, next) => specifier === "node:sqlite"
    ? { url: "data:text/javascript,export class DatabaseSync {}", shortCircuit: true } : next(specifier, context);`));
const { buildApp } = await import(pathToFileURL(join(process.argv[2], "node_modules/fauxqs/dist/app.js")).href);
const app = buildApp({ logger: false });
// A bucket with this name takes the first part of an upload and none of the others.
app.addHook("onRequest", async (request, reply) => {
  if (request.url.startsWith("/breaks-off") && /[?&]partNumber=([2-9])/.test(request.url)) await reply.code(400).send("");
});
console.log(await app.listen({ host: "127.0.0.1", port: 0 }));
process.stdin.resume().on("end", () => process.exit());
