/** How long an address of a file in memory is good for: a browser may ask first where it should go. */
const addressMs = 60_000;

/** Gives a file to the browser as a download. */
export function saveFile(file: File): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), addressMs);
}
