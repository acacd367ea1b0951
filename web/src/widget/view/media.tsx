import type { Media as Medium } from '../../shared/protocol.ts'
import { sizeOf } from '../../shared/size.ts'
import { Icon } from './icon.tsx'
import { t } from './words.ts'

const shown: ReadonlySet<string> = new Set(['photo', 'sticker'])

/** What came with a message. A picture stands in a box that is there before it; anything else is a line that downloads. */
export function Media({ media, base }: { media: readonly Medium[]; base: string }) {
  return (
    <>
      {media.map((m, i) => (
        <One key={m.id ?? i} medium={m} base={base} />
      ))}
    </>
  )
}

function One({ medium: m, base }: { medium: Medium; base: string }) {
  const name = m.name ?? m.kind
  const href = m.url && new URL(m.url, base).href
  if (m.state === 'refused') {
    return (
      <p class="file refused">
        <Icon name="alert" size={16} />
        <span>
          <bdi>{name}</bdi> <small>{t('fileRefused')}</small>
        </span>
      </p>
    )
  }
  if (shown.has(m.kind) && m.id) {
    return (
      <p class="picture">
        {href ? (
          <a href={href} target="_blank" rel="noopener noreferrer">
            <img src={href} alt={name} loading="lazy" decoding="async" />
          </a>
        ) : (
          <span>{t('fileComing', { name })}</span>
        )}
      </p>
    )
  }
  const words = (
    <>
      <Icon name="file" size={16} />
      <span>
        <bdi>{name}</bdi> {m.size ? <small>{sizeOf(m.size)}</small> : null}
        {m.id && !href && <span class="sr"> {t('fileComing', { name: '' })}</span>}
      </span>
    </>
  )
  if (!href) return <p class="file">{words}</p>
  return (
    <p class="file">
      <a href={href} target="_blank" rel="noopener noreferrer" download={name}>
        {words}
      </a>
    </p>
  )
}
