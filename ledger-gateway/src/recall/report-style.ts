/** Looks of the report: plain, black on white, the same on screen and paper. */
export const reportStyle = `
@page { size: A4; margin: 16mm 14mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1040px; padding: 32px 28px 48px; color: #16202a; background: #fff;
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
header { display: flex; justify-content: space-between; gap: 24px; align-items: flex-start; border-bottom: 2px solid #16202a; padding-bottom: 14px; }
h1 { font-size: 24px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 15px; margin: 30px 0 8px; }
p { margin: 0 0 8px; }
.muted { color: #5a6874; }
.small { font-size: 12px; }
.mono { font: 12px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.badge { display: inline-block; padding: 3px 10px; border-radius: 4px; border: 1px solid currentColor; font-weight: 600; font-size: 13px; white-space: nowrap; }
.id { width: 230px; font-size: 10px; }
.when { white-space: nowrap; font-variant-numeric: tabular-nums; }
.bad { color: #a3201c; }
.good { color: #1b6b3a; }
.wait { color: #8a5a00; }
.exercise { margin: 16px 0 0; padding: 8px 12px; border: 1px dashed #8a5a00; color: #8a5a00; font-weight: 600; border-radius: 4px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 10px; margin: 18px 0 4px; }
.figure { border: 1px solid #d5dce2; border-radius: 6px; padding: 10px 12px; }
.figure b { display: block; font-size: 22px; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; }
.figure span { color: #5a6874; font-size: 12px; }
dl { display: grid; grid-template-columns: 150px 1fr; gap: 4px 16px; margin: 16px 0 0; }
dt { color: #5a6874; }
dd { margin: 0; }
table { width: 100%; border-collapse: collapse; font-size: 13px; }
th { text-align: left; font-weight: 600; color: #5a6874; font-size: 12px; border-bottom: 1px solid #16202a; padding: 4px 8px 4px 0; vertical-align: bottom; }
td { border-bottom: 1px solid #e3e8ec; padding: 6px 8px 6px 0; vertical-align: top; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.num { white-space: normal; }
.scroll { overflow-x: auto; }
footer { margin-top: 32px; border-top: 1px solid #d5dce2; padding-top: 10px; }
@media (max-width: 640px) { body { padding: 18px 14px; } header { display: block; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } }
@media print {
  body { padding: 0; max-width: none; font-size: 11px; }
  h1 { font-size: 19px; }
  h2 { break-after: avoid; font-size: 13px; margin-top: 18px; }
  table { font-size: 10px; }
  th, .small, .mono { font-size: 9px; }
  td { padding-top: 4px; padding-bottom: 4px; }
  .scroll { overflow: visible; }
  .figures { grid-template-columns: repeat(6, 1fr); gap: 6px; }
  .figure { padding: 6px 8px; break-inside: avoid; }
  .figure b { font-size: 15px; }
  .figure span { font-size: 9px; display: block; line-height: 1.25; }
  .id { width: 190px; font-size: 8px; }
}
`;
