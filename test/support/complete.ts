import type { ProblemError } from '../../shared/contract/errors.ts';
import type { PictureRequest } from '../../shared/contract/picture.ts';
import { ok, type Result } from '../../shared/contract/result.ts';
import type { Picture, RemoteGenerator } from '../../workers/pipeline/ports.ts';

const POLL_MS = 50;

/** A remote generation from its beginning to its end, without the flight that has it in the Worker. */
export async function complete(
  remote: RemoteGenerator,
  request: PictureRequest,
  { deadlineMs, requestId }: { readonly deadlineMs: number; readonly requestId: string },
): Promise<Result<Picture, ProblemError>> {
  const end = Date.now() + deadlineMs;
  const times = () => ({ requestId, deadlineMs: end - Date.now(), waitMs: end - Date.now() });
  let progress = await remote.begin(request, times());
  while (progress.ok && progress.value.kind === 'pending') {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    progress = await remote.resume(progress.value.id, request, times());
  }
  if (!progress.ok) return progress;
  if (progress.value.kind === 'pending') throw new Error('unreachable');
  return ok(progress.value.picture);
}
