/** `npm run keys`: makes keys for callers and says where each part of them goes. */
import { mintPublishableKey, mintSecretKey, mintSigningKey } from '../../shared/contract/access-keys.ts';
import { SIGNING_KEY_ID } from '../../shared/contract/signature.ts';

const USAGE = `npm run keys secret NAME            a key for a server
npm run keys publishable ORIGIN …   a key for the pages of these origins
npm run keys signing ID             a key that signs addresses`;

const [what, ...names] = process.argv.slice(2);
const [name = ''] = names;
if (what === 'secret' && /^[\w-]{1,32}$/.test(name)) {
  const { key, kept } = await mintSecretKey(name);
  console.log(`For the server, shown only now:\n  ${key}`);
  console.log(`Add to SECRET_KEYS, a comma between two (npx wrangler secret put SECRET_KEYS):\n  ${kept}`);
} else if (what === 'publishable' && names.length > 0) {
  console.log('Add to PUBLISHABLE_KEYS, a JSON array (wrangler.toml, [vars]):');
  console.log(`  ${JSON.stringify({ key: mintPublishableKey(), origins: names })}`);
} else if (what === 'signing' && SIGNING_KEY_ID.test(name)) {
  console.log('Add to SIGNING_KEYS, a comma between two, and give it to whoever signs');
  console.log(`(npx wrangler secret put SIGNING_KEYS):\n  ${mintSigningKey(name)}`);
} else {
  console.error(USAGE);
  process.exitCode = 2;
}
