import { linkify } from '../../shared/link.ts'
import { clockTime } from '../../shared/time.ts'
import type { Mark, Said } from '../state/row.ts'
import { Circle } from './circle.tsx'
import { Icon } from './icon.tsx'
import { Media } from './media.tsx'
import { t } from './words.ts'

interface Events {
  onEdit: (id: string) => void
  onRemove: (id: string) => void
}

/** One bubble, with what stands below it. */
export function Message({ said, base, onEdit, onRemove }: { said: Said; base: string } & Events) {
  const { isMine, by, mark, isLast, media } = said
  const hasWords = said.isDeleted || said.text !== '' || media.length === 0
  return (
    <li class={isMine ? 'said mine' : 'said'}>
      <div class="line">
        {!isMine && (isLast ? <Circle name={by} size="medium" /> : <span class="circle medium none" />)}
        <div class="stack">
          <span class="sr">{isMine ? t('you') : by && t('from', { name: by })} </span>
          {hasWords && (
            <p class={`bubble ${mark}${isLast ? ' last' : ''}${said.isDeleted ? ' deleted' : ''}`} dir="auto">
              {said.isDeleted ? t('deleted') : <Words text={said.text} />}
              {said.isEdited && <small> {t('edited')}</small>}
            </p>
          )}
          <Media media={media} base={base} />
        </div>
      </div>
      {said.reactions.length > 0 && <p class="reactions">{said.reactions.join(' ')}</p>}
      {isLast && (
        <div class="meta">
          {!isMine && by && (
            <>
              <bdi>{by}</bdi>
              <span aria-hidden="true">·</span>
            </>
          )}
          {mark === 'refused' ? (
            <Refused said={said} onEdit={onEdit} onRemove={onRemove} />
          ) : (
            <>
              {mark !== 'kept' && <time dateTime={new Date(said.at).toISOString()}>{clockTime(said.at)}</time>}
              {isMine && <State mark={mark} />}
            </>
          )}
        </div>
      )}
    </li>
  )
}

function State({ mark }: { mark: Exclude<Mark, 'refused'> }) {
  if (mark === 'delivered' || mark === 'read') {
    return (
      <>
        <Icon name={mark} size={14} />
        <span class="sr">{t(mark)}</span>
      </>
    )
  }
  return (
    <>
      {t(mark)}
      <Icon name="clock" size={12} />
    </>
  )
}

function Refused({ said, onEdit, onRemove }: { said: Said } & Events) {
  return (
    <>
      <span class="bad" dir="auto">
        {t('notSent', { reason: said.reason || t('refused') })}
      </span>
      <button type="button" class="link" onClick={() => onEdit(said.id)}>
        {t('edit')}
      </button>
      <button type="button" class="link" onClick={() => onRemove(said.id)}>
        {t('remove')}
      </button>
    </>
  )
}

// Words are text and elements, never markup: what a person wrote cannot become part of the page.
function Words({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map((part) =>
        part.href ? (
          <>
            <a href={part.href} target="_blank" rel="noopener noreferrer nofollow">
              {part.text}
            </a>
            {part.host && ` ${t('linkTo', { host: part.host })}`}
          </>
        ) : (
          part.text
        ),
      )}
    </>
  )
}
