import type { Sound } from './state/bell.ts'

// In hertz, one after the other.
const notes: Record<Sound, readonly number[]> = { joined: [523, 659, 784], message: [784, 1047] }
// In seconds.
const apart = 0.11
const rises = 0.02
const lasts = 0.3
const loud = 0.12
const soft = 0.001

let made: AudioContext | undefined

/** Plays a sound, where somebody has touched the page already: browsers let no other page be heard. */
export function chime(sound: Sound): void {
  if (!navigator.userActivation?.hasBeenActive) return
  made ??= new AudioContext()
  const context = made
  context.resume().catch(() => {})
  notes[sound].forEach((frequency, i) => {
    const begins = context.currentTime + i * apart
    const loudness = new GainNode(context, { gain: 0 })
    loudness.gain.setValueAtTime(soft, begins)
    loudness.gain.exponentialRampToValueAtTime(loud, begins + rises)
    loudness.gain.exponentialRampToValueAtTime(soft, begins + lasts)
    const note = new OscillatorNode(context, { frequency })
    note.connect(loudness).connect(context.destination)
    note.start(begins)
    note.stop(begins + lasts)
  })
}
