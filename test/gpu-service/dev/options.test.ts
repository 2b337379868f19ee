import { expect, it } from 'vitest';
import { readOptions } from '../../../gpu-service/dev/options.ts';

it('has defaults for everything', () => {
  expect(readOptions([])).toEqual({
    ok: true,
    value: {
      port: 8787,
      'gpu-port': 9100,
      'no-gpu': false,
      state: '.wrangler/state',
      verbose: false,
      help: false,
    },
  });
});

it('reads every option', () => {
  const read = readOptions([
    '--port',
    '0',
    '--gpu-port=9200',
    '--no-gpu',
    '--state',
    'here',
    '--verbose',
    '--help',
  ]);
  expect(read).toEqual({
    ok: true,
    value: { port: 0, 'gpu-port': 9200, 'no-gpu': true, state: 'here', verbose: true, help: true },
  });
});

for (const args of [
  ['--port', 'x'],
  ['--port', '70000'],
  ['--port', '1.5'],
  ['--gpu-port', ''],
  ['--colour'],
  ['x'],
]) {
  it(`refuses ${JSON.stringify(args)} with a sentence`, () => {
    expect(readOptions(args)).toMatchObject({ ok: false, error: expect.stringMatching(/\w+ \w+/) });
  });
}
