/** What the others are compared with: a worker that does nothing. */
export default { fetch: () => new Response('0') };
