import { createApp, ref } from 'vue';
import { noted } from './noted.ts';

const app = createApp({
  setup() {
    return { query: ref('womens black pants'), seed: ref(7), shown: ref(true), noted };
  },
  template: `
    <main>
      <h1>A shop in Vue</h1>
      <label>Words <input id="words" v-model="query" /></label>
      <div class="picture">
        <restgan-preview v-if="shown" :query="query" :seed="seed" size="128" @draft="noted" @final="noted" @error="noted" />
      </div>
      <button type="button" @click="seed += 1">Another</button>
      <button type="button" @click="shown = !shown">Away</button>
    </main>`,
});
app.config.compilerOptions.isCustomElement = (tag) => tag === 'restgan-preview';
app.mount('#shop');
