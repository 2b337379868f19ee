import { expect, it } from 'vitest';
import { createFlights } from '../../../workers/pipeline/single-flight.ts';

const never = (): Promise<number> => new Promise(() => undefined);

it('shares a flight until it lands, and then forgets it', async () => {
  const flights = createFlights<number>(1_000);
  let started = 0;
  const start = async (): Promise<number> => ++started;
  expect(
    await Promise.all([flights.join('a', start), flights.join('a', start), flights.join('b', start)]),
  ).toEqual([1, 1, 2]);
  expect(flights.size).toBe(0);
  expect(await flights.join('a', start)).toBe(3);
});

it('does not let a flight that never lands hold those who come after its time', async () => {
  let now = 0;
  const flights = createFlights<number>(100, () => now);
  void flights.join('a', never);
  now = 101;
  expect(await flights.join('a', async () => 7)).toBe(7);
});

it('hands a failure to everybody on board, and to nobody later', async () => {
  const flights = createFlights<number>(1_000);
  const fail = async (): Promise<number> => Promise.reject(new Error('no'));
  await Promise.all([
    expect(flights.join('a', fail)).rejects.toThrow('no'),
    expect(flights.join('a', fail)).rejects.toThrow('no'),
  ]);
  expect(await flights.join('a', async () => 1)).toBe(1);
});
