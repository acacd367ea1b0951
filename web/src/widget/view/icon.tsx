// Lucide, ISC licence.
const paths = {
  send: ['m5 12 7-7 7 7', 'M12 19V5'],
  minimise: ['M5 12h14'],
  sound: ['M11 5 6 9H2v6h4l5 4Z', 'M15.5 8.5a5 5 0 0 1 0 7', 'M18.5 5.5a9 9 0 0 1 0 13'],
  muted: ['M11 5 6 9H2v6h4l5 4Z', 'm22 9-6 6', 'm16 9 6 6'],
  delivered: ['M20 6 9 17l-5-5'],
  read: ['M18 6 7 17l-5-5', 'm22 10-7.5 7.5L13 16'],
  clock: ['M12 6v6l4 2', 'M22 12a10 10 0 1 1-20 0 10 10 0 0 1 20 0Z'],
  alert: ['M12 8v4', 'M12 16h.01', 'M22 12a10 10 0 1 1-20 0 10 10 0 0 1 20 0Z'],
  down: ['M12 5v14', 'm19 12-7 7-7-7'],
  clip: ['m21.4 11-9.2 9.2a6 6 0 0 1-8.5-8.5l8.6-8.6a4 4 0 0 1 5.7 5.7l-8.6 8.6a2 2 0 0 1-2.8-2.9l8.5-8.4'],
  file: ['M15 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V7Z', 'M14 2v4a2 2 0 0 0 2 2h4'],
  thumb: [
    'M7 10v12',
    'M15 5.9 14 10h5.8a2 2 0 0 1 2 2.6l-2.4 8a2 2 0 0 1-1.9 1.4H4a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2h2.8a2 2 0 0 0 1.7-1.1L12 2a3 3 0 0 1 3 3.9Z',
  ],
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
