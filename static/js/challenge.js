// A proof of work (altcha's): find the number whose hash with the salt is the one asked for.

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// Resolves to what the server wants to see, or null where this browser cannot hash (plain http).
export async function solve(url) {
  if (!crypto.subtle) return null;
  const asked = await (await fetch(url, { cache: "no-store" })).json();
  const encoder = new TextEncoder();
  const began = performance.now();
  for (let number = 0; number <= asked.maxnumber; number += 1) {
    const hash = hex(await crypto.subtle.digest("SHA-256", encoder.encode(asked.salt + number)));
    if (hash === asked.challenge) {
      const took = Math.round(performance.now() - began);
      const { algorithm, challenge, salt, signature } = asked;
      return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature, took }));
    }
  }
  return null;
}
