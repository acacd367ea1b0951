const units = ['B', 'KB', 'MB', 'GB']

/** A number of bytes as people say it: 812 B, 240 KB, 1.4 MB. */
export function sizeWords(bytes: number): string {
  let size = bytes
  let unit = 0
  // What would be rounded up to 1000 is one of the next unit.
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit > 0 && size < 9.95 ? size.toFixed(1).replace('.0', '') : Math.round(size)} ${units[unit]}`
}
