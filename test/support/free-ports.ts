import { createServer } from 'node:net';

/** Below the kernel's ephemeral range and away from the reference ports, which a user of this machine may have in use. */
const firstPort = 21_000;
const lastPort = 29_999;
const attempts = 200;

/** First of `count` consecutive ports that nothing listens on. Found by trying, from a random place on. */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const first = firstPort + Math.floor(Math.random() * (lastPort - firstPort - count));
    const free = await Promise.all(Array.from({ length: count }, (_, offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} consecutive free ports between ${firstPort} and ${lastPort} after ${attempts} tries`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '0.0.0.0', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
