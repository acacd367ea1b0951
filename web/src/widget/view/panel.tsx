import { useCallback, useEffect, useId, useRef, useState } from 'preact/hooks'
import { sizeOf } from '../../shared/size.ts'
import { agentOf, blockedUntil, isOngoing, isOpen as isSessionOpen } from '../state/conversation.ts'
import type { Core, State } from '../state/core.ts'
import { askedOf } from '../state/rating.ts'
import { textOf } from '../state/text.ts'
import { type Upload, Uploads } from '../state/upload.ts'
import { Announce } from './announce.tsx'
import { Blocked, useBefore } from './blocked.tsx'
import { Circle } from './circle.tsx'
import { Composer } from './composer.tsx'
import { Confirm } from './confirm.tsx'
import { Icon } from './icon.tsx'
import { Rate } from './rate.tsx'
import { Status } from './status.tsx'
import { Thread } from './thread.tsx'
import { t } from './words.ts'

// A connection that comes back at once is not worth a word.
const patience = 2_000

/** The open chat: who answers, what was said, where to write. */
export function Panel({ core }: { core: Core }) {
  const state = useCore(core)
  const { conversation, isOpen } = state
  const [isConfirming, setConfirming] = useState(false)
  const isOffline = useOffline(state)
  const until = blockedUntil(conversation)
  const isBlocked = useBefore(until)
  const section = useFullScreen(isOpen)
  const [isRating, setRating] = useState(false)
  const asked = isBlocked ? undefined : askedOf(conversation)
  const isAsked = asked !== undefined
  useEffect(() => {
    if (!isAsked) setRating(false)
  }, [isAsked])
  const { uploads, attach, isOver, drop } = useUploads(core, conversation.maxFile)
  const title = useId()

  const older = useCallback(() => core.older(), [core])
  const edit = useCallback(
    (id: string) => {
      const { conversation, draft } = core.state
      const { text = '', files = [] } = conversation.pending.find((p) => p.id === id) ?? {}
      core.remove(id)
      core.draft(draft && text ? `${draft}\n${text}` : draft || text)
      uploads.restore(files)
      section.current?.querySelector('textarea')?.focus()
    },
    [core, section, uploads],
  )
  const remove = useCallback((id: string) => core.remove(id), [core])
  const attend = useCallback((isAttending: boolean) => core.attend(isAttending), [core])

  const toField = () => section.current?.querySelector('textarea')?.focus()
  const answer = (isYes: boolean) => {
    setConfirming(false)
    if (isYes) core.end()
    // What lies below a dialog takes the focus only when the dialog is gone.
    requestAnimationFrame(toField)
  }
  const pressed = (event: KeyboardEvent) => {
    // The page's own shortcuts are not meant by what is typed here.
    event.stopPropagation()
    if (event.key === 'Escape' && !event.isComposing) core.minimise()
  }
  const isOn = isSessionOpen(conversation)
  return (
    <section
      ref={section}
      class="panel"
      aria-labelledby={title}
      hidden={!isOpen}
      onKeyDown={pressed}
      onKeyUp={stop}
      onKeyPress={stop}
      {...drop}
    >
      <div class="body" inert={isConfirming}>
        <Head
          id={title}
          state={state}
          onEnd={isOn && !state.isEnding ? () => setConfirming(true) : undefined}
          isRating={isRating}
          onRate={isOn && isAsked ? () => setRating(!isRating) : undefined}
          onMute={() => core.mute(!core.state.isMuted)}
          onMinimise={() => core.minimise()}
        />
        <Status state={state} isOffline={isOffline} />
        <Thread
          conversation={conversation}
          isOpen={isOpen}
          isOffline={isOffline}
          isClosed={!core.canWrite}
          isAsking={state.isAsking}
          unread={state.unread}
          base={core.way[0].replace('ws', 'http')}
          onOlder={older}
          onEdit={edit}
          onRemove={remove}
          onAttend={attend}
        >
          {asked && (
            <Rate
              asked={asked}
              isHidden={!isRating && isOngoing(conversation)}
              isOn={isOn}
              isOffline={isOffline}
              onRate={(rating, comment) => core.rate(asked.about, rating, comment)}
            />
          )}
        </Thread>
        {isBlocked ? (
          <Blocked until={until} />
        ) : (
          <Composer
            draft={state.draft}
            isClosed={!core.canWrite}
            placeholder={t(placeholderOf(state))}
            onDraft={(text) => core.draft(text)}
            onSend={(draft) => {
              const text = textOf(draft)
              if (text !== undefined) core.write(text, uploads.all.length > 0 ? uploads.take() : undefined)
              return text !== undefined
            }}
            uploads={uploads.all}
            onAttach={attach}
            onRetry={(key) => uploads.retry(key)}
            onDetach={(key) => uploads.remove(key)}
          />
        )}
        <Announce state={state} />
      </div>
      {isOver && <p class="drop">{t('dropHere')}</p>}
      {isConfirming && <Confirm onYes={() => answer(true)} onNo={() => answer(false)} />}
    </section>
  )
}

