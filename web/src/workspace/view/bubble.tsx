import type { KeyboardEvent } from 'react'
import { useRef, useState } from 'react'
import type { Event, Session } from '../../api/wire.ts'
import { isPicture } from '../state/file.ts'
import type { MessageDeed } from '../state/right.ts'
import type { Quote, Said } from '../state/thread.ts'
import { t } from '../words/t.ts'
import { MessageMenu } from './act.tsx'
import { Icon } from './icon.tsx'
import { MediaList, mediaName } from './media.tsx'
import { customerName } from './person.tsx'
import { MarkedText } from './text.tsx'

/** What can be done with messages, and by whom they are changed just now. */
export interface Acts {
  offered: (message: Event) => ReadonlySet<MessageDeed>
  /** Ids of messages that a deed is under way for. */
  busy: ReadonlySet<string>
  onDeed: (deed: MessageDeed, message: Event) => void
  /** '' takes back what agents show. */
  onReact: (message: Event, emoji: string) => void
  /** Goes to a message that is held. */
  onQuote: (message: string) => void
  onRecord?: (record: string) => void
}

interface SaidProps {
  said: Said
  session: Session
  acts: Acts
  /** Whether the keyboard comes to the messages here; arrows move between them. */
  tab: boolean
}

const longest = 120

/** The beginning of a message in a line: of its text, else of what came with it. */
export function gist(message: Event): string {
  if (message.deleted_at) return t('message.deleted')
  const text = (message.text ?? '').replace(/\s+/g, ' ').trim()
  const [first] = message.media ?? []
  const words = text || (first ? mediaName(first) : '')
  return words.length > longest ? `${[...words].slice(0, longest).join('')}…` : words
}

/** By whom a message is, as agents call them. */
export const authorOf = (message: Event, session: Session): string =>
  message.actor.kind === 'customer' ? customerName(session) : message.actor.name || t('event.system')

/** One message with what stands in it and below it, and the way to what can be done with it. */
export function Bubble(props: SaidProps) {
  const { said, session, acts } = props
  return (
    <MessagePlace {...props}>
      {(more) => (
        <>
          <div className="bubble-line">
            <div className={isBare(said) ? 'bubble bare' : 'bubble'}>
              <Body said={said} session={session} onQuote={acts.onQuote} />
            </div>
            {more}
          </div>
          <Reactions said={said} session={session} acts={acts} />
        </>
      )}
    </MessagePlace>
  )
}

const isBare = ({ text, quote, media = [] }: Said) => !text && !quote && media.length > 0 && media.every(isPicture)

/** The words of a message, what it answers, and what came with it. */
export function Body({ said, session, onQuote }: Pick<SaidProps, 'said' | 'session'> & Pick<Acts, 'onQuote'>) {
  const { text, event, media, quote } = said
  return (
    <>
      {quote && <Quoted quote={quote} session={session} onQuote={onQuote} />}
      <MarkedText text={text} marks={event?.entities ?? []} />
      {media && <MediaList media={media} />}
      {event?.edited_at && <span className="edited"> {t('message.edited')}</span>}
    </>
  )
}

function Quoted({ quote, session, onQuote }: { quote: Quote; session: Session } & Pick<Acts, 'onQuote'>) {
  const { event, message } = quote
  if (!event) return <span className="quoted">{t('message.earlier')}</span>
  const name = authorOf(event, session)
  const text = gist(event)
  return (
    <button
      type="button"
      className="quoted"
      dir="auto"
      aria-label={t('message.quoted', { name, text })}
      onClick={() => onQuote(message)}
    >
      <span className="quoted-name cut">{name}</span>
      <span className="cut">{text}</span>
    </button>
  )
}

/** What both sides show on a message. */
export function Reactions({ said, session, acts }: Omit<SaidProps, 'tab'>) {
  const { event } = said
  if (!event?.reactions?.length) return null
  const may = acts.offered(event).has('react')
  return (
    <span className="reactions">
      {event.reactions.map(({ by, emoji }) =>
        by === 'agent' && may ? (
          <button
            key={by}
            type="button"
            className="reaction own"
            title={t('message.takeback', { emoji })}
            disabled={acts.busy.has(event.id)}
            onClick={() => acts.onReact(event, '')}
          >
            {emoji}
          </button>
        ) : (
          <span
            key={by}
            className={by === 'agent' ? 'reaction own' : 'reaction'}
            title={t('message.reaction', { emoji, name: by === 'agent' ? t('event.system') : customerName(session) })}
          >
            {emoji}
          </span>
        ),
      )}
    </span>
  )
}

interface PlaceProps extends SaidProps {
  children: (more: React.ReactNode) => React.ReactNode
}

/** Where a message stands; its menu opens here by the key for that, or by the button that its content places. */
export function MessagePlace({ said, acts, tab, children }: PlaceProps) {
  const { event } = said
  const button = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const offered = event && acts.offered(event)
  const onKeyDown = (key: KeyboardEvent) => {
    if (key.key !== 'ContextMenu' && !(key.key === 'F10' && key.shiftKey)) return
    if (!offered?.size) return
    key.preventDefault()
    setOpen(true)
  }
  const busy = event !== undefined && acts.busy.has(event.id)
  const more =
    event && offered && offered.size > 0 ? (
      <>
        <button
          ref={button}
          type="button"
          className={busy ? 'icon-button small message-more busy' : 'icon-button small message-more'}
          aria-label={busy ? t('message.busy') : t('message.acts', { text: gist(event) })}
          aria-haspopup="menu"
          aria-expanded={open}
          tabIndex={tab ? 0 : -1}
          onClick={() => setOpen(!open)}
        >
          {busy ? <span className="spinner" /> : <Icon name="ellipsis" />}
        </button>
        {open && (
          <MessageMenu
            message={event}
            offered={offered}
            anchor={button}
            onClose={() => setOpen(false)}
            onDeed={(deed) => {
              setOpen(false)
              acts.onDeed(deed, event)
            }}
            onReact={(emoji) => {
              setOpen(false)
              acts.onReact(event, emoji)
            }}
          />
        )}
      </>
    ) : null
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears the key of what has the focus in it
    <div className="message-place" data-said={said.key} data-message={event?.id} onKeyDown={onKeyDown}>
      {children(more)}
    </div>
  )
}
