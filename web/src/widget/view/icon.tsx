// Lucide, ISC licence.
const paths = {
  send: ['m5 12 7-7 7 7', 'M12 19V5'],
  minimise: ['M5 12h14'],
  sent: ['M20 6 9 17l-5-5'],
  clock: ['M12 6v6l4 2', 'M22 12a10 10 0 1 1-20 0 10 10 0 0 1 20 0Z'],
  alert: ['M12 8v4', 'M12 16h.01', 'M22 12a10 10 0 1 1-20 0 10 10 0 0 1 20 0Z'],
  down: ['M12 5v14', 'm19 12-7 7-7-7'],
  chat: ['M7.9 20A9 9 0 1 0 4 16.1L2 22Z'],
} as const

/** A drawing beside words: it says nothing itself. */
export function Icon({ name, size }: { name: keyof typeof paths; size: number }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      {paths[name].map((d) => (
        <path key={d} d={d} />
      ))}
    </svg>
  )
}
