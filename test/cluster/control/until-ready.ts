import { request } from 'node:https';
import { eventually } from '../../support/eventually.ts';

/** Resolves when an API server is ready. Anybody may ask it that. @param check throws when there is no use in waiting */
export async function untilReady(url: string, check: () => void): Promise<void> {
  const isReady = async (): Promise<boolean> => {
    check();
    return (await statusOf(`${url}/readyz`)) === 200;
  };
  await eventually(isReady, { timeoutMs: 60_000, intervalMs: 100 });
}

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { rejectUnauthorized: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });
}
