import { type ReactNode, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { RestganPreview } from '../../../../workers/component/element.ts';
import { noted } from './noted.ts';

/** What a shop with TypeScript declares to use the element in JSX. */
declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'restgan-preview': {
        query: string;
        seed?: number;
        size?: number;
        children?: ReactNode;
        ondraft?: (event: CustomEvent) => void;
        onfinal?: (event: CustomEvent) => void;
        onerror?: (event: CustomEvent) => void;
        ref?: (element: RestganPreview | null) => void;
      };
    }
  }
}

function Shop(): ReactNode {
  const [query, setQuery] = useState('womens black pants');
  const [seed, setSeed] = useState(7);
  const [shown, setShown] = useState(true);
  return (
    <main>
      <h1>A shop in React</h1>
      <label>
        Words <input id="words" value={query} onChange={(event) => setQuery(event.target.value)} />
      </label>
      <div className="picture">
        {shown && (
          <restgan-preview
            query={query}
            seed={seed}
            size={128}
            ondraft={noted}
            onfinal={noted}
            onerror={noted}
          />
        )}
      </div>
      <button type="button" onClick={() => setSeed(seed + 1)}>
        Another
      </button>
      <button type="button" onClick={() => setShown(!shown)}>
        Away
      </button>
    </main>
  );
}

const root = document.querySelector('#shop');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <Shop />
    </StrictMode>,
  );
}