// useUploads brings files that are picked, pasted or dropped, where the server takes them.
function useUploads(core: Core, largest: number | undefined) {
  const [, show] = useState<readonly Upload[]>([])
  const [isOver, setOver] = useState(false)
  const [uploads] = useState(() => new Uploads({ way: () => core.way, Request: XMLHttpRequest, onChange: show }))
  const attach = largest
    ? (files: readonly File[]) => uploads.add(files, largest, t('tooLarge', { size: sizeOf(largest) }))
    : undefined
  const over = (event: DragEvent) => {
    if (!attach || !event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    setOver(true)
  }
  const drop = {
    onDragOver: over,
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      setOver(false)
      if (!attach || !event.dataTransfer) return
      event.preventDefault()
      attach([...event.dataTransfer.files])
    },
  }
  return { uploads, attach, isOver, drop }
}

const stop = (event: Event) => event.stopPropagation()

function placeholderOf({ conversation }: State): 'write' | 'writeFirst' | 'writeAgain' {
  if (isOngoing(conversation)) return 'write'
  return conversation.events.length > 0 ? 'writeAgain' : 'writeFirst'
}

interface HeadProps {
  id: string
  state: State
  onEnd: (() => void) | undefined
  isRating: boolean
  onRate: (() => void) | undefined
  onMute: () => void
  onMinimise: () => void
}

function Head({ id, state: { conversation, isMuted }, onEnd, isRating, onRate, onMute, onMinimise }: HeadProps) {
  const { department, title } = conversation
  const agent = isSessionOpen(conversation) ? agentOf(conversation) : ''
  return (
    <header>
      <Circle name={agent} size="large" />
      <div class="who">
        <h2 id={id}>
          {(agent || !title) && <span class="sr">{t('chatWith', { name: '' })}</span>}
          <bdi>{agent || title || department || t('chat')}</bdi>
        </h2>
        {(agent || title) && department && (
          <p>
            <bdi>{department}</bdi>
          </p>
        )}
      </div>
      {onEnd && (
        <button type="button" class="ghost" onClick={onEnd}>
          {t('end')}
        </button>
      )}
      {onRate && (
        <button
          type="button"
          class="icon"
          aria-label={t('rate')}
          title={t('rate')}
          aria-expanded={isRating}
          onClick={onRate}
        >
          <Icon name="thumb" size={18} />
        </button>
      )}
      <button
        type="button"
        class="icon"
        aria-label={t('mute')}
        title={t('mute')}
        aria-pressed={isMuted}
        onClick={onMute}
      >
        <Icon name={isMuted ? 'muted' : 'sound'} size={18} />
      </button>
      <button type="button" class="icon" aria-label={t('minimise')} onClick={onMinimise}>
        <Icon name="minimise" size={18} />
      </button>
    </header>
  )
}

function useCore(core: Core): State {
  const [state, set] = useState(core.state)
  useEffect(() => {
    set(core.state)
    return core.subscribe(() => set(core.state))
  }, [core])
  return state
}

// useOffline tells whether there is no connection, and has not been for a while.
function useOffline({ link, isOpen }: State): boolean {
  const [isOffline, set] = useState(false)
  const isDown = isOpen && link !== 'open'
  useEffect(() => {
    if (!isDown) {
      set(false)
      return
    }
    const timer = setTimeout(() => set(true), patience)
    return () => clearTimeout(timer)
  }, [isDown])
  return isOffline
}

// useFullScreen fits the panel, where it covers the page, into what the keyboard leaves of it, and holds the page still.
function useFullScreen(isOpen: boolean) {
  const section = useRef<HTMLElement>(null)
  useEffect(() => {
    const view = window.visualViewport
    const style = section.current?.style
    if (!isOpen || !view || !style || !matchMedia('(max-width: 560px), (max-height: 480px)').matches) return
    const page = document.documentElement.style
    const { overflow } = page
    page.overflow = 'hidden'
    const follow = () => {
      style.setProperty('--view-top', `${view.offsetTop}px`)
      style.setProperty('--view-height', `${view.height}px`)
    }
    follow()
    const life = new AbortController()
    for (const type of ['resize', 'scroll']) view.addEventListener(type, follow, { signal: life.signal })
    return () => {
      life.abort()
      page.overflow = overflow
    }
  }, [isOpen])
  return section
}
