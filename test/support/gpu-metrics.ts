/** Sum of a counter of the GPU service, over all labels or those that match. */
export async function counterOf(metricsUrl: string, name: string, label = ''): Promise<number> {
  const metrics = await (await fetch(`${metricsUrl}/metrics`)).text();
  return metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
