/** Strokes on a grid of 24; each icon stands beside a text that says the same. */
const paths = {
  warning: 'M12 4 2.8 20h18.4L12 4Zm0 6v5m0 2.6v.4',
  ok: 'm5 12.5 4.5 4.5L19 7.5',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-10v6m0-9.4v.4',
  none: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8 12h8',
  question: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9.6 9.4a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2.9-1.2 1.8m0 3v.4',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 5 5',
  field: 'M12 21v-9m0 0c0-4 3-7 8-7 0 5-3 8-8 8m0 1c0-3-2.6-5.6-7-5.6 0 4 2.6 6 7 6',
  packhouse: 'M3 10 12 4l9 6v10H3V10Zm5 10v-6h8v6',
  warehouse: 'M3 9l9-5 9 5v11H3V9Zm4 11v-8h10v8M7 15h10',
  store: 'M4 10v10h16V10M3 10l2-6h14l2 6a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0Zm6 10v-5h6v5',
  other:
    'M12 21c4-4.6 6.5-8 6.5-11.2A6.5 6.5 0 0 0 12 3.3a6.5 6.5 0 0 0-6.5 6.5C5.5 13 8 16.4 12 21Zm0-9a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4Z',
  unit: 'M4 8l8-4 8 4v8l-8 4-8-4V8Zm0 0 8 4 8-4m-8 4v8',
  lot: 'M4 5h9l7 7-8 8-8-8V5Zm4.2 4.2h.1',
  truck: 'M2 6h12v10H2V6Zm12 4h4l4 4v2h-8v-6ZM6.5 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm11 0a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  copy: 'M9 9h11v11H9V9Zm-5 6V4h11',
  thermometer: 'M10 13.5V5a2 2 0 1 1 4 0v8.5a4 4 0 1 1-4 0Zm2 3.5V9',
} as const;
export type IconName = keyof typeof paths;

export function isIconName(name: string): name is IconName {
  return Object.hasOwn(paths, name);
}

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
