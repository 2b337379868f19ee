import type { ErrorDetail } from '../../component/element.ts';

/** Why finished pictures cannot be had at the moment, in a shopper's words. */
export function studioNotice({ code }: Pick<ErrorDetail, 'code'>): string {
  if (code === 'gpu_not_configured') return 'This shop shows drafts only.';
  if (code === 'offline') return 'No connection. We keep trying.';
  if (code === 'ceiling_reached') return 'Today’s finished pictures are used up; drafts go on.';
  if (code === 'too_busy' || code === 'rate_limited')
    return 'A busy moment; the finished picture will follow.';
  return 'Our studio is away; the finished picture will follow.';
}
