import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Upload } from '../state/upload.ts'
import { Icon } from './icon.tsx'
import { Tray } from './tray.tsx'
import { t } from './words.ts'

export interface ComposerProps {
  draft: string
  /** Nobody can begin now: what is written stays, and cannot be changed or sent. */
  isClosed: boolean
  placeholder: string
  onDraft: (text: string) => void
  /** Says it; false where it is too long. */
  onSend: (text: string) => boolean
  uploads: readonly Upload[]
  /** Left out where no files may be sent. */
  onAttach?: ((files: readonly File[]) => void) | undefined
  onRetry: (key: number) => void
  onDetach: (key: number) => void
}

const tallest = 132

/** Where the customer writes. Enter sends, with Shift it begins a line. */
export function Composer(props: ComposerProps) {
  const { draft, isClosed, placeholder, onDraft, onSend, uploads, onAttach, onRetry, onDetach } = props
  const field = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const [isTooLong, setTooLong] = useState(false)
  const [isEarly, setEarly] = useState(false)
  const isWaiting = uploads.some((u) => !u.brought)
  const trouble = useId()
  const notice = useId()

  // biome-ignore lint/correctness/useExhaustiveDependencies: as tall as what is in it.
  useLayoutEffect(() => {
    const element = field.current
    const box = element?.parentElement
    if (!element || !box) return
    box.style.minHeight = `${box.offsetHeight}px` // or what lies above would have more room for a moment, and scroll
    element.style.height = '0'
    element.style.height = `${Math.min(tallest, element.scrollHeight)}px`
    box.style.minHeight = ''
  }, [draft])

  const send = () => {
    setEarly(isWaiting)
    if (!isWaiting) setTooLong(!onSend(draft))
    field.current?.focus()
  }
  const pressed = (event: KeyboardEvent) => {
    // While an input method composes, Enter belongs to it. Safari says so only by the code.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
    event.preventDefault()
    send()
  }
  return (
    <div class="composer">
      <p class={isClosed ? 'blocked' : undefined} id={notice} role="status">
        {isClosed && t('closed')}
      </p>
      {isTooLong && (
        <p class="bad" id={trouble} role="alert">
          {t('tooLong')}
        </p>
      )}
      <Tray uploads={uploads} onRetry={onRetry} onRemove={onDetach} />
      {isEarly && isWaiting && <p role="status">{t('uploadsWait')}</p>}
      <div class="field">
        {onAttach && !isClosed && (
          <>
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              onChange={(event) => {
                onAttach([...(event.currentTarget.files ?? [])])
                // The same file may be chosen again.
                event.currentTarget.value = ''
                field.current?.focus()
              }}
            />
            <button type="button" class="icon" aria-label={t('attach')} onClick={() => picker.current?.click()}>
              <Icon name="clip" size={18} />
            </button>
          </>
        )}
        <textarea
          ref={field}
          value={draft}
          rows={1}
          disabled={isClosed}
          dir="auto"
          placeholder={placeholder}
          aria-label={t('write')}
          aria-describedby={isClosed ? notice : isTooLong ? trouble : undefined}
          enterkeyhint="send"
          onInput={(event) => {
            setTooLong(false)
            onDraft(event.currentTarget.value)
          }}
          onKeyDown={pressed}
          onPaste={(event) => {
            const files = [...(event.clipboardData?.files ?? [])]
            if (!onAttach || files.length === 0) return
            event.preventDefault()
            onAttach(files)
          }}
        />
        <button
          type="button"
          class="send"
          aria-label={t('send')}
          disabled={isClosed}
          aria-disabled={isWaiting || (draft.trim() === '' && uploads.length === 0)}
          onClick={send}
        >
          <Icon name="send" size={18} />
        </button>
      </div>
    </div>
  )
}
