/**
 * The engine's thread. onnxruntime-node runs a graph synchronously on the thread that asks for it; here that
 * is not the thread that answers HTTP, which thus refuses, cancels and reports while a batch runs.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { RunMessage, ThreadData, ThreadMessage } from './engine-protocol.ts';
import { openSessions } from './sessions.ts';

const port = parentPort;
if (port === null) throw new Error('engine-thread.ts is started by engine.ts, as a thread');

const post = (message: ThreadMessage, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

const opened = await openSessions(workerData as ThreadData);
if (opened.ok) {
  const sessions = opened.value;
  port.on('message', async (message: RunMessage) => {
    const { id, rows } = message;
    try {
      if (message.graph === 'classifier') {
        post({ type: 'seen', id, probabilities: await sessions.classify(rows, message.image) });
      } else {
        const image = await sessions.run(message.graph, rows, message.inputs);
        post({ type: 'drawn', id, image }, [image.buffer as ArrayBuffer]);
      }
    } catch (error) {
      post({ type: 'error', id, reason: error instanceof Error ? error.message : String(error) });
    }
  });
  const { provider, batchSizes, note } = sessions;
  post({ type: 'ready', provider, batchSizes, note });
} else {
  post({ type: 'failed', reason: opened.error });
}
