import { type RefObject, useState } from 'react'
import type { Event, Me, Session } from '../../api/wire.ts'
import { clean } from '../../shared/utf8.ts'
import type { Commands } from '../state/action.ts'
import { saidAfter } from '../state/select.ts'
import { authorOf, gist } from '../view/bubble.tsx'
import { Composer } from '../view/composer.tsx'
import { customerName } from '../view/person.tsx'
import { t } from '../words/t.ts'
import type { Amend } from './amend.ts'
import type { Files } from './files.ts'
import { holdFor, useHold } from './hold.ts'
import { focusRow, useCommands } from './keys.ts'
import { useLive, useShown } from './live.tsx'
import { useToast } from './toast.tsx'

/** What the text is for, where it is no message of its own: the new text of a message, or an answer to one. */
export type Aim = { deed: 'reply'; message: string } | { deed: 'edit'; message: string; text: string }

interface WritingProps {
  session: Session
  me: Me
  mayReply: boolean
  field: RefObject<HTMLTextAreaElement | null>
  commands: RefObject<Commands>
  aim: Aim | undefined
  /** The message that it is about, as it stands; undefined if it is not there any more. */
  aimed: Event | undefined
  amend: Amend
  files: Files
  onAim: (aim: Aim | undefined) => void
  /** Goes to the agent's own newest message, to change it. */
  onEditLast: () => void
  onSent: () => void
}

/** The composer with the session's draft, which goes to the outbox (FEATURES D3, A20), or with a message to change. */
export function Writing(props: WritingProps) {
  const { session, me, mayReply, field, commands, aimed, amend, files, onAim, onEditLast, onSent } = props
  const live = useLive()
  const { drafts, beaten, state } = useShown()
  const say = useToast()
  const [holds, setHolds] = useHold()
  const [full, setFull] = useState(false)
  const { id } = session
  const draft = drafts[id]
  const aim = aimed && props.aim
  const editing = aim?.deed === 'edit' ? aim : undefined
  const draftKind = mayReply ? (draft?.kind ?? 'reply') : 'note'
  const kind = editing ? (aimed?.audience === 'agents' ? 'note' : 'reply') : draftKind
  const text = editing ? editing.text : (draft?.text ?? '')
  const answered = aim?.deed === 'reply' && kind === 'reply' ? aim.message : undefined

  const write = (to: 'reply' | 'note') => {
    if (!editing && (to === 'note' || mayReply)) live.drafts.put(id, { kind: to })
    field.current?.focus()
  }
  const save = async (message: string, said: string) => {
    if (said === aimed?.text) return onAim(undefined)
    const done = await amend.run(message, `edit ${said}`, (key) => live.rest.edit(message, key, said))
    if (done) onAim(undefined)
  }
  const send = () => {
    const said = clean(text).trim()
    if (editing) {
      if (said) void save(editing.message, said)
      return
    }
    const { brought } = files
    if (!said && brought.length === 0) return
    const more = { ...(brought.length > 0 ? { files: brought } : {}), ...(answered ? { replyTo: answered } : {}) }
    const kept = live.outbox.add(id, kind, said, more, holds ? holdFor : 0)
    setFull(!kept)
    if (!kept) return
    if (holds) {
      const undo = () => {
        if (live.outbox.recall(kept)) live.drafts.giveBack(id, kept)
      }
      say(t('done.held'), { words: t('undo'), run: undo })
      stayFor(holdFor)
    }
    live.drafts.put(id, { text: '', kind, files: [] })
    onAim(undefined)
    onSent()
  }
  useCommands(commands, {
    ...(mayReply ? { reply: () => write('reply') } : {}),
    note: () => write('note'),
    ...(editing ? {} : { attach: () => document.querySelector<HTMLElement>('.talk input[type=file]')?.click() }),
  })

  const winner = beaten[id]
  const newer =
    draft?.after !== undefined && !editing && kind === 'reply'
      ? saidAfter(state.logs[id], draft.after, me.id)
      : undefined
  return (
    <Composer
      field={field}
      customer={customerName(session)}
      source={session.channel.kind}
      me={me.public_name || me.name}
      text={text}
      kind={kind}
      mayReply={mayReply}
      takes={session.state === 'waiting'}
      hint={mayReply ? undefined : hintFor(session)}
      alarm={full ? t('composer.full') : (files.refused ?? (winner && t('composer.beaten', { winner })))}
      newer={newer && t('composer.newer', { name: authorOf(newer, session), text: gist(newer) })}
      holds={holds}
      onHold={setHolds}
      unreachable={session.state === 'ended' ? undefined : session.unreachable}
      aim={
        aimed && (editing || answered)
          ? {
              deed: editing ? 'edit' : 'reply',
              words: editing
                ? t(kind === 'note' ? 'composer.editing.note' : 'composer.editing')
                : t('composer.replying', { name: authorOf(aimed, session) }),
              gist: gist(aimed),
              busy: editing !== undefined && amend.busy.has(editing.message),
            }
          : undefined
      }
      chips={files.chips}
      onText={(next) => {
        if (editing) return onAim({ ...editing, text: next })
        live.drafts.put(id, { text: next, kind: draftKind, after: draft?.after ?? session.last_seq })
        if (kind === 'reply' && next) live.typing(id)
      }}
      onKind={write}
      onSend={send}
      onUnaim={() => {
        onAim(undefined)
        field.current?.focus()
      }}
      onUp={onEditLast}
      onFiles={files.add}
      onRemoveFile={(key) => {
        files.remove(key)
        field.current?.focus()
      }}
      onRetryFile={files.retry}
      onEscape={() => {
        // What is pressed next is meant for the workspace, also where there is no row to go to.
        field.current?.blur()
        focusRow(id)
      }}
    />
  )
}

// stayFor asks who would leave the page while something is held that has not gone out.
function stayFor(ms: number): void {
  const stay = (event: BeforeUnloadEvent) => event.preventDefault()
  window.addEventListener('beforeunload', stay)
  setTimeout(() => window.removeEventListener('beforeunload', stay), ms)
}

// hintFor says why one cannot reply, and what one can do.
function hintFor(session: Session): string {
  if (session.state === 'ended') return t('composer.over')
  return session.assignee ? t('composer.watch', { name: session.assignee.name }) : t('composer.queue')
}
