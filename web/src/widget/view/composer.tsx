import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Icon } from './icon.tsx'
import { t } from './words.ts'

export interface ComposerProps {
  draft: string
  placeholder: string
  onDraft: (text: string) => void
  /** Says it; false where it is too long. */
  onSend: (text: string) => boolean
}

const tallest = 132

/** Where the customer writes. Enter sends, with Shift it begins a line. */
export function Composer({ draft, placeholder, onDraft, onSend }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null)
  const [isTooLong, setTooLong] = useState(false)
  const trouble = useId()

  // biome-ignore lint/correctness/useExhaustiveDependencies: as tall as what is in it.
  useLayoutEffect(() => {
    const element = field.current
    if (!element) return
    element.style.height = '0'
    element.style.height = `${Math.min(tallest, element.scrollHeight)}px`
  }, [draft])

  const send = () => {
    setTooLong(!onSend(draft))
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
      {isTooLong && (
        <p class="bad" id={trouble} role="alert">
          {t('tooLong')}
        </p>
      )}
      <div class="field">
        <textarea
          ref={field}
          value={draft}
          rows={1}
          dir="auto"
          placeholder={placeholder}
          aria-label={t('write')}
          aria-describedby={isTooLong ? trouble : undefined}
          enterkeyhint="send"
          onInput={(event) => {
            setTooLong(false)
            onDraft(event.currentTarget.value)
          }}
          onKeyDown={pressed}
        />
        <button type="button" class="send" aria-label={t('send')} aria-disabled={draft.trim() === ''} onClick={send}>
          <Icon name="send" size={18} />
        </button>
      </div>
    </div>
  )
}
