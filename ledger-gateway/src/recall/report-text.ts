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

export function amountText(quantity: { amount: string; uom: string | null } | null): string {
  return quantity === null ? '–' : `${quantity.amount} ${quantity.uom ?? 'pcs'}`;
}
