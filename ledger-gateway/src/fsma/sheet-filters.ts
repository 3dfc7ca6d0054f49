import type { SheetData } from 'write-excel-file/node';

/**
 * Gives sheets a filter over their header, which write-excel-file leaves to such an addition: `autoFilter` has to follow
 * `sheetData` (ECMA-376, part 1, section 18.3.1.99).
 *
 * @param sheets the cells of each sheet; `null` for one without a filter
 */
export function sheetFilters(sheets: readonly (SheetData | null)[]) {
  return {
    files: {
      transform: {
        'xl/worksheets/sheet{id}.xml': {
          transform: (xml: string, _options: unknown, { sheetIndex }: { sheetIndex: number }) => {
            const data = sheets[sheetIndex];
            const columns = data?.[0]?.length;
            if (!data || !columns) return xml;
            const range = `A1:${letters(columns - 1)}${Math.max(2, data.length)}`;
            return xml.replace('</sheetData>', `</sheetData><autoFilter ref="${range}"/>`);
          },
        },
      },
    },
  };
}

function letters(index: number): string {
  return (index >= 26 ? letters(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));
}
