import { createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { freePort } from '../../../gpu-service/dev/ports.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const listen = (port: number, host?: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    servers.push(server);
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

it('takes the wanted port when it is free', async () => {
  const port = await freePort(0);
  expect(await freePort(port)).toBe(port);
});

for (const host of ['127.0.0.1', '0.0.0.0', undefined]) {
  it(`goes past a port that is bound on ${host ?? 'every address'}`, async () => {
    const port = await freePort(0);
    await listen(port, host);
    expect(await freePort(port)).toBeGreaterThan(port);
  });
}

it('goes past a port that is taken by the caller', async () => {
  const port = await freePort(0);
  expect(await freePort(port, new Set([port]))).toBeGreaterThan(port);
});

it('says so when no port is left', async () => {
  await expect(freePort(65_535, new Set([65_535]))).rejects.toThrow('No free port between 65535 and 65535');
});
