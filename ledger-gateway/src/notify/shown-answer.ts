import { notifyLimits } from './limits.ts';

/** What of an answer is kept to be shown: the beginning, without characters that do something to a terminal or a page. */
export function shownAnswer(text: string): string {
  return text.replace(/\p{C}/gu, ' ').trim().slice(0, notifyLimits.maxShownAnswerChars);
}
