const units = ['B', 'KB', 'MB', 'GB']

/** A number of bytes as people read it, such as 1.2 MB. */
export function sizeOf(bytes: number): string {
  let unit = 0
  let n = bytes
  while (n >= 999.5 && unit < units.length - 1) {
    n /= 1024
    unit++
  }
  return `${unit === 0 || n >= 9.95 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`
}
