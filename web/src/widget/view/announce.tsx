import { useEffect, useRef, useState } from 'preact/hooks'
import type { State } from '../state/core.ts'
import { folded } from '../state/fold.ts'
import { t } from './words.ts'

/**
 * Reads new answers out, and nothing else: not the history, not one's own words, not what was taken back. The panel may be mounted because of an
 * answer, which is then news.
 */
export function Announce({ state }: { state: State }) {
  const { conversation, newest } = state
  const [said, say] = useState('')
  const told = useRef(state.unread > 0 ? newest - 1 : newest)
  const held = useRef(conversation.cursor)

  useEffect(() => {
    // The first snapshot is history, whenever it comes.
    const isFirst = held.current === undefined
    held.current = conversation.cursor
    const news: string[] = []
    const events = folded(conversation.events)
    for (let i = events.length - 1; i >= 0; i--) {
      const e = events[i]
      if (e?.kind !== 'message' || e.mine) continue
      if (Date.parse(e.at) <= told.current) break
      if (e.deleted) continue
      const text = [e.text, ...(e.media ?? []).map((m) => m.name ?? m.kind)].filter(Boolean).join(', ')
      news.unshift(e.name ? t('announce', { name: e.name, text }) : text)
    }
    told.current = Math.max(told.current, newest)
    if (!isFirst && news.length > 0) say(news.join('\n'))
  }, [conversation, newest])

  return (
    <div class="sr" aria-live="polite" aria-atomic="true">
      {said}
    </div>
  )
}
