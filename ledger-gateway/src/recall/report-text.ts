import type { FailureReason } from '../notify/notice.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** A moment in UTC: `23 Nov 2026, 08:34:06 UTC`. */
export function timeText(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${clock} UTC`;
}

export function percentText(percent: number | null): string {
  return percent === null ? 'not known' : `${percent} %`;
}

/** Why a notice will not arrive. */
const failures: Readonly<Record<FailureReason, string>> = {
  'attempts-exhausted': 'nobody took it at any attempt',
  expired: 'its time was over',
  gone: 'the receiver wants no more',
  'address-refused': 'its address is of a private network',
  insecure: 'its address is not of HTTPS',
  'not-configured': 'there is no mail server',
  rejected: 'the mail server refused it',
  unreadable: 'its secret cannot be read',
};

export function failureText(reason: FailureReason): string {
  return failures[reason];
}

/** Codes of UN/CEFACT Rec. 20 that people know by another name. */
const unitNames: Readonly<Record<string, string>> = {
  KGM: 'kg',
  GRM: 'g',
  TNE: 't',
  LBR: 'lb',
  LTR: 'l',
  MLT: 'ml',
  EA: 'pcs',
  C62: 'pcs',
  H87: 'pcs',
  XCS: 'cases',
  XBX: 'boxes',
};

export function amountText(quantity: { amount: string; uom: string | null } | null): string {
  if (quantity === null) return '–';
  const { amount, uom } = quantity;
  return `${amount} ${uom === null ? 'pcs' : (unitNames[uom] ?? uom)}`;
}

/** `1 lot`, `2 lots`. */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** How long something took: `after 4 min 12 s`, `after 2 h 5 min`. Less than a second is `within a second`. */
export function tookText(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  if (seconds === 0) return 'within a second';
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60];
  if (hours > 0) return `after ${hours} h ${minutes} min`;
  return minutes > 0 ? `after ${minutes} min ${rest} s` : `after ${rest} s`;
}
