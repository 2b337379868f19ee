/** What a documented `curl` line asks for. */
export interface CurlCall {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

/** Reads a `curl` line as the documentation writes them: `-o`, `-N`, `-s`, `-X`, `-H`, `-d`, and one address. */
export function readCurl(line: string): CurlCall {
  const [command, ...words] = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  );
  if (command !== 'curl') throw new Error(`no curl: ${line}`);
  const headers: Record<string, string> = {};
  let [url, method, body]: [string, string, string | undefined] = ['', 'GET', undefined];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-N' || word === '-s') continue;
    if (!word.startsWith('-')) {
      url = word;
      continue;
    }
    const value = words.shift() ?? '';
    if (word === '-X') method = value;
    else if (word === '-d') body = value;
    else if (word === '-H') {
      const colon = value.indexOf(':');
      headers[value.slice(0, colon)] = value.slice(colon + 1).trim();
    } else if (word !== '-o') throw new Error(`an option that the tests do not know: ${word} in ${line}`);
  }
  return { url, method, headers, body };
}

/** The `curl` lines of a Markdown file's shell blocks, without their comments. */
export const curlLines = (markdown: string): string[] =>
  [...markdown.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block = '']) => block.split('\n'))
    .filter((line) => line.startsWith('curl '))
    .map((line) => line.replace(/\s+#.*$/, ''));
