// What people do with OpenAI's Node SDK, unmodified: node edit.mjs PACKAGE BASE KEY PHOTO MASK
import assert from "node:assert/strict";
import fs from "node:fs";

const [name, baseURL, apiKey, photo, mask] = process.argv.slice(2);
const { default: OpenAI, toFile } = await import(name);
const client = new OpenAI({ baseURL, apiKey });
// The site of these tests lets a call wait for three seconds only; a retry goes on waiting for the same edit.
const patient = new OpenAI({ baseURL, apiKey, maxRetries: 10 });
const stream = () => fs.createReadStream(photo);

const one = await client.images.edit({ model: "freeai-lite", image: stream(), prompt: "black and white" });
assert.equal(one.usage.total_tokens, 100);
assert.equal(Buffer.from(one.data[0].b64_json, "base64").readUInt16BE(0), 0xffd8);

const bytes = await toFile(fs.readFileSync(photo), "photo.jpg", { type: "image/jpeg" });
const two = await patient.images.edit({
  model: "Test-Invert",
  image: [bytes],
  mask: fs.createReadStream(mask),
  prompt: "invert it",
  n: 2,
  response_format: "url",
});
assert.equal(two.data.length, 2);
assert.equal((await fetch(two.data[1].url)).status, 200);

const kinds = [];
const events = await client.images.edit({
  model: "test-slow", image: stream(), prompt: "slow 30", stream: true, partial_images: 2,
});
for await (const event of events) kinds.push(event.type);
assert.equal(kinds.at(-1), "image_edit.completed");
assert.ok(kinds.includes("image_edit.partial_image"));

await assert.rejects(client.images.edit({ model: "nothing", image: stream(), prompt: "x" }), (error) =>
  error instanceof OpenAI.NotFoundError && error.code === "model_not_found");
await assert.rejects(client.images.edit({ model: "test-broken", image: stream(), prompt: "x" }), (error) =>
  error instanceof OpenAI.InternalServerError && error.code === "edit_failed");
await assert.rejects(async () => {
  const failing = await client.images.edit({ model: "test-broken", image: stream(), prompt: "x", stream: true });
  for await (const event of failing) assert.fail(event.type);
}, (error) => error instanceof OpenAI.APIError);

const balance = async () => {
  const now = await client.get("/balance");
  return now.daily.available + now.paid.available + now.held;
};
const before = await balance();
await patient.images.edit({ model: "test-slow", image: bytes, prompt: "slow 100" });
assert.equal(before - (await balance()), 100);

const models = await client.models.list();
assert.ok(models.data.some((model) => model.id === "step1x-edit"));
console.log("done");
