import type { Session } from '../../api/wire.ts'
import type { Triage } from '../live/rest.ts'
import type { Choice, Chooser } from '../state/action.ts'
import type { Table } from '../state/table.ts'
import { t } from '../words/t.ts'

// What is offered of colleagues' tags: enough to choose from, and looked for among so many sessions.
const mostTags = 20
const mostSessions = 2_000

/** Puts tags on a session and takes them off; those that other sessions of the department have are offered (FEATURES C9). */
export function tagsChooser(
  { tags, department }: Session,
  sessions: () => Table<Session>,
  change: (change: Triage, done: string) => void,
): Chooser {
  const on = (tag: string): Choice => ({
    key: tag,
    words: t('tags.add', { tag }),
    run: () => change({ add_tags: [tag] }, t('done.tagged', { tag })),
  })
  const off = (tag: string): Choice => ({
    key: tag,
    words: t('tags.remove', { tag }),
    chosen: true,
    run: () => change({ remove_tags: [tag] }, t('done.untagged', { tag })),
  })
  return {
    title: t('tags.label'),
    none: t('tags.none'),
    choices: () => [...tags.map(off), ...knownTags(sessions(), department, tags).map(on)],
    typed: (text) => (tags.includes(text.toLowerCase()) ? undefined : on(text)),
  }
}

/** Tags that sessions of a department have, as far as they are held. */
export function knownTags(sessions: Table<Session>, department: string, without: readonly string[]): string[] {
  const found = new Set<string>()
  let looked = 0
  for (const [, session] of sessions) {
    if (looked++ >= mostSessions || found.size >= mostTags) break
    if (session.department !== department) continue
    for (const tag of session.tags) if (!without.includes(tag)) found.add(tag)
  }
  return [...found].sort()
}
