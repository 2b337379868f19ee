import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  colorsAnswerSchema,
  healthAnswerSchema,
  refineAnswerSchema,
  vocabularyAnswerSchema,
} from '../../shared/contract/answer-schemas.ts';
import { previewsAnswerSchema } from '../../shared/contract/previews.ts';
import { SAMPLE_ORIGIN, type Sample } from '../../workers/openapi/samples.ts';
import { ROOT } from '../gpu-service/serve/process.ts';
import { curlLines, readCurl } from '../support/curl.ts';
import { setWhole } from '../support/whole.ts';

/** The API's description: complete, and every example in it and in the guides is run. */

const whole = setWhole();

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
  readonly 'x-codeSamples': readonly Sample[];
}
/** As the build wrote it. */
const document: {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
} = JSON.parse(readFileSync(join(ROOT, 'workers/dist/page/openapi.json'), 'utf8'));
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
);
const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  refine: refineAnswerSchema,
  colors: colorsAnswerSchema,
  vocabulary: vocabularyAnswerSchema,
  previews: previewsAnswerSchema,
  health: healthAnswerSchema,
};

async function ask(line: string): Promise<Response> {
  const { url, method, headers, body } = readCurl(line);
  const { pathname, search } = new URL(url.replace(/^localhost/, 'http://localhost'));
  return whole.worker.fetch(pathname + search, { method, headers, ...(body === undefined ? {} : { body }) });
}

describe('the description', () => {
  it('is OpenAPI 3.1 with an example for every operation', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(operations.map(({ operation }) => operation.operationId).sort()).toEqual([
      'colors',
      'health',
      'preview',
      'previewByPath',
      'previews',
      'refine',
      'stream',
      'vocabulary',
    ]);
    for (const { operation } of operations) expect(operation['x-codeSamples'].length).toBeGreaterThan(0);
  });

  it('has every address of the Worker and no other, with its methods', async () => {
    for (const { path, method } of operations) {
      const address = path.replace('{file}', 'black-pants.webp');
      const allowed = (await whole.worker.fetch(address, { method: 'DELETE' })).headers.get('Allow') ?? '';
      expect(allowed.split(', ')).toContain(method.toUpperCase());
    }
  });
});

const shell = operations.flatMap(({ operation }) =>
  operation['x-codeSamples']
    .filter(({ lang }) => lang === 'Shell')
    .map(({ source }) => ({ operation, source })),
);

describe('its examples', () => {
  it.each(shell.map(({ operation, source }) => [source, operation] as const))(
    '%s',
    async (source, operation) => {
      const answer = await ask(source);
      const described = operation.responses[String(answer.status)];
      expect(answer.ok).toBe(true);
      const type = answer.headers.get('Content-Type')?.split(';')[0] ?? '';
      expect(Object.keys(described?.content ?? {})).toContain(type);
      if (type === 'application/json') SCHEMAS[operation.operationId]?.parse(await answer.json());
    },
  );

  it('in HTML show a picture', async () => {
    const pages = operations.flatMap(({ operation }) =>
      operation['x-codeSamples'].filter(({ lang }) => lang === 'HTML'),
    );
    expect(pages.length).toBeGreaterThan(0);
    for (const { source } of pages) {
      const address = /src="([^"]+)"/.exec(source)?.[1] ?? '';
      expect(address.startsWith(SAMPLE_ORIGIN)).toBe(true);
      const answer = await ask(`curl '${address}'`);
      expect(answer.headers.get('Content-Type')).toBe('image/webp');
    }
  });
});

describe.each(['README.md', 'workers/README.md', 'workers/DEPLOY.md'])('the examples of %s', (file) => {
  it.each(curlLines(readFileSync(join(ROOT, file), 'utf8')).filter((line) => line.includes('/v1/')))(
    '%s',
    async (line) => {
      const answer = await ask(line);
      expect(answer.ok).toBe(true);
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(20);
    },
  );
});
