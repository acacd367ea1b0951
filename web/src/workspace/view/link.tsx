import { useEffect, useRef } from 'react'
import type { Link } from '../../api/wire.ts'
import type { LinkKind } from '../state/link.ts'
import { millis, rowTime, span } from '../state/time.ts'
import { t } from '../words/t.ts'
import { Dialog } from './dialog.tsx'
import { Icon } from './icon.tsx'

interface LinkDialogProps {
  kind: LinkKind
  /** The agent's accounts on channels of that kind. */
  links: readonly Link[]
  now: number
  /** What is to be said on the channel, and for how many milliseconds it still works. */
  command: { text: string; left: number } | undefined
  /** A code is on its way. */
  busy: boolean
  /** What came of it. */
  told: string
  fault: string
  onCode: () => void
  onCopy: (text: string) => void
  onUnlink: (link: string) => void
  onClose: () => void
}

/** Links accounts on channels to the agent, and takes them away again (FEATURES S-8). */
export function LinkDialog(props: LinkDialogProps) {
  const { kind, links, now, command, busy, told, fault, onCode, onCopy, onUnlink, onClose } = props
  const name = t(`source.${kind}`)
  const copy = useRef<HTMLButtonElement>(null)
  const close = useRef<HTMLButtonElement>(null)
  const said = command !== undefined
  // What had the focus may have gone: it goes on at what has come, else at the end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever something comes or goes
  useEffect(() => {
    if (document.activeElement === document.body) (copy.current ?? close.current)?.focus()
  }, [said, links.length])

  return (
    <Dialog title={t('link.title', { kind: name })} onClose={onClose}>
      <p className="muted">{t('link.text', { kind: name })}</p>
      <div className="link-say" role="status">
        {command && (
          <>
            <p>{t('link.say', { kind: name })}</p>
            <code>{command.text}</code>
          </>
        )}
      </div>
      {command && (
        <div className="link-code">
          <button type="button" className="button small" ref={copy} onClick={() => onCopy(command.text)}>
            <Icon name="copy" size={14} />
            {t('link.copy')}
          </button>
          <span className="faint">{t('link.left', { left: span(command.left) })}</span>
        </div>
      )}
      <p className="link-told" role="status">
        {told}
      </p>
      {busy && !command && <p className="link-code muted">{t('loading')}</p>}
      {!busy && !command && (
        <button type="button" className="button link-another" onClick={onCode}>
          {t(links.length > 0 ? 'link.another' : 'link.code')}
        </button>
      )}
      {links.length > 0 && <Accounts links={links} now={now} onUnlink={onUnlink} />}
      <p className="link-fault" role="alert">
        {fault}
      </p>
      <div className="dialog-acts">
        <button type="button" className="button" ref={close} onClick={onClose}>
          {t('close')}
        </button>
      </div>
    </Dialog>
  )
}

function Accounts({ links, now, onUnlink }: Pick<LinkDialogProps, 'links' | 'now' | 'onUnlink'>) {
  return (
    <section className="link-accounts">
      <h3>{t('link.accounts')}</h3>
      <ul>
        {links.map(({ id, channel, linked_at }) => {
          const time = rowTime(millis(linked_at), now)
          return (
            <li key={id}>
              <span className="cut">{channel}</span>
              <span className="grow cut faint">{t('link.since', { time })}</span>
              <button
                type="button"
                className="button small"
                aria-label={t('link.end.one', { channel, time })}
                onClick={() => onUnlink(id)}
              >
                {t('link.end')}
              </button>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
