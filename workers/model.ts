import manifest from '../shared/model/manifest.json' with { type: 'json' };

/** The model that this build of the Worker draws and asks for. */
export const MODEL_VERSION: string = manifest.version;
